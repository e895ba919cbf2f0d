"""A CSV file sent in parts to a tenant in memory."""

from dataclasses import dataclass, field
from hashlib import sha256

from functions.telemetry import imports
from functions.telemetry.import_record import ImportProgress, PartAnswer
from functions.telemetry.model import StartImport
from makoto.domain import instant_from_ms
from makoto.ports.documents import Key
from tests.unit.codecs.messages import DEVICE, NOW_MS
from tests.unit.telemetry.world import World

MINUTE_MS = 60_000
HEADER = "device,metric,time,value,quality,status\n"


def row(metric: str = "speed", at_ms: int = NOW_MS, value: object = 1.5, rest: str = "192,") -> str:
    """A line of a file with all columns."""
    return f"{DEVICE},{metric},{instant_from_ms(at_ms).isoformat()},{value},{rest}\n"


def long_file(rows: int = 90, step_ms: int = MINUTE_MS) -> str:
    return HEADER + "".join(row(at_ms=NOW_MS - each * step_ms, value=each) for each in range(rows))


def command(file: bytes, **changes: object) -> StartImport:
    """Announce a file."""
    given = {"device": DEVICE, "filename": "2025.csv", "sha256": sha256(file).hexdigest(), "total_bytes": len(file)}
    return StartImport.model_validate(given | changes)


def world_with_device() -> World:
    world = World()
    world.tenant.documents.put(Key("device", DEVICE), {"device_id": DEVICE})
    return world


@dataclass
class Sender:
    """Sends a file as the command line does: whole lines a part, on from where the answer says."""

    file: bytes
    world: World = field(default_factory=world_with_device)
    part_bytes: int = 1_000_000
    announced: dict[str, object] = field(default_factory=dict)
    answers: list[PartAnswer] = field(default_factory=list)

    def start(self, **changes: object) -> ImportProgress:
        return imports.start_import(command(self.file, **self.announced | changes), self.world.tenant)

    def put(self, offset: int, body: bytes) -> PartAnswer:
        return imports.receive_part(self.start().import_id, offset, body, self.world.tenant)

    def part(self, offset: int) -> bytes:
        end = self.file.find(b"\n", offset + self.part_bytes)
        return self.file[offset : end + 1 if end >= 0 else len(self.file)]

    def send(self) -> "Sender":
        """Send what is missing."""
        offset = self.start().next_offset
        while offset < len(self.file):
            self.answers.append(self.put(offset, self.part(offset)))
            offset = self.answers[-1].next_offset
        return self

    def rejected(self) -> dict[int, str]:
        return {each.line: each.reason for answer in self.answers for each in answer.rejected}

    def history(self) -> list[tuple[object, ...]]:
        """Stored readings: metric, time, number, text, quality, status."""
        return sorted((each[:6] for each in self.world.history()), key=repr)


def sent(text: str | bytes, part_bytes: int = 1_000_000) -> Sender:
    """Send a whole file."""
    file = text if isinstance(text, bytes) else text.encode()
    return Sender(file, part_bytes=part_bytes).send()
