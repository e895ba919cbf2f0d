"""Conditions of MTConnect as alarms: which codes of a data item are active (MTConnect Part 2, Condition)."""

from collections.abc import Iterator

from makoto.codecs.ingress.portion import Condition

LEVELS = {"normal": 1, "warning": 2, "fault": 4}
"""By the level of a condition, the severity of its alarm."""

UNAVAILABLE = "UNAVAILABLE"


def conditions_of(
    active: dict[str, list[str]], key: str, level: str, code: str, text: str, t: int
) -> Iterator[Condition]:
    """Begin or end alarms and write down in `active` which ones last.

    A normal without a code ends every alarm of the key, one with a code just that.
    """
    codes = active.setdefault(key, [])
    if level in ("warning", "fault"):
        if code not in codes:
            codes.append(code)
        yield Condition(_alarm_id(key, code), t, True, LEVELS[level], text or code or level)
        return
    for each in [code] if code and level == "normal" else list(codes):
        if each in codes:
            codes.remove(each)
            yield Condition(_alarm_id(key, each), t, False, LEVELS["normal"], text or each or key)


def _alarm_id(key: str, code: str) -> str:
    return f"{key}/{code}" if code else key
