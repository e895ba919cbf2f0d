"""The end of a move: what it kept for itself goes, and with it the side that is left, where that is to go."""

from functions.moves import documents, objects, secrets, target
from functions.moves.manifest import PARTITION, PARTITIONS
from functions.moves.model import MovedOtherwise, StoresRemain
from functions.moves.ports import Desk
from functions.moves.standing import onward
from makoto.domain import CloudAccount
from makoto.ports.documents import Documents, Scan
from makoto.ports.journal import MARKER, PREFIX, SHARDS
from makoto.ports.move_entry import Direction, Move, MoveStatus

OBJECTS, SECRETS, DOCUMENTS, REMOVAL, REST = "objects", "secrets", "documents", "removal", "rest"
"""The stages: a side is emptied, then its stores are removed, then what is left of the move on the other side."""


def clear(move: Move, desk: Desk) -> Move:
    """Do the next piece; of data only in a side where the tenant does not work, and which was this move's to use."""
    stage = move.checkpoint.stage or _first_stage(move, desk)
    if stage == REST:
        return _swept(move, desk)
    account = _left(move)
    _require_left(account, desk)
    if stage == REMOVAL:
        _remove_stores(account, desk)
        return onward(move, None, stage=stage, then=REST)
    return _emptied(move, desk, account, stage)


def ended(move: Move, desk: Desk, residue: str | None = None) -> Move:
    """Close the move; `residue` says what could not be removed."""
    is_done = move.direction is Direction.TO_TARGET
    status = MoveStatus.FINISHED if is_done else MoveStatus.ROLLED_BACK
    over = {"status": status, "ended_at": desk.ports.clock.now(), "not_before": None, "residue": residue}
    return move.model_copy(update=over)


def _left(move: Move) -> CloudAccount:
    """The side in which the tenant does not work any more, or never did."""
    return move.source if move.direction is Direction.TO_TARGET else move.target


def _kept(move: Move) -> CloudAccount:
    return move.target if move.direction is Direction.TO_TARGET else move.source


def _first_stage(move: Move, desk: Desk) -> str:
    """The source is emptied where that was asked for, the target where this move has claimed it."""
    if move.direction is Direction.TO_TARGET:
        return OBJECTS if move.remove_source else REST
    is_ours = target.owner(desk.ports.stores(desk.at(move.target))) == move.move_id
    return OBJECTS if is_ours else REST


def _emptied(move: Move, desk: Desk, account: CloudAccount, stage: str) -> Move:
    stores = desk.ports.stores(desk.at(account))
    if stage == OBJECTS:
        found, _ = objects.page(stores.objects, None)
        objects.delete(stores.objects, [each.key for each in found])
        return onward(move, None, stage=stage, then=OBJECTS if found else SECRETS)
    if stage == SECRETS:
        secrets.delete_all(stores.secrets)
        return onward(move, None, stage=stage, then=DOCUMENTS)
    walked = stores.documents.driver.walk(None, documents.PAGE)
    keys = [each.key for each in walked.documents if each.key != MARKER]
    documents.remove(stores.documents, keys)
    is_empty = not keys and walked.resume is None
    if is_empty:
        documents.remove(stores.documents, [MARKER])
    return onward(move, None, stage=stage, then=REMOVAL if is_empty else DOCUMENTS)


def _remove_stores(account: CloudAccount, desk: Desk) -> None:
    remaining = desk.ports.provisioner.remove(desk.at(account))
    if remaining:
        raise StoresRemain(f"still there: {', '.join(remaining)}")


def _swept(move: Move, desk: Desk) -> Move:
    """Remove a portion of what the move has kept for itself, and end it when nothing of that is left."""
    kept = [_kept(move)]
    if move.direction is Direction.TO_TARGET and not move.remove_source:
        kept.append(move.source)
    if any(_sweep(desk.ports.stores(desk.at(account)).documents) for account in kept):
        return onward(move, None, stage=REST, then=REST)
    desk.ports.key_ring.forget(move.tenant_id, _left(move))
    return ended(move, desk)


def _sweep(store: Documents) -> bool:
    """Remove the first of journal, manifest and marker; tell whether there was anything."""
    shards = [f"{PREFIX}{shard}" for shard in range(SHARDS)]
    found = False
    for partition in (*shards, *(f"{PARTITION}{number}" for number in range(PARTITIONS)), MARKER.partition):
        keys = [each.key for each in store.driver.scan(_reserved(partition)).documents]
        documents.remove(store, keys)
        found = found or bool(keys)
    return found


def _reserved(partition: str) -> Scan:
    return Scan(partition, "\x01", "\x02", None, None, False, documents.PAGE)


def _require_left(account: CloudAccount, desk: Desk) -> None:
    """Never empty the side where the tenant works, nor either side of a move under way."""
    if desk.record.cloud == account or desk.record.move is not None:
        raise MovedOtherwise(f"tenant {desk.record.tenant_id} works there: nothing is removed")
