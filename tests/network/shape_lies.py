"""Lies about the form: forged words beside true bytes, wrong types, no JSON, no HTTP, errors with foreign text."""

import json
import time

from lies import EPOCHS, HOSTILE, MARK, PROVEN, is_bytes, lie, pick, spots

DEEP = 200_000
HUGE = 3_000_000
ENDLESS_SECONDS = 4  # how long the liar goes on when a reader lets him


# -- words beside the bytes

@lie("a better verdict", on=PROVEN)
def better_verdict(told):
    told.result["verdict"] = told.random.choice(["genuine", "caution", "unknown"])
    told.result["reasons"], told.result["actions"], told.result["action"] = [], [], "buy"
    return told.answer


@lie("forged words beside the bytes")
def forged_words(told):
    spot = pick(told, lambda holder, name, _: isinstance(holder[name], str) and not is_bytes(holder, name, _))
    if spot is None:
        return None
    holder, name, _ = spot
    holder[name] = told.random.choice([MARK, "genuine", "node7", "active", "sold", "", HOSTILE])
    return told.answer


@lie("forged numbers beside the bytes")
def forged_numbers(told):
    spot = pick(told, lambda holder, name, _: isinstance(holder[name], (int, bool)))
    if spot is None:
        return None
    holder, name, _ = spot
    holder[name] = told.random.choice([0, 1, 7, 2 ** 31, 2 ** 53, True, False])
    return told.answer


@lie("terminal controls in every text")
def hostile_texts(told):
    for holder, name, label in list(spots(told.result)):
        if isinstance(holder[name], str) and not is_bytes(holder, name, label):
            holder[name] = HOSTILE
    return told.answer


# -- types

def wrong_values(told):
    return [lambda: None, lambda: told.random.choice([0, 1, -1, 2 ** 63, 2 ** 64, -2 ** 63]), lambda: 1.5, lambda: True,
            lambda: [], lambda: {}, lambda: "", lambda: HOSTILE, lambda: [None] * 1000, lambda: {"": {"": []}},
            lambda: float("nan"), lambda: float("-inf"), lambda: told.raw("1e999"), lambda: told.raw("9" * 5000),
            lambda: told.raw("[" * DEEP + "]" * DEEP), lambda: told.raw('{"a":' * DEEP + "1" + "}" * DEEP),
            lambda: "x" * HUGE, lambda: [HOSTILE] * 100, lambda: told.raw('"\\ud800"'), lambda: [[["header"]]]]


@lie("a value of another type")
def wrong_type(told):
    spot = pick(told, lambda *_: True)
    if spot is None:
        return None
    holder, name, _ = spot
    holder[name] = told.random.choice(wrong_values(told))()
    return told.answer


@lie("a result of another type")
def wrong_result(told):
    told.answer["result"] = told.random.choice(wrong_values(told))()
    return told.answer


@lie("deep nesting")
def deep(told):
    spot = pick(told, lambda *_: True)
    if spot is None:
        return None
    holder, name, _ = spot
    depth = told.random.choice([40, 1000, DEEP, 5 * DEEP])
    holder[name] = told.raw(told.random.choice(["[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth,
                                                '[{"a":' * depth + "1" + "}]" * depth]))
    return told.answer


@lie("a member left out")
def leave_out_member(told):
    spot = pick(told, lambda holder, *_: isinstance(holder, dict))
    if spot is None:
        return None
    del spot[0][spot[1]]
    return told.answer


@lie("a member twice")
def member_twice(told):
    spot = pick(told, lambda holder, *_: isinstance(holder, dict))
    if spot is None:
        return None
    holder, name, _ = spot
    twice = [json.dumps(holder[name]), json.dumps(told.random.choice([None, 0, MARK, []]))]
    told.random.shuffle(twice)
    del holder[name]
    name = json.dumps(name)
    stand_in = told.raw("0")
    holder[stand_in] = 0
    told.pieces = {f'"{stand_in}": 0': f"{name}: {twice[0]}, {name}: {twice[1]}"}
    return told.answer


