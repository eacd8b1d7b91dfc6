"""Observers follow and serve; an idle chain is silent; a nearly full disk makes a node read-only."""

import base64
import json
import os
import shutil
import signal
import subprocess
import time

import harness
from shared import NetworkCase


class IdleCases(NetworkCase):
    def test_no_block_without_work_and_then_one_at_once(self):
        gtin = self.net.new_product(quota=1)
        height, _, _ = self.net.agreed()
        until = time.monotonic() + 3
        while time.monotonic() < until:
            self.assertEqual({node.status()["height"] for node in self.net.nodes}, {height})
            time.sleep(harness.POLL_SECONDS)
        started = time.monotonic()
        self.run_as("atelier", "register", "AFTERIDLE001", "--gtin", gtin)
        self.assertLess(time.monotonic() - started, 1.0)
        self.assertEqual(self.net.status()["height"], height + 1)


class ObserverCases(NetworkCase):
    def setUp(self):
        super().setUp()
        self.observer = self.net.observers[0]

    def test_it_follows_and_proves_what_it_says(self):
        _, (uri,) = self.registered(1)
        _, root, _ = self.net.agreed()
        status = self.observer.status()
        self.assertFalse(status["validator"])
        self.assertEqual(status["state_root"], root)
        answer = self.net.cli("verify", uri, nodes=[self.observer])
        self.assertEqual((answer.status, answer.json["proven"]), (0, True), str(answer))

    def test_it_takes_transactions(self):
        gtin = self.net.new_product(quota=1)
        self.net.agreed()
        self.run_as("atelier", "register", "BYOBSERVER01", "--gtin", gtin, nodes=[self.observer])

    def test_an_empty_one_syncs_from_the_first_block(self):
        _, (uri,) = self.registered(1)
        self.observer.stop()
        for folder in ("blocks", "state", "votes"):
            shutil.rmtree(self.observer.home / folder, ignore_errors=True)
        self.observer.restart()
        self.net.agreed()
        self.assertEqual(self.item(uri, node=self.observer.index)["maker"], "atelier")
        self.assertEqual(self.observer.rpc.call("block_get", height=1)["height"], 1)

    def test_the_network_does_without_it(self):
        self.observer.kill()
        self.registered(5)
        self.observer.restart()
        self.net.agreed()

    def test_a_nearly_full_disk_makes_it_read_only_until_there_is_room(self):
        small = self.net.root / "small"
        small.mkdir(exist_ok=True)
        if subprocess.run(["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", small], check=False,
                          capture_output=True).returncode != 0:
            self.skipTest("no file systems of one's own may be mounted here")
        self.observer.stop()
        script = ('mount -t tmpfs -o size=300m,mode=700 tmpfs "$1" && cp -a "$2/." "$1" && { "$3" node --home "$1" & '
                  'read line; mount -o remount,size=4g "$1"; wait; }')
        with open(self.net.root / "small.log", "ab") as log:
            process = subprocess.Popen(["unshare", "-Urm", "sh", "-c", script, "sh", str(small), str(self.observer.home),
                                        str(harness.BINARY)], stdin=subprocess.PIPE, stdout=log, stderr=log,
                                       env=self.net.environment, start_new_session=True)
        try:
            harness.wait_until(lambda: (self.observer.status() or {}).get("read_only"), 20, "the node is read-only")
            self.assertIn("disk", self.observer.status()["fault"])
            self.assert_serves_but_takes_nothing()
            process.stdin.write(b"room\n")
            process.stdin.flush()
            harness.wait_until(lambda: not self.observer.status()["read_only"], 20, "the node writes again")
            self.net.agreed()
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=30)
            self.observer.restart()
        self.net.agreed()

    def assert_serves_but_takes_nothing(self):
        _, (uri,) = self.registered(1)  # the others go on
        self.assertEqual(self.net.cli("verify", uri).status, 0)
        self.observer.rpc.call("product_list")
        taken = self.observer.rpc.ask("tx_submit", {"transaction": base64.b64encode(b"\x0a\x02hi\x12\x40" + bytes(64)).decode()})
        self.assertIn("error", taken)
        with self.subTest("it names the disk, not a full pool"):
            self.assertIn("disk", json.dumps(taken["error"]))
        with self.subTest("the command line goes on to the next node"):
            self.run_as("acme", "product", "declare", harness.gtin14(777777), "--name", "x", seconds=20,
                        nodes=[self.observer, self.net.nodes[0]])
