"""The goods that lies are told about: a small chain on real nodes, recorded in four states, over three epochs."""

import collections

import container_cases
import harness

COUNCIL = ("acme", "borea", "bazaar")
GTIN = "lamp"

# What is asked: the serial, and what the reader knows beside it.
Situation = collections.namedtuple("Situation", "serial asked")
SITUATIONS = {
    "genuine": Situation("LAMP0001", {}),
    "genuine, with all that is printed": Situation("LAMP0001", {"purpose": "buy_new", "lot": "L1", "country": "FR",
                                                                "seller": "corner"}),
    "in transit": Situation("LAMP0002", {}),
    "sold": Situation("LAMP0003", {"purpose": "buy_new"}),
    "recalled": Situation("LAMP0004", {}),
    "flagged": Situation("LAMP0005", {"purpose": "resale"}),
    "packed": Situation("LAMP0006", {}),
    "unpacked": Situation("LAMP0007", {}),
    "corrected": Situation("LAMP0008", {}),
    "voided": Situation("LAMP0009", {}),
    "reported": Situation("LAMP0010", {}),
    "expired": Situation("LAMP0011", {"expiry": "2020-01-31", "purpose": "dispense"}),
    "never registered": Situation("NEVERMADE", {}),
    "mistyped": Situation("LAMPO012", {}),  # registered is LAMP0012
}
PLAIN = ("LAMP0001", "LAMP0002", "LAMP0003", "LAMP0005", "LAMP0006", "LAMP0007", "LAMP0008", "LAMP0009", "LAMP0010",
         "LAMP0011", "LAMP0012")


class Goods:
    """Plays the chain's life in steps; between them its states are recorded."""

    def __init__(self, net):
        self.net, self.gtin = net, harness.gtin14(501)
        self.case, self.pallet = container_cases.sscc(9001), container_cases.sscc(9002)

    def uri(self, serial):
        return f"https://id.gs1.org/01/{self.gtin}/21/{serial}"

    def uris(self, *numbers):
        return [self.uri(f"LAMP{number:04}") for number in numbers]

    def must(self, org, *arguments):
        return self.net.must(*arguments, org=org)

    def hand_over(self, sender, receiver, *what):
        self.must(sender, "ship", *what, "--to", receiver)
        self.must(receiver, "receive", *what)

    def make(self):
        """Everything is registered, and nothing has happened to it."""
        self.must("acme", "product", "declare", self.gtin, "--name", "Lamp")
        self.must("acme", "licence", "grant", self.gtin, "atelier", "--quota", "100")
        self.must("atelier", "register", *map(self.uri, PLAIN), "--lot", "L1")
        self.must("atelier", "register", self.uri("LAMP0004"), "--lot", "BAD")

    def move(self):
        """Things are packed, shipped and sold, in the second epoch."""
        self.pass_proposal("set-parameters", "retry_ms=400")
        self.wait_for_epoch(1)
        self.must("atelier", "pack", "--into", self.case, *self.uris(6, 7))
        self.must("atelier", "pack", "--into", self.pallet, "--sscc", self.case)
        self.hand_over("atelier", "swift", "--sscc", self.pallet)
        self.hand_over("atelier", "corner", *self.uris(1, 3, 4, 5, 8, 10, 11, 12))
        self.must("atelier", "ship", self.uri("LAMP0002"), "--to", "corner")

    def judge(self):
        """What a reader has to know of happens, in the third epoch."""
        last = self.net.validators[-1]
        key = self.net.must("keys", "show", str(last.home / "node.key"), nodes=())["public_key"]
        self.pass_proposal("remove-validator", key)
        self.wait_for_epoch(2)
        self.must("corner", "sell", *self.uris(3), "--country", "FR")
        self.must("acme", "recall", self.gtin, "--lot", "BAD", "--reason", "sparks")
        self.must("acme", "flag", *self.uris(5, 12), "--flag", "stolen")
        self.hand_over("swift", "corner", "--sscc", self.pallet)
        self.must("corner", "unpack", "--from", self.case, *self.uris(7))
        self.hand_over("corner", "swift", "--sscc", self.pallet)
        self.must("atelier", "correct", *self.uris(8), "--event", "1", "--reason", "wrong document")
        self.must("atelier", "void", *self.uris(9), "--reason", "never printed")
        report = self.must("veritas", "report", *self.uris(10), "--kind", "counterfeit", "--text", "no seal")["report"]
        self.must("bazaar", "resolve", report, "--outcome", "upheld", "--reason", "there is none")
        self.net.agreed(seconds=30)

    def pass_proposal(self, *change):
        number = self.must(COUNCIL[0], "propose", *change)["proposal"]["number"]
        for member in COUNCIL[1:]:
            self.must(member, "vote", str(number))

    def wait_for_epoch(self, epoch):
        harness.wait_until(lambda: self.net.status()["epoch"] == epoch, 30, f"epoch {epoch} begins")
