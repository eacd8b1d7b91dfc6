"""What a lie about an item is: it takes an honest answer of a node and makes another of it. The lies themselves are in
record_lies.py, signed_lies.py and shape_lies.py.

A lie is a function of `Told`. It answers the altered JSON-RPC object, or a body in bytes, or a function that writes to the
connection itself; None: there is nothing in this answer that it could alter. It draws from told.random alone.
"""

import base64
import collections
import copy
import json

VERIFY, HISTORY, BOXES, EPOCHS = "item_verify", "item_history", "container_history", "chain_epochs"
PROVEN = (VERIFY, HISTORY, BOXES)  # answers with header, certificate and proof
EVENTS = (HISTORY, BOXES)
ANY = (*PROVEN, EPOCHS)
BASE64_NAMES = ("header", "certificate", "record", "path", "bytes")
HEX_NAMES = ("key",)
# No line of a program's output may begin with it, and none of its controls may be there.
MARK = "FORGED"
HOSTILE = f"\x1b[2J\x1b]0;x\x07\r\n{MARK} GENUINE\n{MARK} PROVEN\x9b31m\u202e\u2028{MARK}\x7f\x00"

Lie = collections.namedtuple("Lie", "name make on everywhere")
LIES = {}


def lie(name, on=ANY, everywhere=False):
    """`on`: the methods whose answers it alters: one of them in a run, or with `everywhere` all."""
    def keep(make):
        assert name not in LIES, name
        LIES[name] = Lie(name, make, on, everywhere)
        return make
    return keep


class Told:
    """One answer on its way to the reader, and all that the liar knows."""

    def __init__(self, random, method, params, answer, scene, world):
        self.random, self.method, self.params, self.scene, self.world = random, method, params, scene, world
        self.answer = copy.deepcopy(answer)
        self.pieces, self.where = {}, ""

    @property
    def result(self):
        return self.answer["result"]

    def question(self, method=None):
        return (method or self.method, json.dumps(self.params, sort_keys=True))

    def at(self, where):
        """Notes which field is altered, for the list of what was reached."""
        self.where = where

    def raw(self, text):
        """Stands for a piece of JSON that Python would not write."""
        name = f"@@{len(self.pieces)}@@"
        self.pieces[f'"{name}"'] = text
        return name

    def body(self, altered):
        text = json.dumps(altered)
        for name, piece in self.pieces.items():
            text = text.replace(name, piece)
        return text.encode()

    def others(self, method=None, world=None):
        """What the node answered to other questions."""
        method, world = method or self.method, world or self.world
        return [answer for question, answer in sorted(self.scene.worlds[world].answers.items(), key=lambda one: one[0])
                if question[0] == method and question[1] != self.question()[1] and "result" in answer]

    def other(self, method=None, world=None):
        found = self.others(method, world)
        return copy.deepcopy(self.random.choice(found)["result"]) if found else None

    def earlier(self):
        """What the node answered to this very question at another time."""
        found = [answer for answer in (self.said_in(name) for name in sorted(self.scene.worlds) if name != self.world)
                 if answer is not None and answer != self.result]
        return copy.deepcopy(self.random.choice(found)) if found else None

    def said_in(self, world):
        return self.scene.worlds[world].answers.get(self.question(), {}).get("result")


def spots(node, label=""):
    """Every member and element below `node`: what holds it, its name there, and where that is."""
    if isinstance(node, dict):
        for name in sorted(node):
            yield node, name, f"{label}.{name}"
            yield from spots(node[name], f"{label}.{name}")
    elif isinstance(node, list):
        for place in range(len(node)):
            yield node, place, f"{label}[]"
            yield from spots(node[place], f"{label}[]")


def pick(told, wanted):
    """One of the spots that are wanted: first one of the fields, then one of its places, so that each field is reached."""
    fields = collections.defaultdict(list)
    for spot in spots(told.result):
        if wanted(*spot):
            fields[spot[2]].append(spot)
    if not fields:
        return None
    label = told.random.choice(sorted(fields))
    told.at(f"{told.method}{label}")
    return told.random.choice(fields[label])


def is_bytes(holder, name, _label):
    return name in BASE64_NAMES + HEX_NAMES and isinstance(holder[name], str) and holder[name]


def read(holder, name):
    return bytes.fromhex(holder[name]) if name in HEX_NAMES else base64.b64decode(holder[name])


def write(holder, name, data):
    holder[name] = data.hex() if name in HEX_NAMES else base64.b64encode(data).decode()


def altered_bytes(told, alter):
    spot = pick(told, is_bytes)
    if spot is None:
        return None
    holder, name, _ = spot
    write(holder, name, alter(bytearray(read(holder, name))))
    return told.answer


def proof_of(told):
    return told.result.get("proof") or []
