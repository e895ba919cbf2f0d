"""Readings in Parquet files: asked, exported and merged by an engine that reads files of this machine."""

import shutil
import tempfile
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeAlias

from makoto.errors import FieldError, Invalid, Unavailable
from makoto.ports.context import TenantContext
from makoto.ports.objects import Objects

Scalar: TypeAlias = float | bool | str | None
ExportFormat: TypeAlias = Literal["csv", "parquet"]

MAX_KEPT_BYTES = 512 << 20
MAX_BYTES_AT_ONCE = 768 << 20
PARALLEL_DOWNLOADS = 8


@dataclass(frozen=True, slots=True)
class Bucket:
    """One metric between two edges: `index` is that of the earlier edge.

    `count` readings of any quality, `good` and `uncertain` ones, `used` numbers of good or uncertain quality with
    their `total`, `least`, `most` and `squares` (the sum of squared deviations from their mean; absent where doubles do
    not hold it); the `last` and the `first` usable value and their times in ms. Those after `last_t` take twice as
    long to find, and are left out unless all is asked for.
    """

    metric: str
    index: int
    count: int
    good: int
    used: int
    total: float | None
    least: float | None
    most: float | None
    last: Scalar
    last_t: int | None
    uncertain: int | None = None
    squares: float | None = None
    first: Scalar = None
    first_t: int | None = None


class Reading(NamedTuple):
    """One stored reading; `t` in ms."""

    metric: str
    t: int
    value: Scalar
    quality: int
    status: str | None


class Merged(NamedTuple):
    """What a merged file holds; `t_min` and `t_max` in ms."""

    rows: int
    t_min: int
    t_max: int


@dataclass(frozen=True, slots=True)
class Span:
    """Readings of some metrics (none named: of all) with `start_ms <= t < end_ms`."""

    metrics: Sequence[str]
    start_ms: int
    end_ms: int


class HistoryDriver(Protocol):
    """A query engine; it raises `UnreadableHistory`.

    Files have the columns metric, t, v, text, q, status, clock, session and seq.
    """

    def buckets(
        self, files: Sequence[Path], metrics: Sequence[str], edges: Sequence[int], *, is_full: bool
    ) -> Sequence[Bucket]:
        """Summarise between each two of the ascending edges, of no metric named all; what is empty is left out."""
        ...

    def readings(self, files: Sequence[Path], span: Span, *, skip: int, limit: int) -> Sequence[Reading]:
        """Return readings in the order of time, then metric, then of being said."""
        ...

    def export(self, files: Sequence[Path], span: Span, device: str, target: Path, form: ExportFormat) -> int:
        """Write readings in the order of time and return their number."""
        ...

    def merge(self, files: Sequence[Path], target: Path) -> Merged:
        """Write all readings into one file, sorted by metric and time, compressed; equal files give equal bytes."""
        ...


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a tenant's history, as its manifest names it."""

    key: str
    bytes: int


class UnreadableHistory(Unavailable):
    """A stored file is broken, or the engine has no room for what was asked."""


class TooMuchHistory(Invalid):
    """More files than one request may read."""


@dataclass
class History:
    """The engine and the files it has at hand; `of` a tenant it sees that tenant's only.

    `open_driver` is called with the folder in which files will lie, at the first question.
    """

    open_driver: Callable[[Path], HistoryDriver]
    max_kept_bytes: int = MAX_KEPT_BYTES
    _kept: "OrderedDict[Path, int]" = field(default_factory=OrderedDict)

    def of(self, tenant: TenantContext) -> "TenantHistory":
        """Bind to one tenant's objects."""
        return TenantHistory(self, tenant.objects, self.folder / tenant.tenant_id)

    @cached_property
    def driver(self) -> HistoryDriver:
        return self.open_driver(self.folder)

    @cached_property
    def folder(self) -> Path:
        """Where files lie, as long as this object or the process lives."""
        folder = tempfile.mkdtemp(prefix="makoto-history-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)

    def note(self, path: Path) -> None:
        """Remember that a file was used last."""
        self._kept[path] = path.stat().st_size
        self._kept.move_to_end(path)

    def forget_some(self) -> None:
        """Delete the files least used while there are too many."""
        while sum(self._kept.values()) > self.max_kept_bytes:
            path, _ = self._kept.popitem(last=False)
            path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class TenantHistory:
    """One tenant's history. Files never change, so one that is at hand is not fetched again."""

    history: History
    objects: Objects
    folder: Path

    def buckets(
        self, files: Sequence[StoredFile], metrics: Sequence[str], edges: Sequence[int], *, is_full: bool = True
    ) -> Sequence[Bucket]:
        """Summarise between each two of the ascending edges (ms), of no metric named all; what is empty is left out."""
        found = self._buckets(files, metrics, edges, is_full) if files else []
        self.history.forget_some()
        return found

    def readings(self, files: Sequence[StoredFile], span: Span, *, skip: int, limit: int) -> Sequence[Reading]:
        """Return readings in the order of time, then metric, then of being said."""
        found = self.history.driver.readings(self._fetched(files), span, skip=skip, limit=limit) if files else []
        self.history.forget_some()
        return found

    def export(self, files: Sequence[StoredFile], span: Span, device: str, target: Path, form: ExportFormat) -> int:
        """Write readings in the order of time into a local file and return their number."""
        rows = self.history.driver.export(self._fetched(files), span, device, target, form)
        self.history.forget_some()
        return rows

    def merge(self, files: Sequence[StoredFile], target: Path) -> Merged:
        """Write all readings into one local file, sorted and compressed."""
        merged = self.history.driver.merge(self._fetched(files), target)
        self.history.forget_some()
        return merged

    def scratch(self, name: str) -> Path:
        """Name a local file to write to; who writes deletes it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / name

    def _buckets(
        self, files: Sequence[StoredFile], metrics: Sequence[str], edges: Sequence[int], is_full: bool
    ) -> Sequence[Bucket]:
        return self.history.driver.buckets(self._fetched(files), metrics, edges, is_full=is_full)

    def _fetched(self, files: Sequence[StoredFile]) -> list[Path]:
        if sum(file.bytes for file in files) > MAX_BYTES_AT_ONCE:
            rule = FieldError("/query/from", "size", "ask for a shorter time")
            raise TooMuchHistory("this is more history than one request may read", errors=[rule])
        with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
            paths = list(pool.map(self._fetch, files))
        for path in paths:
            self.history.note(path)
        return paths

    def _fetch(self, file: StoredFile) -> Path:
        path = self.folder / file.key
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(self.objects.download(file.key))
            part.replace(path)
        return path
