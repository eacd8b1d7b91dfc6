#!/usr/bin/env python3
"""Checks a node's item_verify or item_history answer against a genesis, with no code of Touchstone. See ../verify.md.

    verify.py GENESIS.json http://127.0.0.1:8545 GTIN14 SERIAL     asks a node
    verify.py GENESIS.json ANSWER.json GTIN14 SERIAL               reads a saved JSON-RPC answer
"""
import base64, datetime, hashlib, json, subprocess, sys, tempfile, urllib.request

def check(condition, why):
    if not condition:
        sys.exit("UNPROVEN: " + why)

sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
num = lambda value, size: value.to_bytes(size, "big")
text = lambda t: num(len(t.encode()), 4) + t.encode()
lump = lambda b: num(len(b), 4) + b
raw = base64.b64decode

def chain_id(g):  # SHA-256 over the canonical bytes of the genesis
    roles = ["brand", "manufacturer", "logistics", "retailer", "platform", "regulator", "auditor"]
    def organisation(o):
        keys = [bytes.fromhex(k["key"]) + num(k["purpose"] == "operate", 1) + num(k.get("added", 0), 8)
                + num(k.get("revoked", 0), 8) for k in o["keys"]]
        return (b"\1" + text(o["id"]) + text(o["name"]) + num(sum(1 << roles.index(r) for r in o["roles"]), 2)
                + text(o.get("gln", "")) + text(o.get("country", "")) + num(o.get("suspended", False), 1)
                + num(o.get("council", False), 1) + num(len(keys), 4) + b"".join(keys))
    since = (datetime.datetime.fromisoformat(g["time"].replace("Z", "+00:00"))
             - datetime.datetime.fromtimestamp(0, datetime.timezone.utc))
    order = ["transaction_bytes_max", "operations_max", "items_per_register_max", "block_bytes_max",
             "block_transactions_max", "block_items_max", "validity_heights_max", "leader_timeout_ms",
             "advance_timeout_ms", "retry_ms", "clock_ahead_ms", "report_deadline_ms", "proposal_deadline_ms"]
    check(all(p in g["parameters"] for p in order), "genesis.json leaves parameters to defaults: write all of them")
    validators = b"\1" + num(0, 8) + num(0, 8) + num(len(g["validators"]), 4) + b"".join(
        text(v["organisation"]) + text(v["name"]) + bytes.fromhex(v["key"]) for v in g["validators"]) + num(0, 4)
    return sha(b"touchstone/genesis/1", b"\1", text(g["name"]), num(since // datetime.timedelta(milliseconds=1), 8),
               lump(b"\1" + b"".join(num(g["parameters"][p], 8) for p in order)),
               num(len(g["organisations"]), 4), *[lump(organisation(o)) for o in g["organisations"]], lump(validators))

def signed(key, message, signature):  # Ed25519, by the openssl program
    with tempfile.TemporaryDirectory() as d:
        for name, data in (("k", bytes.fromhex("302a300506032b6570032100") + key), ("m", message), ("s", signature)):
            open(d + "/" + name, "wb").write(data)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", d + "/k", "-rawin",
                               "-in", d + "/m", "-sigfile", d + "/s"], capture_output=True).returncode == 0

def set_hash(epoch, validators):
    return sha(b"touchstone/validators/1", num(epoch, 8), num(len(validators), 4),
               *[bytes.fromhex(v["key"]) for v in validators])

def follow(chain, epochs, told):  # the validators known now signed the block that names the next ones
    for one in told:
        header = raw(one["header"])
        check_header(chain, epochs, header, raw(one["certificate"]))
        check(int.from_bytes(header[34:42], "big") == len(epochs) - 1, "an epoch is left out")
        check(header[162:194] == set_hash(len(epochs), one["validators"]), "others than the validators before them named")
        epochs.append(one["validators"])

