#!/usr/bin/env python3
"""Checks what compilers do not: who may include whom, banned calls, and that every numbered rule has code and a test.

    tools/lint.py [FOLDER]      the source tree; default: the one that this script is in

Prints `file:line: [rule] what is wrong. Remedy: ...` for each fault, and exits 1 when there was one. There is no list of
exceptions, and no comment that turns a check off. The rooms are those of docs/ (base, crypto, ledger, ...).
"""

import os
import re
import sys
from collections import namedtuple

Fault = namedtuple("Fault", "file line rule message")
Include = namedtuple("Include", "line path quoted")

# Room -> rooms that it may include beside itself. node/asio and node/app are rooms of their own; files directly in
# node/ or in node/replica/ are the room "node", which the simulator links without any real network.
MAY_INCLUDE = {
    "base": set(),
    "crypto": {"base"},
    "ledger": {"base", "crypto"},
    "consensus": {"base", "crypto"},
    "storage": {"base", "crypto"},
    "rpc": {"base", "crypto", "ledger"},
    "node": {"base", "crypto", "ledger", "consensus", "storage"},
    "node/asio": {"base", "crypto", "ledger", "consensus", "storage", "node"},
    "node/app": {"base", "crypto", "ledger", "consensus", "storage", "rpc", "node", "node/asio"},
    "tools": {"base", "crypto", "ledger", "consensus", "storage", "rpc", "node", "node/asio", "node/app"},
    "tests": {"base", "crypto", "ledger", "consensus", "storage", "rpc", "node", "node/asio", "node/app", "tools"},
}

# Third party: pattern of an include, what it is called, and where it may stand. Tests may include anything.
THIRD_PARTIES = [
    (r"boost/(asio|beast)\b", "Boost.Asio and Beast", "node/asio, rpc, tools and node/app",
     lambda room, path: room in {"node/asio", "rpc", "tools", "node/app"}),
    (r"leveldb/", "LevelDB", "storage/*.cpp", lambda room, path: room == "storage" and path.endswith(".cpp")),
    (r"sodium(\.h$|/)", "libsodium", "crypto/*.cpp", lambda room, path: room == "crypto" and path.endswith(".cpp")),
    (r"openssl/", "OpenSSL", "crypto/*.cpp, node/asio, rpc and tools",
     lambda room, path: (room == "crypto" and path.endswith(".cpp")) or room in {"node/asio", "rpc", "tools"}),
    (r"nlohmann/", "nlohmann/json", "rpc, tools and node/app", lambda room, path: room in {"rpc", "tools", "node/app"}),
    (r"google/protobuf/|.*\.pb\.h$", "Protobuf", "ledger and node",
     lambda room, path: room == "ledger" or room.split("/")[0] == "node"),
]

CLOCK_REMEDY = "pass the time in (base/time.h), as the caller's clock is stepped by tests"
RANDOM_REMEDY = "pass the randomness in, so that a run can be replayed"
SLEEP_REMEDY = "return when to be called again; tests step the clock"
NOT_A_MEMBER = r"(?<![\w.>])(?<!\w::)"
BANNED_IN_PURE_ROOMS = [
    (r"\b(system|steady|high_resolution|utc|tai|gps|file)_clock\b", "reads a clock", CLOCK_REMEDY),
    (r"\bstd::time\s*\(|(?<![\w.>])time\s*\(\s*(nullptr|NULL|0|&)", "reads the wall clock", CLOCK_REMEDY),
    (r"\b(gettimeofday|clock_gettime|timespec_get)\s*\(", "reads a clock", CLOCK_REMEDY),
    (NOT_A_MEMBER + r"(sleep|usleep|nanosleep)\s*\(", "sleeps", SLEEP_REMEDY),
    (r"\bsleep_(for|until)\b", "sleeps", SLEEP_REMEDY),
    (NOT_A_MEMBER + r"(s?rand|getrandom)\s*\(|\bstd::s?rand\b", "draws random numbers", RANDOM_REMEDY),
    (r"\brandom_device\b|\brandom_(bytes|below)\s*\(", "draws random numbers", RANDOM_REMEDY),
]
BANNED_IN_TESTS = [
    (r"\bsleep_(for|until)\b|\b(usleep|nanosleep)\s*\(", "sleeps", "step a clock, or wait for the event itself"),
]
PURE_ROOMS = {"ledger", "consensus", "storage", "node"}

