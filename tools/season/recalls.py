"""A recall: one operation, told by every node at the next look-up, whatever has become of the items."""

import time

from season.season import containers


def recall(season):
    """The brand recalls a lot. What is sold is warned of, what is not sold can not be, and goes back to the brand."""
    stage, lot = season.stage, season.lots[0]
    sold = next(item for shop in season.shops[2:] for item in shop.sold  # of a shop in good standing
                if item.lot is lot and item.state == "sold" and item not in season.returned)
    unsold = next(item for item in lot.items if item.state == "active" and item.custodian == "agora")
    for node in stage.nodes:
        stage.anybody.expect_verdict(sold.uri, "genuine", ["sold"], nodes=[node])
    stage["helios"].run("recall", lot.product.gtin, "--lot", lot.code, "--reason", "preservative below specification")
    milliseconds = told_everywhere(season, sold, lot)
    registered = stage["helios"].ask("lot_get", gtin=lot.product.gtin, lot=lot.code)["registered"]
    stage.expect("items of the recalled lot", registered, len(lot.items))
    stage["agora"].refused_items("recalled", "sell", unsold.uri, "--country", "FR", count=1)
    stage["agora"].refused_items("recalled", "ship", unsold.uri, "--to", "selene", count=1)
    back = take_back(season, lot)
    season.remember("piece sold before the recall", sold, "caution", ["recalled", "sold"])
    season.say(f"lot {lot.code}, {registered:,} items: told by all {len(stage.nodes)} nodes {milliseconds:.0f} ms after "
               f"it was final; {back} sealed pallets back to the brand")
    season.row("items recalled by one operation", registered, f"lot {lot.code}; a sale is refused: recalled")
    season.row("recall told at the next look-up, proven", f"{milliseconds:.0f} ms",
               f"until each of {len(stage.nodes)} nodes had been asked")
    season.row("recalled pallets back at the brand", back, "items shipped elsewhere: recalled")


def told_everywhere(season, item, lot):
    """Milliseconds until every node has been asked and has told of the recall, with its proof."""
    stage, final = season.stage, time.monotonic()
    for node in stage.nodes:
        stage.wait_until(lambda: node.status()["height"] >= stage.height, f"{node.name} has the block of the recall")
        stage.anybody.expect_verdict(item.uri, "caution", ["recalled", "sold"], nodes=[node])
    recalls = stage["customs"].ask("recall_list", gtin=lot.product.gtin)["recalls"]
    stage.expect("recalls in force", [(one["lot"], one["by"]) for one in recalls], [(lot.code, "helios")])
    return 1000 * (time.monotonic() - final)


def take_back(season, lot):
    """Sealed pallets go back to the brand. (What is inside one is judged when it is unpacked, not when it moves.)"""
    sealed = [pallet for pallet in lot.pallets if pallet.items[0].state == "packed"]
    agora = season.stage["agora"]
    agora.run("ship", *containers(sealed), "--to", "helios")
    season.stage["helios"].run("receive", *containers(sealed))
    for pallet in sealed:
        season.moved(pallet.items, custodian="helios")
    return len(sealed)
