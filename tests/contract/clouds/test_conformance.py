"""The contract that a tenant may try in its own cloud, over every adapter; and nothing of it stays."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from makoto.adapters.clouds.memory import CountingIds, FixedClock
from makoto.adapters.system import SystemIds
from makoto.conformance.contract import SENTENCES, Sentence, keep_contract
from makoto.conformance.diagnosis import Examination, diagnose
from makoto.conformance.scratch import ROOT, Scratch
from makoto.ports.context import TenantStores
from makoto.ports.diagnosis import Level
from tests.contract.clouds.azure_world import AzureWorld, azure_world
from tests.contract.clouds.cosmos_world import CosmosWorld, cosmos_world
from tests.contract.clouds.worlds import World

WORLDS = ("memory_world", "aws_world", "postgres_world", "mongo_world", "vault_world", "azure", "cosmos")


class Place(NamedTuple):
    """One tenant's stores, and the clock they go by."""

    stores: TenantStores
    clock: FixedClock


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureWorld]:
    with azure_world(tmp_path_factory.mktemp("azure")) as world:
        yield world
        world.close()


@pytest.fixture(scope="module")
def cosmos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CosmosWorld]:
    with cosmos_world(tmp_path_factory.mktemp("cosmos")) as world:
        yield world


@pytest.fixture(scope="module")
def places() -> dict[str, Place]:
    return {}


@pytest.fixture(params=WORLDS)
def place(request: pytest.FixtureRequest, places: dict[str, Place]) -> Place:
    """One tenant's stores a world; each check has a corner of its own in them."""
    if request.param not in places:
        world: World = request.getfixturevalue(request.param)
        places[request.param] = Place(world.open(world.tenant()), world.clock)
    return places[request.param]


def is_clean(stores: TenantStores) -> bool:
    documents = stores.documents.driver.walk(None, 100).documents
    left = [each for each in documents if each.key.partition.startswith(ROOT)]
    return not left and not stores.objects.list(ROOT).items


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda each: f"{each.store}: {each.name}")
def test_the_store_keeps_the_contract(place: Place, sentence: Sentence) -> None:
    scratch = Scratch(place.stores, place.clock, SystemIds().ulid().lower())
    try:
        sentence.check(scratch)
    finally:
        scratch.clean()


def test_a_look_into_sound_stores_finds_nothing_wrong_and_leaves_nothing(place: Place) -> None:
    found = list(diagnose(Examination(place.stores, place.clock, SystemIds())))

    assert [each for each in found if each.status is Level.FAILED] == []
    assert {each.store for each in found} == {"documents", "objects", "secrets"}
    assert is_clean(place.stores)


def test_the_whole_contract_leaves_nothing_behind(memory_world: World) -> None:
    stores = memory_world.open(memory_world.tenant())

    found = list(keep_contract(Examination(stores, memory_world.clock, CountingIds())))

    assert [each for each in found if each.status is not Level.OK] == []
    assert is_clean(stores)
