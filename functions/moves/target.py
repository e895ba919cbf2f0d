"""The target of a move: made, claimed for this one move, and proven before anything is copied into it."""

from functions.moves.model import TargetNotEmpty
from functions.moves.ports import Desk
from makoto.conformance.verification import verify_stores
from makoto.ports.context import TenantStores
from makoto.ports.journal import MARKER
from makoto.ports.move_entry import Move


def prepare(move: Move, desk: Desk) -> None:
    """Reach, make, claim and prove the target's stores."""
    record, provisioner = desk.at(move.target), desk.ports.provisioner
    provisioner.reach(record)
    provisioner.provision(record)
    stores = desk.ports.stores(record)
    claim(stores, move)
    probe = int.from_bytes(desk.ports.ids.random(4))  # a name that no earlier try has used: AWS keeps those taken
    verify_stores(desk.context(stores), probe)


def claim(stores: TenantStores, move: Move) -> None:
    """Mark empty stores as this move's; TargetNotEmpty where they hold anything that it did not bring."""
    if owner(stores) == move.move_id:
        return
    if not is_empty(stores):
        raise TargetNotEmpty("the target holds data already: name empty stores, or empty these first")
    stores.documents.system().put(MARKER, {"move_id": move.move_id})


def owner(stores: TenantStores) -> str | None:
    """Name the move that has claimed these stores."""
    found = stores.documents.system().find(MARKER)
    return None if found is None else str(found.data["move_id"])


def is_empty(stores: TenantStores) -> bool:
    """Tell whether these stores hold nothing, not even what an earlier move left."""
    walked = stores.documents.driver.walk(None, 1)
    return not (walked.documents or stores.objects.driver.page("", "", 1) or stores.secrets.all_names())
