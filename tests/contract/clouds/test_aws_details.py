"""What only AWS has: signed addresses, parts, the vendor's errors, and what is lost on the way."""

import gc
import tracemalloc
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from makoto.adapters.clouds.aws.credentials import CredentialsBroker
from makoto.adapters.clouds.aws.names import bucket_name, table_name
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.system import SystemClock
from makoto.domain import TenantRecord
from makoto.errors import Throttled, Unavailable
from makoto.ports.context import TenantStores
from makoto.ports.documents import IfAbsent, IfVersion, Key, MaybeApplied, Put, Query
from makoto.ports.objects import SignedUrl
from tests.contract.clouds.worlds import AwsWorld, new_tenant

KEY = Key("p", "1")


@pytest.fixture
def tenant(aws_world: AwsWorld) -> TenantRecord:
    return aws_world.tenant()


@pytest.fixture
def stores(aws_world: AwsWorld, tenant: TenantRecord) -> TenantStores:
    return aws_world.open(tenant)


def answer(signed: SignedUrl, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(signed.url, method=method, data=body, headers=dict(signed.headers))
    try:
        with urllib.request.urlopen(request, timeout=10) as answered:
            return answered.status, answered.read(), dict(answered.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), dict(error.headers)


def test_a_signed_address_reads_under_the_name_it_was_given(stores: TenantStores) -> None:
    stores.objects.upload("図面/a b+c.csv", b"abc", content_type="text/csv")

    status, body, headers = answer(
        stores.objects.signed_url("図面/a b+c.csv", expires_in_s=60, download_name='四半期 "Q1".csv')
    )

    assert (status, body, headers["Content-Type"]) == (200, b"abc", "text/csv")
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"___ _Q1_.csv\"; filename*=UTF-8''%E5%9B%9B%E5%8D%8A%E6%9C%9F%20%22Q1%22.csv"
    )


def test_a_signed_address_writes_one_object(stores: TenantStores) -> None:
    signed = stores.objects.signed_url("upload.bin", method="PUT", expires_in_s=60)

    assert answer(signed, "PUT", b"abc")[0] == 200
    assert stores.objects.download("upload.bin") == b"abc"


def test_a_signed_address_grants_nothing_else(stores: TenantStores) -> None:
    stores.objects.upload("a", b"abc", content_type="text/plain")
    stores.objects.upload("b", b"other", content_type="text/plain")
    signed = stores.objects.signed_url("a", expires_in_s=60)
    other = SignedUrl(signed.url.replace("/a?", "/b?"), {}, signed.expires_at)

    assert answer(signed)[0] == 200
    assert answer(other)[0] == 403
    assert answer(signed, "PUT", b"x")[0] == 403
    assert stores.objects.download("a") == b"abc"


def test_an_address_is_signed_with_credentials_that_outlive_it(aws_world: AwsWorld, tenant: TenantRecord) -> None:
    clock, world = FixedClock(SystemClock().now()), AwsWorld(aws_world.endpoint_url)
    world.broker = CredentialsBroker(aws_world.root("sts"), clock)
    first, objects = world.broker.credentials(tenant), world.open(tenant).objects
    clock.advance(1000)

    kept, renewed = (objects.signed_url("a", expires_in_s=seconds).url for seconds in (2000, 3000))

    assert urlencode({"X-Amz-Security-Token": first.session_token}) in kept
    assert urlencode({"X-Amz-Security-Token": first.session_token}) not in renewed


def test_a_stream_that_breaks_leaves_no_parts(aws_world: AwsWorld, tenant: TenantRecord, stores: TenantStores) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * (20 << 20)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stores.objects.upload("broken", broken(), content_type="text/plain")

    assert "Uploads" not in aws_world.root("s3").list_multipart_uploads(Bucket=bucket_name(tenant.tenant_id))


