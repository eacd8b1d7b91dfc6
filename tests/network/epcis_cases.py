"""EPCIS both ways on real nodes: the public documents captured, and histories exported into a second, fresh network.

TOUCHSTONE_EPCIS_SCHEMA is a file with the EPCIS 2.0 JSON schema, or its address
(https://ref.gs1.org/standards/epcis/2.0.1/epcis-json-schema.json); without it that one test says that it is skipped.
TOUCHSTONE_WRITE_DOCS=1 writes the table of docs/epcis.md, which is compared otherwise.
"""

import collections
import contextlib
import http.client
import json
import os
import pathlib
import re
import unittest
import urllib.parse
import urllib.request

import harness
from container_cases import sscc
from shared import NetworkCase

DATA = pathlib.Path(os.environ.get("TOUCHSTONE_TEST_DATA", harness.PROJECT / "../shared/data")) / "epcis"
DOCS = harness.PROJECT / "docs/epcis.md"
BEGIN, END = "<!-- public documents: begin -->\n", "<!-- public documents: end -->\n"
NOT_COMPARED = {"loaded", "unloaded"}  # told of the container; its content's own events tell the same


def table_of(events):
    """The table of docs/epcis.md: what became of every event of the valid public documents, and why."""
    lines = ["| document | event | type | result | why |", "|---|---|---|---|---|"]
    for event in events:
        operations = ", ".join(event["operations"])
        why = re.sub(r" \[.*\]$", "", event.get("message", "")) or operations
        if event["result"] == "already_there":
            why = "an earlier document of the table has the same event, or did the same"
        if event["result"] == "refused":
            why = f"`{event['code']}`: {why}"
        name = pathlib.Path(event["file"]).name.removesuffix(".json")
        lines.append(f"| {name} | {event['index']} | {event['type']} | {event['result']} | {why} |")
    return "\n".join(lines) + "\n"


def told(history):
    """What of a history must be the same in another chain: kinds, actors, parties, containers, details, in order."""
    return [(event["kind"], event["actor"], event["other"],
             "" if event["kind"] in ("packed", "unpacked") else event["detail"], event["container"])
            for event in history["events"] if event["kind"] not in NOT_COMPARED]


def schema():
    """The EPCIS JSON schema; a skip that says what is missing."""
    try:
        import jsonschema
    except ImportError:
        raise unittest.SkipTest("SKIPPED: python3-jsonschema is not installed") from None
    source = os.environ.get("TOUCHSTONE_EPCIS_SCHEMA")
    if not source:
        raise unittest.SkipTest("SKIPPED: set TOUCHSTONE_EPCIS_SCHEMA to the schema's file or address")
    if source.startswith("http"):
        with urllib.request.urlopen(source, timeout=20) as answer:
            content = json.load(answer)
    else:
        content = json.loads(pathlib.Path(source).read_text())
    return jsonschema.validators.validator_for(content)(content)


