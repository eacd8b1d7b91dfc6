"""Who is on stage, what they trade in, and how much of everything there is for a number of items."""

import dataclasses

from season import gs1

# id, name, role, country, on the council. The first four run the validators.
MEMBERS = (
    ("helios", "Helios Skincare", "brand", "IT", True),
    ("atlas", "Atlas Fill and Pack", "manufacturer", "PT", True),
    ("agora", "Agora Marketplace", "platform", "FR", True),
    ("northline", "Northline Freight", "logistics", "DE", False),
    ("orient", "Orient Formula", "manufacturer", "VN", False),
    ("pelican", "Pelican Air Cargo", "logistics", "NL", False),
    ("customs", "Customs Office", "regulator", "FR", True),
    ("selene", "Selene Beauty", "brand", "FR", False),
)
COUNTRIES = ("DE", "FR", "JP")
CHANGE_DELAY_MS = 4000


@dataclasses.dataclass(frozen=True)
class Product:
    code: str
    name: str
    gtin: str
    countries: tuple


CREAM = Product("cream", "Helios Day Cream 50 ml", gs1.gtin(1), COUNTRIES)
SERUM = Product("serum", "Helios Night Serum 30 ml", gs1.gtin(2), ("DE", "FR"))
SUN = Product("sun", "Helios Sun Fluid 40 ml", gs1.gtin(3), ("FR", "JP"))
PRODUCTS = (CREAM, SERUM, SUN)

# Product, maker, carrier, and how much of every 20 pallets: what the brand ordered.
ORDERS = ((CREAM, "atlas", "northline", 7), (CREAM, "orient", "pelican", 3), (SERUM, "atlas", "northline", 5),
          (SUN, "orient", "pelican", 5))


def genesis_template(name):
    """What `touchstone devnet --genesis` takes: it adds keys, validators and the time."""
    organisations = [
        {"id": code, "name": full, "roles": [role], "gln": gs1.gln(100 + place), "country": country, "council": council}
        | ({"prefixes": [gs1.COMPANY]} if code == "helios" else {})
        for place, (code, full, role, country, council) in enumerate(MEMBERS)
    ]
    # What the council does to others waits: days in life, here long enough to see it.
    return {"name": name, "parameters": {"change_delay_ms": CHANGE_DELAY_MS}, "organisations": organisations}


@dataclasses.dataclass(frozen=True)
class Scale:
    """How large the season is. 100,000 items are 200 pallets of 500, in lots of 10 pallets, sold by 50 shops."""

    pallets: int
    per_pallet: int
    pallets_per_lot: int
    pallets_per_truck: int
    shops: int
    complaints: int = 30
    corrections: int = 5

    @property
    def items(self):
        return self.pallets * self.per_pallet


ITEMS_MIN = 2000


def scale_for(items):
    """Pallets of 500, or ten smaller ones. Only whole pallets: fewer items than asked for, if they do not divide."""
    pallets = max(10, items // 500)
    return Scale(pallets, items // pallets, max(2, pallets // 20), max(2, pallets // 20),
                 max(8, min(50, items // 2000)))
