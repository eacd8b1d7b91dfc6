"""The network that all cases share, and what they all ask of it."""

import hashlib
import os
import random
import unittest
import urllib.parse

SEED = int(os.environ.get("TOUCHSTONE_SEED", "20240607"))
net = None  # set before the first case


def _named(uri):
    """GTIN and serial of a Digital Link, as bytes."""
    parts = urllib.parse.urlparse(uri).path.split("/")
    return (urllib.parse.unquote(parts[parts.index(code) + 1]).encode() for code in ("01", "21"))


def commitment_of(uri):
    """What the ledger is told in the place of the serial (docs/verify.md)."""
    gtin, serial = _named(uri)
    return hashlib.sha256(b"touchstone/serial/1" + gtin + serial).hexdigest()


def key_of(uri):
    """Where the item's record is."""
    gtin, _ = _named(uri)
    digest = hashlib.sha256(b"touchstone/item/2" + gtin + bytes.fromhex(commitment_of(uri))).digest()
    return (bytes([digest[0] & 0x7F]) + digest[1:]).hex()


class NetworkCase(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        self.net = net
        self.random = random.Random(f"{SEED} {self.id()}")
        # One case that failed with a node down must not be the end of all others.
        for node in net.nodes:
            if not node.pid:
                node.restart()

    def run_as(self, org, *arguments, status=0, **options):
        """One command; fails unless it ends with `status`; answers its JSON. Without `org` the auditor reads."""
        answer = self.net.cli(*arguments, org=org, **options)
        self.assertEqual(answer.status, status, str(answer))
        return answer.json

    def refused(self, org, *arguments, **options):
        """One command that the ledger refuses for each item; answers the set of codes."""
        report = self.run_as(org, *arguments, status=1, **options)
        self.assertEqual(report["accepted"], 0, report)
        return {line["code"] for line in report["lines"] if line["result"] == "refused"}

    def registered(self, count, lot="L1"):
        """Items of a new product, made by atelier; answers GTIN and Digital Links."""
        gtin = self.net.new_product(quota=count)
        path, uris = self.net.new_serials(gtin, count)
        self.run_as("atelier", "register", "--file", str(path), "--lot", lot)
        return gtin, uris

    def hand_over(self, sender, receiver, *uris):
        self.run_as(sender, "ship", *uris, "--to", receiver)
        self.run_as(receiver, "receive", *uris)

    def item(self, uri, node=0):
        return self.net.nodes[node].rpc.call("item_get", uri=uri)

    def items(self, uris):
        return [self.item(uri) for uri in uris]
