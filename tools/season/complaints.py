"""Thirty complaints with the chain's clock, a shop that is closed, and five entries that were wrong."""

import collections
import datetime

from season.season import Complaint

# What becomes of the thirty.
UPHELD, REJECTED, WITHDRAWN, ANSWERED, SILENT = 14, 9, 3, 2, 2


def complaints(season):
    """Members complain about items, a lot and listings; the handlers answer, a third party decides."""
    numbers = range(season.scale.complaints)
    season.complaints = [file_complaint(season, number) for number in numbers]
    first = season.complaints[0]
    season.stage.anybody.expect_verdict(first.item.uri, "caution", ["sold", "open_report"])
    fates = draw_fates(season)
    for complaint, fate in zip(season.complaints, fates):
        handle(season, complaint, fate)
    # Upheld by customs: a warning until a regulator takes it back.
    season.stage.anybody.expect_verdict(first.item.uri, "caution", ["counterfeit", "sold"])
    # By then its shop is warned, too.
    season.remember("piece under a complaint", season.complaints[1].item, "caution",
                    ["sold", "open_report", "shop_warned"])
    check_outcomes(season, collections.Counter(fates))
    close_shop(season)
    quiet = {complaint.item.key for complaint in season.complaints if complaint.item}
    # Of a shop in good standing: of another's wares the verdict says so.
    season.remember("piece sold to a consumer", next(
        item for shop in season.shops[2:] for item in shop.sold
        if item.state == "sold" and item.lot is not season.lots[0] and item.key not in quiet and
        item not in season.returned), "genuine", ["sold"])


def draw_fates(season):
    """What becomes of each complaint. The first is upheld, the second, about an item, never answered; else at random."""
    fates = ["upheld"] * (UPHELD - 1) + ["rejected"] * REJECTED + ["withdrawn"] * WITHDRAWN
    fates += ["answered"] * ANSWERED + ["silent"] * (SILENT - 1)
    season.random.shuffle(fates)
    return ["upheld", "silent"] + fates


def file_complaint(season, number):
    """Customs and the platform complain about goods to the brand; the brand about listings to the platform."""
    if number % 3 == 2:
        url = f"https://agora.example/offer/{season.random.randrange(10 ** 9)}"
        filed = season.stage["helios"].run("report", "--platform", "agora", "--url", url, "--kind", "listing", "--text",
                                           "our picture, not our cream")
        return Complaint(filed["report"], "agora", "helios")
    reporter = "customs" if number % 2 else "agora"
    if number % 10 == 9:
        lot = season.lots[1]
        filed = season.stage[reporter].run("report", "--gtin", lot.product.gtin, "--lot", lot.code, "--kind", "defect",
                                           "--text", "pump does not close")
        return Complaint(filed["report"], "helios", reporter)
    shop = season.shops[number % len(season.shops)]
    item = next(item for item in shop.sold[5 + number:] if item.state == "sold" and item.lot is not season.lots[0])
    filed = season.stage[reporter].run("report", item.uri, "--kind", "counterfeit", "--text", "the seal is missing")
    return Complaint(filed["report"], "helios", reporter, item)


def handle(season, complaint, fate):
    stage = season.stage
    if fate == "silent":
        stranger = "atlas" if complaint.handler == "helios" else "pelican"
        stage[stranger].refused("report_unknown", "respond", complaint.report, "--text", "not ours to say")
        return
    stage[complaint.handler].run("respond", complaint.report, "--text", "we have looked into it")
    if fate == "withdrawn":
        stage[complaint.reporter].run("resolve", complaint.report, "--outcome", fate, "--reason", "found the receipt")
    elif fate != "answered":
        stage["customs"].run("resolve", complaint.report, "--outcome", fate, "--reason", "compared with a sample")


