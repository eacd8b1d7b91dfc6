"""The whole job through the command line: what factory lines, carriers, shops and shoppers do, and what is refused."""

import harness
from shared import NetworkCase


class RegisterCases(NetworkCase):
    def test_the_same_file_twice_doubles_nothing(self):
        gtin = self.net.new_product(quota=2500)
        path, uris = self.net.new_serials(gtin, 2000)
        before = self.net.status()["items"]
        command = ["register", "--file", str(path), "--lot", "A1", "--expiry", "2030-11-30", "--chunk", "500"]
        first = self.run_as("atelier", *command)
        self.assertEqual((first["accepted"], first["already_there"], len(first["transactions"])), (2000, 0, 4))
        self.assertEqual(self.net.status()["items"], before + 2000)
        records = self.items(uris)
        self.assertEqual({record["lot"] for record in records}, {"A1"})
        licence = self.run_as(None, "licence", "show", gtin, "atelier")

        second = self.run_as("atelier", *command)
        self.assertEqual((second["accepted"], second["already_there"]), (0, 2000))
        self.assertEqual({line["result"] for line in second["lines"]}, {"already_there"})
        self.assertEqual(self.net.status()["items"], before + 2000)
        self.assertEqual(self.items(uris), records)
        self.assertEqual(self.run_as(None, "licence", "show", gtin, "atelier"), licence)

    def test_an_interrupted_file_is_completed(self):
        gtin = self.net.new_product(quota=100)
        path, _ = self.net.new_serials(gtin, 100)
        part = path.with_suffix(".part")
        part.write_text("\n".join(path.read_text().split("\n")[:41]) + "\n")
        self.assertEqual(self.run_as("atelier", "register", "--file", str(part), "--lot", "A1")["accepted"], 40)
        whole = self.run_as("atelier", "register", "--file", str(path), "--lot", "A1")
        self.assertEqual((whole["accepted"], whole["already_there"]), (60, 40))

    def file_with_three_bad_lines(self, gtin):
        path, uris = self.net.new_serials(gtin, 20)
        self.run_as("acme", "register", uris[7], "--lot", "A1")
        lines = uris.copy()
        lines[3] = lines[3].replace(gtin, gtin[:-1] + str((int(gtin[-1]) + 1) % 10))
        lines[12] = lines[10]
        path.write_text("uri\n" + "\n".join(lines) + "\n")
        return path, uris

    def test_three_bad_lines_are_named_and_the_others_go_through(self):
        gtin = self.net.new_product(quota=100)
        path, uris = self.file_with_three_bad_lines(gtin)
        before = self.net.status()["items"]
        report = self.run_as("atelier", "register", "--file", str(path), "--lot", "A1", status=1)
        named = {line["line"]: (line["result"], line["code"]) for line in report["lines"]}
        # Line 1 is the header.
        self.assertEqual(named, {5: ("malformed", "bad_gtin"), 9: ("refused", "item_taken"),
                                 14: ("malformed", "duplicate_line")})
        self.assertEqual((report["accepted"], report["refused"], report["malformed"]), (17, 1, 2))
        self.assertTrue(all(line["message"] for line in report["lines"]))
        self.assertEqual(self.net.status()["items"], before + 17)
        self.assertEqual({self.item(uri)["maker"] for place, uri in enumerate(uris) if place not in (3, 7, 12)},
                         {"atelier"})
        self.assertEqual(self.item(uris[7])["maker"], "acme")

    def test_atomic_mode_registers_all_or_none(self):
        gtin = self.net.new_product(quota=100)
        path, _ = self.file_with_three_bad_lines(gtin)
        before = self.net.status()["items"]
        report = self.net.cli("register", "--file", str(path), "--lot", "A1", "--mode", "atomic", org="atelier")
        self.assertIn(report.status, (1, 2), str(report))
        self.assertEqual(report.json["accepted"], 0)
        self.assertEqual(self.net.status()["items"], before)

    def test_not_one_piece_more_than_the_quota(self):
        gtin = self.net.new_product(quota=5)
        path, uris = self.net.new_serials(gtin, 6)
        before = self.net.status()["items"]
        report = self.run_as("atelier", "register", "--file", str(path), status=1)
        self.assertEqual((report["accepted"], report["refused"]), (5, 1))
        self.assertEqual([line["code"] for line in report["lines"]], ["quota_exceeded"])
        self.assertEqual(self.refused("atelier", "register", uris[5]), {"quota_exceeded"})
        self.assertEqual(self.net.status()["items"], before + 5)
        self.run_as("acme", "licence", "grant", gtin, "atelier", "--quota", "6")
        self.assertEqual(self.run_as("atelier", "register", uris[5])["accepted"], 1)

    def test_who_has_no_licence_registers_nothing(self):
        gtin = self.net.new_product()
        serial = ["register", "NOLICENCE001", "--gtin", gtin]
        self.assertEqual(self.refused("atelier", *serial), {"not_licensed"})
        self.assertEqual(self.refused("borea", *serial), {"not_licensed"})
        self.run_as("acme", "licence", "grant", gtin, "atelier", "--quota", "10")
        self.run_as("acme", "licence", "revoke", gtin, "atelier")
        self.assertEqual(self.refused("atelier", *serial), {"licence_revoked"})

    def test_a_product_that_nobody_declared(self):
        codes = self.refused("atelier", "register", "UNDECLARED01", "--gtin", harness.gtin14(999999))
        self.assertEqual(codes, {"product_unknown"})

    def test_only_the_brand_licenses_and_recalls(self):
        gtin = self.net.new_product()
        for org, *command in (["borea", "licence", "grant", gtin, "atelier", "--quota", "5"],
                              ["swift", "recall", gtin, "--reason", "rivalry"]):
            answer = self.net.cli(*command, org=org)
            self.assertEqual(answer.status, 1, str(answer))
            self.assertIn(answer.json["refusal"]["code"], ("not_brand", "not_allowed"))
        again = self.net.cli("product", "declare", gtin, "--name", "Stolen", org="borea")
        self.assertEqual(self.net.must("product", "show", gtin)["result"]["brand"], "acme", str(again))


