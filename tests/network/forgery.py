"""What a liar can make himself: keys, signatures, certificates, headers and a state tree with true paths (docs/verify.md).

None of it is secret and none of it is the validators'. A forged state proves everything, but for who signed it.
"""

import hashlib
import pathlib
import subprocess
import tempfile

HEADER_BYTES = 230
# Where the fields of a header are, and how long.
HEADER_FIELDS = {"version": (0, 2), "chain id": (2, 32), "epoch": (34, 8), "height": (42, 8), "view": (50, 8),
                 "parent": (58, 32), "time": (90, 8), "transaction root": (98, 32), "state root": (130, 32),
                 "validators": (162, 32), "proposer": (194, 4), "log root": (198, 32)}
SIGNED_BYTES = 57  # of a certificate, which every signature is over
ZERO = bytes(32)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def number(value, size):
    return value.to_bytes(size, "big")


def with_field(header, name, value):
    at, size = HEADER_FIELDS[name]
    return header[:at] + value + header[at + size:]


def field(header, name):
    at, size = HEADER_FIELDS[name]
    return header[at:at + size]


def block_hash(header):
    return sha(b"touchstone/header/1", header)


def set_hash(epoch, keys):
    return sha(b"touchstone/validators/1", number(epoch, 8), number(len(keys), 4), *keys)


class Key:
    """An Ed25519 key of the liar's, from a seed. The openssl program signs."""

    def __init__(self, seed):
        self.der = bytes.fromhex("302e020100300506032b657004220420") + sha(b"liar", str(seed).encode())
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "key"
            path.write_bytes(self.der)
            self.public = subprocess.run(["openssl", "pkey", "-inform", "DER", "-in", str(path), "-pubout", "-outform", "DER"],
                                         check=True, capture_output=True).stdout[-32:]
        self.made = {}  # by message: signing takes a process

    def sign(self, message):
        if message not in self.made:
            with tempfile.TemporaryDirectory() as folder:
                paths = [pathlib.Path(folder) / name for name in ("key", "message", "signature")]
                paths[0].write_bytes(self.der)
                paths[1].write_bytes(message)
                subprocess.run(["openssl", "pkeyutl", "-sign", "-keyform", "DER", "-inkey", str(paths[0]), "-rawin", "-in",
                                str(paths[1]), "-out", str(paths[2])], check=True, capture_output=True)
                self.made[message] = paths[2].read_bytes()
        return self.made[message]


def vote_bytes(header, subject):
    return b"touchstone/vote/1".ljust(24, b"\0") + field(header, "chain id") + subject


def certificate(header, keys, signers=None):
    """A finalization of this header, truly signed by the liar's keys; `signers`: which of them sign."""
    signers = range(len(keys)) if signers is None else signers
    view = int.from_bytes(field(header, "view"), "big")
    subject = (field(header, "epoch") + b"\3" + number(view, 8) + number(max(view, 1) - 1, 8) + block_hash(header))
    bitmap = bytearray((len(keys) + 7) // 8)
    for signer in signers:
        bitmap[signer // 8] |= 0x80 >> signer % 8
    signatures = [keys[signer].sign(vote_bytes(header, subject)) for signer in sorted(signers)]
    return subject + number(len(keys), 2) + bytes(bitmap) + b"".join(signatures)


def parts_of(made):
    """A certificate apart: what was signed, n, the bitmap, the signatures."""
    count = int.from_bytes(made[57:59], "big")
    width = (count + 7) // 8
    rest = made[59 + width:]
    return made[:57], count, made[59:59 + width], [rest[at:at + 64] for at in range(0, len(rest), 64)]


def joined(subject, count, bitmap, signatures):
    return subject + number(count, 2) + bitmap + b"".join(signatures)


class Tree:
    """A sparse Merkle tree of these records, key -> bytes, with the paths of any key."""

    def __init__(self, records):
        self.leaves = {key: sha(b"\0", key, sha(record)) for key, record in records.items()}
        self.records = records
        self.root = self.under(list(records), 0)

    def under(self, keys, depth):
        if not keys:
            return ZERO
        if len(keys) == 1:
            return self.leaves[keys[0]]
        sides = self.parted(keys, depth)
        return sha(b"\1", self.under(sides[0], depth + 1), self.under(sides[1], depth + 1))

    @staticmethod
    def parted(keys, depth):
        sides = ([], [])
        for key in keys:
            sides[key[depth // 8] >> (7 - depth % 8) & 1].append(key)
        return sides

    def path(self, key):
        here, siblings, depth = list(self.records), [], 0
        while len(here) > 1:
            side = key[depth // 8] >> (7 - depth % 8) & 1
            parted = self.parted(here, depth)
            siblings.append(self.under(parted[1 - side], depth + 1))
            here, depth = parted[side], depth + 1
        bitmap = bytearray((len(siblings) + 7) // 8)
        for place, sibling in enumerate(siblings):
            if sibling != ZERO:
                bitmap[place // 8] |= 0x80 >> place % 8
        end = b"\0"
        if here and here[0] != key:
            end = b"\1" + here[0] + sha(self.records[here[0]])
        return number(len(siblings), 2) + bytes(bitmap) + b"".join(one for one in siblings if one != ZERO) + end
