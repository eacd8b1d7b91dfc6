"""Nodes are killed, and their folders damaged: the others go on, and they come back with the same state."""

import re
import shutil

import harness
from shared import NetworkCase


class CrashCases(NetworkCase):
    def load(self, **options):
        return harness.Load(self.net, batch=100, **options)

    def assert_acknowledged(self, load, items_before):
        self.assertEqual(load.failures, [])
        self.assertEqual(load.accepted_twice, 0)
        _, _, items = self.net.agreed()
        self.assertEqual(items, items_before + load.acknowledged)
        uri = load.registered[-1]
        self.assertEqual({self.item(uri, node.index)["maker"] for node in self.net.nodes}, {"atelier"})

    def more_blocks(self, nodes, count):
        goal = max(node.status()["height"] for node in nodes) + count
        harness.wait_until(lambda: all(node.status()["height"] >= goal for node in nodes), 20, f"height {goal} is final")

    def test_one_validator_is_killed_under_load(self):
        _, _, items = self.net.agreed()
        for victim in self.net.validators[:2]:
            others = [node for node in self.net.nodes if node is not victim]
            with self.load() as load:
                self.more_blocks(self.net.nodes, 3)
                victim.kill()
                self.more_blocks(others, 8)
                victim.restart()
                goal = others[0].status()["height"]
                harness.wait_until(lambda: victim.status()["height"] >= goal, 20, f"it has caught up to {goal}")
            self.assert_acknowledged(load, items)
            items += load.acknowledged

    def test_a_validator_is_killed_while_it_starts(self):
        _, _, items = self.net.agreed()
        victim = self.net.validators[3]
        with self.load() as load:
            self.more_blocks(self.net.nodes, 2)
            victim.kill()
            for _ in range(4):
                size = victim.log_size()
                victim.spawn()
                bytes_wanted = self.random.randrange(1, 400)
                harness.wait_until(lambda: victim.log_size() > size + bytes_wanted or victim.ended(), 10, "it logs")
                victim.kill()
            victim.restart()
        self.assert_acknowledged(load, items)

    def test_all_are_killed_at_once_under_load(self):
        _, _, items = self.net.agreed()
        with self.load() as load:
            self.more_blocks(self.net.nodes, 5)
            for node in self.net.nodes:
                node.kill()
            for node in self.net.nodes:
                node.spawn()
            for node in self.net.nodes:
                harness.wait_until(lambda: node.status() or node.ended(), 30, f"node{node.index} answers")
            self.more_blocks(self.net.nodes, 5)
        self.assert_acknowledged(load, items)

    def test_two_down_stop_the_chain_and_lose_nothing(self):
        gtin = self.net.new_product(quota=1)
        height, _, _ = self.net.agreed()
        first, second = self.net.validators[2:]
        first.kill()
        second.kill()
        taken = self.run_as("atelier", "--no-wait", "register", "WITHOUTQUORUM", "--gtin", gtin)
        self.assertEqual(taken["pending"], 1)
        (transaction,) = taken["transactions"]
        self.assertEqual(self.net.nodes[0].rpc.call("tx_get", id=transaction)["status"], "pending")
        self.assertEqual(self.net.status()["height"], height)
        first.restart()
        harness.wait_until(lambda: self.net.nodes[0].rpc.call("tx_get", id=transaction)["status"] == "final", 20,
                           "three of four make it final")
        second.restart()
        self.net.agreed()


class StorageCases(NetworkCase):
    def setUp(self):
        super().setUp()
        self.node = self.net.validators[1]
        self.start_afresh()
        self.registered(200)
        self.net.agreed()
        self.node.stop()
        self.log_start = self.node.log_size()

    def start_afresh(self):
        """Whatever an earlier case left behind: all but its votes comes from the peers."""
        if self.node.pid:
            self.node.stop()
        for folder in ("blocks", "state"):
            shutil.rmtree(self.node.home / folder, ignore_errors=True)
        self.node.restart()
        self.net.agreed()

    def assert_repaired(self, said):
        """It comes back, says in its log what it found, is equal to the others, and takes part again."""
        self.registered(10)
        self.node.restart()
        self.net.agreed()
        with self.subTest("it serves every block"):
            self.assert_whole_chain()
        with self.subTest("it says what it found"):
            self.assertRegex(self.node.log_since(self.log_start), said)
        other = self.net.validators[2]
        other.stop()  # now its vote is needed
        self.registered(10)
        other.restart()
        self.net.agreed()

    def assert_whole_chain(self):
        """It serves every block as the others do."""
        for height in range(1, self.net.status()["height"] + 1):
            mine, theirs = (node.rpc.ask("block_get", {"height": height}) for node in (self.node, self.net.nodes[0]))
            self.assertEqual(mine.get("result", mine), theirs["result"])

    def last_segment(self):
        """The last file of the block log that has data, and where its data end."""
        for path in sorted((self.node.home / "blocks").glob("*.log"), reverse=True):
            data = path.read_bytes().rstrip(b"\0")
            if data:
                return path, len(data)
        raise AssertionError("the block log is empty")

    def flip(self, path, place):
        data = bytearray(path.read_bytes())
        data[place] ^= 0xFF
        path.write_bytes(data)

    def test_the_state_folder_is_deleted(self):
        shutil.rmtree(self.node.home / "state")
        self.assert_repaired(r"executed again|made again from the log")

    def test_the_block_log_is_truncated(self):
        path, end = self.last_segment()
        with open(path, "r+b") as log:
            log.truncate(end - 20)
        self.assert_repaired(r"torn or corrupt tail")

    def test_the_block_log_loses_many_blocks(self):
        path, end = self.last_segment()
        with open(path, "r+b") as log:
            log.truncate(end // 2)
        self.assert_repaired(r"torn or corrupt tail")

    def test_the_end_of_the_block_log_is_corrupt(self):
        path, end = self.last_segment()
        self.flip(path, end - 10)
        self.assert_repaired(r"torn or corrupt tail")

    def test_the_middle_of_the_block_log_is_corrupt(self):
        path, end = self.last_segment()
        self.flip(path, end // 2)
        self.assert_repaired(r"corrupt")

    def test_the_block_log_is_deleted(self):
        shutil.rmtree(self.node.home / "blocks")
        self.assert_repaired(r"(?i)block")

    def test_the_state_store_loses_its_last_writes(self):
        newest = max((self.node.home / "state/leveldb").glob("*.log"), key=lambda path: path.name)
        with open(newest, "r+b") as log:
            log.truncate(newest.stat().st_size * 2 // 3)
        self.assert_repaired(r"executed again|made again|state")

    def test_the_state_store_is_garbage(self):
        for path in (self.node.home / "state/leveldb").iterdir():
            if re.search(r"\.(log|ldb)$|MANIFEST", path.name) and path.stat().st_size > 100:
                self.flip(path, path.stat().st_size // 2)
        self.node.spawn()
        harness.wait_until(lambda: self.node.pid == 0, 20, "the node refuses to start")
        self.assertEqual(self.node.process.returncode, 1)
        said = self.node.log_since(self.log_start)
        self.assertIn(str(self.node.home / "state"), said)
        self.assertIn("delete the folder", said)
        shutil.rmtree(self.node.home / "state/leveldb")
        self.assert_repaired(r"executed again|made again from the log")
