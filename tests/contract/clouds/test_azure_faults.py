"""Blob containers in trouble: busy, out of reach, or refusing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from makoto.errors import Forbidden, MakotoError, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from tests.contract.clouds.azure_answers import Answer, answering
from tests.contract.clouds.azure_world import AzureWorld, azure_world, elsewhere


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureWorld]:
    with azure_world(tmp_path_factory.mktemp("azure")) as world:
        yield world


@pytest.fixture
def world(servers: AzureWorld) -> Iterator[AzureWorld]:
    yield servers
    servers.close()


def test_where_nothing_answers_the_container_is_unavailable(world: AzureWorld) -> None:
    objects = world.open(world.record(objects=elsewhere("https://127.0.0.1:1"))).objects

    for act in (lambda: objects.download("a"), lambda: objects.list()):
        with pytest.raises(Unavailable):
            act()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(503, "ServerBusy"), Throttled),
        (Answer(429, "TooManyRequests", {"Retry-After": "1"}), Throttled),
        (Answer(500, "InternalError"), Unavailable),
        (Answer(403, "AuthorizationPermissionMismatch"), Forbidden),
        (Answer(403, "AuthorizationFailure"), Forbidden),
        (Answer(404, "ContainerNotFound"), Unavailable),
    ],
    ids=lambda each: f"{each.status}-{each.code}" if isinstance(each, Answer) else "",
)
def test_what_a_storage_account_refuses_is_one_of_our_kinds(
    world: AzureWorld, answer: Answer, expected: type[MakotoError]
) -> None:
    assert world.network.ca_path is not None
    with answering(answer, world.network.ca_path) as url:
        objects = world.open(world.record(objects=elsewhere(url))).objects
        acts: tuple[Callable[[], Any], ...] = (
            lambda: objects.download("a"),
            lambda: objects.upload("a", b"", content_type="text/plain"),
            lambda: objects.list(),
        )
        for act in acts:
            with pytest.raises(expected):
                act()
        world.close()


@pytest.mark.parametrize("answer", [Answer(401, "InvalidAuthenticationInfo"), Answer(403, "AuthenticationFailed")])
def test_a_refused_token_is_replaced_once_by_a_fresh_one(world: AzureWorld, answer: Answer) -> None:
    assert world.network.ca_path is not None
    answer.tokens.clear()
    with answering(answer, world.network.ca_path) as url:
        objects = world.open(world.record(objects=elsewhere(url))).objects
        begun = world.entra.issued_count

        with pytest.raises(CredentialsRefused):
            objects.download("a")

        assert world.entra.issued_count - begun == 2
        assert len(answer.tokens) == 2
        world.close()
