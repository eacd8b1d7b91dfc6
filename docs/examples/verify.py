#!/usr/bin/env python3
"""Checks a node's item_verify or item_history answer against a genesis, with no code of Touchstone, and says what follows
from what is proven. Nothing else of an answer is printed. See ../verify.md; records and rules are in verdict.py.

    verify.py GENESIS.json http://127.0.0.1:8545 GTIN14 SERIAL [NAME=VALUE …]    asks a node
    verify.py GENESIS.json ANSWER.json GTIN14 SERIAL [NAME=VALUE …]              reads a saved JSON-RPC answer

Names: purpose (buy_new, own, resale, dispense, inspect), lot, expiry (YYYY-MM-DD), country, seller, max_age (seconds).
"""
import base64, datetime, hashlib, http.client, json, signal, subprocess, sys, tempfile, time, urllib.request

import verdict as rules

ANSWER_BYTES_MAX, ANSWER_SECONDS_MAX = 8 << 20, 20  # a node may be slow or endless, and we need not wait for it

def check(condition, why):
    if not condition:
        raise rules.Unproven(why)

sha = rules.sha
num = lambda value, size: value.to_bytes(size, "big")
text = lambda t: num(len(t.encode()), 4) + t.encode()
lump = lambda b: num(len(b), 4) + b
listed = lambda parts: num(len(parts), 4) + b"".join(parts)
raw = base64.b64decode
PARAMETERS = ["transaction_bytes_max", "operations_max", "items_per_register_max", "block_bytes_max",
              "block_transactions_max", "block_items_max", "validity_heights_max", "leader_timeout_ms",
              "advance_timeout_ms", "retry_ms", "clock_ahead_ms", "report_deadline_ms", "proposal_deadline_ms",
              "change_delay_ms", "heartbeat_ms"]
PURPOSES = {"admin": 1, "operate": 2, "validate": 3}

def organisation(o):  # its record, as the genesis has it
    keys = [bytes.fromhex(k["key"]) + num(PURPOSES[k["purpose"]], 1) + num(k.get("added", 0), 8)
            + num(k.get("revoked", 0), 8) for k in o["keys"]]
    return (b"\1\1" + text(o["id"]) + text(o["name"]) + num(sum(1 << rules.ROLES.index(r) for r in o["roles"]), 2)
            + text(o.get("gln", "")) + text(o.get("country", "")) + num(o.get("suspended", False), 1)
            + num(o.get("council", False), 1) + listed(keys) + listed([text(p) for p in o.get("prefixes", [])])
            + num(o.get("suspended_at", 0), 8))

