"""The messages beside telemetry: birth, death, machine state, counters and alarms."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, FiniteFloat

from makoto.codecs.telemetry.rules import MAX_INTEGER, MetricName, Milliseconds, Sequence, Session, Text
from makoto.domain import Value

DataType = Literal[
    "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64",
    "Float", "Double", "Boolean", "String", "DateTime", "Text",
]  # fmt: skip
"""The scalar data types of Sparkplug B 3.0, chapter 6."""


class _Message(Value):
    """What every message says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    edge: str
    session: Session
    sent_at: Milliseconds


class _Numbered(_Message):
    """A message with its place in the edge's one sequence."""

    seq: Sequence


class MetricDefinition(Value):
    """A metric as its birth declares it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    m: MetricName
    type: DataType
    unit: Text | None = None
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None
    deadband: FiniteFloat | None = None
    source: Text | None = None
    alias: Annotated[int, Field(ge=0, le=MAX_INTEGER)] | None = None


class Birth(_Numbered):
    """The catalogue of what the edge will report."""

    schema_: Literal["birth/1"] = Field(alias="schema")
    metrics: Annotated[tuple[MetricDefinition, ...], Field(strict=False)]


class Death(_Message):
    """The edge is gone; as the broker's Will its `sent_at` is the time of the connect."""

    schema_: Literal["death/1"] = Field(alias="schema")


class MachineState(_Numbered):
    """A change of state: PackML code (ANSI/ISA-TR88.00.02), mode, reason and the order at the machine."""

    schema_: Literal["state/1"] = Field(alias="schema")
    t: Milliseconds
    packml: Annotated[int, Field(ge=0, le=17)]
    mode: Annotated[int, Field(ge=0, le=99)]
    reason: Annotated[int, Field(ge=0, le=MAX_INTEGER)] | None = None
    order: Text | None = None


class Counts(Value):
    """Parts since the counter's last zero."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    good: Annotated[int, Field(ge=0, le=MAX_INTEGER)]
    scrap: Annotated[int, Field(ge=0, le=MAX_INTEGER)]


class Counters(_Numbered):
    """Cumulative part counters as the machine keeps them."""

    schema_: Literal["counters/1"] = Field(alias="schema")
    t: Milliseconds
    counters: Counts


class AlarmText(Value):
    """What the operator reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    en: Text
    ja: Text


class Alarm(_Numbered):
    """An alarm that came (`active`) or went; severity 1 (information) to 4 (critical)."""

    schema_: Literal["alarm/1"] = Field(alias="schema")
    t: Milliseconds
    id: MetricName
    severity: Annotated[int, Field(ge=1, le=4)]
    active: bool
    text: AlarmText
