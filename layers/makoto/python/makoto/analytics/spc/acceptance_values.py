"""Acceptance sampling's plans and switching state as values."""

from enum import StrEnum

from makoto.domain.value import Value


class Level(StrEnum):
    """Inspection levels: general and special."""

    I = "I"  # noqa: E741 - the standard's name
    II = "II"
    III = "III"
    S1 = "S-1"
    S2 = "S-2"
    S3 = "S-3"
    S4 = "S-4"


class Severity(StrEnum):
    """How strictly a supplier's lots are inspected now."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"
    DISCONTINUED = "discontinued"


class SamplingPlan(Value):
    """Take `n` of the lot; accept up to `accept`, reject from `reject` nonconforming.

    Between the two (reduced inspection only) the lot is accepted and normal inspection comes back. `letter` is the
    lot's, `plan_letter` whose row the plan stands in after an arrow. `is_whole_lot`: the plan's sample would not be
    smaller than the lot, so all is inspected.
    """

    lot_size: int
    level: Level
    aql: float
    severity: Severity
    letter: str
    plan_letter: str
    n: int
    accept: int
    reject: int
    is_whole_lot: bool = False


class Switching(Value):
    """What the switching rules remember between lots; a new product begins with normal inspection."""

    severity: Severity = Severity.NORMAL
    score: int = 0
    recent: tuple[bool, ...] = ()
    accepted_in_a_row: int = 0
    rejected_while_tightened: int = 0
