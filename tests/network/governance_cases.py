"""The council changes the validators while the chain works: one joins, one takes another's place, one leaves."""

import itertools
import unittest

import harness

COUNCIL = ("acme", "borea", "bazaar")


class GovernanceCases(unittest.TestCase):
    """On a network of its own: what it changes would be in every other case's way."""

    maxDiff = 2000

    def test_the_set_changes_three_times_under_load(self):
        with harness.Devnet(validators=4) as net:
            self.net = net
            first, second = self.joiner(4), self.joiner(5)
            with harness.Load(net, batch=100, choose=lambda: net.nodes[:1]) as load:
                harness.wait_until(lambda: load.acknowledged, 30, "the load runs")
                self.pass_proposal("add-validator", self.key_of(first), "--of", "acme", "--name", "acme-2")
                self.wait_for_epoch(1)
                self.assertEqual(len(self.validators()["validators"]), 5)
                self.pass_proposal("replace-validator", self.key_of(net.nodes[1]), "--by", self.key_of(second), "--of",
                                   "customs", "--name", "customs-1")
                self.wait_for_epoch(2)
                self.pass_proposal("remove-validator", self.key_of(net.nodes[2]))
                self.wait_for_epoch(3)
                self.settle_under(load)
            self.assertEqual(load.failures, [])
            self.assertEqual(load.accepted_twice, 0)
            self.check_the_new_set(load)

    def check_the_new_set(self, load):
        names = [one["name"] for one in self.validators()["validators"]]
        self.assertEqual(names, ["node0", "customs-1", "node3", "acme-2"])
        members = [self.net.nodes[index] for index in (0, 3, 4, 5)]
        self.net.agreed(members)
        for node in members:
            self.assertTrue(node.status()["validator"])
        print(f"\nlongest gap between blocks: {self.longest_gap_ms()} ms, over three changes of the validators")
        # Somebody who has nothing but the genesis checks an item, and somebody else all of the chain.
        verdict = self.net.cli("verify", load.registered[0])
        self.assertEqual((verdict.status, verdict.json["proven"]), (0, True), str(verdict))
        self.assertIn("customs-1", verdict.json["signers"] + names)
        # So does every command that proves what it says.
        exported = self.net.root / "history.jsonld"
        self.net.must("history", load.registered[0], "--epcis", "--output", str(exported))
        self.assertTrue(exported.read_text())
        shown = self.net.must("document", "show", "ab" * 32, "--by", "acme")
        self.assertEqual((shown["proven"], shown["recorded"]), (True, False))
        self.assertTrue(self.net.must("history", load.registered[0])["complete"])
        # The new set is what it says: three of its four make blocks, in one life and the next.
        members[0].kill()
        self.net.must("product", "declare", harness.gtin14(777777), "--name", "Late", org="acme", nodes=members[1:])
        members[0].restart()
        members[2].kill()
        members[2].restart()
        self.net.agreed(members)
        members[3].stop()
        audited = self.net.cli("audit", "--home", str(members[3].home), nodes=())
        self.assertEqual(audited.status, 0, str(audited))
        members[3].restart()

    def test_what_would_stop_the_chain_is_refused(self):
        with harness.Devnet(validators=4) as net:
            self.net = net
            net.nodes[3].kill()
            with harness.Load(net, batch=10, choose=lambda: net.nodes[:1]) as load:
                harness.wait_until(lambda: net.status()["height"] > 60, 60, "the chain went on without the fourth")
            self.assertEqual(load.failures, [])
            refused = net.cli("propose", "remove-validator", self.key_of(net.nodes[1]), org="acme")
            self.assertEqual(refused.status, 1, str(refused))
            self.assertEqual(refused.json["refusal"]["code"], "quorum_would_break")
            self.assertIn("node3", refused.json["refusal"]["message"])
            self.pass_proposal("remove-validator", self.key_of(net.nodes[3]))
            self.wait_for_epoch(1)

    def test_keys_are_rotated_and_what_they_signed_keeps_its_meaning(self):
        with harness.Devnet(validators=4) as net:
            self.net = net
            gtin = net.new_product(quota=10)
            net.must("register", "BYTHEOLDKEY1", "--gtin", gtin, org="atelier")
            fresh = net.root / "fresh.key"
            net.must("keys", "new", str(fresh), nodes=())
            net.must("keys", "rotate", str(net.key_of("atelier")), str(fresh), org="atelier")
            late = net.cli("register", "BYTHEOLDKEY2", "--gtin", gtin, org="atelier")
            self.assertNotEqual(late.status, 0, str(late))
            self.assertIn("revoked_key", late.stdout + late.stderr)
            net.must("register", "BYTHENEWKEY1", "--gtin", gtin, org="atelier", key=fresh)
            verdict = net.cli("verify", f"https://id.gs1.org/01/{gtin}/21/BYTHEOLDKEY1")
            self.assertEqual(verdict.status, 0, str(verdict))
            keys = net.nodes[0].rpc.call("org_get", id="atelier")["keys"]
            self.assertEqual([key["revoked"] is None for key in keys], [False, True])

    # -- the parts

    def joiner(self, index):
        """A node whose key is in no genesis, running beside the others."""
        node = harness.Node(self.net, index, validator=False)
        peers = ",".join(f"{self.key_of(peer)}@127.0.0.1:{peer.p2p_port}" for peer in self.net.nodes[:4])
        self.net.must("init", "--home", str(node.home), "--genesis", str(self.net.dir / "genesis.json"), "--p2p.peers",
                      peers, "--p2p.listen", f"127.0.0.1:{node.p2p_port}", "--rpc.listen", f"127.0.0.1:{node.rpc_port}",
                      "--admin.listen", f"127.0.0.1:{node.admin_port}", "--node.passphrase_file",
                      str(self.net.dir / "passphrase"), nodes=())
        self.net.nodes.append(node)
        node.restart()
        return node

    def key_of(self, node):
        return self.net.must("keys", "show", str(node.home / "node.key"), nodes=())["public_key"]

    def validators(self):
        return self.net.nodes[0].rpc.call("chain_validators")

    def pass_proposal(self, *change):
        proposal = self.net.must("propose", *change, org=COUNCIL[0])["proposal"]
        for member in COUNCIL[1:]:
            last = self.net.must("vote", str(proposal["number"]), org=member)
        self.assertEqual(last["proposal"]["state"], "passed")

    def wait_for_epoch(self, epoch):
        harness.wait_until(lambda: self.net.status()["epoch"] == epoch, 30,
                           lambda: f"epoch {epoch} begins: {self.validators()}")

    def settle_under(self, load):
        done = load.acknowledged
        harness.wait_until(lambda: load.acknowledged > done + 500, 60, "the load goes on in the last epoch")

    def longest_gap_ms(self):
        """By the headers' clocks, from the first block on."""
        times, cursor = [], {}
        while True:
            page = self.net.nodes[0].rpc.call("block_list", limit=100, **cursor)
            times += [block["time_ms"] for block in page["blocks"]]
            if page["complete"]:
                break
            cursor = {"cursor": page["cursor"]}
        return max(later - earlier for later, earlier in itertools.pairwise(times))
