"""Texts that order as what they stand for: numbers too long for Decimal128, and bytes."""

import base64
from decimal import Decimal

MAX_NARROW_DIGITS = 34  # IEEE 754-2008 decimal128
_DIGITS = 38
_OFFSET = 500
_COMPLEMENT = str.maketrans("0123456789", "9876543210")
_STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ORDERED = "".join(sorted("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"))
_TO_ORDERED = str.maketrans(_STANDARD, _ORDERED)
_TO_STANDARD = str.maketrans(_ORDERED, _STANDARD)


def digits_of(value: int | Decimal) -> str:
    """Return a number's significant digits, none for zero."""
    return "".join(map(str, Decimal(value).as_tuple().digits)).strip("0")


def number_text(value: int | Decimal) -> str:
    """Write sign, exponent and 38 digits so that texts order as numbers do.

    A negative number has the complement of its exponent and digits, so that the greater magnitude comes first.
    """
    digits = digits_of(value)
    if not digits:
        return "1"
    text = f"{Decimal(value).adjusted() + _OFFSET:03}{digits:0<{_DIGITS}}"
    return f"0{text.translate(_COMPLEMENT)}" if value < 0 else f"2{text}"


def number_of(text: str) -> int | Decimal:
    """Read what `number_text` wrote."""
    if text == "1":
        return 0
    sign, rest = ("-", text[1:].translate(_COMPLEMENT)) if text[0] == "0" else ("", text[1:])
    digits = rest[3:].rstrip("0")
    exponent = int(rest[:3]) - _OFFSET - len(digits) + 1
    number = Decimal(f"{sign}{digits}E{exponent}")
    return int(number) if exponent >= 0 else number


def bytes_text(value: bytes) -> str:
    """Write bytes in base 64 with an alphabet in ASCII order, which keeps the order of the bytes."""
    return base64.b64encode(value).rstrip(b"=").decode().translate(_TO_ORDERED)


def bytes_of(text: str) -> bytes:
    """Read what `bytes_text` wrote."""
    return base64.b64decode(text.translate(_TO_STANDARD) + "=" * (-len(text) % 4))
