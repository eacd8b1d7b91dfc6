"""Complaints, sellers, inspections, corrections and territories through the command line, on real nodes."""

import datetime

from shared import NetworkCase


class ReportCases(NetworkCase):
    def verdict(self, *arguments, status, **options):
        answer = self.net.cli("verify", *arguments, **options)
        self.assertEqual(answer.status, status, str(answer))
        return answer.json["verdict"], set(answer.json["reasons"])

    def refusal(self, org, *arguments):
        return self.run_as(org, *arguments, status=1)["refusal"]["code"]

    def month(self, report):
        return datetime.datetime.fromtimestamp(report["filed_at_ms"] / 1000, datetime.timezone.utc).strftime("%Y-%m")

    def test_a_complaint_is_filed_answered_and_decided(self):
        _, (uri, other) = self.registered(2)
        photo = self.net.root / "photo.jpg"
        photo.write_bytes(b"not really a photo")
        # Of a stranger it is heard, and says nothing of the goods.
        self.run_as("corner", "report", other, "--kind", "counterfeit", "--text", "dear")
        filed = self.run_as("veritas", "report", uri, "--kind", "counterfeit", "--text", "the seal is missing",
                            "--evidence", str(photo))
        report = filed["report"]
        self.assertEqual(self.verdict(uri, status=5), ("caution", {"open_report"}))
        self.assertEqual(self.verdict(other, status=0), ("genuine", set()))
        listed = self.run_as(None, "reports", "--handler", "acme", "--state", "open")["reports"]
        self.assertIn(report, [one["id"] for one in listed])
        self.assertEqual(self.refusal("swift", "respond", report, "--text", "no"), "report_unknown")
        self.assertEqual(self.refusal("swift", "resolve", report, "--outcome", "withdrawn"), "report_unknown")
        self.run_as("acme", "respond", report, "--text", "the seal is of the new kind")
        self.run_as("bazaar", "resolve", report, "--outcome", "rejected", "--reason", "the brand is right")
        self.assertEqual(self.refusal("acme", "respond", report, "--text", "late"), "report_resolved")
        self.assertEqual(self.verdict(uri, status=0), ("genuine", set()))
        shown = self.run_as(None, "reports", "--id", report)["result"]
        self.assertEqual((shown["report"]["state"], shown["report"]["outcome"]), ("resolved", "rejected"))
        self.assertEqual([event["kind"] for event in shown["events"]],
                         ["reported", "report_responded", "report_resolved"])
        stats = self.run_as(None, "report-stats", "acme", "--month", self.month(shown["report"]))
        self.assertTrue(stats["proven"])
        self.assertGreaterEqual(stats["responded_in_time"], 1)
        self.assertEqual(self.run_as(None, "report-stats", "borea", "--month", self.month(shown["report"]))["filed"], 0)
        self.run_as(None, "report-stats", "acme", "--month", "2001-01", status=1)  # before the chain
        self.assertEqual([event["kind"] for event in self.run_as(None, "history", uri)["events"]],
                         ["registered", "reported", "report_resolved"])

    def test_a_listing_is_reported_to_its_platform_and_withdrawn(self):
        listing = ["report", "--platform", "bazaar", "--url", "https://bazaar.example/item/17"]
        report = self.run_as("borea", *listing, "--kind", "listing", "--text", "our picture, not our shoe")["report"]
        shown = self.run_as(None, "reports", "--id", report)["result"]["report"]
        self.assertEqual((shown["handler"], shown["subject"]["platform"]), ("bazaar", "bazaar"))
        self.run_as("borea", "resolve", report, "--outcome", "withdrawn", "--reason", "it is gone")
        self.assertEqual(self.refusal("borea", "report", "--platform", "corner", "--url", "https://x.example",
                                      "--kind", "listing", "--text", "x"), "not_platform")

    def test_a_shop_has_one_pseudonym_and_keeps_its_standing(self):
        number = str(self.random.randrange(10 ** 8, 10 ** 9))
        shop = ["--country", "FR", "--registration", number]
        first = self.run_as("bazaar", "seller", "register", *shop)
        pseudonym = first["pseudonym"]
        self.assertEqual(self.run_as("bazaar", "seller", "register", *shop)["result"], "already_there")
        self.assertEqual(self.run_as("acme", "seller", "register", *shop, status=1)["refusal"]["code"], "not_allowed")
        _, (uri, kept) = self.registered(2)
        self.hand_over("atelier", "bazaar", uri, kept)
        self.run_as("bazaar", "sell", uri, "--country", "FR", "--seller", pseudonym)
        sold = self.run_as(None, "history", uri)["events"][-1]
        self.assertEqual((sold["kind"], sold["other"]), ("sold", pseudonym))
        self.run_as("bazaar", "seller", "standing", pseudonym, "--standing", "closed", "--reason", "sold fakes")
        report = self.run_as("bazaar", "sell", kept, "--seller", pseudonym, status=1)
        self.assertEqual({line["code"] for line in report["lines"]}, {"seller_suspended"})
        shown = self.run_as(None, "seller", "show", pseudonym)
        self.assertTrue(shown["proven"] and shown["registered"])
        self.assertEqual([(entry["platform"], entry["standing"], entry["reason"]) for entry in shown["entries"]],
                         [("bazaar", "closed", "sold fakes")])
        self.assertEqual(self.refusal("bazaar", "seller", "register", pseudonym, "--country", "FR"), "seller_closed")
        self.assertFalse(self.run_as(None, "seller", "show", "ab" * 32)["registered"])

    def test_an_inspection_and_a_correction_stand_beside_what_was(self):
        _, (uri,) = self.registered(1)
        self.hand_over("atelier", "corner", uri)
        paper = self.net.root / "finding.pdf"
        paper.write_bytes(b"not really a finding")
        self.run_as("veritas", "inspect", uri, "--finding", "nonconform", "--document", str(paper))
        self.assertEqual(self.refused("corner", "inspect", uri, "--finding", "conform"), {"not_allowed"})
        self.assertEqual(self.refusal("corner", "correct", uri, "--event", "1", "--reason", "x"),
                         "correction_not_yours")
        wrong = ["correct", uri, "--event", "1", "--reason", "wrong document"]
        self.run_as("atelier", *wrong)
        self.assertEqual(self.run_as("atelier", *wrong)["result"], "already_there")
        self.run_as("atelier", "correct", uri, "--event", "99", "--reason", "x", status=2)
        history = self.run_as(None, "history", uri)
        self.assertTrue(history["complete"] and history["proven"])
        events = history["events"]
        self.assertEqual([event["kind"] for event in events],
                         ["registered", "shipped", "received", "inspected", "corrected"])
        self.assertEqual((events[1]["corrected_by"], events[4]["corrects"]), (4, 1))
        self.assertEqual(self.item(uri)["custodian"], "corner")

    def test_territories_and_limited_recalls(self):
        gtin, (uri, other) = self.registered(2)
        self.run_as("acme", "territories", gtin, "de", "CH", "FR")
        self.assertEqual(self.run_as(None, "product", "show", gtin)["result"]["territories"], ["CH", "DE", "FR"])
        self.assertEqual(self.refusal("borea", "territories", gtin, "CH"), "not_brand")
        self.assertEqual(self.verdict(uri, "--country", "US", status=5), ("caution", {"outside_territory"}))
        self.assertEqual(self.verdict(uri, "--country", "CH", status=0), ("genuine", set()))
        self.hand_over("atelier", "corner", uri, other)
        self.assertEqual(self.refused("corner", "sell", uri, "--country", "US"), {"outside_territory"})
        self.run_as("acme", "recall", gtin, "--lot", "L1", "--reason", "label", "--country", "DE")
        self.assertEqual(self.verdict(uri, status=5), ("caution", {"recalled"}))
        self.assertEqual(self.verdict(uri, "--country", "DE", status=5), ("caution", {"recalled"}))
        self.assertEqual(self.verdict(uri, "--country", "FR", status=0), ("genuine", set()))
        self.assertEqual(self.refused("corner", "sell", uri, "--country", "DE"), {"recalled"})
        self.run_as("corner", "sell", uri, "--country", "FR")
        self.run_as("acme", "territories", gtin, "--everywhere")
        self.assertEqual(self.verdict(other, "--country", "US", status=0), ("genuine", set()))
