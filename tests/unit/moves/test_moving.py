"""A tenant is carried to another cloud whole, while it works, and nobody else notices."""

from functions.moves.service import finish_move, read_move
from makoto.domain import MovePhase
from makoto.ports.documents import Key
from makoto.ports.move_entry import MoveStatus, MoveStep
from tests.builders import OTHER_TENANT, TENANT
from tests.unit.moves.world import ACT, World, fill


def test_a_moved_tenant_has_everything_in_the_target(world: World) -> None:
    before = world.contents(world.source)
    del before["documents"][Key("line-0", "gone-soon")]  # expires on the way
    world.start()

    move = world.run()

    assert world.contents(world.target) == before == world.contents(world.source)
    assert world.record().cloud == world.target
    assert world.record().move is not None
    assert move.cause is None


def test_types_metadata_and_reserved_ids_come_along(world: World) -> None:
    world.start()

    world.run()

    there = world.raw(world.target)
    info = there.objects.head("drawings/3.png")
    assert (info.content_type, info.metadata, info.bytes) == ("image/png", {"shift": "3"}, 3000)
    assert there.documents.system().get(Key("line-1", "\x01outbox/1")).data == {"event": "order.accepted.v1"}


def test_counts_and_checksums_of_both_sides_are_told_and_equal(world: World) -> None:
    started = world.start()

    world.run()

    shown = read_move(TENANT, started.move_id, world.ports)
    assert shown.source_held == shown.target_held
    assert shown.source_held is not None
    assert (shown.source_held.documents, shown.source_held.objects, shown.source_held.secrets) == (41, 5, 2)
    assert len(shown.source_held.checksum) == 64
    assert shown.is_equal
    assert (shown.progress.documents, shown.progress.documents_total) == (41, 41)
    assert (shown.progress.bytes, shown.progress.bytes_total) == (10_000, 10_000)


def test_the_pause_is_stated_and_is_as_long_as_stated(world: World) -> None:
    started = world.start()

    world.run()

    shown = read_move(TENANT, started.move_id, world.ports)
    assert shown.paused_s is not None
    assert 70 <= shown.paused_s <= shown.pause_s


def test_in_its_grace_period_the_source_is_left_as_it_was(world: World) -> None:
    world.start()
    world.run()
    before = world.contents(world.source)

    world.writer().documents.put(Key("line-0", "new"), {"n": 1})

    assert world.contents(world.source) == before
    assert world.record().move is not None
    assert world.record().move.phase is MovePhase.GRACE  # type: ignore[union-attr]  # asserted above


def test_after_its_grace_period_nothing_is_left_of_the_move_but_the_source(world: World) -> None:
    world.key_ring.entrust(TENANT, world.source, {"client_secret": "old"})
    world.start()
    world.run()
    before = world.contents(world.source)

    move = world.run(through_grace=True)

    assert move.status is MoveStatus.FINISHED
    assert move.residue is None
    assert world.record().move is None
    assert world.left_of_moves(world.target) == world.left_of_moves(world.source) == []
    assert world.contents(world.source) == before
    assert world.key_ring._kept == {}


def test_the_source_is_removed_only_if_asked(world: World) -> None:
    fill(world, OTHER_TENANT)
    world.provisioner.made.add((TENANT, "aws"))
    other = world.contents(world.source, OTHER_TENANT)
    world.start(remove_source=True)

    world.run(through_grace=True)

    assert world.contents(world.source) == {"documents": {}, "objects": {}, "secrets": {}}
    assert world.provisioner.made == {(TENANT, "azure")}
    assert world.contents(world.source, OTHER_TENANT) == other
    assert len(world.contents(world.target)["objects"]) == 5


def test_the_grace_period_can_be_ended_early(world: World) -> None:
    started = world.start()
    world.run([MoveStep.GRACE])

    finish_move(TENANT, started.move_id, ACT, world.ports)
    move = world.run(through_grace=True)

    assert move.status is MoveStatus.FINISHED
    assert world.clock.now() < (move.grace_until or world.clock.now())


def test_a_move_tells_what_happened_in_order(world: World) -> None:
    world.start()

    world.run(through_grace=True)

    told = [envelope.detail_type for envelope in world.publisher.published]
    assert told == ["tenant.move_started.v1", "tenant.switched.v1", "tenant.move_finished.v1"]
    assert {entry.actor for entry in world.tenancy.audit_of(TENANT)} == {"o", "operator@example.com"}


def test_another_tenants_data_is_untouched(world: World) -> None:
    fill(world, OTHER_TENANT)
    before = world.contents(world.source, OTHER_TENANT)
    world.start()

    world.run(through_grace=True)

    assert world.contents(world.source, OTHER_TENANT) == before
    assert world.contents(world.target, OTHER_TENANT) == {"documents": {}, "objects": {}, "secrets": {}}
    assert world.record(OTHER_TENANT).move is None


def test_a_tenant_moves_back_with_equal_checksums(world: World) -> None:
    first = world.start(remove_source=True)
    world.run(through_grace=True)
    before = world.contents(world.target)

    second = world.start(cloud={"mode": "hosted"}, key="key-2")
    world.run(through_grace=True)

    assert world.contents(world.source) == before
    there, back = (read_move(TENANT, each.move_id, world.ports) for each in (first, second))
    assert there.target_held == back.target_held


def test_a_secret_is_seen_nowhere_but_in_the_two_stores(world: World) -> None:
    started = world.start(remove_source=True)

    world.run(through_grace=True)

    shown = read_move(TENANT, started.move_id, world.ports).model_dump_json()
    kept = world.move().model_dump_json() + str(world.publisher.published) + str(world.tenancy.audit_of(TENANT))
    assert "value of" not in shown + kept + str(world.left_of_moves(world.target))
