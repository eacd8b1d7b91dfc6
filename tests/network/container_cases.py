"""Cases and pallets, ownership and the end of items, through the command line on real nodes."""

import subprocess

import harness
from shared import NetworkCase


def sscc(number):
    digits = f"1061414{number:010d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


class ContainerCases(NetworkCase):
    counter = 0

    def new_sscc(self):
        ContainerCases.counter += 1
        return sscc(ContainerCases.counter)

    def pallet(self, count=6):
        """`count` items of atelier's in two cases on a pallet; answers the links, the cases and the pallet."""
        _, uris = self.registered(count)
        cases, pallet = [self.new_sscc(), self.new_sscc()], self.new_sscc()
        half = count // 2
        self.assertEqual(self.run_as("atelier", "pack", "--into", cases[0], *uris[:half])["accepted"], half)
        self.assertEqual(self.run_as("atelier", "pack", "--into", cases[1], *uris[half:])["accepted"], count - half)
        self.run_as("atelier", "pack", "--into", pallet, "--sscc", cases[0], "--sscc", cases[1])
        return uris, cases, pallet

    def container(self, number):
        return self.run_as(None, "container", number)["result"]

    def test_a_pallet_travels_as_one_and_every_item_in_it_tells_where_it_is(self):
        uris, cases, pallet = self.pallet()
        self.assertEqual(self.container(pallet)["container"]["items"], 6)
        self.run_as("atelier", "ship", "--sscc", pallet, "--to", "swift", "--document", "DN-1")
        verdict = self.run_as(None, "verify", uris[4])
        self.assertEqual((verdict["verdict"], verdict["reasons"]), ("genuine", ["in_transit"]))
        self.run_as("swift", "receive", "--sscc", pallet)
        self.assertEqual(self.container(cases[1])["custody"]["custodian"], "swift")
        self.assertEqual(self.refused("atelier", "ship", uris[4], "--to", "corner"), {"packed"})
        self.run_as("swift", "ship", "--sscc", pallet, "--to", "corner")
        self.run_as("corner", "receive", "--sscc", pallet)
        self.run_as("corner", "unpack", "--from", cases[1], uris[4])
        self.run_as("corner", "sell", uris[4])
        history = self.run_as(None, "history", uris[4])
        self.assertTrue(history["complete"])
        story = [(event["kind"], event["actor"]) for event in history["events"]
                 if event["kind"] not in ("loaded", "unloaded")]
        self.assertEqual(story, [("registered", "atelier"), ("packed", "atelier"), ("packed", "atelier"),
                                 ("shipped", "atelier"), ("received", "swift"), ("shipped", "swift"),
                                 ("received", "corner"), ("unpacked", "corner"), ("sold", "corner")])
        # What happens to the pallet afterwards is not the item's any more.
        self.run_as("corner", "ship", "--sscc", pallet, "--to", "swift")
        self.assertEqual(len(self.run_as(None, "history", uris[4])["events"]), len(history["events"]))

    def test_packing_twice_is_already_there(self):
        _, uris = self.registered(3)
        case = self.new_sscc()
        self.run_as("atelier", "pack", "--into", case, *uris)
        self.assertEqual(self.run_as("atelier", "pack", "--into", case, *uris)["already_there"], 3)
        self.assertEqual(self.refused("atelier", "pack", "--into", self.new_sscc(), uris[0]), {"packed"})
        self.run_as("atelier", "unpack", "--from", case, *uris)
        self.assertEqual(self.run_as("atelier", "unpack", "--from", case, *uris)["already_there"], 3)

    def test_a_scan_names_the_missing_and_the_surplus(self):
        uris, cases, pallet = self.pallet()
        _, (stray,) = self.registered(1)
        self.run_as("atelier", "ship", "--sscc", pallet, "--to", "corner")
        scan = self.net.dir / "scan.csv"
        scan.write_text("uri\n" + "\n".join(uris[1:] + [stray]) + "\n")
        sent = self.net.dir / "sent.csv"
        sent.write_text("uri\n" + "\n".join(uris) + "\n")
        told = self.run_as("corner", "receive", "--sscc", pallet, "--scan", str(scan), "--expected", str(sent))
        self.assertEqual((told["counted"], told["missing"], told["surplus"]),
                         (6, [uris[0]], [stray]))
        self.assertEqual(self.container(pallet)["container"]["items"], 5)
        self.assertEqual((self.item(uris[0])["state"], self.item(uris[0])["custodian"]), ("active", "atelier"))
        self.assertEqual(self.run_as(None, "history", uris[0])["events"][-1]["kind"], "missing")
        self.assertEqual(self.run_as(None, "history", stray)["events"][-1]["kind"], "surplus")
        events = self.net.nodes[0].rpc.call("container_history", sscc=pallet, maker="atelier")["events"]
        self.assertEqual(events[-1]["detail"], "counted 6 of 6; missing 1, surplus 1")
        self.assertEqual(self.container(cases[0])["container"]["items"], 2)

    def test_the_contents_of_a_container_go_into_the_next_command(self):
        uris, cases, pallet = self.pallet(count=2400)  # more than a page in each case
        keys = {item["key"] for item in self.items(uris[:1200])}
        listed = self.run_as(None, "container", cases[0], "--contents")
        self.assertEqual((set(listed["items"]), listed["containers"]), (keys, []))
        self.assertEqual(self.run_as(None, "container", pallet, "--contents")["items"], [])
        self.assertEqual(len(self.run_as(None, "container", pallet, "--contents")["containers"]), 2)
        self.run_as("atelier", "unpack", "--from", pallet, "--sscc", cases[0])
        command = [str(harness.BINARY), "--rpc", self.net.nodes[0].url, "--org", "atelier", "--key",
                   str(self.net.key_of("atelier")), "container", cases[0], "--contents"]
        text = subprocess.run(command, env=self.net.environment, capture_output=True, check=True).stdout
        path = self.net.root / "contents.txt"
        path.write_bytes(text)
        self.assertEqual(self.run_as("atelier", "unpack", "--from", cases[0], "--file", str(path))["accepted"], 1200)
        self.assertEqual(self.container(cases[0])["container"]["items"], 0)

    def test_a_wrong_sscc_names_the_right_digit(self):
        good = self.new_sscc()
        bad = good[:-1] + str((int(good[-1]) + 1) % 10)
        answer = self.net.cli("container", bad)
        self.assertEqual(answer.status, 2, str(answer))
        self.assertIn(f"would be {good[-1]}", answer.json["error"]["message"])

    def test_ownership_moves_beside_custody(self):
        _, uris = self.registered(2)
        self.run_as("acme", "transfer-ownership", *uris, "--to", "corner")
        self.run_as("corner", "accept-ownership", uris[0])
        self.assertEqual(self.run_as("corner", "accept-ownership", uris[0])["already_there"], 1)
        self.run_as("corner", "reject-ownership", uris[1], "--reason", "price")
        self.assertEqual([(item["owner"], item["custodian"]) for item in self.items(uris)],
                         [("corner", "atelier"), ("acme", "atelier")])
        answer = self.net.cli("transfer-ownership", uris[1], "--to", "swift", org="acme")
        self.assertEqual([line["code"] for line in answer.json["lines"]], ["carrier_owns"])

    def test_the_end_of_an_item_and_a_sale_undone(self):
        _, (first, second) = self.registered(2)
        self.assertEqual(self.refused("atelier", "decommission", first, "--as", "destroyed"), {"not_owner"})
        self.run_as("acme", "decommission", first, "--as", "destroyed", "--reason", "fire")
        self.assertEqual(self.run_as("acme", "decommission", first, "--as", "destroyed")["already_there"], 1)
        verdict = self.run_as(None, "verify", first, status=5)
        self.assertEqual((verdict["verdict"], verdict["reasons"]), ("caution", ["destroyed"]))
        self.hand_over("atelier", "corner", second)
        self.run_as("corner", "sell", second)
        self.run_as("corner", "cancel-sale", second, "--reason", "wrong code")
        self.assertEqual(self.item(second)["state"], "active")
