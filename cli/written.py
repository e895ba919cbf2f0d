"""Figures as people read them in a table."""

MINUTE, HOUR = 60, 3600


def share(value: float | None) -> str | None:
    """A share in percent."""
    return None if value is None else f"{100 * value:.1f} %"


def duration(seconds: float | None) -> str | None:
    """A length of time as h:mm:ss; tenths where it is under a minute."""
    if seconds is None:
        return None
    sign, length = ("-" if seconds < 0 else ""), abs(seconds)
    if length < MINUTE:
        return f"{sign}{length:.1f} s"
    whole = round(length)
    return f"{sign}{whole // HOUR}:{whole % HOUR // MINUTE:02}:{whole % MINUTE:02}"
