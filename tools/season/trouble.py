"""What goes wrong in an honest season: wrong registrations, goods that are stuck, lost or seized, a brand that is sold,
and a council that overreaches."""

import csv
import pathlib

from season import gs1
from season.season import Item, Lot


def registrations(season):
    """A label of the other lot is put right, and a recall finds the piece; pieces that were never made are voided."""
    stage = season.stage
    amend(season)
    lot = void(season)
    season.lots.append(lot)
    stage.expect("what the licence counts", used(stage, lot), lot.used_before + 1)
    season.say("one registration amended into the recalled lot, two voided, one of them registered again")
    season.row("registrations put right", 1, "into the recalled lot: found by its recall")
    season.row("registrations voided", 2, "quota came back; one registered again")


def is_quiet(season, item):
    """Nobody complained about it, it never came back, and its verdict is not asked for at the end."""
    spoken_of = {complaint.item.key for complaint in season.complaints if complaint.item}
    remembered = {uri for _, uri, *_ in season.verdicts}
    return item.key not in spoken_of and item.uri not in remembered and item not in season.returned


def amend(season):
    """A sold piece of the second lot has the print of the first, which is recalled: the brand says so, as it left its maker."""
    first, second = season.lots[0], season.lots[1]
    item = next(item for shop in season.shops[2:] for item in shop.sold
                if item.lot is second and item.state == "sold" and is_quiet(season, item))
    season.stage.anybody.expect_verdict(item.uri, "genuine", ["sold"])
    season.stage["helios"].does("amend", item.uri, "--lot", first.code, "--expiry", first.expiry, "--reason",
                               "label of the other line", count=1)
    season.stage.anybody.expect_verdict(item.uri, "caution", ["sold", "recalled"])
    season.remember("piece with the other lot's label", item, "caution", ["sold", "recalled"])


def void(season):
    """Three pieces more are ordered and registered; two were never made. One of them is, later."""
    stage, first = season.stage, season.lots[-1]
    maker = stage[first.maker]
    path = stage.folder / "files" / "serials-NEVER.csv"
    lot = Lot(first.product, first.maker, first.carrier, "NEVER", "2029-01-01", str(path))
    lot.used_before = used(stage, lot)
    stage["helios"].run("licence", "grant", lot.product.gtin, lot.maker, "--quota", "3", "--add")
    maker.run("serials", "new", "--gtin", lot.product.gtin, "--count", "3", "--lot", lot.code, "--expiry", lot.expiry,
              "--file", str(path))
    maker.does("register", "--file", str(path), count=3)
    for row in csv.DictReader(pathlib.Path(path).open()):
        lot.items.append(Item(row["uri"], gs1.item_key(row["gtin"], row["serial"]), lot, lot.maker))
    made, again, never = lot.items
    del made
    season.moved([again, never], state="voided")
    maker.does("void", again.uri, never.uri, "--reason", "never printed", count=2)
    stage.anybody.expect_verdict(never.uri, "caution", ["voided"])
    # A recall that is another's is not evaded so.
    stage["customs"].run("recall", lot.product.gtin, "--lot", lot.code, "--reason", "papers")
    maker.refused_items("recalled", "void", lot.items[0].uri, "--reason", "let us try", count=1)
    stage["customs"].run("lift-recall", lot.product.gtin, "--lot", lot.code, "--reason", "papers are there")
    told = stage.program("--rpc", stage.nodes[0].url, "product", "history", lot.product.gtin).json["events"]
    stage.expect("the recall that is over, in the product's history", [one["kind"] for one in told[-2:]],
                 ["recalled", "recall_lifted"])
    maker.does("register", again.uri, "--lot", lot.code, "--expiry", lot.expiry, count=1)
    season.moved([again], state="active")
    maker.does("void", lot.items[0].uri, "--reason", "double entry", count=1)
    season.moved([lot.items[0]], state="voided")
    season.remember("piece that was never made", never, "caution", ["voided"])
    return lot


def used(stage, lot):
    return stage[lot.maker].ask("licence_get", gtin=lot.product.gtin, manufacturer=lot.maker)["used"]