SOURCE_LINES_MAX = 600
CODE = (".h", ".cpp")
TEXT = CODE + (".proto", ".py", ".sh", ".js", ".css", ".html", ".md", ".cmake", "CMakeLists.txt")
# Put together here, lest this file find them in itself.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
SPEC = "consensus/SPEC.md"
# `**R12**`, `- **I3** …`, `| **R1** |`, `### R5: …`
DEFINITION = re.compile(r"^\s*(?:(?:[-*]|\d+\.|\|)\s+)?\*\*([RI]\d+)\b|^#{1,6}\s+(?:\*\*)?([RI]\d+)\b")


def room_of(path):
    """The room of a file or of an included path; None outside of the house."""
    parts = path.split("/")
    if len(parts) < 2:
        return None
    if parts[0] == "node":
        if parts[1] in ("asio", "app") and len(parts) > 2:
            return "node/" + parts[1]
        return "node" if len(parts) == 2 or parts[1] == "replica" else None
    return parts[0] if parts[0] in MAY_INCLUDE else None


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def code_only(text):
    """The text with comments, strings and characters blanked, line by line in place."""
    return re.sub(
        r'//[^\n]*|/\*.*?\*/|R"([^\s()\\]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![\w])\'(?:\\.|[^\'\\\n])+\'',
        blank, text, flags=re.S)


class Tree:
    """All sources below a folder, by path from that folder with forward slashes."""

    def __init__(self, root):
        self.texts = {}
        self.codes = {}
        self.includes = {}
        for folder, folders, files in os.walk(root):
            at_root = os.path.samefile(folder, root)
            folders[:] = sorted(f for f in folders if not f.startswith(".") and not (at_root and f == "build"))
            for name in sorted(files):
                if name.endswith(TEXT):
                    full = os.path.join(folder, name)
                    self.read(os.path.relpath(full, root).replace(os.sep, "/"), full)

    def read(self, path, full):
        with open(full, encoding="utf-8", errors="replace") as file:
            text = file.read()
        self.texts[path] = text
        if not path.endswith(CODE):
            return
        self.codes[path] = code_only(text)
        # An include inside a block comment is none; its path is a string, so it is read from the text itself.
        lines = zip(text.splitlines(), self.codes[path].splitlines())
        self.includes[path] = [Include(number, match.group(2), match.group(1) == '"')
                               for number, (raw, code) in enumerate(lines, 1)
                               if (match := INCLUDE.match(raw)) and code.lstrip().startswith("#")]


def check_rooms(tree):
    for path in tree.codes:
        room = room_of(path)
        if room is None:
            yield Fault(path, 1, "rooms", "this folder is no room of the house. Remedy: move the file to one of "
                        + ", ".join(MAY_INCLUDE) + " (node/: directly, or in replica, asio or app)")
            continue
        for include in tree.includes[path]:
            other = room_of(include.path)
            if other is None or other == room or other in MAY_INCLUDE[room]:
                continue
            allowed = ", ".join(sorted(MAY_INCLUDE[room])) or "the standard library only"
            yield Fault(path, include.line, "rooms",
                        f"{room} may not include {include.path} of {other}. Remedy: {room} may use {allowed}; move the "
                        "code down, or pass it in through an interface of this room")


def third_parties_of(tree, path, known):
    """Indices of THIRD_PARTIES that come with a file, through its own headers as well."""
    if path not in known:
        known[path] = set()  # stands while a circle of includes is being walked; check_cycles names that
        for include in tree.includes.get(path, ()):
            known[path] |= {i for i, party in enumerate(THIRD_PARTIES) if re.match(party[0], include.path)}
            known[path] |= third_parties_of(tree, include.path, known)
    return known[path]


def check_third_parties(tree):
    known = {}
    for path, includes in tree.includes.items():
        room = room_of(path)
        if room is None or room == "tests":
            continue
        for include in includes:
            for i, (pattern, name, where, may) in enumerate(THIRD_PARTIES):
                direct = re.match(pattern, include.path)
                # A header of this very room that leaks is named itself; one fault is not told twice.
                through = room_of(include.path) != room and i in third_parties_of(tree, include.path, known)
                if (direct or through) and not may(room, path):
                    how = include.path if direct else "through " + include.path
                    yield Fault(path, include.line, "third-party", f"{name} ({how}) is confined to {where}. Remedy: use "
                                "the house's own wrapper of it")


def check_cycles(tree):
    """Depth-first search over files; each include that closes a cycle is named with the whole way round."""
    state = {}  # path -> "open" while on the current way, then "done"
    faults = []

    def visit(path, way):
        state[path] = "open"
        for include in tree.includes[path]:
            target = include.path
            if target not in tree.includes or state.get(target) == "done":
                continue
            if state.get(target) == "open":
                circle = way[way.index(target):] + [target]
                faults.append(Fault(path, include.line, "cycle", "includes go round in a circle: " + " -> ".join(circle)
                                    + ". Remedy: forward-declare, or move what both need into a file of its own"))
            else:
                visit(target, way + [target])
        state[path] = "done"

    for path in tree.includes:
        if path not in state:
            visit(path, [path])
    return faults


