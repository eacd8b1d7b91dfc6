"""Numbers of GS1, each with its check digit, under prefix 952: GS1 keeps that one for demonstrations."""

import hashlib

COMPANY = "9521234"


def check_digit(digits):
    """Modulo 10: weights 3 and 1 in turn from the right."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def numbered(prefix, number, size):
    """`prefix`, then `number` padded to `size` digits in all, the last of them the check digit."""
    digits = prefix + str(number).zfill(size - 1 - len(prefix))
    assert len(digits) == size - 1, digits
    return digits + check_digit(digits)


def gtin(number):
    return numbered("0" + COMPANY, number, 14)


def gln(number):
    return numbered(COMPANY, number, 13)


def sscc(number):
    return numbered("1" + COMPANY, number, 18)


def commitment(gtin14, serial):
    """What the ledger is told of an item instead of its serial (docs/verify.md)."""
    return hashlib.sha256(f"touchstone/serial/1{gtin14}{serial}".encode()).hexdigest()


def item_key(gtin14, serial):
    """Where the ledger keeps the item."""
    named = f"touchstone/item/2{gtin14}".encode() + bytes.fromhex(commitment(gtin14, serial))
    digest = hashlib.sha256(named).digest()
    return (bytes([digest[0] & 0x7F]) + digest[1:]).hex()  # of a kind that anybody may ask for
