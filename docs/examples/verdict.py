"""The records of a proof, read from their bytes, and the verdict that follows from them. No code of Touchstone.

What each reason weighs is in reasons.json beside this file, what each kind of event is called in events.json; when a
fact holds is here. See ../verify.md.
"""
import hashlib, json, os

read = lambda name: json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), encoding="utf-8"))
TABLE = read("reasons.json")
WEIGHTS = ["genuine", "caution", "unknown"]
STATES = [None, "active", "in_transit", "sold", "packed", "exported", "sampled", "destroyed", "lost", "voided"]
FLAGS = [None, "stolen", "suspect", "quarantined", "recalled", "missing", "nonconform", "counterfeit"]
ROLES = ["brand", "manufacturer", "logistics", "retailer", "platform", "regulator", "auditor"]
STANDINGS = [None, "active", "warned", "suspended", "closed"]
EVENTS = {int(kind): name for kind, name in read("events.json").items()}
DAY_MS = 86_400_000

sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
commitment = lambda gtin, serial: sha(b"touchstone/serial/1", gtin.encode(), serial.encode())
public = lambda digest: bytes([digest[0] & 0x7f]) + digest[1:]
item_key = lambda gtin, digest: public(sha(b"touchstone/item/2", gtin.encode(), digest))
product_key = lambda gtin: public(sha(b"touchstone/product/1", gtin.encode()))
organisation_key = lambda name: public(sha(b"touchstone/organisation/1", name.encode()))
seller_key = lambda pseudonym: public(sha(b"touchstone/seller/1", pseudonym))


class Unproven(Exception):
    pass


class Reader:
    """A record's bytes, from the front. What is left over, or missing, is a fault."""

    def __init__(self, record, kind):
        self.record, self.at = record, 0
        if self.num(1) != kind or self.num(1) != 1:
            raise Unproven("a record is of another kind, or of a form that this program does not know")

    def raw(self, size):
        if self.at + size > len(self.record):
            raise Unproven("a record is too short")
        self.at += size
        return self.record[self.at - size:self.at]

    num = lambda self, size: int.from_bytes(self.raw(size), "big")
    text = lambda self: self.raw(self.num(4)).decode()
    listed = lambda self, one: [one() for _ in range(self.num(4))]

    def end(self, fields):
        if self.at != len(self.record):
            raise Unproven("a record is too long")
        return fields


def read_item(record):
    r = Reader(record, 6)
    item = {"gtin": r.text(), "lot": r.text(), "expiry": r.num(4), "made_on": r.num(4), "state": STATES[r.num(1)],
            "maker": r.text(), "owner": r.text(), "custodian": r.text(), "registered_at": r.num(8),
            "event_count": r.num(4), "event_head": r.raw(32), "salt": r.raw(8), "receiver": "", "facility": "", "container": None,
            "offered_to": "", "ended_at": 0, "ended_by": "", "open_reports": 0, "returns": 0, "shop": None,
            "reclaimed_to": "", "flags": [], "cancelled_sales": 0}
    present = r.num(2)
    fields = [("receiver", r.text), ("facility", r.text), ("container", lambda: r.raw(32)), ("offered_to", r.text),
              ("ended_at", lambda: r.num(8)), ("open_reports", lambda: r.num(4)), ("returns", lambda: r.num(4)),
              ("shop", lambda: r.raw(32)), ("reclaimed_to", r.text),
              ("flags", lambda: r.listed(lambda: (FLAGS[r.num(1)], r.text()))), ("cancelled_sales", lambda: r.num(4))]
    for bit, (name, read) in enumerate(fields):
        if present >> bit & 1:
            item[name] = read()
            if name == "ended_at":
                item["ended_by"] = r.text()
    return r.end(item)


def read_product(record):
    r = Reader(record, 2)
    recall = lambda: {"by": r.text(), "as_brand": r.num(1), "lot": r.text(), "maker": r.text(), "made_from": r.num(4),
                      "made_until": r.num(4), "reason": r.text(), "since": r.num(8), "countries": r.listed(r.text)}
    return r.end({"gtin": r.text(), "brand": r.text(), "name": r.text(), "image": r.raw(32),
                  "documents": r.listed(lambda: r.raw(32)), "recalls": r.listed(recall), "event_count": r.num(4),
                  "event_head": r.raw(32), "territories": r.listed(r.text), "territories_since": r.num(8),
                  "serial_policy": r.num(1), "offered_to": r.text(), "return_points": r.listed(r.text),
                  "revoked_licences": r.listed(lambda: (r.text(), r.num(8)))})


