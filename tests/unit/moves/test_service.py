"""What the operator may ask of a move, and what is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from functions.moves import model
from functions.moves.commands import StartMove
from functions.moves.service import list_moves, read_move, start_move
from functions.moves.upkeep import PATIENCE, keep_up
from functions.moves.views import MoveDetail
from makoto.domain import AwsAccount, TenantStatus
from makoto.errors import Invalid, Unavailable
from makoto.ports.move_entry import MoveStatus, MoveStep
from makoto.ports.move_store import MoveNotFound, MoveUnderWay
from makoto.ports.tenancy import IdempotencyKeyReused, TenantNotFound
from makoto.ports.tenant_entry import Admission
from makoto.ports.workflows import ExecutionStatus
from tests.accounts import AWS, CUSTOM, SAKURA
from tests.builders import OTHER_TENANT, TENANT
from tests.unit.moves.world import ACT, World, fill

KEYS = {
    "documents.username": "makoto",
    "documents.password": "hunter2-documents",
    "objects.access_key_id": "AKIA",
    "objects.secret_access_key": "hunter2-objects",
    "secrets.token": "hunter2-token",
}


@pytest.fixture
def world() -> World:
    return World()


def _custom() -> dict[str, Any]:
    return {"cloud": {"mode": "custom", "account": CUSTOM.model_dump(mode="json"), "keys": KEYS}}


def test_the_same_request_again_is_the_same_move(world: World) -> None:
    first, second = world.start(), world.start()

    assert first == second
    assert len(world.workflows.started) == 1


def test_a_key_used_with_another_body_is_refused(world: World) -> None:
    world.start()

    with pytest.raises(IdempotencyKeyReused):
        world.start(grace_hours=1)


def test_a_tenant_has_one_move_at_a_time(world: World) -> None:
    world.start()

    with pytest.raises(MoveUnderWay):
        world.start("key-2")


def test_of_two_moves_begun_together_one_is_refused(world: World) -> None:
    first = world.start()
    other = first.model_copy(update={"move_id": "0" * 25 + "9"})

    with pytest.raises(MoveUnderWay):
        world.moves.begin(other, Admission("key-2", "fingerprint"))


def test_a_cloud_outside_the_tenants_regions_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="may lie in") as refused:
        world.start(
            cloud={
                "mode": "sakura",
                "account": SAKURA.model_dump(mode="json"),
                "keys": KEYS,
            }
        )

    assert refused.value.errors[0].pointer == "/body/cloud/region"
    assert world.moves.of_tenant(TENANT) == []


def test_a_tenant_is_not_moved_to_where_it_is(world: World) -> None:
    with pytest.raises(Invalid, match="there already"):
        world.start(cloud={"mode": "hosted"})


def test_the_platforms_own_account_is_named_hosted(world: World) -> None:
    account = AWS.model_dump(exclude={"provider"}) | {"account_id": "000000000000"}
    account["role_arn"] = AWS.role_arn.replace("222222222222", "000000000000")

    with pytest.raises(Invalid, match="say hosted"):
        world.start(cloud={"mode": "own_account", **account})


@pytest.mark.parametrize("status", [TenantStatus.ONBOARDING, TenantStatus.DELETING, TenantStatus.FAILED])
def test_only_a_tenant_that_is_served_is_moved(world: World, status: TenantStatus) -> None:
    entry = world.tenancy.tenant(TENANT)
    changed = entry.record.model_copy(update={"status": status})
    world.tenancy._entries[TENANT] = entry.model_copy(update={"record": changed})

    with pytest.raises(model.NotMovable):
        world.start()


def test_an_environment_without_a_way_out_reaches_aws_in_its_region_only(world: World) -> None:
    world.ports = replace(world.ports, reaches_other_regions=False)

    with pytest.raises(Invalid, match="reaches AWS in ap-northeast-1 only"):
        world.start()


def test_keys_are_entrusted_and_shown_nowhere(world: World) -> None:
    started = world.start(**_custom())

    assert dict(world.key_ring.keys(TENANT, CUSTOM)) == KEYS
    shown = read_move(TENANT, started.move_id, world.ports).model_dump_json()
    kept = world.move().model_dump_json() + str(world.workflows.started) + str(world.moves._begun)
    assert "hunter2" not in shown + kept


def test_a_repeated_request_entrusts_the_keys_again(world: World) -> None:
    world.start(**_custom())
    world.key_ring.forget(TENANT, CUSTOM)

    world.start(**_custom())

    assert dict(world.key_ring.keys(TENANT, CUSTOM)) == KEYS


def test_keys_that_are_missing_are_refused_without_a_value(world: World) -> None:
    with pytest.raises(ValidationError) as refused:
        world.start(cloud={"mode": "custom", "account": CUSTOM.model_dump(mode="json"), "keys": {"secrets.token": "x"}})

    assert "documents.password" in str(refused.value)


def test_a_target_that_holds_data_is_refused_and_left_as_it_is(world: World) -> None:
    fill(world)
    world.raw(world.target).objects.upload("theirs.txt", b"theirs", content_type="text/plain")
    world.start()

    move = world.run(through_grace=True)

    assert move.status is MoveStatus.ROLLED_BACK
    assert "target-not-empty" in (move.cause or "")
    assert world.raw(world.target).objects.download("theirs.txt") == b"theirs"
    assert (world.record().cloud, world.record().move) == (world.source, None)


def test_moves_are_listed_newest_first_and_of_this_tenant_only(world: World) -> None:
    first = world.start()
    world.run(through_grace=True)
    second = world.start("key-2", cloud={"mode": "hosted"})

    assert [each.move_id for each in list_moves(TENANT, world.ports).items] == [second.move_id, first.move_id]
    assert list_moves(OTHER_TENANT, world.ports).items == ()
    with pytest.raises(MoveNotFound):
        read_move(OTHER_TENANT, first.move_id, world.ports)


def test_moves_of_nobody_are_not_found(world: World) -> None:
    with pytest.raises(TenantNotFound):
        list_moves("t0123456789zz", world.ports)


def test_a_move_that_nobody_started_is_started_by_the_schedule(world: World) -> None:
    move = world.start()
    world.workflows.started.clear()
    world.workflows.standing.clear()
    world.clock.advance(PATIENCE.total_seconds() + 1)

    assert keep_up("tick", world.ports).resumed == 1

    assert [name for _, name in world.workflows.started] == [f"{TENANT}-{move.move_id}-1"]


def test_a_move_whose_execution_died_gets_the_next_attempt(world: World) -> None:
    move = world.start()
    world.workflows.standing["move-tenant", f"{TENANT}-{move.move_id}-1"] = ExecutionStatus.FAILED
    world.clock.advance(PATIENCE.total_seconds() + 1)

    assert keep_up("tick", world.ports).resumed == 1

    assert world.move().attempt == 2
    assert world.run().step is MoveStep.LATE_UPLOADS


def test_a_move_that_waits_for_its_grace_period_is_left_alone(world: World) -> None:
    world.start()
    world.run([MoveStep.GRACE])
    world.workflows.standing = dict.fromkeys(world.workflows.standing, ExecutionStatus.FAILED)
    world.clock.advance(PATIENCE.total_seconds() * 2)

    assert keep_up("tick", world.ports).resumed == 0


def test_a_move_that_cannot_be_taken_up_is_named_and_holds_up_no_other(world: World) -> None:
    world.start()
    world.workflows.standing.clear()
    world.workflows.started.clear()
    world.clock.advance(timedelta(hours=1).total_seconds())

    def broken(name: str) -> None:
        if name == "workflows.start":
            raise Unavailable("no answer")

    world.fuse.is_counting, world.fuse.before = True, broken

    upkeep = keep_up("tick", world.ports)

    assert (upkeep.resumed, len(upkeep.problems)) == (0, 1)
    assert TENANT in upkeep.problems[0]


def test_a_request_whose_start_failed_is_accepted(world: World) -> None:
    def broken(name: str) -> None:
        if name == "workflows.start":
            raise Unavailable("no answer")

    world.fuse.is_counting, world.fuse.before = True, broken

    started = world.start()

    assert isinstance(read_move(TENANT, started.move_id, world.ports), MoveDetail)


def test_a_tenant_is_hosted_again(world: World) -> None:
    assert isinstance(world.source, AwsAccount)
    world.start()
    world.run(through_grace=True)

    command = StartMove.model_validate({"cloud": {"mode": "hosted"}})
    back = start_move(TENANT, command, "key-2", ACT, world.ports)

    assert (back.source.provider, back.target.provider) == ("azure", "aws")