def test_a_long_stream_passes_through_constant_memory(stores: TenantStores) -> None:
    piece = b"x" * (1 << 20)
    gc.collect()
    tracemalloc.start()

    stores.objects.upload("long", (piece for _ in range(96)), content_type="text/plain")
    read = sum(len(each) for each in stores.objects.stream("long"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read == 96 << 20
    assert most < 48 << 20


def test_where_the_stores_are_missing_they_are_unavailable_and_not_empty(aws_world: AwsWorld) -> None:
    stores = aws_world.open(new_tenant())

    for act in (
        lambda: stores.documents.find(KEY),
        lambda: stores.documents.put(KEY, {}),
        lambda: stores.documents.query(Query("p")),
        lambda: stores.documents.atomic([Put(KEY, {})]),
        lambda: stores.objects.download("a"),
        lambda: stores.objects.list(),
        lambda: stores.objects.upload("a", b"", content_type="text/plain"),
    ):
        with pytest.raises(Unavailable):
            act()


def test_where_nothing_answers_the_stores_are_unavailable(aws_world: AwsWorld, tenant: TenantRecord) -> None:
    world = AwsWorld(aws_world.endpoint_url)
    world.broker = aws_world.broker
    world.endpoint_url = "http://127.0.0.1:1"
    stores = world.open(tenant)

    for act in (lambda: stores.documents.find(KEY), lambda: stores.secrets.get("name")):
        with pytest.raises(Unavailable):
            act()


def _dynamodb(stores: TenantStores) -> Any:
    return stores.documents.driver._connection.call(lambda client: client)  # type: ignore[attr-defined]  # the wire is under test


def _refuse(code: str, times: int) -> Any:
    """Answer the next requests with an error, as AWS does under load."""
    answered: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    left = [times]

    def respond(**_: object) -> None:
        if left[0] > 0:
            left[0] -= 1
            raise ClientError(answered, "any")

    return respond


def test_a_throttled_batch_is_tried_again_until_it_is_whole(stores: TenantStores) -> None:
    _dynamodb(stores).meta.events.register("before-call.dynamodb", _refuse("ThrottlingException", 3))

    assert stores.documents.batch_put([Put(Key("p", str(n)), {}) for n in range(30)]).failed == ()
    assert len(stores.documents.query(Query("p")).items) == 30


def test_what_stays_throttled_is_failed_and_never_missing(stores: TenantStores) -> None:
    keys = [Key("p", str(n)) for n in range(5)]
    stores.documents.batch_put([Put(key, {}) for key in keys])
    _dynamodb(stores).meta.events.register(
        "before-call.dynamodb", _refuse("ProvisionedThroughputExceededException", 99)
    )

    got = stores.documents.batch_get(keys)

    assert (got.found, got.missing, got.failed) == ({}, (), tuple(keys))
    assert stores.documents.batch_put([Put(key, {}) for key in keys]).failed == tuple(keys)
    with pytest.raises(Throttled):
        stores.documents.put(KEY, {})


def test_a_transaction_in_the_way_is_waited_for(stores: TenantStores) -> None:
    _dynamodb(stores).meta.events.register("before-call.dynamodb", _refuse("TransactionConflictException", 2))

    stores.documents.put(KEY, {"n": 1}, when=IfAbsent())

    assert stores.documents.get(KEY).data == {"n": 1}


def test_a_second_try_whose_first_had_arrived_is_no_conflict(stores: TenantStores) -> None:
    """The SDK sends a request again when its answer is lost; the first one then stands in the way of the second."""
    client = _dynamodb(stores)
    first = [True]

    def lose_the_answer(**_: object) -> int | None:
        return 0.001 if first and first.pop() else None  # type: ignore[return-value]  # seconds until the next try

    client.meta.events.register_first("needs-retry.dynamodb.PutItem", lose_the_answer)

    stored = stores.documents.put(KEY, {"n": 1}, when=IfAbsent())

    assert first == []
    assert stores.documents.get(KEY) == stored
    with pytest.raises(Exception, match="changed in the meantime"):
        stores.documents.put(KEY, {"n": 2}, when=IfVersion("other"))


def test_a_write_whose_answer_is_lost_may_be_applied(stores: TenantStores) -> None:
    def lose(**_: object) -> None:
        raise ReadTimeoutError(endpoint_url="http://dynamodb")

    _dynamodb(stores).meta.events.register("before-call.dynamodb", lose)

    with pytest.raises(MaybeApplied):
        stores.documents.put(KEY, {})
    with pytest.raises(Unavailable) as refused:
        stores.documents.find(KEY)
    assert not isinstance(refused.value, MaybeApplied)


def test_the_expiry_that_dynamodb_itself_heeds_is_written(
    aws_world: AwsWorld, tenant: TenantRecord, stores: TenantStores
) -> None:
    at = (aws_world.clock.now() + timedelta(hours=1)).replace(microsecond=0)
    stores.documents.put(KEY, {}, expires_at=at)

    (item,) = aws_world.root("dynamodb").scan(TableName=table_name(tenant.tenant_id))["Items"]

    assert item["_ttl"] == {"N": str(int(at.timestamp()))}


def test_opening_a_tenant_asks_aws_for_nothing(aws_world: AwsWorld) -> None:
    world = AwsWorld("http://127.0.0.1:1")

    world.open(new_tenant())
