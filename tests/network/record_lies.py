"""Lies about bytes, records and events, under a header that is true."""

import base64

import forgery
from lies import EVENTS, HOSTILE, PROVEN, VERIFY, altered_bytes, is_bytes, lie, pick, proof_of, read, write


# -- bytes

@lie("a bit flipped")
def flip_bit(told):
    def alter(data):
        at = told.random.randrange(len(data) * 8)
        data[at // 8] ^= 1 << at % 8
        return bytes(data)
    return altered_bytes(told, alter)


@lie("a byte changed")
def change_byte(told):
    def alter(data):
        at = told.random.randrange(len(data))
        data[at] = (data[at] + told.random.randrange(1, 256)) % 256
        return bytes(data)
    return altered_bytes(told, alter)


@lie("bytes cut off")
def cut(told):
    def alter(data):
        size = told.random.choice([0, 1, len(data) - 1, told.random.randrange(len(data))])
        return bytes(data[:size] if told.random.random() < 0.5 else data[len(data) - size:])
    return altered_bytes(told, alter)


@lie("bytes put on")
def extend(told):
    def alter(data):
        more = told.random.choice([b"\0", bytes(told.random.randrange(1, 70)), told.random.randbytes(64), bytes(data)])
        return bytes(data) + more if told.random.random() < 0.7 else more + bytes(data)
    return altered_bytes(told, alter)


@lie("bytes of another field")
def exchange_fields(told):
    first, second = pick(told, is_bytes), pick(told, is_bytes)
    if first is None or first[0][first[1]] == second[0][second[1]]:
        return None
    data = read(*first[:2]), read(*second[:2])
    write(*first[:2], data[1])
    write(*second[:2], data[0])
    return told.answer


@lie("bytes written otherwise")
def write_otherwise(told):
    spot = pick(told, is_bytes)
    if spot is None:
        return None
    holder, name, _ = spot
    text = holder[name]
    at = told.random.randrange(len(text) + 1)
    holder[name] = told.random.choice([text.upper(), text.lower(), text + "=", text + "\n", text[:at] + " \n" + text[at:],
                                       text.rstrip("="), text.replace("+", "-").replace("/", "_"), "0x" + text,
                                       text[:at] + "é" + text[at:], text[:at] + HOSTILE + text[at:]])
    return told.answer if holder[name] != text else None


# -- records

@lie("a record left out", on=PROVEN)
def leave_out_record(told):
    at = told.random.randrange(len(proof_of(told)))
    told.at(f"{told.method} {proof_of(told)[at]['kind']}")
    del proof_of(told)[at]
    return told.answer


@lie("all records left out", on=PROVEN)
def leave_out_all(told):
    told.result["proof"] = told.random.choice([[], {}, None])
    return told.answer


@lie("two records exchanged", on=PROVEN)
def exchange_records(told):
    if len(proof_of(told)) < 2:
        return None
    first, second = told.random.sample(proof_of(told), 2)
    for name in told.random.choice([["key"], ["record"], ["path"], ["record", "path"], ["key", "path"], ["key", "record"]]):
        first[name], second[name] = second[name], first[name]
    return told.answer


@lie("another's record in its place", on=PROVEN)
def another_record(told):
    """A true record of another item, product, maker or container, by its own key or by the one that is asked for."""
    mine = told.random.choice(proof_of(told))
    theirs = [element for result in (told.other(told.random.choice(PROVEN)) for _ in range(8)) if result
              for element in result["proof"] if element["kind"] == mine["kind"] and element["key"] != mine["key"]]
    if not theirs:
        return None
    told.at(f"{told.method} {mine['kind']}")
    taken = told.random.choice(theirs)
    key = mine["key"]
    mine.update(taken)
    if told.random.random() < 0.5:
        mine["key"] = key
    return told.answer


@lie("absence in the place of a record", on=PROVEN)
def absence(told):
    there = [element for element in proof_of(told) if element["record"]]
    if not there:
        return None
    mine = told.random.choice(there)
    told.at(f"{told.method} {mine['kind']}")
    data = base64.b64decode(mine["path"])
    key, record = bytes.fromhex(mine["key"]), base64.b64decode(mine["record"])
    absent = [element["path"] for result in (told.other(VERIFY) for _ in range(8)) if result
              for element in result["proof"] if element["record"] is None]
    ways = [mine["path"], base64.b64encode(data[:-1] + b"\1" + key + forgery.sha(record)).decode(),
            base64.b64encode(data[:-1] + b"\1" + key[:-1] + b"\0" + forgery.sha(record)).decode(), *absent]
    mine["record"], mine["path"] = None, told.random.choice(ways)
    return told.answer


@lie("a forged record beside the true one", on=PROVEN)
def record_twice(told):
    mine = told.random.choice(proof_of(told))
    forged = dict(mine, record=told.random.choice([None, base64.b64encode(b"\6\1forged").decode()]))
    if forged["record"] == mine["record"]:
        return None
    proof_of(told).insert(told.random.choice([0, len(proof_of(told))]), forged)
    return told.answer


@lie("records in another order", on=PROVEN)
def shuffle_records(told):
    before = list(proof_of(told))
    told.random.shuffle(proof_of(told))
    return told.answer if proof_of(told) != before else None


@lie("true records that nobody asked for", on=PROVEN)
def foreign_records(told):
    other = told.other(VERIFY)
    if other is None:
        return None
    proof_of(told)[:0] = other["proof"]
    return told.answer


@lie("one record of an older state", on=PROVEN)
def older_record(told):
    old = told.earlier()
    if old is None:
        return None
    mine = told.random.choice(proof_of(told))
    theirs = [element for element in old["proof"] if element["key"] == mine["key"] and element["record"] != mine["record"]]
    if not theirs:
        return None
    told.at(f"{told.method} {mine['kind']}")
    mine.update(theirs[0])
    return told.answer


@lie("parts of an older answer", on=PROVEN)
def older_parts(told):
    old = told.earlier()
    if old is None or old["header"] == told.result["header"]:
        return None
    names = [name for name in ("header", "certificate", "proof", "events") if name in told.result and name in old]
    taken = told.random.sample(names, told.random.randrange(1, len(names)))
    told.at(f"{told.method} {' '.join(sorted(taken))}")
    for name in taken:
        told.result[name] = old[name]
    return told.answer


# -- events

def events_of(told):
    return told.result["events"]


def some_event(told, least=1):
    return told.random.randrange(len(events_of(told))) if len(events_of(told)) >= least else None


@lie("an event left out", on=EVENTS)
def leave_out_event(told):
    at = some_event(told)
    if at is None:
        return None
    del events_of(told)[at]
    return told.answer


@lie("two events exchanged", on=EVENTS)
def exchange_events(told):
    if some_event(told, 2) is None:
        return None
    first, second = told.random.sample(range(len(events_of(told))), 2)
    events = events_of(told)
    events[first], events[second] = events[second], events[first]
    return told.answer


@lie("an event twice", on=EVENTS)
def event_twice(told):
    at = some_event(told)
    if at is None:
        return None
    events_of(told).insert(told.random.randrange(len(events_of(told)) + 1), events_of(told)[at])
    return told.answer


@lie("the end of the history cut off", on=EVENTS)
def cut_tail(told):
    at = some_event(told)
    if at is None:
        return None
    del events_of(told)[at:]
    return told.answer


@lie("the beginning of the history cut off", on=EVENTS)
def cut_head(told):
    at = some_event(told)
    if at is None:
        return None
    del events_of(told)[:at + 1]
    return told.answer


@lie("another's event in its place", on=EVENTS)
def another_event(told):
    other, at = told.other(told.random.choice(EVENTS)), some_event(told)
    theirs = [one for one in other["events"] if at is None or one["bytes"] != events_of(told)[at]["bytes"]] if other else []
    if at is None or not theirs:
        return None
    taken = told.random.choice(theirs)
    if told.random.random() < 0.5:
        events_of(told)[at] = taken
    else:
        events_of(told)[at]["bytes"] = taken["bytes"]
    return told.answer


@lie("a well-formed event that never was", on=EVENTS)
def forged_event(told):
    at = some_event(told)
    if at is None:
        return None
    event = events_of(told)[at]
    data = base64.b64decode(event["bytes"])
    text = lambda words: forgery.number(len(words), 4) + words
    places = [b"\1" + bytes([told.random.choice([2, 3, 5, 7, 13, 14])]) + data[2:],  # another kind
              data[:14] + forgery.number(told.random.randrange(2 ** 41), 8) + data[22:],  # another time
              data[:54] + text(b"forger") + text(b"") + text(b"")]
    event["bytes"] = base64.b64encode(told.random.choice(places)).decode()
    if told.random.random() < 0.3:
        added = dict(event, bytes=base64.b64encode(data[:2] + forgery.number(len(events_of(told)), 4) + data[6:]).decode())
        events_of(told).append(added)
    return told.answer


@lie("the history of another", on=EVENTS)
def another_history(told):
    other = told.other(told.random.choice(EVENTS))
    if other is None or other["events"] == events_of(told):
        return None
    for name in told.random.choice([("events",), tuple(other)]):
        told.result[name] = other[name]
    return told.answer


@lie("a page that is not the last", on=EVENTS)
def more_pages(told):
    """There is more, says the node: after a part, after all of it, or again and again."""
    told.result["complete"] = False
    told.result["cursor"] = told.random.choice(["AAAA", HOSTILE, "x" * 100_000, "00" * 32])
    if told.random.random() < 0.5 and events_of(told):
        del events_of(told)[told.random.randrange(len(events_of(told))):]
    return told.answer


@lie("a history without end", on=EVENTS)
def endless_history(told):
    events = events_of(told)
    if not events:
        return None
    first = base64.b64decode(events[0]["bytes"])
    told.result["events"] = [{"bytes": base64.b64encode(first[:2] + forgery.number(place, 4) + first[6:]).decode()}
                             for place in range(1000)]
    told.result["complete"], told.result["cursor"] = False, told.random.choice(["AAAA", "00" * 36])
    return told.answer
