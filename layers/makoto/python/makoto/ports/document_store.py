"""What a use case and a store say to each other about documents, and the little that a driver must do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, Protocol, TypeAlias

from makoto.errors import Conflict, FieldError, NotFound, Unavailable
from makoto.ports.filters import Filter
from makoto.ports.portable import Datum


class Key(NamedTuple):
    """Where a document lies: documents of one partition are ordered by the bytes of their id."""

    partition: str
    id: str


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document; the version is opaque and changes with every write."""

    key: Key
    data: dict[str, Datum]
    version: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Always:
    """Write whatever is there."""


@dataclass(frozen=True, slots=True)
class IfAbsent:
    """Write only where nothing is; an expired document counts as nothing."""


@dataclass(frozen=True, slots=True)
class IfVersion:
    """Write only over this version."""

    version: str


Condition: TypeAlias = Always | IfAbsent | IfVersion
ALWAYS = Always()


@dataclass(frozen=True, slots=True)
class Put:
    """Store a document whole. `expires_at` is kept in whole seconds, rounded up."""

    key: Key
    data: Mapping[str, Datum]
    when: Condition = ALWAYS
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a document; one that is not there is no error."""

    key: Key
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Check:
    """Write nothing, and let the others happen only if this holds."""

    key: Key
    when: Condition


Write: TypeAlias = Put | Delete | Check


@dataclass(frozen=True, slots=True)
class Query:
    """Ask for a partition's documents in the order of their ids.

    `prefix` and the half-open range `start <= id < end` bound the ids; `where` keeps the documents that match, and
    `limit` (1 to 1000) counts after it. A page shorter than `limit` may have a cursor where a filter keeps almost
    nothing (the search stops after 64 reads). `consistent` asks to see every write that was answered before.
    """

    partition: str
    prefix: str = ""
    start: str | None = None
    end: str | None = None
    where: Filter | None = None
    descending: bool = False
    limit: int = 100
    cursor: str | None = None
    consistent: bool = False


@dataclass(frozen=True, slots=True)
class Got:
    """A batch read: what was found, what is not there, and what the store did not answer for."""

    found: dict[Key, Document] = field(default_factory=dict)
    missing: tuple[Key, ...] = ()
    failed: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """A batch write: what is stored, and what the store did not take within the budget."""

    ok: tuple[Key, ...] = ()
    failed: tuple[Key, ...] = ()


class DocumentNotFound(NotFound):
    """There is no document under this key; the key is for logs and never in the detail."""

    def __init__(self, key: Key) -> None:
        super().__init__("the document does not exist")
        self.key = key


class ConditionFailed(Conflict):
    """A write's condition does not hold; `index` is its place among the writes of one `atomic`, 0 for a single one."""

    def __init__(self, key: Key, index: int = 0) -> None:
        rule = FieldError(f"/writes/{index}/when", "condition", "the stored version is another one")
        super().__init__("the document was changed in the meantime", errors=[rule])
        self.key = key
        self.index = index


class MaybeApplied(Unavailable):
    """A write was sent and its answer lost: read before you write again."""


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """What a driver declares about its store."""

    max_item_bytes: int
    max_batch_get: int
    max_batch_put: int
    max_atomic_writes: int
    max_atomic_bytes: int
    atomic_scope: Literal["store", "partition"]
    orders: tuple[str, ...] = ("id",)
    native_expiry: bool = False
    consistency: Literal["strong", "session"] = "strong"


@dataclass(frozen=True, slots=True)
class Scan:
    """One read of ids `lower <= id < upper` that lie past `after`, at most `wanted` documents."""

    partition: str
    lower: str
    upper: str | None
    after: str | None
    where: Filter | None
    descending: bool
    wanted: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some of a scan's documents in order; `resume` is the last id looked at, absent when nothing lies beyond."""

    documents: Sequence[Document]
    resume: str | None


@dataclass(frozen=True, slots=True)
class Walked:
    """Some of a store's documents; `resume` is the driver's own mark of the last one looked at, absent at the end."""

    documents: Sequence[Document]
    resume: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How a store would answer: the reach of what it reads, and the request in the vendor's own words."""

    access: Literal["partition", "scan"]
    native: str


class ConditionRefused(Exception):
    """A driver's word for a condition that does not hold; the portable class makes `ConditionFailed` of it."""

    def __init__(self, index: int = 0) -> None:
        super().__init__(f"condition of write {index}")
        self.index = index


class DocumentsDriver(Protocol):
    """One store of one tenant. Data and filters arrive in portable form and within the declared limits.

    Expired documents may be returned (the portable class drops them), but a condition must take them for absent.
    """

    @property
    def limits(self) -> DocumentLimits: ...

    def read(self, key: Key) -> Document | None: ...

    def read_many(self, keys: Sequence[Key]) -> tuple[Sequence[Document], Sequence[Key]]:
        """Return what was found and the keys not answered for."""
        ...

    def scan(self, scan: Scan) -> Chunk: ...

    def write(self, write: Write, now: datetime) -> str:
        """Do one write and return the new version (of a `Put`)."""
        ...

    def write_many(self, writes: Sequence[Put | Delete]) -> Sequence[Put | Delete]:
        """Do unconditional writes of distinct keys, not as one, and return those not taken."""
        ...

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        """Do all writes or none."""
        ...

    def walk(self, after: str | None, wanted: int) -> Walked:
        """Read at most `wanted` documents of the whole store past `after`, in a stable order of the store's own.

        Each document comes once; one that is written during the walk may come or not.
        """
        ...

    def explain(self, scan: Scan) -> Plan:
        """Say what `scan` would send; nothing is sent."""
        ...