def check_banned(tree):
    for path, code in tree.codes.items():
        room = room_of(path)
        # The one file of storage that talks to the operating system's disk.
        real_disk = path.startswith("storage/disk_posix.")
        bans = BANNED_IN_TESTS if room == "tests" else BANNED_IN_PURE_ROOMS if room in PURE_ROOMS and not real_disk else []
        for number, line in enumerate(code.splitlines(), 1):
            for pattern, what, remedy in bans:
                if match := re.search(pattern, line):
                    yield Fault(path, number, "banned", f"`{match.group(0).strip()}` {what}, and {room} may not. "
                                f"Remedy: {remedy}")


def check_form(tree):
    for path, text in tree.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if match := UNFINISHED.search(line):
                yield Fault(path, number, "unfinished", f"`{match.group(0)}` marks unfinished work. Remedy: finish it, or "
                            "write what is so and why")
        lines = text.count("\n")
        if path.endswith(CODE + (".py",)) and lines > SOURCE_LINES_MAX:
            yield Fault(path, lines, "length", f"{lines} lines, over {SOURCE_LINES_MAX}. Remedy: split the file by role")
    for path, code in tree.codes.items():
        if path.endswith(".h"):
            yield from check_header(path, code)
        else:
            yield from check_own_header_first(tree, path)


def check_header(path, code):
    if not re.search(r"^\s*#\s*pragma\s+once\b", code, flags=re.M):
        yield Fault(path, 1, "pragma-once", "a header without #pragma once. Remedy: put it above the includes")
    for number, line in enumerate(code.splitlines(), 1):
        if re.search(r"\busing\s+namespace\b", line):
            yield Fault(path, number, "using-namespace", "a header opens a namespace for all who include it. "
                        "Remedy: name what is used")


def check_own_header_first(tree, path):
    own = path[:-len(".cpp")] + ".h"
    includes = tree.includes[path]
    if own in tree.codes and (not includes or includes[0].path != own):
        yield Fault(path, includes[0].line if includes else 1, "own-header", f'the first include is not "{own}". '
                    "Remedy: put it first, which shows that the header stands alone")


def check_spec(tree):
    spec = tree.texts.get(SPEC)
    if spec is None:
        return
    defined = {}
    for number, line in enumerate(spec.splitlines(), 1):
        match = DEFINITION.match(line)
        if not match:
            continue
        name = match.group(1) or match.group(2)
        if name in defined:
            yield Fault(SPEC, number, "spec", f"{name} is defined twice, first in line {defined[name]}. Remedy: renumber one")
        defined.setdefault(name, number)
    if not defined:
        yield Fault(SPEC, 1, "spec", "no rule is defined. Remedy: begin each with its number, as in `**R1**` or `- **I1**`")
    code = "\n".join(text for path, text in tree.texts.items() if path.endswith(CODE) and room_of(path) == "consensus")
    tests = "\n".join(text for path, text in tree.texts.items() if path.endswith(CODE) and room_of(path) == "tests")
    for name, number in defined.items():
        for text, where in ((code, "consensus/*.cpp or *.h"), (tests, "a file of tests/")):
            if not re.search(rf"\b{name}\b", text):
                yield Fault(SPEC, number, "spec", f"{name} occurs in no {where.replace('a file', 'file')}. "
                            f"Remedy: name it where {'it is carried out' if text is code else 'it is tested'}")


CHECKS = [check_rooms, check_third_parties, check_cycles, check_banned, check_form, check_spec]


def lint(root):
    tree = Tree(root)
    notes = []
    if not tree.codes:
        notes.append(f"note: no sources below {root}")
    if SPEC not in tree.texts:
        notes.append(f"note: {SPEC} is absent; rule numbers were not checked")
    faults = sorted(fault for check in CHECKS for fault in check(tree))
    return faults, notes, len(tree.texts)


def main(arguments):
    if len(arguments) > 1 or (arguments and arguments[0].startswith("-")):
        print(__doc__)
        return 0 if arguments[0] in ("-h", "--help") else 2
    here = os.path.dirname(os.path.abspath(__file__))
    faults, notes, count = lint(arguments[0] if arguments else os.path.dirname(here))
    for note in notes:
        print(note)
    for fault in faults:
        print(f"{fault.file}:{fault.line}: [{fault.rule}] {fault.message}.")
    print(f"lint: {len(faults)} faults in {count} files")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
