#!/usr/bin/env python3
"""Writes the worked example of docs/verify.md anew, from the chain that the situations are played on.

    TOUCHSTONE_SITUATIONS=s.json build/release/tests/rpc/test_rpc '[situations]' && tests/rpc/write_worked_example.py s.json

The answers and the genesis in docs/examples are replaced, and every value of the old ones that stands in the page by that of
the new ones. To be called when a format changes: verify_py_test.py says when the page and the answers have gone apart.
"""

import base64
import hashlib
import json
import pathlib
import re
import sys

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "docs/examples"
PAGE = EXAMPLES.parent / "verify.md"
sys.path.insert(0, str(EXAMPLES))
import verdict as rules  # noqa: E402

raw = base64.b64decode
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()


def answers(played):
    """What the three files hold: a sold item, its history, and a serial that was never registered."""
    def first(reasons, height):
        return next(row["answer"] for row in played["rows"]
                    if row["answer"]["result"]["reasons"] == reasons and row["answer"]["result"]["height"] == height
                    and row["asked"].get("purpose", "own") == "own" and "lot" not in row["asked"])
    return {"verify": first(["sold"], 5), "history": played["history"], "absent": first(["never_registered"], 1)}


def path_lines(path):
    """As the page shows a path: how many siblings, which are not empty, and each of them."""
    count = int.from_bytes(path[:2], "big")
    bits = path[2:2 + (count + 7) // 8]
    filled = [i for i in range(count) if bits[i // 8] >> (7 - i % 8) & 1]
    at = 2 + len(bits)
    hashes = [path[at + 32 * i:at + 32 * (i + 1)].hex() for i in range(len(filled))]
    lines = [f"path         {path[:2].hex()}    {count} siblings",
             f"             {bits.hex()}    those that are not empty: {', '.join(map(str, filled))}"]
    return "\n".join(lines + [f"             {one}" for one in hashes] + [f"             {path[at + 32 * len(filled):].hex()}"])


def shown(found):
    """Every value of the answers that the page quotes, in one order."""
    result = found["verify"]["result"]
    header, certificate = raw(result["header"]), raw(result["certificate"])
    yield from (header[a:b].hex() for a, b in ((2, 34), (58, 90), (98, 130), (130, 162), (162, 194), (198, 230)) if any(header[a:b]))
    yield header[2:10].hex() + "…"
    yield certificate[25:57].hex()
    yield f"{certificate[-64:].hex()[:8]}…{certificate[-64:].hex()[-6:]}"
    item = next(one for one in result["proof"] if one["kind"] == "item")
    key, record = bytes.fromhex(item["key"]), raw(item["record"])
    yield from (item["key"], sha(record).hex(), sha(b"\0", key, sha(record)).hex(), path_lines(raw(item["path"])))
    read = rules.read_item(record)
    yield from (f"The item of the worked example, {len(record)} bytes:", f"{read['event_head'].hex()} event head", f"{read['salt'].hex()}    ")
    head = bytes(32)
    for event in (raw(one["bytes"]) for one in found["history"]["result"]["events"]):
        head = sha(b"touchstone/event/1", head, key, event)
        yield from (event[22:54].hex(), event[54:].hex(), head.hex())  # transaction id, what follows it


def main():
    played = json.loads(pathlib.Path(sys.argv[1]).read_text())
    genesis = played["genesis"] if isinstance(played["genesis"], dict) else json.loads(played["genesis"])
    old = {name: json.loads((EXAMPLES / f"{name}.json").read_text()) for name in ("verify", "history", "absent")}
    new, page = answers(played), PAGE.read_text()
    for before, after in zip(shown(old), shown(new), strict=True):
        if before not in page:
            sys.exit(f"docs/verify.md does not show {before[:60]}")
        page = page.replace(before, after)
    for name, answer in {**new, "genesis": genesis}.items():
        file = EXAMPLES / f"{name}.json"
        indent = 2 if re.match(r"\{\n  ", file.read_text()) else None
        file.write_text(json.dumps(answer, indent=indent, ensure_ascii=False) + ("\n" if file.read_text().endswith("\n") else ""))
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
