"""The kinds of device messages."""

from enum import StrEnum


class Kind(StrEnum):
    """What a message is about; the value is the last level of its topic."""

    TELEMETRY = "t"
    BIRTH = "b"
    DEATH = "d"
    STATE = "s"
    COUNTERS = "c"
    ALARM = "a"
