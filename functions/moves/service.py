"""Use cases of the operator: move a tenant, look at its moves, take it back, end the grace period."""

from contextlib import suppress
from datetime import timedelta

from functions.moves import model
from functions.moves.commands import StartMove
from functions.moves.ports import Act, MovesPorts
from functions.moves.views import MoveDetail, MoveSummary, detail, summary
from makoto.domain import AwsAccount, CloudAccount, Page
from makoto.domain.clouds.places import Hosted
from makoto.errors import FieldError, Invalid, Throttled, Unavailable
from makoto.ports.move_entry import Checkpoint, Direction, Move, MoveStep
from makoto.ports.move_store import MoveUnderWay
from makoto.ports.tenant_entry import Admission
from makoto.ports.workflows import MOVE_TENANT

ENDABLE = frozenset({MoveStep.LATE_UPLOADS, MoveStep.GRACE})
PAST_RETURN = frozenset({MoveStep.FINISH, MoveStep.ROLL_BACK, MoveStep.CLEAR})


def start_move(tenant_id: str, command: StartMove, key: str, act: Act, ports: MovesPorts) -> MoveDetail:
    """Record a move and start it; the same key and body again give the same move.

    Raises MoveUnderWay, NotMovable, IdempotencyKeyReused; Invalid outside the tenant's regions.
    """
    admission = Admission(key, model.fingerprint(command))
    move = ports.moves.begun_before(tenant_id, admission) or _begin(tenant_id, command, admission, act, ports)
    _entrust_keys(command, move, ports)
    with suppress(Unavailable, Throttled):  # the schedule starts what is not started
        start_execution(move, act.correlation_id, ports)
    return detail(move)


def start_execution(move: Move, correlation_id: str, ports: MovesPorts) -> None:
    """Start the execution of this attempt, once."""
    if move.is_running:
        command = {"tenant_id": move.tenant_id, "move_id": move.move_id, "attempt": str(move.attempt)}
        ports.workflows.start(MOVE_TENANT, execution_name(move), {**command, "correlation_id": correlation_id})


def execution_name(move: Move) -> str:
    """Name an attempt's execution, so that it cannot be started twice."""
    return f"{move.tenant_id}-{move.move_id}-{move.attempt}"


def list_moves(tenant_id: str, ports: MovesPorts) -> Page[MoveSummary]:
    """List a tenant's moves, the newest first."""
    ports.tenancy.tenant(tenant_id)
    return Page[MoveSummary](items=tuple(summary(move) for move in ports.moves.of_tenant(tenant_id)))


def read_move(tenant_id: str, move_id: str, ports: MovesPorts) -> MoveDetail:
    """Show a move with its progress."""
    return detail(ports.moves.move(tenant_id, move_id))


def roll_back_move(tenant_id: str, move_id: str, act: Act, ports: MovesPorts) -> MoveDetail:
    """Take the tenant back to where it came from; TooLate once the move is finished or goes back already."""
    move = ports.moves.move(tenant_id, move_id)
    if not move.is_running or move.step in PAST_RETURN or move.direction is Direction.BACK:
        raise model.TooLate(f"the move {move_id} is {_standing(move)}: there is nothing to roll back")
    fence = ports.clock.now() + timedelta(seconds=ports.longest_write_s)
    return _turned(move, MoveStep.ROLL_BACK, act, ports, not_before=fence, cause="asked for")


def finish_move(tenant_id: str, move_id: str, act: Act, ports: MovesPorts) -> MoveDetail:
    """End the grace period now; NotYet before the switch, TooLate after its end."""
    move = ports.moves.move(tenant_id, move_id)
    if not move.is_running or move.step in PAST_RETURN or move.direction is Direction.BACK:
        raise model.TooLate(f"the move {move_id} is {_standing(move)}: there is nothing to finish")
    if move.step not in ENDABLE:
        raise model.NotYet(f"the move {move_id} has not switched the tenant yet")
    return _turned(move, MoveStep.FINISH, act, ports, not_before=None, cause=None)


def _turned(move: Move, step: MoveStep, act: Act, ports: MovesPorts, **changes: object) -> MoveDetail:
    """Give the move to a new execution: one that still works or waits for it sees that and stops."""
    fresh = {"step": step, "checkpoint": Checkpoint(), "attempt": move.attempt + 1, "failures": 0}
    turned = move.model_copy(update={**fresh, "requested_by": act.actor, **changes})
    saved = ports.moves.save(turned, ports.clock.now())
    with suppress(Unavailable, Throttled):
        start_execution(saved, act.correlation_id, ports)
    return detail(saved)


def _standing(move: Move) -> str:
    return move.status.value if not move.is_running else f"in its step {move.step.value}"


def _begin(tenant_id: str, command: StartMove, admission: Admission, act: Act, ports: MovesPorts) -> Move:
    record = ports.tenancy.tenant(tenant_id).record
    model.require_movable(record)
    if record.move is not None:
        raise MoveUnderWay(f"tenant {tenant_id} is being moved already")
    target = model.destination(command, record, ports.hosted)
    _require_reachable(target, ports)
    now = ports.clock.now()
    move = Move(
        move_id=ports.ids.ulid(),
        tenant_id=tenant_id,
        source=record.cloud,
        target=target,
        requested_by=act.actor,
        grace_hours=command.grace_hours,
        longest_pause_s=command.longest_pause_s,
        remove_source=command.remove_source,
        pause_s=int(ports.pause_s),
        started_at=now,
        updated_at=now,
    )
    return ports.moves.begin(move, admission)


def _require_reachable(target: CloudAccount, ports: MovesPorts) -> None:
    """Raise Invalid for a cloud that the platform's network does not lead to."""
    is_near = isinstance(target, AwsAccount) and target.region == ports.hosted.region
    if not (is_near or ports.reaches_other_regions):
        detail = f"this environment reaches AWS in {ports.hosted.region} only"
        raise Invalid(detail, errors=[FieldError("/body/cloud", "unreachable", detail)])


def _entrust_keys(command: StartMove, move: Move, ports: MovesPorts) -> None:
    """Put the keys to the target where only the tenant's own session policy reads them; a repetition does so again."""
    if isinstance(command.cloud, Hosted) or not command.cloud.keys or not move.is_running:
        return
    keys = {name: key.get_secret_value() for name, key in command.cloud.keys.items()}
    ports.key_ring.entrust(move.tenant_id, move.target, keys)
