"""The brand orders; the makers make, and one of them makes more than was ordered."""

import csv
import pathlib

from season import gs1
from season.cast import ORDERS, PRODUCTS
from season.season import Item, Lot, Pallet, containers


def orders(season):
    """Products are declared, each for its countries, and makers licensed for so many pieces and not one more."""
    brand = season.stage["helios"]
    for product in PRODUCTS:
        brand.run("product", "declare", product.gtin, "--name", product.name)
        brand.run("territories", product.gtin, *product.countries)
    ordered = 0
    for product, maker, carrier, pallets in shares(season.scale.pallets):
        quota = pallets * season.scale.per_pallet
        brand.run("licence", "grant", product.gtin, maker, "--quota", str(quota))
        add_lots(season, (product, maker, carrier), pallets)
        ordered += quota
    season.stage["atlas"].refused("not_brand", "territories", PRODUCTS[0].gtin, "FR")
    season.say(f"{len(PRODUCTS)} products declared, {len(ORDERS)} licences for {ordered:,} pieces in all")
    season.row("products declared, each for its countries", len(PRODUCTS), "only their brand may: not_brand")
    season.row("pieces ordered, by licences", ordered, f"{len(ORDERS)} licences of 2 makers")


def shares(pallets):
    """The orders with their numbers of pallets, which add up to all of them."""
    parts = sum(part for *_, part in ORDERS)
    until = 0
    for *order, part in ORDERS:
        begin, until = until, until + part
        yield *order, round(pallets * until / parts) - round(pallets * begin / parts)


def add_lots(season, order, pallets):
    product, maker, carrier = order
    per_lot = season.scale.pallets_per_lot
    for place, begin in enumerate(range(0, pallets, per_lot)):
        code = f"{product.code.upper()}{maker[0].upper()}{place + 1:02d}"
        lot = Lot(product, maker, carrier, code, f"2029-{1 + place % 12:02d}-01",
                  str(season.stage.folder / "files" / f"serials-{code}.csv"))
        for _ in range(min(per_lot, pallets - begin)):
            number = len(season.pallets) + len(lot.pallets) + 1
            lot.pallets.append(Pallet(gs1.sscc(number), lot, []))
        season.lots.append(lot)


def making(season):
    """Serials that nobody can guess, each lot registered under one signature; the same file twice doubles nothing."""
    season.stage.together(lambda lot: make(season, lot), season.lots, threads=2)
    season.say(f"{len(season.items):,} items registered in {len(season.lots)} lots")
    season.row("items registered", len(season.items), f"{len(season.lots)} lots, one signature each")
    lot = season.lots[0]
    again = season.stage[lot.maker].run("register", "--file", lot.file)
    season.stage.expect("the same file again", (again["accepted"], again["already_there"]), (0, len(lot.items)))
    season.row("the first lot's file sent again", again["already_there"], "already there, nothing doubled")
    third_shift(season)


def make(season, lot):
    count = len(lot.pallets) * season.scale.per_pallet
    season.stage[lot.maker].run("serials", "new", "--gtin", lot.product.gtin, "--count", str(count), "--lot", lot.code,
                                "--expiry", lot.expiry, "--file", lot.file)
    season.stage[lot.maker].does("register", "--file", lot.file, count=count)
    for row in csv.DictReader(pathlib.Path(lot.file).open()):
        lot.items.append(Item(row["uri"], gs1.item_key(row["gtin"], row["serial"]), lot, lot.maker))
    size = season.scale.per_pallet
    for place, pallet in enumerate(lot.pallets):
        pallet.items = lot.items[place * size:(place + 1) * size]


def third_shift(season):
    """orient makes as many again of what it has made in full; the ledger takes not one of them."""
    stage, lot = season.stage, season.lots[-1]
    maker, extra = stage[lot.maker], season.scale.per_pallet
    path = stage.folder / "files" / "third-shift.csv"
    maker.run("serials", "new", "--gtin", lot.product.gtin, "--count", str(extra), "--lot", "NIGHT", "--expiry",
              lot.expiry, "--file", str(path))
    refused = maker.refused_items("quota_exceeded", "register", "--file", str(path), count=extra)
    licence = maker.ask("licence_get", gtin=lot.product.gtin, manufacturer=lot.maker)
    stage.expect("the licence after it", licence["used"], licence["quota"])
    with path.open() as file:
        uri = next(csv.DictReader(file))["uri"]
    stage.anybody.expect_verdict(uri, "unknown", ["never_registered"])
    season.remember("piece of the third shift", uri, "unknown", ["never_registered"])
    season.say(f"{lot.maker} offers {extra:,} pieces more than ordered: {refused['refused']:,} refused (quota_exceeded)")
    season.row(f"over-production by {lot.maker}", extra, f"{refused['refused']:,} refused: quota_exceeded")
    unlicensed = next(one for one in season.lots if one.product.code == "serum")
    maker.refused_items("not_licensed", "register", "ANOTHERMAKER1", "--gtin", unlicensed.product.gtin, "--lot", "X1",
                        count=1)


def packing(season):
    """Every item onto a pallet; a pallet is shipped by one operation, whatever it holds."""
    season.stage.together(lambda pallet: pack(season, pallet), season.pallets)
    season.say(f"{len(season.pallets)} pallets packed, {season.scale.per_pallet} items on each")
    season.row("pallets packed", len(season.pallets), f"{season.scale.per_pallet} items on each")


def pack(season, pallet):
    maker = season.stage[pallet.lot.maker]
    maker.does("pack", "--into", pallet.sscc, "--file", season.file_of(pallet.items), count=len(pallet.items))
    season.moved(pallet.items, state="packed")


def trucks(season, lot):
    """The lot's pallets, so many to a truck."""
    size = season.scale.pallets_per_truck
    return [lot.pallets[begin:begin + size] for begin in range(0, len(lot.pallets), size)]


def shipping(season):
    """From the makers to the carriers: until a carrier accepts a pallet, it is the maker's."""
    two_sides(season)
    season.stage.together(lambda lot: ship(season, lot), season.lots)
    season.say(f"{len(season.pallets)} pallets handed over to {len({lot.carrier for lot in season.lots})} carriers")
    season.row("pallets handed over to carriers", len(season.pallets), "shipped and received: two signatures")


def ship(season, lot):
    for number, pallets in enumerate(trucks(season, lot)):
        season.stage[lot.maker].run("ship", *containers(pallets), "--to", lot.carrier, "--document",
                                    f"DN-{lot.code}-{number + 1}")
        season.stage[lot.carrier].run("receive", *containers(pallets))
        for pallet in pallets:
            season.moved(pallet.items, custodian=lot.carrier)


def two_sides(season):
    """One pallet shipped and taken back before anybody accepted it: in between it stays with its sender."""
    pallet = season.pallets[0]
    maker, carrier = season.stage[pallet.lot.maker], pallet.lot.carrier
    maker.run("ship", "--sscc", pallet.sscc, "--to", carrier)
    custody = maker.ask("container_get", sscc=pallet.sscc, maker=pallet.lot.maker, limit=1)["custody"]
    season.stage.expect("custody while shipped", (custody["custodian"], custody["receiver"]), (pallet.lot.maker, carrier))
    maker.refused("in_transit", "ship", "--sscc", pallet.sscc, "--to", "agora")
    maker.run("cancel-shipment", "--sscc", pallet.sscc)