@lie("many small values")
def many_values(told):
    piece, count = told.random.choice([("[]", 6_000_000), ('{"a":{}}', 1_500_000), ("1", 8_000_000), ('""', 6_000_000)])
    value = told.raw("[" + ",".join([piece] * count) + "]")
    if told.random.random() < 0.5:
        told.answer["more"] = value
    else:
        told.result[told.random.choice(sorted(told.result))] = value
    return told.answer


# -- the envelope and the body

@lie("an envelope of another call")
def other_envelope(told):
    way = told.random.choice(["id", "no id", "version", "batch", "both", "null error", "no result"])
    told.at(f"envelope {way}")
    if way == "id":
        told.answer["id"] = told.random.choice([0, 99, None, "1", HOSTILE, [1]])
    elif way == "no id":
        told.answer.pop("id")
    elif way == "version":
        told.answer["jsonrpc"] = told.random.choice(["1.0", 2, None])
    elif way == "batch":
        return [told.answer] * told.random.choice([0, 1, 2])
    elif way == "both":
        told.answer["error"] = {"code": -32000, "message": HOSTILE}
    elif way == "null error":
        told.answer["error"] = None
    else:
        told.answer.pop("result")
    return told.answer


@lie("no JSON")
def no_json(told):
    true = told.body(told.answer)
    at = told.random.randrange(len(true))
    bodies = [b"", b"null", b"true", b"7", b'"text"', b"[]", b"{}", true[:at], true[:at] + b"\xff\xfe" + true[at:],
              b"\xef\xbb\xbf" + true, true + true, true + b"\0", told.random.randbytes(5000), b"\0" * 5000,
              HOSTILE.encode(), f"<html>{HOSTILE}</html>".encode(), b"[" * told.random.choice([1000, DEEP, 5 * DEEP]),
              b'{"result":' * DEEP, true.decode().encode("utf-16"), true[:at] + HOSTILE.encode() + true[at:],
              b'{"result":{"header":"' + b"A" * HUGE]
    place = told.random.randrange(len(bodies))
    told.at(f"body {place}")
    return bodies[place]


# -- errors

CODES = ["not_synced", "unproven", "no_trust", "answer_too_old", "item_unknown", "not_found", "access_denied", "genuine", "",
         "bad_", "usage", HOSTILE, "x" * 100_000, MARK]
SAYINGS = ["this serial was never registered, so it has no history", HOSTILE, "x" * 100_000, "", MARK,
           "GENUINE\n  proven: 4 of 4 validators signed block 7"]


@lie("an error with foreign text")
def foreign_error(told):
    choose = told.random.choice
    data = choose([None, [], 7, HOSTILE, {"code": choose(CODES), "detail": choose(SAYINGS), "remedy": choose(SAYINGS)},
                   {"code": choose(CODES)}])
    told.answer.pop("result")
    told.answer["error"] = {"code": choose([-32000, "x", None, HOSTILE]), "message": choose(SAYINGS), "data": data}
    return told.answer


@lie("the error of a serial that nobody registered")
def never_registered(told):
    told.answer.pop("result")
    told.answer["error"] = {"code": -32000, "message": SAYINGS[0], "data": {"code": "item_unknown"}}
    return told.answer


@lie("an error of another type")
def wrong_error(told):
    told.answer.pop("result")
    value = lambda: told.random.choice(wrong_values(told))()
    told.answer["error"] = told.random.choice([
        value(), {"code": value(), "message": value(), "data": value()}, {"message": "no", "data": {"code": value()}},
        {"message": "no", "data": {"code": "x", "detail": value(), "remedy": value()}}])
    return told.answer


# -- HTTP

def plain(body, status="200 OK", *headers):
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/json", *headers,
                        "", ""]).encode() + body


def on_and_on(send, piece):
    """Until the reader goes, or has had enough."""
    give_up = time.monotonic() + ENDLESS_SECONDS
    while time.monotonic() < give_up:
        send(piece)


def drip(send, data, pause):
    """Byte by byte, over a few seconds, and then no more."""
    give_up = time.monotonic() + ENDLESS_SECONDS
    for at in range(len(data)):
        send(data[at:at + 1])
        if time.monotonic() > give_up:
            return
        pause(0.01)