def read_organisation(record):
    r = Reader(record, 1)
    made = {"id": r.text(), "name": r.text(), "roles": r.num(2), "gln": r.text(), "country": r.text(),
            "suspended": r.num(1), "council": r.num(1),
            "keys": r.listed(lambda: (r.raw(32), r.num(1), r.num(8), r.num(8))), "prefixes": r.listed(r.text),
            "suspended_at": r.num(8)}
    made["roles"] = {role for bit, role in enumerate(ROLES) if made["roles"] >> bit & 1}
    return r.end(made)


def read_container(record):
    r = Reader(record, 7)
    return r.end({"state": STATES[r.num(1)], "maker": r.text(), "custodian": r.text(), "receiver": r.text(),
                  "container": r.raw(32) if r.num(1) else None, "inner": [r.num(4) for _ in range(4)],
                  "direct": r.num(4), "items": r.num(8), "created_at": r.num(8), "event_count": r.num(4), "event_head": r.raw(32),
                  "reclaimed_to": r.text(), "ended_at": r.num(8), "ended_by": r.text(), "was_lost": r.num(1),
                  "salt": r.raw(8)})


def read_seller(record):
    r = Reader(record, 18)
    entry = lambda: {"platform": r.text(), "country": r.text(), "standing": STANDINGS[r.num(1)], "reason": r.text(),
                     "since": r.num(8), "had_since": r.num(8)}
    attestation = lambda: {"by": r.text(), "as_regulator": r.num(1), "reason": r.text(), "since": r.num(8)}
    return r.end({"pseudonym": r.raw(32), "entries": r.listed(entry), "event_count": r.num(4), "event_head": r.raw(32),
                  "attestations": r.listed(attestation)})


def shop_of(item, asked):
    """The shop whose standing counts: the one that the reader names, or the one that a sold item was sold through."""
    if len(asked.get("seller") or "") == 64:
        return bytes.fromhex(asked["seller"])
    return item["shop"] if item["state"] == "sold" else None


def gather(proven, gtin, digest, asked):
    """All records that the verdict rests on, by keys that are computed here. `proven`: key -> bytes, or None if absent."""
    def get(key, read, what):
        if key not in proven:
            raise Unproven(f"the {what} is neither proven to be there nor to be absent")
        return None if proven[key] is None else read(proven[key])
    found = {"item": get(item_key(gtin, digest), read_item, "item"),
             "product": get(product_key(gtin), read_product, "product"), "containers": [], "brand": None, "shop": None}
    item = found["item"]
    if item is None:
        return found
    if item["gtin"] != gtin:
        raise Unproven("the proven item is of another product")
    found["maker"] = get(organisation_key(item["maker"]), read_organisation, "maker")
    if found["product"]:
        found["brand"] = get(organisation_key(found["product"]["brand"]), read_organisation, "brand")
    at = item["container"]
    while at is not None:
        container = get(at, read_container, "container")
        if container is None or len(found["containers"]) > 16:
            raise Unproven("the item is proven to be in a container that is proven not to be there")
        found["containers"].append(container)
        at = container["container"]
    found["unit"] = found["containers"][-1] if found["containers"] else item
    found["holder"] = get(organisation_key(found["unit"]["custodian"]), read_organisation, "holder")
    if shop_of(item, asked) is not None:
        found["shop"] = get(seller_key(shop_of(item, asked)), read_seller, "shop")
    return found


as_read = lambda lot: lot.encode().upper().translate(None, b" \t")  # as people type it from the print


def is_meant(recall, item, printed_lot):
    if recall["maker"] not in ("", item["maker"]):
        return False
    day = item["made_on"]
    if day and (day < recall["made_from"] or 0 < recall["made_until"] < day):
        return False
    printed = as_read(printed_lot or "")
    if recall["lot"] == "" or recall["lot"] == item["lot"] or printed and printed == as_read(recall["lot"]):
        return True
    return item["lot"] == "" and not printed  # which may be of any lot


def facts_of_print(found, asked, today):
    item, lot, expiry = found["item"], asked.get("lot"), asked.get("expiry_day")
    yield "lot_not_recorded", lot is not None and item["lot"] == ""
    yield "lot_mismatch", lot is not None and item["lot"] not in ("", lot)
    yield "expiry_not_recorded", (expiry is not None or asked.get("purpose") == "dispense") and item["expiry"] == 0
    yield "expiry_mismatch", expiry is not None and item["expiry"] not in (0, expiry)
    yield "expired", any(day and day < today for day in (item["expiry"], expiry))