class CustodyCases(NetworkCase):
    def test_nobody_ships_what_it_does_not_hold(self):
        _, (uri,) = self.registered(1)
        self.assertEqual(self.refused("swift", "ship", uri, "--to", "corner"), {"not_custodian"})
        self.assertEqual(self.item(uri)["custodian"], "atelier")

    def test_nobody_receives_what_was_not_sent_to_it(self):
        _, (uri,) = self.registered(1)
        self.assertEqual(self.refused("swift", "receive", uri), {"not_in_transit"})
        self.run_as("atelier", "ship", uri, "--to", "swift")
        self.assertEqual(self.refused("corner", "receive", uri), {"not_receiver"})
        self.assertEqual(self.item(uri)["custodian"], "atelier")
        self.run_as("swift", "receive", uri)
        self.assertEqual(self.item(uri)["custodian"], "swift")

    def test_shipping_and_receiving_twice_is_already_there(self):
        _, uris = self.registered(3)
        self.run_as("atelier", "ship", *uris, "--to", "swift")
        self.assertEqual(self.run_as("atelier", "ship", *uris, "--to", "swift")["already_there"], 3)
        self.run_as("swift", "receive", *uris)
        self.assertEqual(self.run_as("swift", "receive", *uris)["already_there"], 3)

    def test_a_shipment_is_cancelled_or_rejected(self):
        _, (first, second) = self.registered(2)
        self.run_as("atelier", "ship", first, second, "--to", "swift")
        self.run_as("atelier", "cancel-shipment", first)
        self.run_as("swift", "reject", second, "--reason", "torn box")
        self.assertEqual({(item["state"], item["custodian"]) for item in self.items([first, second])},
                         {("active", "atelier")})

    def test_sold_once_and_returned(self):
        _, (uri,) = self.registered(1)
        self.hand_over("atelier", "corner", uri)
        # The shop holds it unsold, as it would after a return: the command says so, and nothing is recorded.
        self.assertEqual([line["code"] for line in self.run_as("corner", "return", uri)["lines"]], ["not_sold"])
        self.assertEqual(self.item(uri)["event_count"], 3)
        self.run_as("corner", "sell", uri, "--country", "FR")
        self.assertEqual(self.item(uri)["state"], "sold")
        self.assertEqual(self.refused("corner", "ship", uri, "--to", "swift"), {"already_sold"})
        self.assertEqual(self.run_as("corner", "sell", uri)["already_there"], 1)
        self.run_as("corner", "return", uri)
        self.run_as("corner", "sell", uri)
        self.assertEqual(self.item(uri)["event_count"], 6)

    def test_who_is_no_seller_sells_nothing(self):
        _, (uri,) = self.registered(1)
        self.assertEqual(self.refused("atelier", "sell", uri), {"not_allowed"})

    def test_a_stolen_item_is_not_shipped(self):
        _, (uri,) = self.registered(1)
        self.run_as("atelier", "flag", uri, "--flag", "stolen")
        self.assertEqual(self.refused("atelier", "ship", uri, "--to", "swift"), {"flagged"})
        self.assertEqual(self.refused("borea", "clear-flag", uri, "--flag", "stolen"), {"flag_not_yours"})
        # Goods in a country that is not its own.
        self.assertEqual(self.refused("customs", "clear-flag", uri, "--flag", "stolen"), {"out_of_reach"})
        self.run_as("atelier", "clear-flag", uri, "--flag", "stolen")
        self.run_as("atelier", "ship", uri, "--to", "swift")


