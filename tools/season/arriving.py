"""From the carriers to the platform: customs looks, and not every pallet arrives as it left."""

from season.making import trucks
from season.season import containers

MISSING, FOUND = 3, 2


def arriving(season):
    """Every truck is inspected on its way and received; four pallets have a story of their own."""
    short, found, wet, counted = troubled = troubled_pallets(season)
    season.stage.together(lambda lot: deliver(season, lot, {pallet.sscc for pallet in troubled}), season.lots)
    on_the_road(season, short)
    count(season, counted)
    lost = short_pallet(season, short)
    surplus(season, found, lost)
    wet_pallet(season, wet)
    received = len(season.pallets) - 1
    season.say(f"{received} pallets received by agora; 1 short of {MISSING} items, 1 with {FOUND} too many, 1 refused")
    season.row("pallets received by agora", received, "1 rejected: wet")
    season.row("discrepancies found by scan", MISSING + FOUND,
               f"{MISSING} missing, still the carrier's; {FOUND} surplus")
    season.row("pallets counted otherwise than packed", 1, "both numbers are in its history")
    season.row("items destroyed with the wet pallet", len(wet.items), "decommissioned by their owner")


def troubled_pallets(season):
    lot = [lot for lot in season.lots if lot.carrier == "northline"][1]
    return lot.pallets[0], lot.pallets[1], season.lots[-1].pallets[-1], season.lots[-1].pallets[0]


def deliver(season, lot, troubled):
    carrier, agora, customs = (season.stage[name] for name in (lot.carrier, "agora", "customs"))
    for number, pallets in enumerate(trucks(season, lot)):
        carrier.run("ship", *containers(pallets), "--to", "agora", "--document", f"CMR-{lot.code}-{number + 1}")
        customs.does("inspect", pallets[0].items[0].uri, "--finding", "conform", count=1)
        whole = [pallet for pallet in pallets if pallet.sscc not in troubled]
        if whole:
            agora.run("receive", *containers(whole))
        for pallet in whole:
            season.moved(pallet.items, custodian="agora")


def on_the_road(season, pallet):
    """What is shipped and not accepted is nobody's to sell."""
    season.stage["agora"].refused_items("packed", "sell", pallet.items[0].uri, "--country", "FR", count=1)
    season.stage.anybody.expect_verdict(pallet.items[0].uri, "genuine", ["in_transit"])


def count(season, pallet):
    """The platform counts one item fewer than the ledger has: its word stands beside the ledger's."""
    receive(season, pallet, f"counted {len(pallet.items) - 1} of {len(pallet.items)}; missing 0, surplus 0",
            "--counted", str(len(pallet.items) - 1))


def receive(season, pallet, said, *findings):
    """One pallet with findings, of which the command tells; `said` is what its history must have of them."""
    agora = season.stage["agora"]
    told = agora.run("receive", "--sscc", pallet.sscc, *findings)
    season.moved(pallet.items, custodian="agora")
    events = agora.ask("container_history", sscc=pallet.sscc, maker=pallet.lot.maker)["events"]
    season.stage.expect("what the receipt says", events[-1]["detail"], said)
    return told


def short_pallet(season, pallet):
    """The scan lacks some items: they leave the pallet and stay with the carrier that shipped them."""
    agora, lost = season.stage["agora"], pallet.items[-MISSING:]
    packed, sent, pallet.items = len(pallet.items), season.file_of(pallet.items), pallet.items[:-MISSING]
    told = receive(season, pallet, f"counted {packed - MISSING} of {packed}; missing {MISSING}, surplus 0", "--scan",
                   season.file_of(pallet.items), "--expected", sent)
    season.stage.expect("missing items that the command names", set(told["missing"]), {item.uri for item in lost})
    season.moved(lost, state="active")
    for item in lost:
        at = agora.ask("item_get", uri=item.uri)
        season.stage.expect("custody of a missing item", (at["state"], at["custodian"]), ("active", pallet.lot.carrier))
    return lost


def surplus(season, pallet, lost):
    """Two of the three lie on another pallet: recorded as surplus, shipped singly, and received."""
    agora, carrier, found = season.stage["agora"], season.stage[pallet.lot.carrier], lost[:FOUND]
    packed = len(pallet.items)
    receive(season, pallet, f"counted {packed + FOUND} of {packed}; missing 0, surplus {FOUND}", "--scan",
            season.file_of(pallet.items + found))
    uris = [item.uri for item in found]
    carrier.does("ship", *uris, "--to", "agora", "--document", "DN-F0UND", count=FOUND)
    agora.does("receive", *uris, count=FOUND)
    season.moved(found, custodian="agora")
    season.found = found
    for item in lost[FOUND:]:
        carrier.does("flag", item.uri, "--flag", "stolen", "--reason", "never found", count=1)
        season.stage.anybody.expect_verdict(item.uri, "caution", ["missing", "stolen"])
        season.remember("piece lost on the road", item, "caution", ["missing", "stolen"])


def wet_pallet(season, pallet):
    """The platform refuses the pallet; its carrier still has it, and ends every item on it for good."""
    agora, carrier = season.stage["agora"], season.stage[pallet.lot.carrier]
    season.stage["customs"].does("inspect", pallet.items[1].uri, "--finding", "nonconform", count=1)
    agora.run("reject", "--sscc", pallet.sscc, "--reason", "wet")
    # What is in the pallet the ledger tells by keys, which name nothing: the codes are those of the delivery note.
    keys = {one["key"] for one in carrier.run("container", pallet.sscc, "--contents")["items"]}
    season.stage.expect("contents of the wet pallet", keys, {item.key for item in pallet.items})
    path = season.file_of(pallet.items)
    carrier.does("unpack", "--from", pallet.sscc, "--file", path, count=len(pallet.items))
    # A carrier ends nothing that it does not own.
    carrier.refused_items("not_owner", "decommission", "--as", "destroyed", pallet.items[0].uri, count=1)
    season.stage["helios"].does("decommission", "--as", "destroyed", "--reason", "water damage", "--file", path,
                                count=len(pallet.items))
    season.moved(pallet.items, state="destroyed")
    agora.refused_items("decommissioned", "sell", pallet.items[0].uri, "--country", "FR", count=1)
    season.remember("piece of the wet pallet", pallet.items[0], "caution", ["destroyed"])