def check_outcomes(season, fates):
    """What the chain has of all complaints: by state and outcome, and how fast, proven for handler and month."""
    listed = season.stage["customs"].run("reports")["reports"]
    found = collections.Counter(one.get("outcome") or one["state"] for one in listed)
    wanted = {"upheld": fates["upheld"], "rejected": fates["rejected"], "withdrawn": fates["withdrawn"],
              "responded": fates["answered"], "open": fates["silent"]}
    season.stage.expect("complaints by outcome", dict(found), wanted)
    total = season.scale.complaints
    in_time = collections.Counter()
    for handler in ("helios", "agora"):
        for month in months(season):
            stats = season.stage[handler].run("report-stats", handler, "--month", month)
            season.stage.expect("proof of the statistics", stats["proven"], True)
            in_time.update({name: stats[name] for name in ("filed", "responded_in_time", "resolved_in_time")})
    # What was withdrawn counts nowhere.
    counted = total - fates["withdrawn"]
    answered, decided = counted - fates["silent"], counted - fates["silent"] - fates["answered"]
    season.stage.expect("proven statistics", in_time,
                        {"filed": counted, "responded_in_time": answered, "resolved_in_time": decided})
    season.say(f"{total} complaints, of which {counted} count; proven: {answered} answered and {decided} resolved within 24 h")
    told = [f"{fates[fate]} {fate}" for fate in ("upheld", "rejected", "withdrawn")]
    season.row("complaints filed", total, f"{fates['silent']} never answered")
    season.row("complaints decided", decided + fates["withdrawn"], ", ".join(told))
    season.row("answered within 24 h of the chain's clock", answered, f"{answered / counted:.0%}, proven by report-stats")
    season.row("resolved within 24 h of the chain's clock", decided, f"{decided / counted:.0%}, proven by report-stats")


def months(season):
    """The months (UTC) in which complaints may have been filed: by the first block's time and the last one's."""
    customs = season.stage["customs"]
    times = [customs.ask("block_get", height=1)["time_ms"], customs.ask("chain_status")["block_time_ms"]]
    return sorted({datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m") for ms in times})


def close_shop(season):
    """The worst shop is closed: it sells no more, and does not come back as a new one. Another is only warned."""
    agora, worst, warned = season.stage["agora"], season.shops[0], season.shops[1]
    agora.run("seller", "standing", worst.pseudonym, "--standing", "closed", "--reason", "complaints upheld")
    agora.run("seller", "standing", warned.pseudonym, "--standing", "warned", "--reason", "late answers")
    items = [item for item in season.returned if item.state == "active" and worst.country in item.countries]
    agora.refused_items("seller_suspended", "sell", items[0].uri, "--country", worst.country, "--seller",
                        worst.pseudonym, count=1)
    agora.refused("seller_closed", "seller", "register", "--country", worst.country, "--registration", worst.number)
    other = next(item for item in season.returned if item.state == "active" and warned.country in item.countries)
    agora.does("sell", other.uri, "--country", warned.country, "--seller", warned.pseudonym, count=1)
    season.moved([other], state="sold")
    season.row("sale by the shop that was closed", 1, "refused: seller_suspended")
    season.row("its return as a new shop", 1, "refused: seller_closed")


def corrections(season):
    """Five events were wrong: each stays, is marked, and the correction stands beside it."""
    slips = [("northline", item, "shipped", "the delivery note was DN-FOUND") for item in season.found]
    slips.append(("customs", season.lots[0].items[0], "inspected", "another piece was meant"))
    slips.append(("agora", season.returned[0], "returned", "the reason was a broken pump"))
    slips.append(("agora", season.returned[3], "sold", "it was paid in Basel"))
    season.row("corrections", len(slips), "each shown beside its original:")
    for member, item, kind, reason in slips:
        correct(season, member, item, kind, reason)
    item, kind = slips[0][1:3]
    wrong = event_of(season, item, kind)
    season.stage["helios"].refused("correction_not_yours", "correct", item.uri, "--event", str(wrong["sequence"]),
                                   "--reason", "not ours")
    season.say(f"{len(slips)} corrections, each beside the event that it corrects")


def event_of(season, item, kind):
    """The item's own last event of that kind."""
    events = season.stage.anybody.run("history", item.uri)["events"]
    return [event for event in events if event["kind"] == kind and event["container"] is None][-1]


def correct(season, member, item, kind, reason):
    wrong = event_of(season, item, kind)
    season.stage[member].run("correct", item.uri, "--event", str(wrong["sequence"]), "--reason", reason)
    history = season.stage.anybody.run("history", item.uri)
    own = [event for event in history["events"] if event["container"] is None]
    mark = own[-1]
    season.stage.expect("the correction", (mark["kind"], mark["actor"], mark["corrects"]),
                        ("corrected", member, wrong["sequence"]))
    # The original is there as it was, with the number of its correction beside it.
    season.stage.expect("the original", own[wrong["sequence"]], wrong | {"corrected_by": mark["sequence"]})
    season.row(f"    {kind} by {member}: {wrong['detail']}"[:54], "", reason)
    season.stage.expect("the history", (history["complete"], history["proven"]), (True, True))
