"""An insider's view: what one member learns of another from its own disk, and from every method of JSON-RPC.

Two brands register real serials through their own nodes, which keep them in their vaults. Then everything that one of
them has is searched for the other's.
"""

import base64
import binascii
import csv
import re

import harness
from shared import NetworkCase, commitment_of, key_of

# Of the other's items. No height, port or size of these tests comes near it.
COUNT = 1237
ACCESS = {"public", "holder", "member", "party", "own_or_overseer", "overseer", "node_owner"}
REFUSED = {"authentication_required", "access_denied", "needs_websocket", "not_found", "malformed", "invalid_params"}


def spellings(serial):
    """How a serial may stand in a file."""
    plain = serial.encode()
    return (plain, plain[::-1], serial.encode("utf-16-le"), serial.encode("utf-16-be"), plain.hex().encode(),
            plain.hex().upper().encode(), base64.b64encode(plain))


# Where a spelling can stand: runs of the characters that it is made of. Serials of 12 characters fill base64's groups.
LETTER = b"[0-9A-Z]"
RUNS = [(re.compile(pattern), length) for pattern, length in
        ((LETTER + b"{12,}", 12), (b"(?:" + LETTER + b"\0){12,}", 24), (b"(?:\0" + LETTER + b"){12,}", 24),
         (b"[0-9a-f]{24,}", 24), (b"[0-9A-F]{24,}", 24), (b"[0-9A-Za-z+/]{16,}", 16))]


def found_in(folder, serials):
    """The files of a folder that hold one of the serials, in any spelling."""
    wanted = {spelling for serial in serials for spelling in spellings(serial)}
    hits = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        for run, length in RUNS:
            for found in run.finditer(content):
                text = found.group()
                hits += [(str(path.relative_to(folder)), text[at:at + length])
                         for at in range(len(text) - length + 1) if text[at:at + length] in wanted]
    return hits


