"""The end: the script's own book against the chain, verdicts from the genesis alone, and an audit of everything."""

import collections
import csv
import json

from season.season import containers

WIDTH = 100


def last_shipment(season):
    """One pallet goes on its way and is never accepted: the season ends with it in transit."""
    pallet = next(pallet for pallet in reversed(season.pallets)
                  if (pallet.items[0].state, pallet.items[0].custodian) == ("packed", "agora"))
    season.stage["agora"].run("ship", *containers([pallet]), "--to", "pelican", "--document", "DN-LAST")
    season.remember("piece on its way", pallet.items[0], "genuine", ["in_transit"])


def verdicts(season):
    """Every remembered item is asked for again, by somebody who has the genesis and nothing else."""
    last_shipment(season)
    season.stage.agreed()
    compare_pallets(season)
    lines = []
    for place, (what, uri, verdict, reasons, arguments) in enumerate(season.verdicts):
        node = season.stage.nodes[place % len(season.stage.nodes)]
        found = season.stage.anybody.expect_verdict(uri, verdict, reasons, *arguments, nodes=[node])
        lines.append((what, found["verdict"].upper(), ", ".join(found["reasons"]) or "-",
                      f"{len(found['signers'])} of {found['validators']}"))
    season.say(f"{len(lines)} verdicts, each proven")
    season.verdict_lines = lines


def close(season, end):
    """Measures the running network, ends it, and audits one node's folder: blocks, state, and every item."""
    stage = season.stage
    height = stage.agreed()
    node = stage.nodes[0]
    log_bytes = node.metric("block_log_bytes")
    end()
    audit = stage.program("audit", "--home", str(node.home))
    stage.expect("exit status of the audit", audit.status, 0, audit)
    found = audit.json
    registered = sum(item.state != "voided" for item in season.items)
    stage.expect("audited height and items", (found["height"], found["checked"]["items"]), (height, registered))
    compare_book(season, node.home)
    checked = found["checked"]
    season.row("chain height", height, f"{checked['transactions']:,} transactions, {checked['events']:,} events")
    state_bytes = tree_bytes(node.home / "state")
    season.row("bytes on disk per item, in one node", round((state_bytes + log_bytes) / len(season.items)),
               f"state {state_bytes / 1e6:.1f} MB, block log {log_bytes / 1e6:.1f} MB")
    season.row("audit of node0's folder", "HOLDS", f"{found['seconds']:.1f} s, {found['peak_memory_bytes'] >> 20} MB")
    season.row("audited blocks per second", found["blocks_per_s"])
    season.row("audited transactions per second", found["transactions_per_s"])
    season.row("audited events per second", round(checked["events"] / found["seconds"]))
    season.figures = {"height": height, "audit": found}
    season.say(f"audit HOLDS: {found['blocks_per_s']:,} blocks/s, {found['transactions_per_s']:,} transactions/s")


def compare_book(season, home):
    """What an audited export has of every item must be what the script's own book has."""
    path = season.stage.folder / "items.csv"
    path.unlink(missing_ok=True)
    exported = season.stage.program("export", "items", "--home", str(home), "-o", str(path))
    season.stage.expect("exit status of the export", exported.status, 0, exported)
    with path.open() as file:
        chain = {row["key"]: (row["state"], row["custodian"]) for row in csv.DictReader(file)}
    book = {item.key: (item.state, item.custodian) for item in season.items}
    wrong = [(key, book.get(key), chain.get(key)) for key in book.keys() | chain.keys() if book.get(key) != chain.get(key)]
    season.stage.expect("items of which book and chain differ (key, book, chain)", wrong[:5], [])
    states = collections.Counter(item.state for item in season.items)
    season.row("items, each where the script's book has it", len(chain), "states and custodians compared")
    for state, what in (("sold", "sold"), ("packed", "in sealed pallets"), ("active", "singly, for sale and elsewhere"),
                        ("destroyed", "destroyed")):
        season.row(f"    {what}", states[state])


def compare_pallets(season):
    """Every sealed pallet is with whom the script's own book has it, and holds as many items."""
    sealed = [pallet for pallet in season.pallets if pallet.items[0].state == "packed"]
    for pallet in sealed:
        found = season.stage["customs"].ask("container_get", sscc=pallet.sscc, maker=pallet.lot.maker, limit=1)
        season.stage.expect(f"pallet {pallet.sscc}", (found["custody"]["custodian"], found["container"]["items"]),
                            (pallet.items[0].custodian, len(pallet.items)))
    season.row("sealed pallets, each where the book has it", len(sealed))


def tree_bytes(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def text_of(value):
    return f"{value:,}" if isinstance(value, int) else str(value)


def summary(season, seconds):
    """The table for people."""
    stage = season.stage
    lines = ["=" * WIDTH, f"A season of {season.scale.items:,} items".center(WIDTH), "=" * WIDTH]
    chapter = None
    for name, label, value, remark in season.rows:
        if name != chapter:
            chapter = name
            lines.append(f"{name}")
        lines.append(f"  {label:<46}{text_of(value):>8}  {remark}".rstrip())
    lines += ["Verdicts, each proven from genesis.json alone",
              *(f"  {what:<37} {verdict:<8} {reasons:<28} signed by {signed}"
                for what, verdict, reasons, signed in season.verdict_lines)]
    lines += ["-" * WIDTH, f"{stage.expectations:,} expectations met, {stage.commands:,} commands, {seconds:.0f} s",
              "=" * WIDTH]
    return "\n".join(lines)


def write(season, seconds, text):
    """summary.txt for people, summary.json for programs, both in the season's folder."""
    (season.stage.folder / "summary.txt").write_text(text + "\n")
    rows = [{"chapter": chapter, "label": label, "value": value, "remark": remark}
            for chapter, label, value, remark in season.rows]
    verdict_names = ("what", "verdict", "reasons", "signed")
    (season.stage.folder / "summary.json").write_text(json.dumps({
        "items": season.scale.items, "seconds": round(seconds, 1), "expectations": season.stage.expectations,
        "commands": season.stage.commands, "rows": rows,
        "verdicts": [dict(zip(verdict_names, line)) for line in season.verdict_lines], **season.figures}, indent=2) + "\n")