def facts_of_product(found, asked):
    item, product, country = found["item"], found["product"], asked.get("country") or ""
    recalls = [r for r in (product["recalls"] if product else []) if is_meant(r, item, asked.get("lot"))]
    here = any(not r["countries"] or not country or country in r["countries"] for r in recalls)
    here = here or any(flag == "recalled" for flag, _ in item["flags"])
    yield "product_unknown", product is None
    yield "recalled", here
    yield "recalled_elsewhere", bool(recalls) and not here
    if product and country and product["territories"]:
        before = item["state"] == "sold" and item["ended_at"] < product["territories_since"]
        yield "outside_territory", not before and country not in product["territories"]


def facts_of_authority(found):
    item, product, maker, brand = found["item"], found["product"], found["maker"], found["brand"]
    later = lambda since: "" if item["registered_at"] >= since else "_later"
    if maker and maker["suspended"]:
        yield "maker_suspended" + later(maker["suspended_at"]), True
    if product is None or product["brand"] == item["maker"]:
        return
    if brand and brand["suspended"]:
        yield "brand_suspended" + later(brand["suspended_at"]), True
    for name, since in product["revoked_licences"]:
        yield "licence_revoked" + later(since), name == item["maker"]


def facts_of_custody(found, asked):
    item, unit, holder, seller = found["item"], found["unit"], found["holder"], asked.get("seller")
    state, sold = unit["state"], item["state"] == "sold"
    for name in ("in_transit", "exported", "sampled", "destroyed", "lost", "voided"):
        yield name, state == name
    yield "sold", sold
    yield "sold_before", item["returns"] > 0 and not sold
    yield "returned_often", item["returns"] + item["cancelled_sales"] >= TABLE["returns_often"]
    at_large = state in ("active", "packed", "in_transit")
    ready = holder and (holder["roles"] & {"retailer", "platform"} or "brand" in holder["roles"] and seller == holder["id"])
    yield "not_released", at_large and not (ready and not found["containers"] and state == "active")
    yield "holder_suspended", bool(at_large and holder and holder["suspended"])
    yield "reclaimed", bool(at_large and (item["reclaimed_to"] or found["containers"] and unit["reclaimed_to"]))
    yield "held_by_authority", bool(at_large and holder and "regulator" in holder["roles"])
    yield "ownership_offered", bool(item["offered_to"])
    yield "open_report", item["open_reports"] > 0
    for flag, _ in item["flags"]:
        yield flag, flag != "recalled"  # which is told with the product's recalls


def facts_of_seller(found, asked):
    item, unit, seller, shop = found["item"], found["unit"], asked.get("seller"), found["shop"]
    if seller and len(seller) == 64:
        yield "holder_mismatch", item["state"] == "sold" and item["shop"] != bytes.fromhex(seller)
        yield "shop_unknown", shop is None
    elif seller:
        yield "holder_mismatch", seller not in (unit["custodian"], unit["receiver"])
    yield from facts_of_shop(shop) if shop else ()


def facts_of_shop(shop):
    """What a platform says of a shop that it had for a day; or that no other platform lets sell."""
    entries = shop["entries"]
    selling = {entry["platform"] for entry in entries if entry["standing"] in ("active", "warned")}
    told = {entry["standing"] for entry in entries
            if entry["since"] - entry["had_since"] >= TABLE["shop_had_ms"] or not selling - {entry["platform"]}}
    with_part = selling | {entry["platform"] for entry in entries if entry["standing"] == "closed"}
    heard = [one["as_regulator"] for one in shop["attestations"] if one["by"] not in with_part]
    back = selling and (any(heard) or len(heard) >= 2)
    yield "shop_reopened" if back else "shop_closed", "closed" in told
    yield "shop_suspended", "suspended" in told
    yield "shop_warned", "warned" in told


def judge(found, asked, block_ms, now_ms=0):
    """(verdict, [reason], action). `asked`: purpose, lot, expiry_day, country, seller; all may be missing."""
    today = max(block_ms, now_ms) // DAY_MS
    if found["item"] is None:
        facts = {"never_registered"} | ({"product_unknown"} if found["product"] is None else set())
    else:
        facts = {name for part in (facts_of_product(found, asked), facts_of_print(found, asked, today),
                                   facts_of_authority(found), facts_of_custody(found, asked),
                                   facts_of_seller(found, asked)) for name, holds in part if holds}
    purpose = asked.get("purpose") or TABLE["default_purpose"]
    verdict, reasons, action = "genuine", [], TABLE["default_actions"][purpose]
    for row in TABLE["reasons"]:
        effect = row["effects"][purpose]
        if row["code"] in facts and effect:
            reasons.append(row["code"])
            verdict = max(verdict, effect["weight"], key=WEIGHTS.index)
            action = max(action, effect["action"], key=TABLE["actions"].index)
    return verdict, reasons, action