def numbers_and_texts(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from numbers_and_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_and_texts(inner)
    else:
        yield value


def bytes_of(text):
    """What a text of an answer may carry: itself, and what it says in base64."""
    yield text.encode()
    try:
        yield base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        pass


class InsiderCases(NetworkCase):
    made = None  # once for all cases: both brands' products, serials and keys

    def setUp(self):
        super().setUp()
        self.acme, self.borea = self.net.nodes[0], self.net.nodes[1]
        if InsiderCases.made is None:
            InsiderCases.made = {"acme": self.make("acme", self.acme, 901, COUNT),
                                 "borea": self.make("borea", self.borea, 902, 60)}
            self.move_some()

    def make(self, org, node, number, count):
        """A product, a licence and `count` items of a brand, through its own node."""
        gtin = harness.gtin14(number, org)
        self.run_as(org, "product", "declare", gtin, "--name", f"Product of {org}", nodes=[node])
        self.run_as(org, "licence", "grant", gtin, "atelier", "--quota", str(count), nodes=[node])
        path, _ = self.net.new_serials(gtin, count)
        answer = self.run_as(org, "register", "--file", str(path), "--lot", "INSIDE", nodes=[node])
        self.assertEqual((answer["accepted"], answer["kept_in_vault"], answer["warnings"]), (count, count, []))
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {"gtin": gtin, "path": path, "serials": [row["serial"] for row in rows],
                "uris": [row["uri"] for row in rows]}

    def move_some(self):
        """Goods of acme travel, are reported and sold: everything that leaves a trace on all nodes."""
        mine = self.made["acme"]
        mine["sscc"] = "106141419999999901"[:17]
        digits = mine["sscc"]
        total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
        mine["sscc"] = digits + str(-total % 10)
        self.run_as("acme", "pack", "--into", mine["sscc"], *mine["uris"][1:4])
        self.run_as("acme", "ship", "--sscc", mine["sscc"], "--to", "swift")
        self.hand_over("acme", "corner", mine["uris"][4])
        self.run_as("corner", "sell", mine["uris"][4])
        self.run_as("acme", "recall", mine["gtin"], "--lot", "INSIDE", "--reason", "a test")
        mine["commitments"] = [commitment_of(uri) for uri in mine["uris"]]
        # A shopper's question in plaintext, to the other's node: it may not keep what it was asked.
        shopper = self.borea.rpc_as(None)
        shopper.call("item_verify", gtin=mine["gtin"], serial=mine["serials"][0])
        shopper.ask("item_get", {"gtin": mine["gtin"], "serial": mine["serials"][1]})
        shopper.close()
        self.net.agreed()

    def test_the_search_finds_what_is_there(self):
        """Of the case below: it would find a serial, were there one."""
        folder = self.net.root / "planted"
        folder.mkdir(exist_ok=True)
        for number, spelling in enumerate(spellings(self.made["acme"]["serials"][7])):
            (folder / "file").write_bytes(b"\0\1AB" + spelling + b"9C\2")
            self.assertTrue(found_in(folder, self.made["acme"]["serials"]), number)

    def test_no_disk_of_another_holds_a_serial_and_the_own_vault_is_sealed(self):
        for node in self.net.nodes:
            for org in ("acme", "borea"):
                self.assertEqual(found_in(node.home, self.made[org]["serials"]), [], f"{node.home.name}, {org}")
        for node in (self.acme, self.borea):
            sealed = sum(path.stat().st_size for path in (node.home / "vault").rglob("*") if path.is_file())
            self.assertGreater(sealed, 60 * 128)

    def test_the_owner_finds_his_serials_and_nobody_else_does(self):
        mine = self.made["borea"]
        found = self.run_as("borea", "vault", "find", "--gtin", mine["gtin"], nodes=[self.borea])["items"]
        self.assertEqual(sorted(item["serial"] for item in found), sorted(mine["serials"]))
        self.assertEqual({item["lot"] for item in found}, {"INSIDE"})
        one = self.run_as("borea", "vault", "find", "--gtin", mine["gtin"], commitment_of(mine["uris"][3]), nodes=[self.borea])["items"]
        self.assertEqual([item["serial"] for item in one], [mine["serials"][3]])
        for org in ("acme", "veritas"):
            answer = self.net.cli("vault", "find", "--gtin", mine["gtin"], org=org, nodes=[self.borea])
            self.assertEqual((answer.status, answer.json["error"]["code"]), (1, "access_denied"), str(answer))
        # Acme's own node does not know them either.
        self.assertEqual(self.run_as("acme", "vault", "find", "--gtin", mine["gtin"], nodes=[self.acme])["items"], [])

    def test_a_vault_outlives_a_killed_node(self):
        self.borea.kill()
        self.borea.restart()
        out = self.net.root / "exported.csv"
        out.unlink(missing_ok=True)
        self.run_as("borea", "vault", "export", "--gtin", self.made["borea"]["gtin"], "--file", str(out),
                    nodes=[self.borea])
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        with open(out, newline="", encoding="utf-8") as file:
            self.assertEqual({row["serial"] for row in csv.DictReader(file)}, set(self.made["borea"]["serials"]))
        self.net.agreed()

    def questions(self):
        """For every method: what somebody would ask who wants to know about acme's goods."""
        mine = self.made["acme"]
        gtin = {"gtin": mine["gtin"]}
        item = {**gtin, "commitment": mine["commitments"][0]}
        registration = self.acme.rpc.call("item_history", **item)["events"][0]
        height = registration["height"]
        nothing = [{}]
        # Records that are there: the proof of an absence names its neighbour in the tree, whoever's that is.
        self.run_as("acme", "document", "record", "ab" * 32)
        shop = self.run_as("bazaar", "seller", "register", "--country", "FR", "--registration", "FR 552 100 554")
        return {
            "chain_status": nothing, "chain_validators": nothing, "chain_epochs": nothing, "chain_parameters": nothing,
            "proposal_get": [{"number": 1}], "proposal_list": nothing,
            "document_get": [{"document": "ab" * 32, "organisation": "acme"}], "header_get": nothing, "rpc.discover": nothing,
            "block_get": [{"height": height}, {}], "block_list": [{"limit": 1000}],
            "block_bytes": [{"height": height}], "tx_get": [{"id": registration["transaction"]}],
            "tx_submit": [{"transaction": "AAAA"}], "tx_submit_and_wait": [{"transaction": "AAAA"}],
            "item_verify": [item, {**item, "country": "FR"}], "item_get": [item], "item_history": [item],
            "item_proof": [item],
            "container_get": [{"maker": "acme", "sscc": mine["sscc"]}], "container_find": [{"sscc": mine["sscc"]}],
            "container_history": [{"maker": "acme", "sscc": mine["sscc"]},
                                  {"maker": "acme", "sscc": mine["sscc"], "item": item}],
            "product_get": [gtin], "product_history": [gtin], "product_list": [{"limit": 1000}], "lot_get": [{**gtin, "lot": "INSIDE"}],
            "lot_list": [gtin],
            "org_get": [{"id": "acme"}], "org_list": [{"limit": 1000}],
            "licence_get": [{**gtin, "manufacturer": "atelier"}],
            "recall_list": [{}, gtin], "report_get": [{"id": "0" * 64}],
            "report_list": [{}, {"organisation": "acme"}],
            "report_stats": [{"organisation": "acme", "month": "2026-01"}], "seller_get": [{"pseudonym": shop["pseudonym"]}],
            "events_subscribe": [{"from_height": 1}], "events_unsubscribe": [{"subscription": 1}],
            "vault_put": [{"items": []}], "vault_find": [gtin, {}, {"keys": [key_of(uri) for uri in mine["uris"][:5]]}], "vault_status": nothing,
        }

    def test_a_proof_of_absence_shows_nothing_whose_name_can_be_guessed(self):
        neighbours = set()
        for _ in range(300):
            made_up = self.random.randbytes(32).hex()
            answer = self.net.nodes[0].rpc_as(None).call("item_proof", gtin=harness.gtin14(1), commitment=made_up)
            path = base64.b64decode(answer["proof"][0]["path"])
            count = int.from_bytes(path[:2], "big")
            bits = path[2:2 + (count + 7) // 8]
            end = path[2 + len(bits) + 32 * sum(bin(byte).count("1") for byte in bits):]
            if end[0] == 1:
                neighbours.add(end[1:33])
        self.assertTrue(neighbours)
        # The first bit of a key: whether anybody may ask for its kind (docs/verify.md).
        self.assertEqual([key.hex() for key in neighbours if key[0] & 0x80], [])

    def check_answer(self, answer, asked):
        """No other item of acme's than the one that was asked for, and no number of them."""
        mine = self.made["acme"]
        others = {one for one in mine["commitments"] + [key_of(uri) for uri in mine["uris"]] if one not in asked}
        raw = {bytes.fromhex(key) for key in others}
        for value in numbers_and_texts(answer):
            if isinstance(value, (int, float)):
                self.assertNotEqual(value, COUNT)
            elif isinstance(value, str):
                self.assertNotIn(str(COUNT), value.split())
                for content in bytes_of(value):
                    told = {found.decode() for found in re.findall(b"[0-9a-f]{64}", content)} & others
                    self.assertEqual(told, set())
                    inside = {content[at:at + 32] for at in range(max(0, len(content) - 31))} & raw
                    self.assertEqual(inside, set())

    def test_no_method_tells_a_member_or_nobody_of_anothers_volumes(self):
        questions = self.questions()
        discovered = self.borea.rpc.call("rpc.discover")["methods"]
        self.assertEqual({method["name"] for method in discovered}, set(questions),
                         "a method is new: say here what an insider would ask it")
        self.assertLessEqual({method["x-access"] for method in discovered}, ACCESS)
        told = 0
        for who in (None, "corner", "borea", "bazaar"):
            rpc = self.borea.rpc_as(who)
            for method, asked in questions.items():
                for params in asked:
                    with self.subTest(who=who, method=method, params=params):
                        answer = rpc.ask(method, params)
                        if "error" in answer:
                            self.assertIn(answer["error"]["data"]["code"], REFUSED, answer)
                        else:
                            told += 1
                            self.check_answer(answer["result"], {self.made["acme"]["commitments"][0], key_of(self.made["acme"]["uris"][0])})
            rpc.close()
        self.assertGreater(told, 60)
        # The same questions tell their owner and an auditor what they keep from others: so the check can fail.
        for who in ("acme", "veritas"):
            rpc = self.acme.rpc_as(who)
            for method in ("product_get", "tx_get", "lot_get"):
                with self.assertRaises(AssertionError):
                    self.check_answer(rpc.call(method, **questions[method][0]), set())
            rpc.close()

    def test_blocks_over_rpc_are_for_overseers(self):
        for org, status in (("veritas", 0), ("customs", 0), ("borea", 1), ("", 1)):
            answer = self.net.cli("audit", org=org)
            self.assertEqual(answer.status, status, str(answer))
            if status:
                self.assertEqual(answer.json["error"]["code"], "access_denied" if org else "authentication_required")
        # A member audits what its own node has.
        self.run_as("borea", "audit", "--home", str(self.borea.home), nodes=())

    def test_guessable_serials_are_warned_of_and_refused_where_the_brand_says_so(self):
        path = self.net.root / "counted.csv"
        path.write_text("serial\n" + "".join(f"SN{number:08d}\n" for number in range(40)))
        gtin = self.net.new_product()
        answer = self.net.cli("register", "--gtin", gtin, "--file", str(path), org="acme")
        self.assertEqual((answer.status, answer.json["accepted"], len(answer.json["warnings"])), (0, 40, 1), str(answer))
        self.assertIn("touchstone serials new", answer.stderr)
        self.assertNotIn("SN0000", answer.stderr)
        strict = harness.gtin14(903)
        self.run_as("acme", "product", "declare", strict, "--name", "Strict", "--guessable-serials", "refuse")
        self.assertEqual(self.run_as(None, "product", "show", strict)["result"]["serial_policy"], "refuse")
        answer = self.net.cli("register", "--gtin", strict, "--file", str(path), org="acme")
        self.assertEqual((answer.status, answer.json["error"]["code"]), (1, "serials_guessable"), str(answer))
        self.assertEqual(self.run_as(None, "product", "show", strict)["result"]["registered"], 0)

    def test_one_token_reads_for_an_organisation_at_one_node(self):
        token = self.run_as("acme", "token", "new", nodes=[self.acme])["token"]

        def ask(node, shown):
            rpc = harness.Rpc(node.rpc_port, token=shown and (lambda: shown))
            answer = rpc.ask("org_list", {})
            rpc.close()
            return answer

        self.assertIn("result", ask(self.acme, token))
        self.assertEqual(ask(self.borea, token)["error"]["data"]["code"], "token_other_node")
        nobody = ask(self.acme, None)
        self.assertEqual(nobody["error"]["data"]["code"], "authentication_required")
        self.assertIn("touchstone token new", nobody["error"]["data"]["remedy"])
