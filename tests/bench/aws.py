"""Documents and objects on the AWS emulator, against bare boto3 and bare obstore with the same credentials."""

import hashlib
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import obstore
from obstore.store import S3Store

from local.emulator import Emulator
from local.state import State
from makoto.adapters.clouds.aws.attributes import map_of
from makoto.adapters.clouds.aws.names import bucket_name, table_name
from makoto.ports.context import TenantStores
from makoto.ports.documents import IfAbsent, Key, Put, Query
from tests.bench.documents_postgres import AIM, ORDER, ROWS
from tests.bench.table import Row
from tests.bench.turns import compared
from tests.contract.clouds.worlds import REGION, AwsWorld

CALLS = 150
FEWER = 50
AIM_OBJECTS = 1.05
BODY = bytes(range(256)) * 4096  # 1 MiB
KIND = "application/octet-stream"


class Bare:
    """boto3 and obstore alone, with the tenant's own credentials."""

    def __init__(self, world: AwsWorld, tenant_id: str, keys: Any) -> None:
        import boto3

        self.documents = boto3.client(
            "dynamodb",
            region_name=REGION,
            endpoint_url=world.endpoint_url,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            aws_session_token=keys.session_token,
        )
        self.objects = self._bucket(world, tenant_id, keys)
        self.checked = self._bucket(world, tenant_id, keys, checksum_algorithm="SHA256")
        self._table = table_name(tenant_id)

    def _bucket(self, world: AwsWorld, tenant_id: str, keys: Any, **more: Any) -> S3Store:
        return S3Store(
            bucket_name(tenant_id),
            endpoint=world.endpoint_url,
            region=REGION,
            access_key_id=keys.access_key_id,
            secret_access_key=keys.secret_access_key,
            session_token=keys.session_token,
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
            **more,
        )

    def item(self, partition: str, each: str) -> dict[str, Any]:
        return {"_pk": {"S": partition}, "_id": {"S": each}, "_v": {"S": "v"}, "d": {"M": map_of(ORDER)}}

    def key(self, number: int) -> dict[str, Any]:
        return {"_pk": {"S": "p"}, "_id": {"S": f"{number % ROWS:04}"}}

    def get(self, number: int) -> object:
        return self.documents.get_item(TableName=self._table, Key=self.key(number), ConsistentRead=True)

    def put(self, number: int) -> object:
        return self.documents.put_item(TableName=self._table, Item=self.item("raw", f"{number % ROWS:04}"))

    def query(self, _: int) -> object:
        return self.documents.query(
            TableName=self._table,
            KeyConditionExpression="#p = :p",
            ExpressionAttributeNames={"#p": "_pk"},
            ExpressionAttributeValues={":p": {"S": "p"}},
            ConsistentRead=True,
            Limit=ROWS + 1,
        )

    def get_many(self, _: int) -> object:
        keys = [self.key(number) for number in range(ROWS)]
        return self.documents.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})

    def atomic(self, number: int) -> object:
        new: dict[str, Any] = {
            "TableName": self._table,
            "ConditionExpression": "attribute_not_exists(#i)",
            "ExpressionAttributeNames": {"#i": "_id"},
        }
        items: Any = [{"Put": {**new, "Item": self.item("raw", f"{number}-{n}")}} for n in range(10)]
        return self.documents.transact_write_items(TransactItems=items)

    def upload(self, number: int) -> object:
        attributes = {"Content-Type": KIND}
        return obstore.put(self.objects, f"raw/{number % 4}", BODY, attributes=attributes, use_multipart=False)

    def download(self, number: int) -> object:
        return obstore.get(self.objects, f"raw/{number % 4}").bytes().to_bytes()

    def upload_checked(self, number: int) -> object:
        attributes = {"Content-Type": KIND, "sha256": hashlib.sha256(BODY).hexdigest()}
        return obstore.put(self.checked, f"raw/{number % 4}", BODY, attributes=attributes, use_multipart=False)

    def download_checked(self, number: int) -> None:
        found = obstore.get(self.checked, f"raw/{number % 4}")
        assert hashlib.sha256(found.bytes().to_bytes()).hexdigest() == found.attributes["sha256"]


class Ours:
    """The same by way of the ports."""

    def __init__(self, stores: TenantStores) -> None:
        self._documents, self._objects = stores.documents, stores.objects
        self.keys = [Key("p", f"{n:04}") for n in range(ROWS)]
        self._documents.batch_put([Put(key, ORDER) for key in self.keys])

    def get(self, number: int) -> object:
        return self._documents.get(self.keys[number % ROWS])

    def put(self, number: int) -> object:
        return self._documents.put(Key("ours", f"{number % ROWS:04}"), ORDER)

    def query(self, _: int) -> object:
        return self._documents.query(Query("p", limit=ROWS))

    def get_many(self, _: int) -> object:
        return self._documents.batch_get(self.keys)

    def atomic(self, number: int) -> None:
        self._documents.atomic([Put(Key("ours", f"{number}-{n}"), ORDER, IfAbsent()) for n in range(10)])

    def upload(self, number: int) -> object:
        return self._objects.upload(f"ours/{number % 4}", BODY, content_type=KIND)

    def download(self, number: int) -> object:
        return self._objects.download(f"ours/{number % 4}")


def rows() -> list[Row]:
    """Microseconds. A checked object costs SHA-256 once on its way down and, with S3's own, twice on its way up."""
    with _emulated() as (ours, bare):
        documents = partial(compared, aim=AIM, calls=CALLS)
        objects = partial(compared, aim=AIM_OBJECTS, calls=CALLS)
        return [
            documents("DynamoDB, get", ours.get, bare.get),
            documents("DynamoDB, put", ours.put, bare.put),
            documents("DynamoDB, query of 100", ours.query, bare.query, calls=FEWER),
            documents("DynamoDB, batch_get of 100", ours.get_many, bare.get_many, calls=FEWER),
            documents("DynamoDB, atomic of 10", ours.atomic, bare.atomic, calls=FEWER),
            objects("S3, put of 1 MiB", ours.upload, bare.upload),
            objects("S3, get of 1 MiB", ours.download, bare.download),
            objects("S3, put of 1 MiB, of obstore with the same checksums", ours.upload, bare.upload_checked),
            objects("S3, get of 1 MiB, of obstore with the same checksum", ours.download, bare.download_checked),
        ]


@contextmanager
def _emulated() -> Iterator[tuple[Ours, Bare]]:
    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(State.prepare(Path(folder)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the launcher lets go of its child
            emulator.start()
        try:
            world = AwsWorld(emulator.endpoint)
            world.create_roles()
            record = world.tenant()
            bare = Bare(world, record.tenant_id, world.broker.credentials(record, life_s=600))
            yield Ours(world.open(record)), bare
        finally:
            emulator.stop()