def stuck(season):
    """Goods that are lost and found, claimed by their owner, seized; and a carrier that would destroy them."""
    stage = season.stage
    agora, customs = stage["agora"], stage["customs"]
    shelf = [item for item in season.items if (item.state, item.custodian) == ("active", "agora") and
             item.lot is not season.lots[0] and is_quiet(season, item)]
    lost, claimed, seized = shelf[:3]
    agora.does("lose", lost.uri, "--reason", "not on the shelf", count=1)
    stage.anybody.expect_verdict(lost.uri, "caution", ["lost"], "--purpose", "buy_new")
    agora.does("undo-end", lost.uri, "--reason", "behind the shelf", count=1)
    season.remember("piece that was lost and found", lost, "genuine", [])

    stage["helios"].does("reclaim", claimed.uri, "--to", "helios", "--reason", "contract ended", count=1)
    stage.anybody.expect_verdict(claimed.uri, "caution", ["reclaimed"], "--purpose", "buy_new")
    agora.does("lose", claimed.uri, "--reason", "let us try", count=1)
    agora.does("undo-end", claimed.uri, "--reason", "that does not wipe it out", count=1)
    customs.does("reassign", claimed.uri, "--reason", "court order 12", count=1)
    season.moved([claimed], custodian="helios")

    customs.does("seize", seized.uri, "--reason", "no papers", count=1)
    season.moved([seized], custodian="customs")
    season.remember("piece that customs holds", seized, "caution", ["held_by_authority"])
    there = next(item for item in season.items if (item.state, item.custodian) == ("active", "northline"))
    stage["northline"].refused_items("not_owner", "decommission", there.uri, "--as", "destroyed", count=1)
    season.say("lost and found, claimed and reassigned, seized; a carrier that would destroy is refused")
    season.row("pieces lost and found, claimed, seized", 3, "a carrier destroys nothing: not_owner")


def brand_sold(season):
    """The sun fluid goes to another brand, with its recalls; the old one decides nothing any more."""
    stage = season.stage
    product = next(lot.product for lot in season.lots if lot.product.code == "sun")
    helios, selene = stage["helios"], stage["selene"]
    helios.run("product", "offer", "--gtin", product.gtin, "--to", "selene")
    helios.refused("offer_pending", "product", "offer", "--gtin", product.gtin, "--to", "selene")
    selene.run("product", "accept", "--gtin", product.gtin)
    helios.refused("not_brand", "territories", product.gtin, "FR")
    item = next(item for item in season.items if item.lot.product is product)
    stage.expect("brand of the verdict", stage.anybody.verdict(item.uri)["product"]["brand"], "selene")
    season.say(f"{product.name} is selene's")
    season.row("products sold to another brand", 1, "two signatures; the old brand: not_brand")


def overreach(season):
    """Two thirds of the council would take a product away, and keys: it waits, and whom it is about may stop it."""
    stage = season.stage
    product = season.lots[0].product
    number = vote_through(season, "reassign-product", product.gtin, "--to", "selene", "--reason", "a better offer")
    stage["helios"].run("veto", str(number), "--reason", "we did not sell it")
    stage["agora"].refused("not_waiting", "carry-out", str(number))
    # A stolen admin key is answered by keys that the thief does not have; him nobody asks.
    path = str(stage.folder / "files" / "new-admin.key")
    made = stage.program("keys", "new", path)
    stage.expect("exit status of keys new", made.status, 0, made)
    number = vote_through(season, "replace-keys", "northline", "--admin-key", path, "--reason", "admin key stolen")
    stage["northline"].refused("no_veto", "veto", str(number), "--reason", "says the thief")
    stage.wait_until(lambda: stage.program(*stage["agora"]._flags(), "carry-out", str(number)).status == 0,
                     "the waiting is over")
    northline = stage["northline"]
    northline.refused_items("revoked_key", "flag", season.lots[0].items[0].uri, "--flag", "suspect", count=1)
    northline.key, northline.signed = path, None
    season.say("one proposal vetoed by whom it was about; stolen admin keys replaced, after the waiting")
    season.row("proposals that waited", 2, "one vetoed, one carried out: new keys")


def vote_through(season, what, *arguments):
    """Answers the number of the proposal, which waits."""
    stage = season.stage
    proposal = stage["customs"].run("propose", what, *arguments)["proposal"]
    for member in ("agora", "atlas"):
        voted = stage[member].run("vote", str(proposal["number"]))["proposal"]
    stage.expect(f"state of the proposal to {what}", voted["state"], "waiting", voted)
    stage["agora"].refused("not_due", "carry-out", str(proposal["number"]))
    return proposal["number"]
