"""Finds the guards of a C++ source, and rewrites it so that each of them can be switched off while the program runs.

A guard is an operand of a condition: of `if (A || B)`, `if (A && B)`, `return A && B;`, `return A ? X : Y;`. An operand of
`||` is deleted by making it false, one of `&&` by making it true; the condition of `?:` is tried as both. A condition that
declares its value (`if (auto refused = check())`) gets the operand behind it, and TRY(...) goes on in spite of the error.

    guards = find(text)                       [Guard, …] in the order of the text
    rewrite(text, guards, first, header)      the source with guard `first + i` around the i-th of them

Reads text and no more of C++ than brackets, strings and comments: what it takes wrongly for a guard does not compile, and
the gate says so.
"""

import re
from dataclasses import dataclass

KEYWORD = re.compile(r"\b(if|return|TRY)\b")
DECLARED = re.compile(r"^\s*(?:const\s+)?(?:auto|[A-Za-z_][\w:]*(?:<.*>)?)(?:\s+const\b|[\s*&])+?\s*(?<!\w)([A-Za-z_]\w*)\s*=(?!=)", re.S)


@dataclass(frozen=True)
class Guard:
    kind: str  # "or": deleted, it is false; "and": deleted, it is true; "try": the error is passed over
    start: int  # of the operand in the text
    end: int
    declared: str  # the name that the condition declares; "" for an operand
    line: int
    text: str


def mask(text):
    """The text with comments and preprocessor lines as blanks and literals as underscores, each character in its place."""
    out, i, n = list(text), 0, len(text)

    def blank(start, end):
        filler = "_" if text[start] in "'\"R" else " "
        for at in range(start, min(end, n)):
            if out[at] != "\n":
                out[at] = filler

    while i < n:
        c = text[i]
        if text.startswith("//", i):
            end = text.find("\n", i)
            end = n if end < 0 else end
        elif text.startswith("/*", i):
            end = text.find("*/", i + 2) + 2
        elif text.startswith('R"', i):
            opening = text.index("(", i)
            end = text.index(")" + text[i + 2:opening] + '"', i) + (opening - i - 2) + 2
        elif c == '"' or (c == "'" and not (i > 0 and text[i - 1].isalnum())):
            end = i + 1
            while text[end] != c:
                end += 2 if text[end] == "\\" else 1
            end += 1
        elif c == "#" and text[text.rfind("\n", 0, i) + 1:i].strip() == "":
            end = i
            while True:
                newline = text.find("\n", end)
                if newline < 0 or text[newline - 1] != "\\":
                    break
                end = newline + 1
            end = n if newline < 0 else newline
        else:
            i += 1
            continue
        blank(i, end)
        i = end
    return "".join(out)


def closing(masked, opening):
    """Where the bracket that opens at `opening` is closed."""
    depth = 0
    for at in range(opening, len(masked)):
        if masked[at] in "([{":
            depth += 1
        elif masked[at] in ")]}":
            depth -= 1
            if depth == 0:
                return at
    raise ValueError("a bracket that nothing closes")


def split(masked, start, end, separators):
    """[(start, end), …] between the separators that no bracket holds, and the first separator found."""
    parts, depth, at, begin, found = [], 0, start, start, None
    while at < end:
        if masked[at] in "([{":
            depth += 1
        elif masked[at] in ")]}":
            depth -= 1
        elif depth == 0:
            for separator in separators:
                if masked.startswith(separator, at):
                    parts.append((begin, at))
                    at += len(separator)
                    begin, found = at, found or separator
                    break
            else:
                at += 1
                continue
            continue
        at += 1
    parts.append((begin, end))
    return parts, found


def trimmed(masked, start, end):
    while start < end and masked[start].isspace():
        start += 1
    while end > start and masked[end - 1].isspace():
        end -= 1
    return start, end


def operands(masked, start, end, alone):
    """(kind, start, end) of what a condition is made of; `alone`: the kinds of a condition with one operand."""
    ors, _ = split(masked, start, end, ["||"])
    for part in ors:
        part = trimmed(masked, *part)
        ands, _ = split(masked, *part, ["&&"])
        if len(ors) > 1:
            yield ("or", *part)
        elif len(ands) == 1:
            for kind in alone:
                yield (kind, *part)
        else:
            if "or" in alone:
                yield ("or", *part)
        if len(ands) > 1:
            for one in ands:
                yield ("and", *trimmed(masked, *one))
        inner = trimmed(masked, *part)
        if len(ands) == 1 and masked[inner[0]] == "(" and closing(masked, inner[0]) == inner[1] - 1:
            yield from operands(masked, inner[0] + 1, inner[1] - 1, [])


def statement_end(masked, start):
    depth = 0
    for at in range(start, len(masked)):
        if masked[at] in "([{":
            depth += 1
        elif masked[at] in ")]}":
            depth -= 1
            if depth < 0:
                return None
        elif masked[at] == ";" and depth == 0:
            return at
    return None


def find(text):
    masked, guards = mask(text), []

    def add(kind, start, end, declared=""):
        words = " ".join(text[start:end].split())
        guards.append(Guard(kind, start, end, declared, text.count("\n", 0, start) + 1, words))

    for match in KEYWORD.finditer(masked):
        word, at = match.group(1), match.end()
        if word == "return":
            end = statement_end(masked, at)
            if end is None:
                continue
            parts, ternary = split(masked, at, end, ["?"])
            if ternary:
                for kind, *span in operands(masked, *trimmed(masked, *parts[0]), ["or", "and"]):
                    add(kind, *span)
            else:
                if len(split(masked, at, end, ["||", "&&"])[0]) > 1:
                    for kind, *span in operands(masked, *trimmed(masked, at, end), []):
                        add(kind, *span)
            continue
        opening = re.compile(r"\s*\(").match(masked, at)
        if not opening:
            continue  # if constexpr
        start, end = opening.end(), closing(masked, opening.end() - 1)
        if word == "TRY":
            add("try", match.start(), masked.index(";", end) + 1)
            continue
        pieces, initialised = split(masked, start, end, [";"])
        condition = trimmed(masked, *pieces[-1])
        declaration = DECLARED.match(masked[condition[0]:condition[1]])
        if declaration:
            if not initialised:
                add("or", *condition, declaration.group(1))
            continue
        for kind, *span in operands(masked, *condition, ["or"]):
            add(kind, *span)
    return guards


def rewrite(text, guards, first, header):
    pieces = []  # (place, order, what is put in)
    for i, guard in enumerate(guards):
        number, size = first + i, guard.end - guard.start
        if guard.kind == "try":
            inside = text[guard.start:guard.end]
            inside = inside[inside.index("(") + 1:inside.rindex(")")]
            pieces.append((guard.start, -size, f"if (mutation::deleted({number})) {{ (void)({inside}); }} else "))
        elif guard.declared:
            pieces.append((guard.end, size, f"; mutation::operand_of_or({number}, static_cast<bool>({guard.declared}))"))
        else:
            pieces.append((guard.start, -size, f"mutation::operand_of_{guard.kind}({number}, static_cast<bool>("))
            pieces.append((guard.end, size, "))"))
    # Outer operands open first and close last.
    out, last = [], 0
    opened = lambda piece: piece[2].endswith("(") or piece[2].endswith("else ")
    for place, _, words in sorted(pieces, key=lambda piece: (piece[0], opened(piece), piece[1])):
        out += [text[last:place], words]
        last = place
    out.append(text[last:])
    line = f'#include "{header}"  '
    body = "".join(out)
    return body.replace("#pragma once\n", f"#pragma once\n{line}\n", 1) if "#pragma once\n" in body else f"{line}\n{body}"