def check_header(chain, epochs, header, certificate):  # a quorum of its epoch signed exactly these bytes
    check(len(header) == 230 and header[:2] == b"\0\1", "the header is malformed")
    check(header[2:34] == chain, "another chain than the genesis describes")
    epoch = int.from_bytes(header[34:42], "big")
    check(epoch < len(epochs), "the block's validators are not known: ask for chain_epochs")
    validators = epochs[epoch]
    keys = [bytes.fromhex(v["key"]) for v in validators]
    closing = header[162:194] != set_hash(epoch, validators)  # proposed again, maybe, until it was final
    check(certificate[:8] == header[34:42] and certificate[8] == 3 and certificate[25:57] == sha(b"touchstone/header/1", header)
          and (certificate[9:17] == header[50:58] or closing and certificate[9:17] > header[50:58]),
          "the certificate is no finalization of this block")
    n, width = int.from_bytes(certificate[57:59], "big"), (len(keys) + 7) // 8
    check(n == len(keys), "the certificate is of another number of validators")
    bits = [i for i in range(width * 8) if certificate[59 + i // 8] >> (7 - i % 8) & 1]
    check(len(certificate) == 59 + width + 64 * len(bits) and (not bits or bits[-1] < n), "the certificate is malformed")
    check(len(bits) >= n - (n - 1) // 3, "fewer signatures than a quorum")
    message = b"touchstone/vote/1".ljust(24, b"\0") + header[2:34] + certificate[:57]
    for place, i in enumerate(bits):
        at = 59 + width + 64 * place
        check(signed(keys[i], message, certificate[at:at + 64]), f"the signature of validator {i} is wrong")
    return [validators[i]["name"] for i in bits]

def check_path(root, key, record, path):  # that `key` has this record, or none
    bit = lambda k, i: k[i // 8] >> (7 - i % 8) & 1
    count = int.from_bytes(path[:2], "big")
    check(count <= 256, "a path is too long")
    at, siblings = 2 + (count + 7) // 8, []
    for i in range(count):
        present = path[2 + i // 8] >> (7 - i % 8) & 1
        siblings.append(path[at:at + 32] if present else bytes(32))
        at += 32 * present
    check(path[at:at + 1] in (b"\0", b"\1") and len(path) == at + 1 + 64 * path[at], "a path is malformed")
    if record is not None:
        check(path[at] == 0, "a path to another leaf proves no record")
        node = sha(b"\0", key, sha(record))
    elif path[at]:
        other = path[at + 1:at + 33]
        check(other != key and all(bit(other, i) == bit(key, i) for i in range(count)), "the other leaf is elsewhere")
        node = sha(b"\0", path[at + 1:at + 65])
    else:
        node = bytes(32)
    for i in reversed(range(count)):
        node = sha(b"\1", siblings[i], node) if bit(key, i) else sha(b"\1", node, siblings[i])
    check(node == root, "a path does not lead to the signed state root")

def item_fields(record):  # what was proven, read from the record's own bytes
    names, at, fields = "gtin lot expiry made_on state flags maker owner custodian receiver facility".split(), 1, {}
    for name in names:
        size = {"expiry": 4, "made_on": 4, "state": 1, "flags": 1}.get(name)
        if size is None:
            length = int.from_bytes(record[at:at + 4], "big")
            fields[name], at = record[at + 4:at + 4 + length].decode(), at + 4 + length
        else:
            fields[name], at = int.from_bytes(record[at:at + size], "big"), at + size
    count, head = int.from_bytes(record[at + 8:at + 12], "big"), record[at + 12:at + 44]  # after u64 registered at
    return fields, count, head

def main(genesis_file, source, gtin, serial):
    genesis = json.load(open(genesis_file))
    key = sha(b"touchstone/item/1", gtin.encode(), serial.encode())
    chain, epochs, answers = chain_id(genesis), [genesis["validators"]], []
    def ask(method, **params):
        call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(source, call, {"content-type": "application/json"})
        return json.load(urllib.request.urlopen(request, timeout=30))
    if source.startswith("http"):
        while told := ask("chain_epochs", **{"from": len(epochs)})["result"]["epochs"]:
            follow(chain, epochs, told)
        answers = [ask(method, gtin=gtin, serial=serial) for method in ("item_verify", "item_history")]
    for answer in answers or [json.load(open(source))]:
        check("result" in answer, f"the node answers with an error: {answer.get('error')}")
        result = answer["result"]
        header = raw(result["header"])
        names = check_header(chain, epochs, header, raw(result["certificate"]))
        print(f"block {result['height']} of chain {header[2:34].hex()[:16]}… signed by {', '.join(names)}")
        records = {}
        for p in result["proof"]:
            record = None if p["record"] is None else raw(p["record"])
            check_path(header[130:162], bytes.fromhex(p["key"]), record, raw(p["path"]))
            records[bytes.fromhex(p["key"])] = record
            print(f"  {p['kind']} {p['key'][:16]}… {'is absent' if record is None else f'has a record of {len(record)} bytes'}")
        check(key in records, "the answer proves nothing about this item")
        if records[key] is not None and "events" not in result:
            print("  " + ", ".join(f"{name} {value}" for name, value in item_fields(records[key])[0].items() if value))
        if records[key] is not None and "events" in result:
            head = bytes(32)
            for event in result["events"]:
                head = sha(b"touchstone/event/1", head, key, raw(event["bytes"]))
                print(f"  event {event['sequence']}: {event['kind']} by {event['actor']}, block {event['height']}")
            _, count, proven_head = item_fields(records[key])
            check(count == len(result["events"]) and head == proven_head, "the history is not complete")
            print(f"  the {count} events hash to the head in the item's record: complete")
    print("PROVEN")

if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
