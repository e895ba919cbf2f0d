"""Commands about a unit's states, stops and counts, and what is wrong with one."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from makoto.analytics.performance.quantities import Role
from makoto.domain import Instant, Value, ms_from_instant
from makoto.domain.factory import ENTERPRISE, EquipmentId, MaterialId, PackmlMode, PackmlState, ReasonCode
from makoto.domain.factory.window import Window
from makoto.domain.time import FIRST_YEAR, LAST_YEAR
from makoto.errors import FieldError, Invalid, NotFound

MAX_WINDOW = timedelta(days=400)
MAX_UNIT_HOURS = 50_000
"""As much of units' time is computed at once: 1,000 units for two days, five for 400."""

MAX_STRETCH = timedelta(days=31)
SETTLES = timedelta(minutes=2)
"""A window is closed when its end lies so far back; facts that come later than this after their moment are late."""

_SLUG = r"[a-z0-9][a-z0-9-]{0,62}"
PlaceSegment = Annotated[str, StringConstraints(pattern=rf"^{_SLUG}(~{_SLUG}){{0,3}}$")]
"""A place in a path: its slashes are written `~`."""

FigureId = Annotated[str, StringConstraints(pattern=rf"^({_SLUG}(~{_SLUG}){{0,3}})?\.\d{{1,14}}\.\d{{1,14}}$")]
"""A place and the window's start and end in ms UTC; no place is the enterprise."""

CounterName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Note = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class WindowTooLong(Invalid):
    """More is asked for than is computed at once."""


class ReversedWindow(Invalid):
    """The window ends before it starts, or has no length."""


class NotYet(Invalid):
    """What lies in the future has not happened."""


class NoSuchDay(Invalid):
    """The day lies beyond the calendar."""


class OverlappingParts(Invalid):
    """Two parts of one classification say different things of one moment."""


class NotAStop(Invalid):
    """The unit executed all the while: there is no stop to give a reason to."""


class UnknownReason(Invalid):
    """No reason has this code."""


class NotAUnit(Invalid):
    """Units stand below the place: it is of them that states and counts are told."""


class NoCalendar(NotFound):
    """Neither the place nor one above it has a calendar."""


class NoSuchFigure(NotFound):
    """No figure was stored for this place and window."""


class NoSuchCount(NotFound):
    """The unit's counter has no reading at that moment."""


class NothingKnown(NotFound):
    """Nothing was told of the unit yet."""


class Stretch(Value):
    """From `start` until just before `end`."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.end <= self.start:
            raise ValueError("end must lie after start")
        if self.end - self.start > MAX_STRETCH:
            raise ValueError(f"a stretch has at most {MAX_STRETCH.days} days")
        return self


class ReportState(Value):
    """A unit's state by hand: over a stretch, where it wins over the machine's, or from `start` on until the next."""

    start: Instant
    end: Instant | None = None
    packml: Annotated[int, Field(ge=0, le=17)]
    mode: Annotated[int, Field(ge=1, le=99)] = int(PackmlMode.PRODUCTION)
    reason: ReasonCode | None = None
    note: Note = ""

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.end is not None:
            Stretch(start=self.start, end=self.end)
        return self


class Part(Stretch):
    """One reason over a stretch; none gives back what the machine said."""

    reason: ReasonCode | None


class ClassifyDowntime(Value):
    """Say why a unit stood. Several parts split a stop; one part over several stops makes them one."""

    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=20)]
    note: Note = ""


class CorrectCount(Value):
    """Say how much a counter really counted up to a reading, whatever it showed."""

    counter: CounterName
    device_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    at: Instant
    quantity: Annotated[int, Field(ge=0, le=10**9)]
    note: Note = ""


class CounterMapping(Value):
    """What a unit's counters count. Without `roles` the names say it: good, scrap, rework, total or produced.

    `auto` takes counters where the unit has any, else what is reported of orders; the two are never added up.
    `product` is what the unit makes where no order says it.
    """

    roles: dict[CounterName, Role] = Field(default_factory=dict, max_length=50)
    counts_from: Literal["auto", "counters", "reports"] = "auto"
    product: MaterialId | None = None
    max_per_hour: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    minor_stop_s: Annotated[int, Field(gt=0, le=86_400)] = 300


class Recompute(Value):
    """Compute the stored figures again that touch a stretch, as after a corrected planned run time.

    Those of the place, of what stands below it, and of what it belongs to.
    """

    equipment: EquipmentId | Literal[""] = ENTERPRISE
    start: Instant
    end: Instant


def window_of(start: Instant, end: Instant) -> Window:
    """A window that can be computed."""
    if end <= start:
        broken = FieldError("/query/to", "order", "to must lie after from")
        raise ReversedWindow("a window ends after it starts", errors=[broken])
    if end - start > MAX_WINDOW:
        broken = FieldError("/query/to", "length", f"at most {MAX_WINDOW.days} days")
        raise WindowTooLong(f"a window has at most {MAX_WINDOW.days} days", errors=[broken])
    return Window(start=start, end=end)


def require_past(instant: Instant, now: Instant, pointer: str) -> None:
    """Refuse what has not happened."""
    if instant > now:
        raise NotYet("the future is not reported", errors=[FieldError(pointer, "past", f"now is {now.isoformat()}")])


def require_day(on: date) -> None:
    """Refuse a day whose midnights no clock shows."""
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        broken = FieldError("/query/on", "year", f"a day lies between the years {FIRST_YEAR} and {LAST_YEAR}")
        raise NoSuchDay("there are no shifts of that day", errors=[broken])


def require_apart(parts: tuple[Part, ...]) -> None:
    """Refuse parts that overlap."""
    places = sorted(range(len(parts)), key=lambda place: (parts[place].start, parts[place].end))
    for one, other in pairwise(places):
        if parts[other].start < parts[one].end:
            broken = FieldError(f"/body/parts/{other}/start", "overlap", f"it overlaps part {one}")
            raise OverlappingParts("the parts of a stop follow each other", errors=[broken])


def executes(packml: int) -> bool:
    """Whether a unit in this state produces or sets up."""
    return packml == PackmlState.EXECUTE


def figure_id(place: str, start_ms: int, end_ms: int) -> str:
    """Name the figure of a place and a window."""
    return f"{place.replace('/', '~')}.{start_ms}.{end_ms}"


def figure_of(name: str) -> tuple[str, Window]:
    """Read the place and the window of a figure's name."""
    place, start, end = name.split(".")
    if int(end) <= int(start):
        raise NoSuchFigure(f"there is no figure {name}")
    return place.replace("~", "/"), Window.of_ms(int(start), int(end))


def place_of(segment: str) -> str:
    """Read a place from a path."""
    return segment.replace("~", "/")


def ms(instant: Instant) -> int:
    """Milliseconds since 1970-01-01 UTC."""
    return ms_from_instant(instant)
