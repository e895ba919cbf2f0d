"""Several writes as one: a transaction of two commands and its commit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from makoto.adapters.stores.mongo.errors import DUPLICATE_KEY, TRANSIENT, UNKNOWN_COMMIT, translated
from makoto.adapters.stores.mongo.writes import Step, Stored
from makoto.ports.documents import ConditionRefused, MaybeApplied

if TYPE_CHECKING:
    from pymongo.client_session import ClientSession
    from pymongo.collection import Collection
    from pymongo.errors import BulkWriteError

ATTEMPTS = 3
TOGETHER_S = 10


def run(collection: "Collection[Stored]", steps: Sequence[Step]) -> None:
    """Do all steps or none. A conflict with another transaction is tried again at once, then it is Throttled."""
    import pymongo

    with translated(), pymongo.timeout(TOGETHER_S):
        for left in reversed(range(ATTEMPTS)):
            try:
                _attempt(collection, steps)
                break
            except pymongo.errors.PyMongoError as error:
                if not left or not error.has_error_label(TRANSIENT):
                    raise


def _attempt(collection: "Collection[Stored]", steps: Sequence[Step]) -> None:
    from pymongo import ReadPreference
    from pymongo.read_concern import ReadConcern
    from pymongo.write_concern import WriteConcern

    with collection.database.client.start_session() as session:  # its end gives up what is not committed
        session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority"), ReadPreference.PRIMARY)
        _write(collection, steps, session)
        _commit(session)


def _write(collection: "Collection[Stored]", steps: Sequence[Step], session: "ClientSession") -> None:
    from pymongo.errors import BulkWriteError

    try:
        done = collection.bulk_write([step.operation for step in steps], session=session)
        inserted = done.upserted_ids or {}
    except BulkWriteError as failed:
        refused = _refused(failed, steps)
        if refused is None:
            raise
        raise ConditionRefused(refused) from failed
    wrongly = [steps[place].index for place in inserted if steps[place].must_find]
    if wrongly:
        raise ConditionRefused(min(wrongly))


def _refused(failed: "BulkWriteError", steps: Sequence[Step]) -> int | None:
    """Return the first write whose condition fails: a live document where none may be, or none where one must be."""
    details: Any = failed.details
    existing = [each["index"] for each in details["writeErrors"] if each["code"] == DUPLICATE_KEY]
    inserted = [each["index"] for each in details["upserted"] if steps[each["index"]].must_find]
    return min((steps[place].index for place in (*existing, *inserted)), default=None)


def _commit(session: "ClientSession") -> None:
    """Commit, and ask again while the answer is lost: a commit that has happened is answered the same."""
    from pymongo.errors import PyMongoError

    for _ in range(ATTEMPTS):
        try:
            return session.commit_transaction()
        except PyMongoError as error:
            if not error.has_error_label(UNKNOWN_COMMIT):
                raise
            unknown = error
    raise MaybeApplied("the tenant's store did not say whether it has committed") from unknown