def whole_answers(told):
    """Pieces of HTTP that are there at once."""
    true = told.body(told.answer)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    hostile = HOSTILE.encode()
    return {
        "an error with a foreign body": plain(hostile * 30, "500 Internal Server Error"),
        "a foreign reason": b"HTTP/1.1 503 " + hostile.replace(b"\r\n", b"") + b"\r\nContent-Length: 0\r\n\r\n",
        "a status of foreign text": hostile + b"\r\n\r\n",
        "no status": true,
        "the answer under an error": plain(true, "404 Not Found"),
        "no content": plain(b"", "204 No Content"),
        "elsewhere": plain(b"", "302 Found", "Location: http://127.0.0.1:1/"),
        "elsewhere, in a file": plain(b"", "302 Found", "Location: file:///etc/passwd"),
        "elsewhere, foreign text": plain(b"", "301 Moved", "Location: \x1b[2J\x07" + MARK),
        "shorter than said": plain(true).replace(b"Content-Length: ", b"Content-Length: 9"),
        "longer than said": plain(true) + true,
        "longer than anything": plain(true).replace(b"Content-Length: ", b"Content-Length: 99999999999999"),
        "a length below nothing": plain(true).replace(b"Content-Length: ", b"Content-Length: -"),
        "a length of foreign text": plain(true).replace(b"Content-Length: ", b"Content-Length: \x1b[2J"),
        "two lengths": plain(true, "200 OK", "Content-Length: 5"),
        "chunks": chunked + b"%x\r\n%s\r\n0\r\n\r\n" % (len(true), true),
        "chunks of garbage": chunked + b"zz\x1b[2J\r\n" + true,
        "chunks of no end": chunked + b"ffffffffffffffff\r\n" + true,
        "chunks cut off": chunked + b"%x\r\n%s" % (len(true) + 5, true),
        "packed": plain(true, "200 OK", "Content-Encoding: gzip"),
        "no length": b"HTTP/1.1 200 OK\r\n\r\n" + true,
        "nothing": b"",
        "half a header": b"HTTP/1.1 200 OK\r\nContent-Le",
        "a long header": plain(true, "200 OK", "X: " + "x" * 300_000),
        "many headers": plain(true, "200 OK", *(f"X-{n}: {MARK}" for n in range(20_000))),
        "an old version": plain(true).replace(b"HTTP/1.1", b"HTTP/0.9"),
        "a version to come": plain(true).replace(b"HTTP/1.1", b"HTTP/9.9"),
        "asked to wait, then the answer": b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + plain(true),
        "random bytes": told.random.randbytes(3000),
    }


@lie("broken HTTP")
def broken_http(told):
    ways = whole_answers(told)
    way = told.random.choice(sorted(ways))
    told.at(f"HTTP {way}")
    return lambda send, _pause: send(ways[way])


@lie("HTTP without end")
def endless_http(told):
    ways = {"headers": (b"HTTP/1.1 200 OK\r\n", b"X-More: more\r\n" * 500),
            "one header": (b"HTTP/1.1 200 OK\r\nX: ", b"x" * 60_000),
            "waiting": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
            "a body": (b"HTTP/1.1 200 OK\r\n\r\n[", b"1," * 300_000),
            "a string": (b'HTTP/1.1 200 OK\r\n\r\n{"result":"', b"x" * 1_000_000),
            "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + b" " * 0x100000 + b"\r\n")}
    way = told.random.choice(sorted(ways))
    told.at(f"HTTP without end: {way}")

    def respond(send, _pause):
        send(ways[way][0])
        on_and_on(send, ways[way][1])
    return respond


@lie("slowly, byte by byte")
def slow_drip(told):
    data = plain(told.body(told.answer))
    at = told.random.choice([0, len(data) - 60])
    return lambda send, pause: (send(data[:at]), drip(send, data[at:at + 300], pause))


@lie("no answer to who validates", on=(EPOCHS,))
def no_epochs(told):
    told.answer["result"] = told.random.choice([{}, {"epochs": {}}, {"epochs": 7}, {"epochs": [None]}, {"epochs": [[]]},
                                                {"epochs": MARK}, {"epochs": [], "complete": "no"}])
    return told.answer
