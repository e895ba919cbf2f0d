"""The outbox on the real server, with several relays at work."""

from collections.abc import Sequence

from makoto.adapters.database.connection import Database, DatabaseLogin
from makoto.adapters.database.tenancy import PostgresTenancy
from makoto.domain import TenantStatus
from makoto.events import Envelope
from tests.builders import OTHER_TENANT, TENANT
from tests.contract.tenancy.entries import NOON, admission, audit, entry, fact, next_version


def _with_events(register: PostgresTenancy, tenant_id: str, versions: Sequence[int]) -> None:
    at = register.admit(entry(tenant_id), admission(tenant_id), audit(tenant_id))
    for version in versions:
        at = register.save(next_version(at, TenantStatus.ACTIVE), audit(tenant_id), fact(tenant_id, version))


def test_while_a_relay_holds_an_event_no_other_publishes_a_later_one_of_its_aggregate(
    database: Database, application: DatabaseLogin
) -> None:
    register, elsewhere = PostgresTenancy(database), Database(lambda: application)
    _with_events(register, TENANT, [2, 3, 4])
    _with_events(register, OTHER_TENANT, [2, 3])
    held: list[Envelope] = []
    by_another: list[Envelope] = []

    def publish(envelopes: Sequence[Envelope]) -> None:
        held.extend(envelopes)
        PostgresTenancy(elsewhere).relay(by_another.extend, NOON)

    register.relay_heads(publish, 1, NOON)
    elsewhere.close()

    (first,) = held
    assert first.version == 2
    assert {each.tenant_id for each in by_another} == {TENANT, OTHER_TENANT} - {first.tenant_id}
    rest: list[Envelope] = []
    register.relay(rest.extend, NOON)
    assert {each.tenant_id for each in rest} == {first.tenant_id}
    assert [each.version for each in rest] == sorted(each.version for each in rest)


def test_one_round_takes_the_first_event_of_each_aggregate(database: Database) -> None:
    register = PostgresTenancy(database)
    _with_events(register, TENANT, [2, 3, 4])
    _with_events(register, OTHER_TENANT, [2, 3])
    published: list[Envelope] = []

    register.relay_heads(published.extend, 10, NOON)

    assert sorted((each.tenant_id, each.version) for each in published) == [(TENANT, 2), (OTHER_TENANT, 2)]


def test_a_relay_that_dies_before_its_end_has_published_and_publishes_again(database: Database) -> None:
    """At least once: the second delivery has the first one's id, and a consumer's inbox drops it."""
    register = PostgresTenancy(database)
    _with_events(register, TENANT, [2])
    published: list[Envelope] = []

    class Died(BaseException):
        pass

    def die(envelopes: Sequence[Envelope]) -> None:
        published.extend(envelopes)
        raise Died

    try:
        register.relay(die, NOON)
    except Died:
        register.relay(published.extend, NOON)

    assert [each.id for each in published] == [fact().id] * 2
