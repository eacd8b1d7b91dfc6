"""Members go on working while something happens to the network; afterwards, how long the chain stood still at most."""

import csv
import pathlib
import threading

from season import gs1
from season.season import Item, Lot

BATCH = 50


class Load:
    """`with Load(season, lot) as load:` registers small batches without pause, each of them until all of it is final."""

    def __init__(self, season, code, threads=2):
        self.season, self.ending, self.batches = season, threading.Event(), 0
        first = season.lots[0]
        # An order of its own: what was ordered before is all made.
        self.lot = Lot(first.product, first.maker, first.carrier, code, "2030-01-01", "")
        self.fault = None
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(threads)]

    def __enter__(self):
        stage, lot = self.season.stage, self.lot
        used = stage[lot.maker].ask("licence_get", gtin=lot.product.gtin, manufacturer=lot.maker)["used"]
        stage["helios"].run("licence", "grant", lot.product.gtin, lot.maker, "--quota", str(used + 1_000_000))
        self.begin = stage.height
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join()
        self.end = self.season.stage.height
        self.season.lots.append(self.lot)
        if self.fault is not None:
            raise self.fault

    def run(self):
        while not self.ending.is_set():
            try:
                self.register()
            except Exception as fault:  # a thread must not end unheard
                self.fault = self.fault or fault
                return

    def register(self):
        stage, lot = self.season.stage, self.lot
        with stage.lock:
            self.batches += 1
            path = str(stage.folder / "files" / f"{lot.code}-{self.batches:05d}.csv")
        stage.program("serials", "new", "--gtin", lot.product.gtin, "--count", str(BATCH), "--lot", lot.code, "--expiry",
                      lot.expiry, "--file", path)
        stage[lot.maker].insists("register", "--file", path, count=BATCH)
        with pathlib.Path(path).open() as file:
            made = [Item(row["uri"], gs1.item_key(row["gtin"], row["serial"]), lot, lot.maker)
                    for row in csv.DictReader(file)]
        with stage.lock:
            lot.items += made

    def longest_gap_ms(self):
        """Between two blocks that follow each other, by the blocks' own times."""
        ask = self.season.stage["customs"].ask
        times = [ask("block_get", height=height, limit=1)["time_ms"] for height in range(self.begin, self.end + 1)]
        return max(later - earlier for earlier, later in zip(times, times[1:]))
