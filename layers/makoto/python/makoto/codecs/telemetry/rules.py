"""What a device may say: the limits, and a broken rule with the place where it is broken."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

MAX_MESSAGE_BYTES = 128 * 1024
"""AWS IoT Core, message broker quotas: the largest payload it accepts."""

MAX_NAME = 128
MAX_TEXT = 256
MAX_INTEGER = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 8259, section 6)."""

MAX_SEQ = 2**47 - 1
"""So that a sequence number and 16 bits of its session fit in a signed 64-bit number."""

EARLIEST_MS = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp() * 1000)
MOST_AHEAD_MS = 10 * 60 * 1000
"""How far a device's clock may run before the server's, as AWS IoT SiteWise has it. More would let one wrong clock hold
the latest value, which only a later time replaces, for as long."""

SESSION_PATTERN = r"^[0-9A-Za-z_-]{1,64}$"
_SESSION = re.compile(SESSION_PATTERN)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule: `pointer` is a JSON pointer into the message, `excerpt` the beginning of what stood there."""

    pointer: str
    rule: str
    detail: str
    excerpt: str = ""


@lru_cache(maxsize=8192)
def name_problem(name: str) -> str | None:
    """Say what is wrong with a metric's name: 1 to 128 characters of any script, no control characters."""
    if not 1 <= len(name) <= MAX_NAME:
        return f"a name has 1 to {MAX_NAME} characters"
    if _UNPRINTABLE.search(name):
        return "a name has no control characters"
    return None


def text_problem(text: str) -> str | None:
    """Say what is wrong with a text: at most 256 characters, no control characters."""
    if len(text) > MAX_TEXT:
        return f"a text has at most {MAX_TEXT} characters"
    if _UNPRINTABLE.search(text):
        return "a text has no control characters"
    return None


def is_session(value: object) -> bool:
    return isinstance(value, str) and _SESSION.fullmatch(value) is not None


def is_integer(value: object, least: int, most: int) -> bool:
    """Tell whether a decoded JSON value is a whole number in range; `true` is none."""
    return type(value) is int and least <= value <= most


def excerpt_of(value: object) -> str:
    """Show the beginning of a value, fit for a listing: no control characters, at most 200 characters."""
    text = value if isinstance(value, str) else repr(value)
    return _UNPRINTABLE.sub("\ufffd", text[:_EXCERPT])


def _checked_name(name: str) -> str:
    if problem := name_problem(name):
        raise ValueError(problem)
    return name


def _checked_text(text: str) -> str:
    if problem := text_problem(text):
        raise ValueError(problem)
    return text


MetricName = Annotated[str, AfterValidator(_checked_name)]
Text = Annotated[str, AfterValidator(_checked_text)]
Session = Annotated[str, StringConstraints(pattern=SESSION_PATTERN)]
Sequence = Annotated[int, Field(ge=0, le=MAX_SEQ)]
Milliseconds = Annotated[int, Field(ge=EARLIEST_MS, le=MAX_INTEGER)]