def chain_id(g):  # SHA-256 over the canonical bytes of the genesis
    since = (datetime.datetime.fromisoformat(g["time"].replace("Z", "+00:00"))
             - datetime.datetime.fromtimestamp(0, datetime.timezone.utc))
    check(all(p in g["parameters"] for p in PARAMETERS), "genesis.json leaves parameters to defaults: write all of them")
    validators = b"\x0c\1" + num(0, 8) + num(0, 8) + listed(
        [text(v["organisation"]) + text(v["name"]) + bytes.fromhex(v["key"]) for v in g["validators"]]) + num(0, 4)
    return sha(b"touchstone/genesis/1", b"\1", text(g["name"]), num(since // datetime.timedelta(milliseconds=1), 8),
               lump(b"\x0b\1" + b"".join(num(g["parameters"][p], 8) for p in PARAMETERS)),
               listed([lump(organisation(o)) for o in g["organisations"]]), lump(validators))

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
        # What a node calls them is nobody's word but its own: they are known by their keys.
        keys = [bytes.fromhex(v["key"]).hex() for v in one["validators"]]
        epochs.append([{"key": key, "name": "key " + key[:8]} for key in keys])

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

def check_answer(chain, epochs, result):  # the block that it is of, and the records that it proves
    header = raw(result["header"])
    signers = check_header(chain, epochs, header, raw(result["certificate"]))
    height = int.from_bytes(header[42:50], "big")
    check(height > 0, "the state before the first block proves nothing about goods")
    proven = {}
    for p in result["proof"]:
        record = None if p["record"] is None else raw(p["record"])
        check_path(header[130:162], bytes.fromhex(p["key"]), record, raw(p["path"]))
        proven[bytes.fromhex(p["key"])] = record
    block_ms = int.from_bytes(header[90:98], "big")
    when = datetime.datetime.fromtimestamp(block_ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    print(f"block {height} of {when}, chain {chain.hex()[:16]}…, signed by {', '.join(signers)} "
          f"({len(signers)} of {len(epochs[int.from_bytes(header[34:42], 'big')])} validators)")
    return proven, block_ms

def print_history(item, key, events):
    head = bytes(32)
    check(item is not None and len(events) == item["event_count"], "the history is not complete")
    told = []
    for number, event in enumerate(raw(e["bytes"]) for e in events):
        head = sha(b"touchstone/event/1", head, key, event)
        r = rules.Reader(event[1:2] + event[:1] + event[2:], event[1])  # u8 version ‖ u8 kind ‖ …
        sequence, height, r.at = r.num(4), r.num(8), r.at + 8 + 32
        actor, other, detail = r.text(), r.text(), r.text()
        r.end(None)
        check(sequence == number, "an event stands where another belongs")
        told.append(f"  event {sequence}: {rules.EVENTS.get(event[1], f'kind {event[1]}')} by {actor}"
                    f"{', ' + other if other else ''}, block {height}")
    check(head == item["event_head"], "the events do not hash to the head in the item's record")
    print("\n".join(told) + f"\n  the {len(events)} events hash to the head in the item's record: complete")

def age_of(block_ms, asked):
    age_s = max(0, int(time.time() * 1000) - block_ms) // 1000
    check(age_s <= asked.get("max_age", age_s), "the answer is too old")
    return age_s

def print_verdict(found, asked, block_ms, age_s):
    now_ms = int(time.time() * 1000)
    verdict, reasons, action = rules.judge(found, asked, block_ms, now_ms)
    meanings = {row["code"]: row["meaning"] for row in rules.TABLE["reasons"]}
    print(f"{verdict.upper()} (purpose {asked.get('purpose') or rules.TABLE['default_purpose']}), action: {action}")
    for reason in reasons:
        print(f"  {reason}: {meanings[reason]}")
    item, product = found["item"], found["product"]
    if product:
        print(f"  {product['name']}, {product['gtin']}, of {product['brand']}")
    if item:
        print(f"  lot {item['lot'] or 'none'}, {item['state']}, made by {item['maker']}, with {found['unit']['custodian']}")
    print(f"  the answer is {age_s} seconds old")

def asked_from(words):
    asked = dict(word.split("=", 1) for word in words)
    if asked.get("expiry"):
        asked["expiry_day"] = (datetime.date.fromisoformat(asked["expiry"]) - datetime.date(1970, 1, 1)).days
    if "max_age" in asked:
        asked["max_age"] = int(asked["max_age"])
    return asked

def too_slow(*_):
    raise rules.Unproven("the node does not answer in time")

def ask(address, method, params):
    call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(address, call, {"content-type": "application/json"})
    signal.signal(signal.SIGALRM, too_slow)
    signal.alarm(ANSWER_SECONDS_MAX)
    try:
        with urllib.request.urlopen(request) as response:
            body = response.read(ANSWER_BYTES_MAX + 1)
    except (OSError, http.client.HTTPException) as fault:  # whose words may be the node's
        raise rules.Unproven(f"the node does not answer ({type(fault).__name__})")
    finally:
        signal.alarm(0)
    check(len(body) <= ANSWER_BYTES_MAX, "the answer is too long")
    return json.loads(body)

def main(asked, genesis_file, source, gtin, serial):
    genesis = json.load(open(genesis_file))
    digest = rules.commitment(gtin, serial)
    chain, epochs, key, records = chain_id(genesis), [genesis["validators"]], rules.item_key(gtin, digest), []
    if source.startswith("http"):
        while told := ask(source, "chain_epochs", {"from": len(epochs)})["result"]["epochs"]:
            follow(chain, epochs, told)
        named = {"gtin": gtin, "commitment": digest.hex()}  # the node does not learn the serial
        for_verdict = {n: asked[n] for n in ("purpose", "lot", "expiry", "country", "seller") if n in asked}
        answers = [(False, ask(source, "item_verify", named | for_verdict)), (True, ask(source, "item_history", named))]
    else:
        answer = json.load(open(source))
        answers = [("events" in answer.get("result", ()), answer)]
    for is_history, answer in answers:
        check("result" in answer, "the node answers with an error")
        result = answer["result"]
        proven, block_ms = check_answer(chain, epochs, result)
        age_s = age_of(block_ms, asked)
        check(key in proven, "the answer proves nothing about this item")
        records.append(proven[key])
        check(records[0] == proven[key], "the item is another in the history than in the verdict: ask again")
        if not is_history:
            print_verdict(rules.gather(proven, gtin, digest, asked), asked, block_ms, age_s)
        elif proven[key] is not None:
            print_history(rules.read_item(proven[key]), key, result["events"])
    print("PROVEN")

if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    try:
        wanted = asked_from(sys.argv[5:])
    except ValueError as mistake:
        sys.exit(f"{mistake}\n{__doc__}")
    try:
        main(wanted, *sys.argv[1:5])
    except rules.Unproven as fault:
        sys.exit(f"UNPROVEN: {fault}")
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as fault:
        # What such a fault says may be in the node's words.
        sys.exit(f"UNPROVEN: something is not of the form that it should be of ({type(fault).__name__})")
