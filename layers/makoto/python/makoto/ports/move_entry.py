"""A move of a tenant between clouds as it is stored: what was asked for, how far it is, what both sides hold."""

from enum import StrEnum

from pydantic import Field

from makoto.domain import CloudAccount, Instant, TenantId, Value

SHARES = 64
"""Into so many sums a side's documents are counted, by partition: which share differs says where to copy again."""


class MoveStatus(StrEnum):
    """How a move ends; one tenant has one running move at most."""

    RUNNING = "running"
    FINISHED = "finished"
    ROLLED_BACK = "rolled_back"


class MoveStep(StrEnum):
    """What a move does next; a step that was broken off is begun again from its checkpoint."""

    PREPARE = "prepare"
    BEGIN = "begin"
    MEASURE = "measure"
    COPY_DOCUMENTS = "copy_documents"
    COPY_OBJECTS = "copy_objects"
    COPY_SECRETS = "copy_secrets"
    CATCH_UP = "catch_up"
    PAUSE = "pause"
    DRAIN = "drain"
    VERIFY = "verify"
    SWITCH = "switch"
    LATE_UPLOADS = "late_uploads"
    GRACE = "grace"
    FINISH = "finish"
    ROLL_BACK = "roll_back"
    CLEAR = "clear"


class Direction(StrEnum):
    """Which way data flows: back only after the switch, when a roll-back brings the source up to date."""

    TO_TARGET = "to_target"
    BACK = "back"


class Checkpoint(Value):
    """Where a step goes on: `cursor` is the store's own mark, absent at the beginning of a stage."""

    stage: str = ""
    cursor: str | None = None


class Progress(Value):
    """What was copied of what was counted when the copying began; what came later is caught up with by the journal."""

    documents: int = 0
    documents_total: int = 0
    objects: int = 0
    objects_total: int = 0
    secrets: int = 0
    secrets_total: int = 0
    bytes: int = 0
    bytes_total: int = 0
    journal_left: int = 0


class Tally(Value):
    """What a side holds: counts, and sums of SHA-256 that do not depend on the order of what was summed up.

    Of secrets no sum is kept: one secret's would let its value be guessed.
    """

    documents: int = 0
    shares: tuple[int, ...] = (0,) * SHARES
    objects: int = 0
    bytes: int = 0
    objects_sum: int = 0
    secrets: int = 0

    @property
    def checksum(self) -> str:
        """One sum over documents and objects, as 64 hexadecimal digits."""
        return f"{(sum(self.shares) + self.objects_sum) % (1 << 256):064x}"


class Move(Value):
    """A move; `version` guards it against two who advance it, `attempt` names the execution that may."""

    move_id: str
    tenant_id: TenantId
    source: CloudAccount
    target: CloudAccount
    requested_by: str
    grace_hours: int = Field(ge=0)
    longest_pause_s: int = Field(gt=0)
    remove_source: bool = False
    status: MoveStatus = MoveStatus.RUNNING
    step: MoveStep = MoveStep.PREPARE
    direction: Direction = Direction.TO_TARGET
    checkpoint: Checkpoint = Checkpoint()
    version: int = Field(default=1, ge=1)
    attempt: int = Field(default=1, ge=1)
    failures: int = 0  # of this step, one after another
    differences: int = 0  # comparisons that found one or were broken off
    differing: tuple[int, ...] = ()  # shares of documents to be copied again; empty for all
    progress: Progress = Progress()
    source_tally: Tally | None = None
    target_tally: Tally | None = None
    pause_s: int = 0
    started_at: Instant
    updated_at: Instant
    not_before: Instant | None = None
    step_began_at: Instant | None = None
    paused_at: Instant | None = None
    switched_at: Instant | None = None
    grace_until: Instant | None = None
    ended_at: Instant | None = None
    cause: str | None = None
    residue: str | None = None

    @property
    def is_running(self) -> bool:
        return self.status is MoveStatus.RUNNING

    @property
    def origin(self) -> CloudAccount:
        """Where data comes from at present."""
        return self.source if self.direction is Direction.TO_TARGET else self.target

    @property
    def destination(self) -> CloudAccount:
        """Where data goes to at present."""
        return self.target if self.direction is Direction.TO_TARGET else self.source

    @property
    def due_at(self) -> Instant:
        """When something is to happen next."""
        return self.not_before or self.updated_at
