"""The HTTP routes and the tasks of moves."""

from collections.abc import Callable

import pytest

from makoto.adapters.clouds.memory import FixedClock
from makoto.ports.documents import Key
from makoto.runtime.composition import Platform
from tests.accounts import AZURE, CUSTOM
from tests.builders import OTHER_TENANT, TENANT
from tests.entry.moves.conftest import MOVES, Answer, Call

Start = Callable[..., Answer]
Finish = Callable[[str], list[str]]


def test_a_move_is_accepted_and_its_progress_is_at_the_location(start: Start, call: Call) -> None:
    answer = start()

    assert answer.status == 202
    (location,) = answer.headers["Location"]
    assert location == f"{MOVES}/{answer.body['move_id']}"
    shown = call("GET", location)
    assert shown.status == 200
    assert shown.body == answer.body
    assert (shown.body["phase"], shown.body["step"], shown.body["status"]) == ("preparing", "prepare", "running")
    assert shown.body["source"] == {"provider": "aws", "region": "ap-northeast-1"}
    assert shown.body["target"] == {"provider": "azure", "region": "japaneast"}
    assert shown.body["pause_s"] == 70


def test_a_move_runs_to_its_end_through_the_task_door(
    start: Start, call: Call, finish: Finish, platform: Platform
) -> None:
    record = platform.configuration.tenant(TENANT)
    platform.stores(record).documents.put(Key("line-1", "part-1"), {"n": 1})
    move_id = start(grace_hours=2, remove_source=True).body["move_id"]

    said = finish(move_id)

    assert said.count("wait") >= 4
    shown = call("GET", f"{MOVES}/{move_id}").body
    assert (shown["status"], shown["is_equal"], shown["cause"], shown["residue"]) == ("finished", True, None, None)
    assert shown["source_held"]["documents"] == 1
    moved = platform.configuration.tenant(TENANT)
    assert (moved.cloud, moved.move) == (AZURE, None)
    assert platform.stores(moved).documents.get(Key("line-1", "part-1")).data == {"n": 1}
    assert platform.stores(record).documents.find(Key("line-1", "part-1")) is None


def test_a_writer_in_the_pause_is_told_when_to_come_again(
    start: Start, clock: FixedClock, platform: Platform, finish: Finish
) -> None:
    from makoto.domain import MovePhase, TenantMove
    from makoto.runtime.problem import problem_headers

    start()
    record = platform.configuration.tenant(TENANT)
    move = TenantMove(move_id="m", phase=MovePhase.SWITCHING, source=record.cloud, target=AZURE)
    platform.configuration.save_tenant(record.model_copy(update={"move": move, "version": 9}))
    tenant = platform.open_tenant(TENANT, None, "request-1")

    from makoto.ports.gate import TenantSwitching

    with pytest.raises(TenantSwitching) as refused:
        tenant.documents.put(Key("line-1", "part-1"), {"n": 1})

    assert refused.value.status == 503
    assert problem_headers(refused.value) == {"Retry-After": "15"}


def test_a_second_move_is_in_conflict(start: Start) -> None:
    start()

    answer = start("key-2")

    assert (answer.status, answer.body["type"]) == (409, "urn:makoto:problem:move-under-way")


def test_a_move_is_listed(start: Start, call: Call) -> None:
    move_id = start().body["move_id"]

    answer = call("GET", MOVES)

    assert answer.status == 200
    assert [each["move_id"] for each in answer.body["items"]] == [move_id]


def test_a_move_is_rolled_back(start: Start, call: Call) -> None:
    move_id = start().body["move_id"]

    answer = call("POST", f"{MOVES}/{move_id}/roll_back")

    assert answer.status == 200
    assert (answer.body["step"], answer.body["attempt"]) == ("roll_back", 2)


def test_a_move_that_has_not_switched_cannot_be_finished(start: Start, call: Call) -> None:
    move_id = start().body["move_id"]

    answer = call("POST", f"{MOVES}/{move_id}/finish")

    assert (answer.status, answer.body["type"]) == (409, "urn:makoto:problem:not-yet")


def test_a_region_outside_the_tenants_is_refused_with_its_field(start: Start) -> None:
    account = AZURE.model_copy(update={"region": "westeurope"}).model_dump(mode="json")

    answer = start(cloud={"mode": "azure", "account": account})

    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/body/cloud/region"


@pytest.mark.parametrize(
    "changes",
    [{"grace_hours": -1}, {"grace_hours": 721}, {"longest_pause_s": 1}, {"unknown": 1}, {"cloud": {"mode": "moon"}}],
)
def test_what_breaks_a_rule_is_refused(start: Start, changes: dict[str, object]) -> None:
    assert start(**changes).status == 422


def test_a_refused_body_does_not_repeat_its_keys(start: Start) -> None:
    keys = {"documents.password": "hunter2"}

    answer = start(cloud={"mode": "custom", "account": CUSTOM.model_dump(mode="json"), "keys": keys})

    assert answer.status == 422
    assert "hunter2" not in str(answer.body)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", MOVES), ("GET", MOVES), ("GET", f"{MOVES}/{'0' * 26}"), ("POST", f"{MOVES}/{'0' * 26}/roll_back")],
)
@pytest.mark.parametrize("role", ["tenant_admin", "viewer"])
def test_a_tenants_own_people_do_not_move_it(call: Call, served: str, method: str, path: str, role: str) -> None:
    given = {"tenant_id": TENANT, "role": role, "headers": {"Idempotency-Key": "k"}}

    assert call(method, path, body={} if method == "POST" else None, **given).status == 403


def test_another_tenants_move_is_not_found_under_this_tenant(start: Start, call: Call) -> None:
    move_id = start().body["move_id"]

    assert call("GET", MOVES.replace(TENANT, OTHER_TENANT) + f"/{move_id}").status == 404


def test_the_schedule_takes_up_what_was_never_started(start: Start, clock: FixedClock, platform: Platform) -> None:
    from functions.moves import schedule
    from tests.builders import lambda_context

    start()
    platform.adapter("workflows").started.clear()
    platform.adapter("workflows").standing.clear()
    clock.advance(600)

    assert schedule.handler({}, lambda_context()) == {"resumed": 1, "problems": []}


def test_a_task_of_an_overtaken_attempt_does_nothing(start: Start) -> None:
    from functions.moves import tasks
    from tests.builders import lambda_context

    move_id = start().body["move_id"]
    given = {"tenant_id": TENANT, "move_id": move_id, "attempt": "7", "correlation_id": "r", "error": "Unavailable"}

    turn = tasks.handler({"task": "interrupt", "input": given}, lambda_context())

    assert turn == {"next": "done", "wait_s": 0}
