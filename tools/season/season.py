"""What all acts of a season share: the stage, the goods with the script's own book of them, and what is to be told."""

import dataclasses
import random

from season.cast import Product, Scale
from season.stage import Stage


@dataclasses.dataclass
class Item:
    """One piece, and where the script's own book has it. The chain is compared with that book at the end."""

    uri: str
    key: str
    lot: "Lot"
    custodian: str
    state: str = "active"

    @property
    def countries(self):
        return self.lot.product.countries


@dataclasses.dataclass
class Lot:
    product: Product
    maker: str
    carrier: str
    code: str
    expiry: str
    file: str
    items: list = dataclasses.field(default_factory=list)
    pallets: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Pallet:
    sscc: str
    lot: Lot
    items: list
    opened: bool = False


@dataclasses.dataclass
class Shop:
    pseudonym: str
    country: str
    number: str
    sold: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Complaint:
    report: str
    handler: str
    reporter: str
    item: Item = None


class Season:
    def __init__(self, stage: Stage, scale: Scale, seed: int):
        self.stage, self.scale, self.random = stage, scale, random.Random(seed)
        self.lots, self.shops, self.complaints = [], [], []
        self.verdicts = []  # (what it is, URI, verdict, reasons, further arguments): asked again at the end
        self.rows = []      # (chapter, label, value, remark) of the summary
        self.chapter = ""
        self.files = 0

    # -- the goods

    @property
    def pallets(self):
        return [pallet for lot in self.lots for pallet in lot.pallets]

    @property
    def items(self):
        return [item for lot in self.lots for item in lot.items]

    def moved(self, items, state=None, custodian=None):
        """Writes into the script's book what the chain has just confirmed."""
        for item in items:
            item.state = state or item.state
            item.custodian = custodian or item.custodian

    def file_of(self, items):
        """A CSV file of these items, as commands take it."""
        return self.file_of_lines(["uri"] + [item.uri for item in items])

    def file_of_lines(self, lines):
        with self.stage.lock:
            self.files += 1
            path = self.stage.folder / "files" / f"{self.files:05d}.csv"
        path.write_text("".join(line + "\n" for line in lines))
        return str(path)

    # -- what is told

    def say(self, text):
        self.stage.say(f"   {text}")

    def row(self, label, value, remark=""):
        """A line of the summary, under the chapter that is being played."""
        self.rows.append((self.chapter, label, value, remark))

    def remember(self, what, item, verdict, reasons, *arguments):
        """An item whose verdict is asked for again at the end."""
        self.verdicts.append((what, item if isinstance(item, str) else item.uri, verdict, set(reasons), arguments))


def containers(pallets):
    """The flags that name these pallets to a command."""
    return [flag for pallet in pallets for flag in ("--sscc", pallet.sscc)]
