"""The story's steps that need no broker, against the API in this process."""

import pytest

from cli.commands import demo, onboarding
from local import demo as laptop_demo
from local.demo import Login, RunningLaptop
from makoto.domain import PLATFORM_TENANT_ID
from tests.builders import TENANT
from tests.unit.cli.conftest import ADMIN, OPERATOR, PASSWORD, StateMachine, Terminal, World


@pytest.fixture
def story(world: World, state_machine: StateMachine, monkeypatch: pytest.MonkeyPatch) -> demo.Story:
    def first_password(username: str) -> str:
        user = world.identity._known(username)
        user.password, user.must_change_password = PASSWORD, False
        return PASSWORD

    administrator = Login(OPERATOR, PASSWORD, PLATFORM_TENANT_ID, "Makoto")
    found = RunningLaptop(world.url, administrator, (Login(ADMIN, PASSWORD, TENANT, "東都精機株式会社"),))
    monkeypatch.setattr(laptop_demo, "laptop", lambda: found)
    monkeypatch.setattr(laptop_demo, "first_password", first_password)
    monkeypatch.setattr(onboarding, "POLL_S", 0)
    return demo._begin()


def test_the_story_onboards_registers_and_is_refused_where_it_must_be(story: demo.Story) -> None:
    assert demo._onboard(story).endswith("active")
    assert story.tenant_id in demo._register(story)
    assert story.credentials is not None
    assert demo._isolation(story) == f"GET /api/v1/tenants/{story.tenant_id}/devices → 403 Forbidden"
    assert demo._forgery(story) == "GET /api/v1/admin/tenants → 401 Unauthorized"


def test_a_call_that_is_not_refused_breaks_the_story(story: demo.Story) -> None:
    with pytest.raises(demo.StoryBroken, match="answered 200, not 403"):
        demo._refusal(story.admin, "/api/v1/admin/tenants", 403)
    with pytest.raises(demo.StoryBroken, match="answered 404, not 403"):
        demo._refusal(story.admin, "/api/v1/nowhere", 403)


def test_without_a_laptop_cloud_the_story_says_how_to_start_one(
    makoto: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laptop_demo, "laptop", lambda: None)

    said = makoto("demo")

    assert (said.code, said.err) == (3, "This needs the laptop cloud: run `make up` first.\n")