class VerifyCases(NetworkCase):
    def verdict(self, *arguments, status, **options):
        answer = self.net.cli("verify", *arguments, **options)
        self.assertEqual(answer.status, status, str(answer))
        self.assertTrue(answer.json["proven"], str(answer))
        return answer.json["verdict"], set(answer.json["reasons"])

    def test_genuine_in_the_makers_hands(self):
        _, (uri,) = self.registered(1)
        self.assertEqual(self.verdict(uri, status=0), ("genuine", set()))
        self.assertEqual(self.verdict(uri, "--lot", "L1", status=0), ("genuine", set()))
        self.assertEqual(self.verdict(uri, "--lot", "L2", status=5), ("caution", {"lot_mismatch"}))

    def test_a_serial_that_never_was_is_proven_absent(self):
        gtin, _ = self.registered(1)
        verdict, reasons = self.verdict(f"https://id.gs1.org/01/{gtin}/21/NEVERMADE001", status=5)
        self.assertEqual(verdict, "unknown")
        self.assertIn("never_registered", reasons)
        proof = self.net.nodes[1].rpc.call("item_verify", gtin=gtin, serial="NEVERMADE001")["proof"]
        self.assertEqual([element["record"] for element in proof if element["kind"] == "item"], [None])

    def test_a_serial_of_a_product_that_never_was_is_proven_absent(self):
        verdict, _ = self.verdict(f"https://id.gs1.org/01/{harness.gtin14(888888)}/21/NEVERMADE001", status=5)
        self.assertEqual(verdict, "unknown")

    def test_sold_is_told(self):
        _, (uri,) = self.registered(1)
        self.hand_over("atelier", "corner", uri)
        self.run_as("corner", "sell", uri)
        self.assertEqual(self.verdict(uri, status=0), ("genuine", {"sold"}))

    def test_a_recall_reaches_every_item_of_its_lot(self):
        gtin, uris = self.registered(3, lot="BAD")
        other, _ = self.net.new_serials(gtin, 1)
        self.run_as("acme", "register", "--file", str(other), "--lot", "GOOD")
        good = other.read_text().split()[1].split(",")[-1]
        self.run_as("acme", "recall", gtin, "--lot", "BAD", "--reason", "wrong label")
        for uri in uris:
            self.assertEqual(self.verdict(uri, status=5), ("caution", {"recalled"}))
        self.assertEqual(self.verdict(good, status=0), ("genuine", set()))
        self.assertEqual(self.refused("atelier", "ship", uris[0], "--to", "corner"), {"recalled"})
        self.assertEqual(self.run_as("acme", "recall", gtin, "--lot", "BAD", "--reason", "wrong label")["result"],
                         "already_there")
        self.run_as("acme", "lift-recall", gtin, "--lot", "BAD")
        self.assertEqual(self.verdict(uris[0], status=0), ("genuine", set()))
        self.run_as("customs", "recall", gtin, "--reason", "all of it")
        self.assertEqual(self.verdict(good, status=5), ("caution", {"recalled"}))

    def test_flags_are_told(self):
        _, (uri,) = self.registered(1)
        self.run_as("atelier", "flag", uri, "--flag", "stolen")
        self.run_as("bazaar", "flag", uri, "--flag", "suspect")
        self.assertEqual(self.verdict(uri, status=5), ("caution", {"stolen", "suspect"}))

    def test_every_node_gives_the_same_verdict(self):
        _, (uri,) = self.registered(1)
        self.net.agreed()
        for node in self.net.nodes:
            self.assertEqual(self.verdict(uri, status=0, nodes=[node]), ("genuine", set()))

    def test_another_genesis_proves_nothing(self):
        _, (uri,) = self.registered(1)
        other = self.net.root / "other-genesis.json"
        text = (self.net.dir / "genesis.json").read_text()
        other.write_text(text.replace('"devnet"', '"devnot"', 1))
        self.assertNotEqual(other.read_text(), text)
        answer = self.net.cli("verify", uri, trust=other)
        self.assertEqual((answer.status, answer.json["verdict"]), (4, "unproven"), str(answer))

    def test_exit_statuses_of_what_can_not_be_asked(self):
        _, (uri,) = self.registered(1)
        self.assertEqual(self.net.cli("verify", uri, nodes=["http://127.0.0.1:1"]).status, 3)
        self.assertEqual(self.net.cli("verify", "no-such-form").status, 2)
        self.assertEqual(self.net.cli("register", uri, "--file", "/nonexistent.csv", org="atelier").status, 2)

    def test_history_is_complete(self):
        _, (uri,) = self.registered(1)
        self.hand_over("atelier", "swift", uri)
        self.hand_over("swift", "corner", uri)
        self.run_as("corner", "sell", uri)
        history = self.net.cli("history", uri, nodes=[self.net.nodes[2]])
        self.assertIn(history.status, (0, 5), str(history))
        self.assertTrue(history.json["complete"] and history.json["proven"])
        events = history.json["events"]
        self.assertEqual([event["sequence"] for event in events], list(range(6)))
        self.assertEqual([event["actor"] for event in events], ["atelier", "atelier", "swift", "swift", "corner", "corner"])
        self.assertEqual([event["kind"] for event in events],
                         ["registered", "shipped", "received", "shipped", "received", "sold"])
        self.assertEqual(len({event["transaction"] for event in events}), 6)
