"""Times as other systems write them."""

from datetime import UTC, datetime

from makoto.domain import ms_from_instant


def ms_of_iso(text: str) -> int | None:
    """Read ISO 8601 as ms UTC, dropping finer digits; without a zone it is UTC, as MTConnect has it."""
    try:
        instant = datetime.fromisoformat(_six_digits(text.strip()))
    except ValueError:
        return None
    return ms_from_instant(instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def _six_digits(text: str) -> str:
    """Cut the fraction of a second to what a datetime holds; OPC UA and .NET write seven digits."""
    head, dot, rest = text.partition(".")
    if not dot:
        return text
    digits = 0
    while digits < len(rest) and rest[digits].isdigit():
        digits += 1
    return f"{head}.{rest[:digits][:6].ljust(6, '0')}{rest[digits:]}" if digits else text
