"""The server that stands in for MongoDB, to the real driver: what it answers, keeps and refuses."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import Int64
from bson.decimal128 import Decimal128
from bson.max_key import MaxKey
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.operations import DeleteOne, InsertOne, ReplaceOne, UpdateOne

from local.servers.mongo import MongoServer

Client = MongoClient[dict[str, Any]]
Things = Collection[dict[str, Any]]
EXPIRED = datetime(2020, 1, 1, tzinfo=UTC)


def client_of(server: MongoServer) -> Client:
    return MongoClient(server.address, timeoutMS=8000, tz_aware=True)


@pytest.fixture
def server() -> Iterator[MongoServer]:
    started = MongoServer(ttl_every_s=0.05, transaction_s=0.5).start()
    yield started
    started.stop()


@pytest.fixture
def client(server: MongoServer) -> Iterator[Client]:
    with client_of(server) as opened:
        yield opened


@pytest.fixture
def things(client: Client) -> Things:
    return client["shop"]["things"]


def eventually(holds: Callable[[], bool], within_s: float = 5.0) -> bool:
    deadline = time.monotonic() + within_s
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def found(things: Things, query: Any) -> list[Any]:
    return [each["_id"] for each in things.find(query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"a": 1}, [1, 2, 4]),
        ({"a": {"$eq": 1.0}}, [1, 2, 4]),
        ({"a": {"$eq": Decimal128("1.0")}}, [1, 2, 4]),
        ({"a": None}, [3, 4, 5, 7]),
        ({"a": {"$ne": 1}}, [3, 5, 6, 7]),
        ({"a": {"$not": {"$type": "array"}}}, [1, 3, 5, 6, 7]),
        ({"a": {"$type": "array"}}, [2, 4]),
        ({"a": {"$type": "null"}}, [3, 4]),
        ({"a": {"$gt": 0, "$lt": 2}}, [1, 2, 4]),
        ({"a": {"$gt": 1}}, [2]),
        ({"a": {"$exists": True}}, [1, 2, 3, 4, 6]),
        ({"a.b": 2}, [6]),
        ({"a.1": 2}, [2]),
        ({"l.b": 2}, [7]),
        ({"l.0.b": 2}, [7]),
        ({"l": {"$elemMatch": {"b": 2}}}, [7]),
        ({"a": {"$elemMatch": {"$gt": 1, "$lt": 3}}}, [2]),
        ({"a": {"$elemMatch": {"$eq": 1}}}, [2, 4]),
        ({"a": {"b": 2, "c": 3}}, [6]),
        ({"a": {"c": 3, "b": 2}}, []),
        ({"$nor": [{"a": 1}, {"a": None}]}, [6]),
        ({"a": {"$in": [None, 2]}}, [2, 3, 4, 5, 7]),
        ({"s": {"$regex": "^x\\."}}, [5]),
        ({"s": {"$gte": "x", "$lt": "y"}}, [5]),
        ({"_id": {"$gte": 3, "$lt": MaxKey()}, "a": {"$exists": False}}, [5, 7]),
    ],
)
def test_a_query_means_what_the_manual_says(things: Things, query: Any, expected: list[int]) -> None:
    things.insert_many(
        [
            {"_id": 1, "a": 1},
            {"_id": 2, "a": [1, 2]},
            {"_id": 3, "a": None},
            {"_id": 4, "a": [1, None, [5]]},
            {"_id": 5, "s": "x.y"},
            {"_id": 6, "a": {"b": 2, "c": 3}},
            {"_id": 7, "l": [{"b": 2}, 3]},
        ]
    )
    assert found(things, query) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"$where": "true"},
        {"$expr": {"$gt": ["$a", 1]}},
        {"a": {"$size": 1}},
        {"a": {"$regex": "x", "$options": "i"}},
        {"a": {"$type": 16}},
        {"a": {"$gt": None}},
        {"$or": []},
    ],
)
def test_what_the_server_does_not_know_it_refuses(things: Things, query: Any) -> None:
    things.insert_one({"_id": 1, "a": 1})

    with pytest.raises(OperationFailure):
        list(things.find(query))


@pytest.mark.parametrize("act", ["aggregate", "sort", "projection", "collation", "pipeline", "inc", "command", "many"])
def test_commands_and_arguments_that_would_have_no_effect_are_refused(things: Things, act: str) -> None:
    things.insert_one({"_id": 1, "a": 1})
    acts: dict[str, Callable[[], object]] = {
        "aggregate": lambda: list(things.aggregate([])),
        "sort": lambda: list(things.find().sort("a")),
        "projection": lambda: list(things.find({}, {"a": 1})),
        "collation": lambda: list(things.find().collation({"locale": "ja"})),
        "pipeline": lambda: things.update_one({"_id": 1}, [{"$set": {"a": 2}}]),
        "inc": lambda: things.update_one({"_id": 1}, {"$inc": {"a": 1}}),
        "command": lambda: things.database.command("mapReduce", "things"),
        "many": lambda: things.update_many({}, {"$set": {"a": 1}}),
    }

    with pytest.raises(OperationFailure):
        acts[act]()


def test_values_come_back_with_their_types_and_ids_in_their_order(things: Things) -> None:
    ids: list[Any] = [
        None,
        -1,
        0.5,
        Decimal128("0.75"),
        2**40,
        "A",
        "a",
        "あ",
        "🏭",
        {"a": 1},
        {"a": 1, "b": 0},
        {"b": 0},
    ]
    ids += [b"b", b"aa", False, True, EXPIRED]
    for each in reversed(ids):
        things.insert_one({"_id": each, "v": [each, {"x": each}]})

    assert found(things, {}) == ids
    assert [each["_id"] for each in things.find().sort("_id", -1)] == ids[::-1]
    assert list(map(type, found(things, {}))) == [*map(type, ids[:4]), Int64, *map(type, ids[5:])]


def test_a_long_result_comes_in_batches(things: Things) -> None:
    things.insert_many([{"_id": n, "fill": "x" * 10_000} for n in range(2500)])

    assert found(things, {}) == list(range(2500))
    assert [each["_id"] for each in things.find(batch_size=7).limit(20)] == list(range(20))


@pytest.mark.parametrize(("ordered", "left"), [(True, [1, 2]), (False, [1, 2, 3])])
def test_an_ordered_bulk_stops_at_its_first_failure_and_an_unordered_one_goes_on(
    things: Things, ordered: bool, left: list[int]
) -> None:
    things.insert_one({"_id": 2})

    with pytest.raises(BulkWriteError) as failed:
        things.bulk_write([InsertOne({"_id": n}) for n in (1, 2, 3)], ordered=ordered)

    assert [(each["index"], each["code"]) for each in (failed.value.details or {})["writeErrors"]] == [(1, 11000)]
    assert found(things, {}) == left


def test_an_upsert_takes_its_id_from_the_query(things: Things) -> None:
    done = things.bulk_write(
        [
            ReplaceOne({"_id": 1, "v": {"$lt": 5}}, {"v": 1}, upsert=True),
            UpdateOne({"_id": 2, "v": 7}, {"$set": {"w": 1}}, upsert=True),
            DeleteOne({"_id": 3}),
        ]
    )

    assert done.upserted_ids == {0: 1, 1: 2}
    assert list(things.find()) == [{"_id": 1, "v": 1}, {"_id": 2, "v": 7, "w": 1}]
    with pytest.raises(DuplicateKeyError):
        things.replace_one({"_id": 1, "v": {"$gt": 5}}, {"v": 9}, upsert=True)


def test_a_transaction_reads_one_moment_and_is_seen_as_a_whole(client: Client, things: Things) -> None:
    things.insert_many([{"_id": 1, "v": 1}, {"_id": 2, "v": 1}])
    with client.start_session() as session:
        session.start_transaction()
        assert things.find_one({"_id": 1}, session=session) == {"_id": 1, "v": 1}
        things.update_one({"_id": 2}, {"$set": {"v": 2}})
        things.insert_one({"_id": 3})
        things.delete_one({"_id": 1})
        things.insert_one({"_id": 4}, session=session)

        assert [each["_id"] for each in things.find({}, session=session)] == [1, 2, 4]
        assert things.find_one({"_id": 2}, session=session) == {"_id": 2, "v": 1}
        assert found(things, {}) == [2, 3]
        session.commit_transaction()
        session.commit_transaction()

    assert found(things, {}) == [2, 3, 4]


def test_of_two_transactions_that_write_one_document_the_second_conflicts(client: Client, things: Things) -> None:
    things.insert_one({"_id": 1, "v": 0})
    with client.start_session() as first, client.start_session() as second:
        first.start_transaction()
        second.start_transaction()
        things.find_one({"_id": 1}, session=second)
        things.update_one({"_id": 1}, {"$set": {"v": 1}}, session=first)
        with pytest.raises(OperationFailure) as held:
            things.update_one({"_id": 1}, {"$set": {"v": 2}}, session=second)
        first.commit_transaction()

    assert (held.value.code, held.value.has_error_label("TransientTransactionError")) == (112, True)
    assert things.find_one() == {"_id": 1, "v": 1}


def test_a_write_over_what_was_committed_after_the_snapshot_conflicts(client: Client, things: Things) -> None:
    things.insert_one({"_id": 1, "v": 0})
    with client.start_session() as session:
        session.start_transaction()
        things.find_one({"_id": 1}, session=session)
        things.update_one({"_id": 1}, {"$set": {"v": 1}})

        with pytest.raises(OperationFailure) as late:
            things.update_one({"_id": 1}, {"$set": {"v": 2}}, session=session)

    assert late.value.code == 112


def test_a_transaction_that_nobody_ends_is_given_up_and_lets_go(client: Client, things: Things) -> None:
    things.insert_one({"_id": 1, "v": 0})
    with client.start_session() as session:
        session.start_transaction()
        things.update_one({"_id": 1}, {"$set": {"v": 1}}, session=session)

        things.update_one({"_id": 1}, {"$set": {"v": 2}})  # waits for it

        with pytest.raises(OperationFailure) as gone:
            session.commit_transaction()
    assert gone.value.code == 251
    assert things.find_one() == {"_id": 1, "v": 2}


def test_the_transaction_of_a_client_that_died_is_given_up() -> None:
    server = MongoServer().start()
    with client_of(server) as other:
        dying = client_of(server)
        session = dying.start_session()
        session.start_transaction()
        dying["shop"]["things"].insert_one({"_id": 1}, session=session)
        server.disconnect()

        other["shop"]["things"].insert_one({"_id": 1, "by": "another"})

        assert other["shop"]["things"].find_one() == {"_id": 1, "by": "another"}
        with pytest.raises(PyMongoError):
            session.commit_transaction()
        dying.close()
    server.stop()


def test_what_a_ttl_index_says_is_over_is_removed(things: Things) -> None:
    things.create_index("_ttl", expireAfterSeconds=0)
    later = datetime.fromtimestamp(time.time(), UTC) + timedelta(hours=1)
    things.insert_many([{"_id": 1, "_ttl": EXPIRED}, {"_id": 2, "_ttl": later}, {"_id": 3}])

    assert eventually(lambda: found(things, {}) == [2, 3])


def test_a_stopped_server_goes_on_with_what_it_had(tmp_path: Path) -> None:
    data = tmp_path / "mongo.bson"
    first = MongoServer(data=data).start()
    with client_of(first) as client:
        things = client["shop"]["things"]
        things.create_index("_ttl", name="expiry", expireAfterSeconds=0)
        things.insert_many([{"_id": {"p": "p", "i": str(n)}, "n": Decimal128("1.50"), "_ttl": None} for n in range(9)])
        things.delete_one({"_id": {"p": "p", "i": "4"}})
        client["shop"]["gone"].insert_one({"_id": 1})
        client["shop"]["gone"].drop()
        with client.start_session() as session:
            session.start_transaction()
            things.insert_one({"_id": {"p": "q", "i": "0"}}, session=session)
            session.commit_transaction()
    first.stop()
    with data.open("ab") as file:
        file.write(b"\x99\x00\x00\x00torn")

    for _ in range(2):
        again = MongoServer(data=data).start()
        with client_of(again) as client:
            things = client["shop"]["things"]
            assert [each["_id"]["i"] for each in things.find()] == [*"01235678", "0"]
            assert str((things.find_one() or {})["n"]) == "1.50"
            assert things.index_information()["expiry"]["expireAfterSeconds"] == 0
            assert client["shop"].list_collection_names() == ["things"]
        again.stop()


def test_a_process_of_its_own_serves_within_a_second_and_keeps_its_data_over_a_stop(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = str(listener.getsockname()[1])
    command = [sys.executable, "-m", "local.servers.mongo", "--port", port, "--user", "u", "--password", "p"]
    for n in range(2):
        begun = time.monotonic()
        process = subprocess.Popen([*command, "--data", str(tmp_path / "data")])
        try:
            client: Client = MongoClient(f"127.0.0.1:{port}", username="u", password="p", timeoutMS=20_000)
            with client:
                client["shop"]["things"].insert_one({"_id": n})
                took_s = time.monotonic() - begun
                assert found(client["shop"]["things"], {}) == list(range(n + 1))
        finally:
            process.terminate()
            assert process.wait(10) == 0
        assert took_s < 10  # a second on a machine that does nothing else


def test_nobody_acts_without_signing_in() -> None:
    server = MongoServer(users={"u": "p"}).start()
    with client_of(server) as stranger, pytest.raises(OperationFailure) as refused:
        stranger["shop"]["things"].find_one()

    assert refused.value.code == 13
    server.stop()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64, b"\x10\x00\x00\x00" + b"\0" * 12])
def test_what_is_no_message_ends_the_connection_and_nothing_else(
    server: MongoServer, things: Things, sent: bytes
) -> None:
    host, _, port = server.address.partition(":")
    with socket.create_connection((host, int(port))) as stranger:
        stranger.sendall(sent)
        stranger.shutdown(socket.SHUT_WR)
        assert stranger.recv(1) == b""

    things.insert_one({"_id": 1})
