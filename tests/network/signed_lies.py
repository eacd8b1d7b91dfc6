"""Lies about what was signed, and by whom: headers, certificates, epochs, and a state of the liar's own."""

import base64
import copy

import forgery
from lies import EPOCHS, HOSTILE, MARK, PROVEN, lie, proof_of, write


# -- headers and certificates

def header_of(told):
    return base64.b64decode(told.result["header"])


def certificate_of(told):
    return base64.b64decode(told.result["certificate"])


def sealed(told, header, certificate):
    write(told.result, "header", header)
    write(told.result, "certificate", certificate)
    return told.answer


def changed_header(told):
    header = header_of(told)
    name = told.random.choice(sorted(forgery.HEADER_FIELDS))
    told.at(f"header {name}")
    old = forgery.field(header, name)
    value = int.from_bytes(old, "big")
    least = 3_600_000 if name == "time" else 1
    made = [(value + told.random.choice([least, -least])) % 2 ** (8 * len(old)), 0, 2 ** (8 * len(old)) - 1,
            told.random.randrange(2 ** (8 * len(old)))]
    return forgery.with_field(header, name, forgery.number(told.random.choice([one for one in made if one != value]), len(old)))


@lie("a header changed under its certificate", on=PROVEN)
def header_changed(told):
    return sealed(told, changed_header(told), certificate_of(told))


@lie("a header changed, its certificate made to fit", on=PROVEN)
def header_and_digest_changed(told):
    header, made = changed_header(told), certificate_of(told)
    made = forgery.field(header, "epoch") + made[8:9] + forgery.field(header, "view") + made[17:25] \
        + forgery.block_hash(header) + made[57:]
    return sealed(told, header, made)


