"""The platform's shops sell, each in its country, and some of it comes back."""

from season.cast import COUNTRIES
from season.season import Shop


def shops(season):
    """Each gets its pseudonym: slow to compute on purpose, half a second, so that nobody tries out all numbers."""
    countries = [COUNTRIES[place % len(COUNTRIES)] for place in range(season.scale.shops)]
    numbers = season.random.sample(range(10 ** 8, 10 ** 9), len(countries))
    season.shops = season.stage.together(lambda shop: register_shop(season, *shop), zip(countries, numbers), threads=2)
    season.say(f"{len(season.shops)} shops registered under pseudonyms")
    season.row("shops registered under pseudonyms", len(season.shops), ", ".join(COUNTRIES))


def opening(season):
    """Two of three pallets are opened for sale."""
    here = [pallet for pallet in season.pallets if pallet.items[0].custodian == "agora"]
    opened = [pallet for place, pallet in enumerate(here) if place % 3 != 1]
    season.stage.together(lambda pallet: open_pallet(season, pallet), opened)
    season.say(f"{len(opened)} pallets opened")
    season.row("pallets opened", len(opened), f"{sum(len(pallet.items) for pallet in opened):,} items for sale")


def register_shop(season, country, number):
    shop = season.stage["agora"].run("seller", "register", "--country", country, "--registration", str(number))
    return Shop(shop["pseudonym"], country, str(number))


def open_pallet(season, pallet):
    season.stage["agora"].does("unpack", "--from", pallet.sscc, "--file", season.file_of(pallet.items),
                               count=len(pallet.items))
    season.moved(pallet.items, state="active")
    pallet.opened = True


def selling(season):
    """Each shop sells its share of what is offered in its country; elsewhere the ledger refuses the sale."""
    stock = [item for pallet in season.pallets if pallet.opened for item in pallet.items]
    season.random.shuffle(stock)
    share = len(stock) * 6 // 10 // len(season.shops)
    for shop in season.shops:
        shop.sold = [item for item in stock if shop.country in item.countries][:share]
        taken = {item.key for item in shop.sold}
        stock = [item for item in stock if item.key not in taken]
    season.stage.together(lambda shop: sell(season, shop, shop.sold), season.shops)
    sold = sum(len(shop.sold) for shop in season.shops)
    season.say(f"{sold:,} items sold to consumers")
    season.row("items sold to consumers", sold, f"by {len(season.shops)} shops in {len(COUNTRIES)} countries")
    grey_market(season, stock)


def sell(season, shop, items):
    season.stage["agora"].does("sell", "--country", shop.country, "--seller", shop.pseudonym, "--file",
                               season.file_of(items), count=len(items))
    season.moved(items, state="sold")


def grey_market(season, stock):
    """The serum is not offered in Japan: no sale there, and whoever asks there is told."""
    item = next(item for item in stock if "JP" not in item.countries)
    shop = next(shop for shop in season.shops if shop.country == "JP")
    season.stage["agora"].refused_items("outside_territory", "sell", item.uri, "--country", "JP", "--seller",
                                        shop.pseudonym, count=1)
    season.stage.anybody.expect_verdict(item.uri, "caution", ["outside_territory"], "--country", "JP")
    season.stage.anybody.expect_verdict(item.uri, "genuine", [], "--country", "FR")
    season.remember("piece offered outside its countries", item, "caution", ["outside_territory"], "--country", "JP")
    season.grey = item
    season.row("grey-market sale in JP", 1, "refused: outside_territory")


def returns(season):
    """One sold item in fifty comes back, half of these are sold again, and three sales were slips of the hand."""
    agora = season.stage["agora"]
    back = [item for shop in season.shops for item in shop.sold[::50]]
    agora.does("return", "--reason", "changed mind", "--file", season.file_of(back), count=len(back))
    season.moved(back, state="active")
    season.returned = back
    shop = next(shop for shop in season.shops if shop.country == "FR")
    again = back[::2]
    sell(season, shop, again)
    slips = shop.sold[1:4]
    agora.does("cancel-sale", *[item.uri for item in slips], "--reason", "wrong code", count=len(slips))
    season.moved(slips, state="active")
    packed = next(item for item in season.items if item.state == "packed" and item.lot is not season.lots[0])
    agora.refused_items("not_sold", "return", packed.uri, count=1)
    season.remember("piece in a sealed pallet", packed, "genuine", [])
    season.say(f"{len(back):,} returned, {len(again):,} of them sold again, {len(slips)} sales undone")
    season.row("items returned", len(back), f"{len(again):,} sold again; {len(slips)} sales undone")
