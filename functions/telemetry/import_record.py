"""How far an import is: one document that every part changes, and what of it a caller sees."""

from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import StringConstraints

from functions.telemetry import keys
from functions.telemetry.model import StartImport, UnknownImport, WrongOffset
from makoto.codecs.csv_history import Rejected, Taken
from makoto.domain import DeviceId, Instant, Value
from makoto.errors import FieldError
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, IfVersion, Key, Put

PARTITION = "import"
"""Where an import's device is found by its id; the import lies with its device."""

ImportId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
KEPT = timedelta(days=30)
"""How long an unfinished import can be taken up again, and how long the file as it was sent is kept."""

_FORGET = {"columns", "last", "next_line", "expires_at"}


class RejectedLine(Value):
    """A line of the file, counted from 1, that was not taken."""

    line: int
    reason: str


class PartAnswer(Value):
    """What became of a part: where the next one begins, and its lines that were not taken."""

    next_offset: int
    accepted: int
    rejected: tuple[RejectedLine, ...]


class ImportProgress(Value):
    """How far an import is; offsets and sizes in bytes of the file."""

    import_id: str
    device: DeviceId
    filename: str
    sha256: str
    total_bytes: int
    status: Literal["receiving", "complete"] = "receiving"
    next_offset: int = 0
    accepted: int = 0
    rejected_count: int = 0
    started_at: Instant
    updated_at: Instant


class LastPart(Value):
    """The part stored last: who sends it again because the answer was lost gets this answer again."""

    offset: int
    sha256: str
    answer: PartAnswer


class ImportRecord(ImportProgress):
    """An import as it is stored; `columns` come from the first part's first line."""

    columns: tuple[str, ...] = ()
    next_line: int = 1
    last: LastPart | None = None
    expires_at: Instant

    def progress(self) -> ImportProgress:
        """Leave out what only the next part needs."""
        return ImportProgress.model_validate(self.model_dump(exclude=_FORGET))

    def repeated(self, offset: int, body: bytes) -> PartAnswer | None:
        """Return the answer to the part stored last, if this is it."""
        if self.last is None or offset != self.last.offset:
            return None
        size = self.last.answer.next_offset - offset
        return self.last.answer if sha256(body[:size]).hexdigest() == self.last.sha256 else None

    def check_offset(self, offset: int) -> None:
        """Refuse a part that does not begin where the last one ended."""
        if offset != self.next_offset:
            rule = FieldError("/query/offset", "offset", f"{self.next_offset} is expected")
            raise WrongOffset(f"the import stands at {self.next_offset}, the part begins at {offset}", errors=[rule])

    def after(self, taken: Taken, body: bytes, now: Instant) -> "tuple[ImportRecord, PartAnswer]":
        """Note what was taken of a part; `body` is these bytes."""
        end = self.next_offset + len(body)
        answer = PartAnswer(next_offset=end, accepted=len(taken.rows), rejected=_lines(taken.rejected))
        changes = {
            "status": "complete" if end == self.total_bytes else "receiving",
            "next_offset": end,
            "next_line": self.next_line + taken.lines,
            "accepted": self.accepted + len(taken.rows),
            "rejected_count": self.rejected_count + len(taken.rejected),
            "last": LastPart(offset=self.next_offset, sha256=sha256(body).hexdigest(), answer=answer),
            "updated_at": now,
        }
        return self.model_copy(update=changes), answer

    def put(self, when: Condition) -> Put:
        """Store it; one that is complete is kept, so that the same file is known for ever."""
        return Put(record_key(self.device, self.import_id), self.model_dump(mode="json"), when, self._kept_until)

    def sign(self) -> Put:
        """Say which device it is of, for as long as it is kept."""
        return Put(Key(PARTITION, self.import_id), {"device": self.device}, expires_at=self._kept_until)

    @property
    def _kept_until(self) -> Instant | None:
        return self.expires_at if self.status == "receiving" else None


def begun(command: StartImport, now: Instant) -> ImportRecord:
    """Begin an import; its id follows from device and content, so the same file is the same import."""
    return ImportRecord(
        import_id=sha256(f"{command.device}\n{command.sha256}".encode()).hexdigest()[:32],
        device=command.device,
        filename=command.filename,
        sha256=command.sha256,
        total_bytes=command.total_bytes,
        started_at=now,
        updated_at=now,
        expires_at=now + KEPT,
    )


def record_key(device: DeviceId, import_id: str) -> Key:
    """Where an import lies."""
    return Key(keys.partition_of(device), f"{keys.prefix_of('import')}{import_id}")


def find(import_id: str, tenant: TenantContext) -> tuple[ImportRecord, IfVersion] | None:
    """Read an import, and the condition under which it is still the same."""
    sign = tenant.documents.find(Key(PARTITION, import_id))
    found = sign and tenant.documents.find(record_key(DeviceId(str(sign.data["device"])), import_id))
    return None if found is None else (ImportRecord.model_validate(found.data), IfVersion(found.version))


def load(import_id: str, tenant: TenantContext) -> tuple[ImportRecord, IfVersion]:
    """Read an import that must be there."""
    found = find(import_id, tenant)
    if found is None:
        raise UnknownImport(f"there is no import {import_id}")
    return found


def _lines(rejected: tuple[Rejected, ...]) -> tuple[RejectedLine, ...]:
    return tuple(RejectedLine(line=each.line, reason=each.reason) for each in rejected)