class EpcisCases(NetworkCase):
    lives = 0

    def life(self):
        """Three items with everything that an EPCIS document can carry; answers GTIN, links and SSCCs."""
        gtin = self.net.new_product(quota=3)
        path, uris = self.net.new_serials(gtin, 3)
        EpcisCases.lives += 1
        case, pallet = sscc(7000 + 2 * self.lives), sscc(7001 + 2 * self.lives)
        self.run_as("atelier", "register", "--file", str(path), "--lot", "L7", "--expiry", "2030-11-30")
        self.run_as("atelier", "document", "record", "ab" * 32, "--item", uris[0])
        self.run_as("atelier", "pack", "--into", case, *uris[:2])
        self.run_as("atelier", "pack", "--into", pallet, "--sscc", case)
        self.run_as("atelier", "ship", "--sscc", pallet, "--to", "swift", "--document", "DN 1/2")
        self.run_as("atelier", "cancel-shipment", "--sscc", pallet)
        self.run_as("atelier", "ship", "--sscc", pallet, "--to", "corner")
        self.run_as("corner", "receive", "--sscc", pallet)
        self.run_as("corner", "unpack", "--from", pallet, "--sscc", case)
        self.run_as("corner", "unpack", "--from", case, *uris[:2])
        self.run_as("acme", "flag", uris[0], "--flag", "suspect", "--reason", "label")
        self.run_as("acme", "clear-flag", uris[0], "--flag", "suspect")
        self.run_as("acme", "transfer-ownership", *uris[:2], "--to", "corner")
        self.run_as("corner", "accept-ownership", uris[0])
        self.run_as("corner", "reject-ownership", uris[1], "--reason", "price")
        self.run_as("corner", "sell", *uris[:2], "--country", "FR")
        self.run_as("corner", "return", uris[0], "--reason", "small")
        self.run_as("corner", "cancel-sale", uris[1], "--reason", "till")
        self.run_as("acme", "decommission", uris[2], "--as", "sampled", "--reason", "assay")
        self.run_as("acme", "correct", uris[2], "--event", "1", "--reason", "another piece")
        return gtin, uris, (case, pallet)

    def exported(self, uris, ssccs, name="history.jsonld"):
        path = self.net.dir / name
        named = [argument for number in ssccs for argument in ("--sscc", number)]
        self.run_as(None, "history", "--epcis", "--output", str(path), *named, *uris)
        return json.loads(path.read_text())

    def test_every_public_document_is_captured_and_every_result_explained(self):
        if not DATA.exists():
            self.skipTest(f"SKIPPED: no public documents at {DATA}; set TOUCHSTONE_TEST_DATA")
        documents = sorted(str(path) for path in (DATA / "valid").glob("*.json"))
        self.assertEqual(len(documents), 43)
        answer = self.net.cli("capture", "--opening-stock", "--to", "swift", *documents, org="acme")
        self.assertEqual(answer.status, 1, str(answer))  # some are refused
        events = answer.json["events"]
        self.assertEqual(len(events), 73)
        counts = collections.Counter(event["result"] for event in events)
        print(f"\nvalid public documents: {dict(counts)}")
        self.assertEqual(set(counts), {"accepted", "already_there", "kept", "refused"})
        for event in events:
            if event["result"] in ("refused", "kept"):
                self.assertTrue(event["code"] and len(event["message"]) > 20, event)
        for event in events:
            if event["result"] == "kept":
                shown = self.run_as(None, "document", "show", event["hash"], "--by", "acme")
                self.assertTrue(shown["recorded"] and shown["proven"], event)
        again = self.net.cli("capture", "--opening-stock", "--to", "swift", *documents, org="acme").json["counts"]
        self.assertEqual(again.get("accepted", 0) + again.get("kept", 0), 0, again)
        text = DOCS.read_text()
        before, rest = text.split(BEGIN)
        after = rest.split(END)[1]
        if "TOUCHSTONE_WRITE_DOCS" in os.environ:
            DOCS.write_text(before + BEGIN + table_of(events) + END + after)
        else:
            self.assertEqual(rest.split(END)[0], table_of(events), "write it again with TOUCHSTONE_WRITE_DOCS=1")

    def test_every_invalid_public_document_is_refused_and_its_fault_named(self):
        if not DATA.exists():
            self.skipTest(f"SKIPPED: no public documents at {DATA}; set TOUCHSTONE_TEST_DATA")
        documents = sorted(str(path) for path in (DATA / "invalid").glob("*.json"))
        self.assertEqual(len(documents), 8)
        height = self.net.status()["height"]
        for document in documents:
            answer = self.net.cli("capture", document, org="acme")
            self.assertEqual(answer.status, 2, str(answer))
            for event in answer.json["events"]:
                self.assertEqual((event["result"], event["code"]), ("malformed", "malformed_event"), event)
                print(f"{pathlib.Path(document).name} {event['index']}: {event['message']}")
        self.assertEqual(self.net.status()["height"], height)

    def test_an_exported_history_in_a_fresh_network_is_the_same_history(self):
        gtin, uris, ssccs = self.life()
        before = {uri: self.run_as(None, "history", uri) for uri in uris}
        document = self.exported(uris, ssccs)
        events = document["epcisBody"]["eventList"]
        self.assertEqual(len({event["eventID"] for event in events}), len(events) - 1)  # the correction repeats one
        with harness.Devnet() as second:
            second.must("product", "declare", gtin, "--name", "Product", org="acme")
            second.must("licence", "grant", gtin, "atelier", "--quota", "3", org="acme")
            for number, event in enumerate(events):
                single = second.root / f"event-{number}.jsonld"
                single.write_text(json.dumps({**document, "epcisBody": {"eventList": [event]}}))
                report = second.must("capture", str(single), org=event["touchstone:actor"])
                self.assertEqual(report["counts"], {"accepted": 1}, report)
            for uri in uris:
                after = second.must("history", uri)
                self.assertTrue(after["complete"])
                self.assertEqual(told(after), told(before[uri]))
                changing = ("registered_at_ms", "ended_at_ms")
                self.assertEqual({name: value for name, value in after["item"].items() if name not in changing},
                                 {name: value for name, value in before[uri]["item"].items() if name not in changing})
            # Where a container is not named, its key stands for it: the same again, from the second network.
            path = second.dir / "again.jsonld"
            second.must("history", "--epcis", "--output", str(path), *uris)
            again = json.loads(path.read_text())["epcisBody"]["eventList"]
            self.assertEqual([event["touchstone:kind"] for event in again],
                             [event["touchstone:kind"] for event in events])
            parents = {event["parentID"] for event in again if "parentID" in event}
            self.assertTrue(all(parent.startswith("urn:touchstone:container-key:") for parent in parents), parents)

    def http(self, method, target, org=None, document=None, **headers):
        """One request to the REST binding of acme's own node; answers status, headers and body."""
        node = self.net.nodes[0]
        connection = http.client.HTTPConnection("127.0.0.1", node.rpc_port, timeout=20)
        if org:
            headers["Authorization"] = f"Touchstone {self.net.token(org, f'127.0.0.1:{node.rpc_port}')}"
        body = None if document is None else json.dumps(document)
        connection.request(method, target, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, dict(answer.getheaders()), json.loads(text) if text else None

    def test_a_member_captures_and_asks_at_its_own_node(self):
        gtin = self.net.new_product()
        _, uris = self.net.new_serials(gtin, 3)
        event = {"type": "ObjectEvent", "eventTime": "2026-03-01T10:00:00Z", "eventTimeZoneOffset": "+01:00",
                 "action": "ADD", "bizStep": "commissioning", "disposition": "active", "epcList": uris[:2]}
        shipping = {**event, "eventTime": "2026-03-02T10:00:00Z", "action": "OBSERVE", "bizStep": "storing",
                    "disposition": "in_progress"}
        document = {"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
                    "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-03-02T11:00:00Z",
                    "epcisBody": {"eventList": [event, shipping]}}
        for org, status in ((None, 401), ("borea", 403), ("veritas", 403)):
            self.assertEqual(self.http("POST", "/capture", org, document)[0], status)
        status, headers, _ = self.http("POST", "/capture", "acme", document)
        self.assertEqual(status, 202)
        job = harness.wait_until(lambda: (lambda one: None if one["running"] else one)(
            self.http("GET", headers["Location"], "acme")[2]), 20, "the capture job has ended")
        self.assertTrue(job["success"], job)
        # On the ledger, in acme's vault, and in the answers to queries: in the order and within the limits asked for.
        verdict = self.run_as(None, "verify", uris[0])
        self.assertEqual(verdict["verdict"], "genuine")
        with contextlib.closing(self.net.nodes[0].rpc_as("acme")) as own:
            kept = own.call("vault_find", gtin=gtin)
        self.assertIn(uris[0].rpartition("/")[2], json.dumps(kept))
        found = self.events("eventType=ObjectEvent&MATCH_epc=" + urllib.parse.quote(uris[0], safe=""))
        self.assertEqual({one["bizStep"] for one in found}, {"commissioning", "storing"})
        found = self.events("EQ_bizStep=storing&GE_eventTime=2026-03-02T00:00:00Z&MATCH_epc="
                            + urllib.parse.quote(uris[1], safe=""))
        self.assertEqual([one["eventTime"] for one in found], ["2026-03-02T10:00:00Z"])
        self.assertTrue(found[0]["eventID"].startswith("ni:///sha-256;"), found)
        self.assertEqual(self.http("GET", "/events", "veritas")[0], 200)  # an auditor may ask
        self.assertEqual(self.http("GET", "/events", "borea")[0], 403)
        status, _, problem = self.http("GET", "/events?colour=red", "acme")
        self.assertEqual((status, problem["title"]), (400, "QueryParameterException"))

    def events(self, query):
        status, _, document = self.http("GET", "/events?" + query, "acme")
        self.assertEqual(status, 200, document)
        return document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]

    def test_rollback_records_all_events_of_a_document_or_none(self):
        gtin = self.net.new_product(quota=1)
        _, (uri,) = self.net.new_serials(gtin, 1)
        event = {"type": "ObjectEvent", "eventTime": "2026-01-01T10:00:00Z", "eventTimeZoneOffset": "+00:00",
                 "action": "ADD", "bizStep": "commissioning", "epcList": [uri]}
        sale = {**event, "action": "OBSERVE", "bizStep": "retail_selling"}
        path = self.net.dir / "rollback.jsonld"
        path.write_text(json.dumps([event, sale]))
        report = self.run_as("atelier", "capture", "--rollback", str(path), status=2)
        self.assertEqual([one["code"] for one in report["events"]], ["rolled_back", "not_allowed"])
        self.assertFalse(self.run_as(None, "verify", uri, status=5)["item"])
        report = self.run_as("atelier", "capture", "--proceed", str(path), status=1)
        self.assertEqual([one["result"] for one in report["events"]], ["accepted", "refused"])

    def test_an_exported_history_is_valid_by_the_schema_of_the_standard(self):
        validator = schema()
        _, uris, ssccs = self.life()
        for named in (ssccs, ()):
            faults = [f"{list(fault.absolute_path)}: {fault.message[:200]}"
                      for fault in validator.iter_errors(self.exported(uris, named, "valid.jsonld"))]
            self.assertEqual(faults, [])
        broken = self.exported(uris, ssccs)
        del broken["epcisBody"]["eventList"][0]["eventTime"]
        self.assertTrue(list(validator.iter_errors(broken)), "the schema finds no fault in anything")
