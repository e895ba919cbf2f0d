"""How a tenant's store in MongoDB is reached, made, marked and removed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from local.servers.mongo import MongoServer
from local.servers.tls import Authority
from makoto.adapters.clouds import Network
from makoto.adapters.stores.mongo import client as client_module
from makoto.adapters.stores.mongo import connect, make_store, remove_store
from makoto.domain import TenantRecord
from makoto.errors import Invalid, Unavailable
from makoto.ports.documents import Key
from makoto.ports.provisioning import StoreRefused, StoreTaken
from tests.contract.clouds.mongo_world import PASSWORD, USERNAME, MongoWorld, at, name_of
from tests.contract.clouds.worlds import new_tenant

KEY = Key("partition", "id")


@pytest.fixture
def tenant(mongo_world: MongoWorld) -> TenantRecord:
    return mongo_world.tenant()


@pytest.fixture
def raw(mongo_world: MongoWorld) -> "Iterator[MongoClient[dict[str, Any]]]":
    """The tenant's own view of its server."""
    with mongo_world.client() as client:
        yield client


def test_a_store_is_made_once_however_often_it_is_asked_for(
    mongo_world: MongoWorld, tenant: TenantRecord, raw: "MongoClient[dict[str, Any]]"
) -> None:
    documents = mongo_world.open(tenant).documents
    documents.put(KEY, {"n": 1})

    make_store(mongo_world.connection(tenant), name_of(tenant), tenant.tenant_id)

    assert documents.get(KEY).data == {"n": 1}
    indexes = raw[name_of(tenant)]["documents"].index_information()
    assert indexes["expiry"]["expireAfterSeconds"] == 0
    assert indexes["expiry"]["key"] == [("_ttl", 1)]


def test_another_tenants_store_is_neither_taken_nor_removed(mongo_world: MongoWorld, tenant: TenantRecord) -> None:
    mongo_world.open(tenant).documents.put(KEY, {"n": 1})
    other = new_tenant()

    with pytest.raises(StoreTaken):
        make_store(mongo_world.connection(tenant), name_of(tenant), other.tenant_id)
    remove_store(mongo_world.connection(tenant), name_of(tenant), other.tenant_id)

    assert mongo_world.open(tenant).documents.get(KEY).data == {"n": 1}


def test_documents_that_somebody_else_made_are_not_taken(
    mongo_world: MongoWorld, raw: "MongoClient[dict[str, Any]]"
) -> None:
    record = new_tenant()
    raw[name_of(record)]["documents"].insert_one({"_id": 1})

    with pytest.raises(StoreTaken):
        make_store(mongo_world.connection(record), name_of(record), record.tenant_id)
    remove_store(mongo_world.connection(record), name_of(record), record.tenant_id)

    assert raw[name_of(record)]["documents"].find_one({"_id": 1}) == {"_id": 1}
    raw.drop_database(name_of(record))


def test_a_removed_store_is_gone_and_may_be_made_again(
    mongo_world: MongoWorld, tenant: TenantRecord, raw: "MongoClient[dict[str, Any]]"
) -> None:
    mongo_world.open(tenant).documents.put(KEY, {"n": 1})

    for _ in range(2):
        assert remove_store(mongo_world.connection(tenant), name_of(tenant), tenant.tenant_id)

    assert raw[name_of(tenant)].list_collection_names() == []
    make_store(mongo_world.connection(tenant), name_of(tenant), tenant.tenant_id)
    assert mongo_world.open(tenant).documents.find(KEY) is None


def test_a_removal_that_was_cut_off_is_finished_later(
    mongo_world: MongoWorld, tenant: TenantRecord, raw: "MongoClient[dict[str, Any]]"
) -> None:
    raw[name_of(tenant)]["documents"].drop()

    assert remove_store(mongo_world.connection(tenant), name_of(tenant), tenant.tenant_id)

    assert raw[name_of(tenant)].list_collection_names() == []


def test_a_server_that_stands_alone_is_refused_with_the_reason(mongo_world: MongoWorld) -> None:
    alone = MongoServer(users={USERNAME: PASSWORD}, replica_set=None).start()
    world = MongoWorld.on(alone)

    with pytest.raises(StoreRefused, match="replica set"):
        world.tenant()

    world.connections.close()
    alone.stop()


def test_a_user_who_may_only_read_is_told_what_it_needs() -> None:
    server = MongoServer(users={USERNAME: PASSWORD}).start()
    world, record = MongoWorld.on(server), new_tenant()
    with world.client() as client:
        role = {"role": "read", "db": name_of(record)}
        client.admin.command("createUser", "reader", pwd="p", roles=[role])
    reader = MongoWorld(world.database, {"username": "reader", "password": "p"}, world.network)

    with pytest.raises(StoreRefused, match="insert"):
        make_store(reader.connection(record), name_of(record), record.tenant_id)

    reader.connections.close()
    server.stop()


def test_plain_text_is_refused_where_the_network_does_not_allow_it() -> None:
    with pytest.raises(Invalid) as refused:
        connect(at("127.0.0.1:1"), {}, Network())

    assert refused.value.errors[0].pointer == "/cloud/documents/tls"


def test_a_server_proves_its_name_by_the_authority_that_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "ANSWER_MS", 1_500)
    authority = Authority.in_folder(tmp_path / "mine")
    server = MongoServer(users={USERNAME: PASSWORD}, certificate=authority.server_certificate()).start()
    world = replace(MongoWorld.on(server), database=at(server.address, tls=True))
    world.network = Network(allows_private=True, ca_path=str(authority.ca_path))

    documents = world.open(world.tenant()).documents
    documents.put(KEY, {"n": 1})
    assert documents.get(KEY).data == {"n": 1}

    others = (None, str(Authority.in_folder(tmp_path / "another").ca_path))
    for ca_path in others:
        distrusting = replace(world, network=Network(allows_private=True, ca_path=ca_path))
        distrusting.connections = type(world.connections)(1)
        with pytest.raises(Unavailable):
            distrusting.open(new_tenant()).documents.find(KEY)
        distrusting.connections.close()
    world.connections.close()
    server.stop()


def test_a_client_asks_for_a_majority_and_keeps_few_connections(raw: "MongoClient[dict[str, Any]]") -> None:
    assert raw.write_concern.document == {"w": "majority"}
    assert raw.read_concern.document == {"level": "majority"}
    assert raw.options.pool_options.max_pool_size == 4
    assert raw.options.retry_writes
