"""A chain of registrations, shipments, sales and a recall, audited from a folder and over JSON-RPC, and exported."""

import csv
import hashlib
import io
import json
import shutil

from shared import NetworkCase, key_of


def digest_of(folder):
    """Of all files of a stopped node but its log, with their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "node.log":
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class AuditCases(NetworkCase):
    def a_day(self):
        """Six items of a new product: five travel and two of them are sold; the lot is recalled. GTIN and links."""
        gtin, uris = self.registered(6, lot="AUDIT")
        self.run_as("atelier", "ship", *uris[:5], "--to", "corner", "--document", "DN-7")
        self.run_as("corner", "receive", *uris[:5])
        self.run_as("corner", "sell", *uris[:2], "--country", "FR")
        self.run_as("acme", "recall", gtin, "--lot", "AUDIT", "--reason", "one, two, and \"three\"")
        return gtin, uris

    def rows(self, table, *arguments, nodes=None):
        """What an export in CSV holds, once it is checked that the same in JSON Lines holds the same."""
        path = self.net.root / f"{table}.csv"
        report = self.run_as(None, "export", table, *arguments, "-o", str(path), nodes=nodes)
        with open(path, newline="", encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count("\n"), text.count("\r\n"))
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual(report["rows"], len(rows))
        lines = path.with_suffix(".jsonl")
        self.run_as(None, "export", table, *arguments, "--format", "jsonl", "-o", str(lines), nodes=nodes)
        objects = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
        self.assertEqual([{name: "" if value is None else str(value) for name, value in one.items()}
                          for one in objects],
                         [{name: value.replace("true", "True").replace("false", "False") if value in ("true", "false")
                           else value for name, value in row.items()} for row in rows])
        return rows

    def test_folder_and_rpc_give_the_same_audit(self):
        self.a_day()
        height, root, _ = self.net.agreed()
        status = self.net.status()
        by_rpc = self.run_as(None, "audit")
        running = self.run_as(None, "audit", "--home", str(self.net.nodes[0].home), nodes=())
        for report in (by_rpc, running):
            self.assertTrue(report["ok"])
            self.assertEqual((report["height"], report["state_root"]), (height, root))
            self.assertEqual(report["checked"]["blocks"], height)
            self.assertEqual(report["checked"]["items"], status["items"])
            self.assertGreaterEqual(report["checked"]["validator_signatures"], 3 * report["checked"]["certificates"])
        self.assertEqual(by_rpc["checked"], running["checked"])

    def test_a_node_that_works_meanwhile_can_be_audited(self):
        gtin = self.net.new_product(quota=40)
        _, uris = self.net.new_serials(gtin, 40)
        home = str(self.net.nodes[1].home)
        for uri in uris:
            self.run_as("atelier", "register", uri, "--no-wait")
            self.assertTrue(self.run_as(None, "audit", "--home", home, nodes=())["ok"])
        self.net.agreed()

    def test_a_stopped_folder_is_audited_and_left_as_it_was(self):
        self.a_day()
        self.net.agreed()
        observer = self.net.observers[0]
        observer.stop()
        before = digest_of(observer.home)
        self.assertTrue(self.run_as(None, "audit", "--home", str(observer.home), nodes=())["ok"])
        self.assertEqual(digest_of(observer.home), before)

    def copy_of_a_stopped_node(self):
        """Its genesis and blocks, to be damaged."""
        self.a_day()
        self.net.agreed()
        observer = self.net.observers[0]
        observer.stop()
        copy = self.net.root / "damaged"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        shutil.copy(observer.home / "genesis.json", copy)
        shutil.copytree(observer.home / "blocks", copy / "blocks")
        return copy, sorted((copy / "blocks").iterdir())[0]

    def test_damage_is_named_and_a_torn_tail_is_none(self):
        copy, log = self.copy_of_a_stopped_node()
        whole = log.read_bytes()
        height = self.run_as(None, "audit", "--home", str(copy), nodes=())["height"]

        # One byte in the second half of what was written, in a record's payload.
        end = len(whole.rstrip(b"\0"))
        at = whole.index(b"TSBL", end // 2) + 200
        log.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        report = self.run_as(None, "audit", "--home", str(copy), nodes=(), status=4)
        self.assertFalse(report["ok"])
        self.assertEqual(report["fault"]["code"], "log_corrupt")
        self.assertEqual(report["fault"]["height"], report["height"] + 1)
        self.assertIn(f"block {report['fault']['height']} ", report["fault"]["what"])

        # The last records are cut off in the middle.
        log.write_bytes(whole[:end - 100])
        report = self.run_as(None, "audit", "--home", str(copy), nodes=())
        self.assertTrue(height - 2 <= report["height"] < height, report)

    def test_another_genesis_is_another_chain(self):
        other = json.loads((self.net.dir / "genesis.json").read_text())
        other["name"] = "another"
        path = self.net.root / "another.json"
        path.write_text(json.dumps(other))
        for arguments, nodes in (([], None), (["--home", str(self.net.nodes[0].home)], ())):
            answer = self.net.cli("audit", *arguments, nodes=nodes, trust=path)
            self.assertEqual((answer.status, answer.json["fault"]["code"]), (4, "wrong_genesis"), str(answer))

    def test_usage(self):
        self.assertEqual(self.net.cli("audit", nodes=["http://127.0.0.1:9"]).status, 3)
        self.assertEqual(self.net.cli("audit", "--home", str(self.net.root / "absent"), nodes=()).status, 2)
        self.assertEqual(self.net.cli("audit", "--work", str(self.net.root / "absent")).status, 2)
        self.assertEqual(self.net.cli("export", "items", "--from", "2", "-o", str(self.net.root / "x")).status, 2)
        self.assertEqual(self.net.cli("export", "items", "--to", "999999999", "-o", str(self.net.root / "x")).status, 2)
        self.assertFalse((self.net.root / "x").exists())

    def test_exports_tell_what_happened(self):
        gtin, uris = self.a_day()
        self.net.agreed()
        items = {row["key"]: row for row in self.rows("items", "--gtin", gtin)}
        records = {key_of(uri): self.item(uri) for uri in uris}
        self.assertEqual(set(items), set(records))
        for key, record in records.items():
            for column in ("gtin", "lot", "state", "maker", "custodian"):
                self.assertEqual(items[key][column], record[column])
        events = self.rows("events", "--gtin", gtin)
        self.assertEqual([row["event"] for row in events],
                         ["declared"] + 6 * ["registered"] + 5 * ["shipped"] + 5 * ["received"] + 2 * ["sold"] +
                         ["recalled"])
        self.assertEqual(events[-1]["detail"], "lot AUDIT: one, two, and \"three\"")
        self.assertEqual({row["other"] for row in events if row["event"] == "shipped"}, {"corner"})
        first, last = events[0]["height"], events[-1]["height"]
        self.assertEqual(len(self.rows("events", "--gtin", gtin, "--organisation", "corner")), 5 + 5 + 2)
        self.assertEqual([row["height"] for row in self.rows("blocks", "--from", first, "--to", last)],
                         [str(height) for height in range(int(first), int(last) + 1)])
        names = [row["operations"] for row in self.rows("transactions", "--from", first, "--to", last)]
        self.assertEqual(names, ["declare_product", "grant_licence", "register", "ship", "receive", "sell", "recall"])
        # As it was when they were on their way.
        shipped = next(row["height"] for row in events if row["event"] == "shipped")
        states = [row["state"] for row in self.rows("items", "--gtin", gtin, "--to", shipped)]
        self.assertEqual(sorted(states), ["active"] + 5 * ["in_transit"])

    def test_registers_are_those_of_the_node(self):
        gtin, _ = self.a_day()
        self.net.agreed()
        (product,) = self.rows("products", "--gtin", gtin)
        self.assertEqual((product["brand"], product["registered"], product["lots_recalled"]), ("acme", "6", "1"))
        (licence,) = self.rows("licences", "--gtin", gtin)
        self.assertEqual((licence["manufacturer"], licence["quota"], licence["used"]), ("atelier", "6", "6"))
        listed = self.net.nodes[0].rpc.call("org_list", limit=1000)["organisations"]
        organisations = self.rows("organisations", "--home", str(self.net.nodes[0].home), nodes=())
        self.assertEqual({row["id"]: row["roles"] for row in organisations},
                         {one["id"]: " ".join(one["roles"]) for one in listed})