@lie("a certificate with other signers", on=PROVEN)
def other_signers(told):
    subject, count, bitmap, signatures = forgery.parts_of(certificate_of(told))
    bits = [place for place in range(len(bitmap) * 8) if bitmap[place // 8] >> (7 - place % 8) & 1]
    some = told.random.randrange(len(bits))
    bitmap_of = lambda places: bytes(sum(0x80 >> place % 8 for place in places if place // 8 == at)
                                     for at in range(len(bitmap)))
    without = bits[:some] + bits[some + 1:]
    fewer = signatures[:some] + signatures[some + 1:]
    doubled = fewer + [fewer[0]]
    absent = [place for place in range(len(bitmap) * 8) if place not in bits]
    ways = {"below the quorum": (count, bitmap_of(without), fewer),
            "nobody": (count, bytes(len(bitmap)), []),
            "one doubled": (count, bitmap, doubled),
            "one for an absent one": (count, bitmap_of(sorted(without + absent[:1])), signatures),
            "all": (count, bitmap_of(range(count)), signatures + signatures[:count - len(bits)]),
            "a bit too many": (count, bitmap_of(sorted(bits + absent[-1:])), signatures),
            "one signature too many": (count, bitmap, signatures + signatures[:1]),
            "of one validator": (1, b"\x80", signatures[:1]),
            "of none": (0, b"", []),
            "zeros": (count, bitmap, [bytes(64)] * len(signatures)),
            "turned": (count, bitmap, signatures[1:] + signatures[:1])}
    way = told.random.choice(sorted(ways))
    told.at(f"certificate {way}")
    made = forgery.joined(subject, *ways[way])
    return sealed(told, header_of(told), made) if made != certificate_of(told) else None


@lie("a certificate that says something else", on=PROVEN)
def other_subject(told):
    made = bytearray(certificate_of(told))
    way = told.random.choice(["kind", "view", "later view", "parent view", "epoch"])
    told.at(f"certificate {way}")
    view = int.from_bytes(made[9:17], "big")
    if way == "kind":
        made[8] = told.random.choice([0, 1, 2, 4, 255])
    elif way == "parent view":
        made[17:25] = forgery.number(view + 7, 8)
    elif way == "epoch":
        made[0:8] = forgery.number(int.from_bytes(made[0:8], "big") + 1, 8)
    else:
        made[9:17] = forgery.number(view + 1 if way == "later view" else view - 1, 8)
    return sealed(told, header_of(told), bytes(made))


@lie("the certificate of another block", on=PROVEN)
def other_certificate(told):
    old = told.earlier()
    if old is None or old["header"] == told.result["header"]:
        return None
    told.result["certificate"] = old["certificate"]
    return told.answer


@lie("no certificate", on=PROVEN)
def no_certificate(told):
    told.result["certificate"] = told.random.choice([None, "", []])
    if told.random.random() < 0.5:
        write(told.result, "header", forgery.with_field(header_of(told), "height", bytes(8)))
    return told.answer


@lie("answered from the state before the first block", on=PROVEN)
def from_genesis(told):
    first = told.said_in("start")
    if first is None:
        return None
    taken = told.random.choice([("header", "certificate"), ("header", "certificate", "proof"), ("header",), tuple(first)])
    told.at(f"{told.method} {' '.join(sorted(taken)[:3])}")
    for name in taken:
        told.result[name] = first.get(name)
    return told.answer


# -- a state of the liar's own, signed by his own keys

def rewritten(told, records):
    """Records as the liar wants them: the state of the item another, the shortest way to a better verdict."""
    for key, record in list(records.items()):
        if record[0] == 6 and told.random.random() < 0.7:
            at = 2
            for _ in range(2):
                at += 4 + int.from_bytes(record[at:at + 4], "big")
            at += 8
            records[key] = record[:at] + bytes([told.random.choice([1, 3, 9])]) + record[at + 1:]
        elif record[0] == 2 and told.random.random() < 0.7:
            records[key] = record.replace(b"Lamp", b"Damp")
    return records


def own_state(told, header):
    """The answer's records, some rewritten, under a root of the liar's: every path is true."""
    records = {bytes.fromhex(one["key"]): base64.b64decode(one["record"]) for one in proof_of(told) if one["record"]}
    tree = forgery.Tree(rewritten(told, records))
    for element in proof_of(told):
        key = bytes.fromhex(element["key"])
        write(element, "path", tree.path(key))
        if key in tree.records:
            write(element, "record", tree.records[key])
    return forgery.with_field(header, "state root", tree.root)


@lie("a forged state, signed by nobody's keys", on=PROVEN)
def forged_state(told):
    keys = told.scene.keys
    header = own_state(told, header_of(told))
    epoch = told.random.choice([0, told.scene.epochs, told.scene.epochs + 1])
    header = forgery.with_field(header, "epoch", forgery.number(epoch, 8))
    if told.random.random() < 0.5:
        own = forgery.set_hash(epoch, [key.public for key in keys])
        header = forgery.with_field(header, "validators", own)
    return sealed(told, header, forgery.certificate(header, keys))


@lie("a forged state under the true certificate", on=PROVEN)
def forged_state_true_certificate(told):
    made = certificate_of(told)
    header = own_state(told, header_of(told))
    if told.random.random() < 0.5:
        made = made[:25] + forgery.block_hash(header) + made[57:]
    return sealed(told, header, made)


@lie("a forged state, said to be the genesis", on=PROVEN)
def forged_genesis(told):
    header = forgery.with_field(own_state(told, header_of(told)), "height", bytes(8))
    header = forgery.with_field(header, "epoch", bytes(8))
    return sealed(told, header, b"")


@lie("forged epochs, and a forged state that they signed", everywhere=True)
def forged_epochs(told):
    """The liar's keys follow upon the true validators, by a block that only the liar's keys signed."""
    keys, epochs = told.scene.keys, told.scene.epochs
    next_epoch = epochs + 1
    if told.method == EPOCHS:
        asked = told.params.get("from", 1)
        template = told.scene.closing_header
        closing = forgery.with_field(template, "epoch", forgery.number(epochs, 8))
        closing = forgery.with_field(closing, "validators", forgery.set_hash(next_epoch, [key.public for key in keys]))
        made = {"epoch": next_epoch, "height": 1, "header": base64.b64encode(closing).decode(),
                "certificate": base64.b64encode(forgery.certificate(closing, keys)).decode(),
                "validators": [{"key": key.public.hex(), "name": "node0", "organisation": "acme"} for key in keys]}
        told.result["epochs"] = [*told.result["epochs"], made] if asked <= next_epoch else []
        return told.answer
    header = own_state(told, header_of(told))
    header = forgery.with_field(header, "epoch", forgery.number(next_epoch, 8))
    header = forgery.with_field(header, "validators", forgery.set_hash(next_epoch, [key.public for key in keys]))
    return sealed(told, header, forgery.certificate(header, keys))


# -- epochs

def links(told):
    return told.result["epochs"]


@lie("the links of the epochs changed", on=(EPOCHS,))
def links_changed(told):
    if not links(told):
        return None
    way = told.random.choice(["none", "one left out", "turned", "twice", "no end", "next"])
    told.at(f"epochs {way}")
    if way == "none":
        told.result["epochs"] = []
    elif way == "one left out":
        del links(told)[told.random.randrange(len(links(told)))]
    elif way == "turned":
        links(told).reverse()
    elif way == "twice":
        links(told).append(links(told)[told.random.randrange(len(links(told)))])
    else:
        told.result["complete"], told.result["next"] = False, told.random.choice([0, 1, 2 ** 63, HOSTILE])
    return told.answer


@lie("other validators in an epoch", on=(EPOCHS,))
def other_validators(told):
    if not links(told):
        return None
    link = told.random.choice(links(told))
    keys = told.scene.keys
    mine = [{"key": key.public.hex(), "name": f"node{place}", "organisation": "acme"} for place, key in enumerate(keys)]
    named = link["validators"]
    one = told.random.randrange(len(named))
    ways = {"the liar's": mine, "one of the liar's": named[:one] + mine[:1] + named[one + 1:], "one left out":
            named[:one] + named[one + 1:], "one twice": named + [named[one]], "turned": named[::-1], "none": [],
            "one too many": named + mine[:1], "many": mine * 300}
    way = told.random.choice(sorted(ways))
    told.at(f"validators {way}")
    link["validators"] = copy.deepcopy(ways[way])
    if told.random.random() < 0.3:  # and the block that names them is made to fit
        header = base64.b64decode(link["header"])
        epoch = int.from_bytes(forgery.field(header, "epoch"), "big") + 1
        made = [bytes.fromhex(validator["key"]) for validator in link["validators"]]
        write(link, "header", forgery.with_field(header, "validators", forgery.set_hash(epoch, made)))
    return told.answer


@lie("validators called otherwise", on=(EPOCHS,))
def other_names(told):
    if not links(told):
        return None
    for validator in told.random.choice(links(told))["validators"]:
        validator["name"] = validator["organisation"] = told.random.choice(["node7", MARK, HOSTILE, "", None, 7])
        if told.random.random() < 0.3:  # which reads as the same key in some languages
            validator["key"] = told.random.choice(["\n\n\n\n", " ", "\t\r\n"]) + validator["key"]
    return told.answer
