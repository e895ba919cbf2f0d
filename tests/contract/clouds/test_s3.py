"""What only S3 and its kin have: signatures, parts that fail, refusals in the vendor's own words."""

import itertools
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.servers.tls import Authority
from makoto.adapters.clouds import Connections, StoreKey
from makoto.adapters.stores.rented import StaticKeys
from makoto.adapters.stores.s3 import Bucket, Dialect, S3Objects, open_bucket
from makoto.adapters.stores.s3.errors import BucketElsewhere
from makoto.adapters.stores.s3.signing import signed
from makoto.adapters.system import SystemClock
from makoto.errors import Forbidden, MakotoError, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.cursors import Cursors
from makoto.ports.objects import ObjectNotFound, Objects
from tests.contract.clouds.faulty_proxy import FaultyProxy, faulty
from tests.contract.clouds.object_bodies import MIB, mebibytes
from tests.contract.clouds.worlds import REGION, AwsWorld

ACCOUNT = "555555555555"
KEYS = StaticKeys(ACCOUNT, "test")
AT = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
_NUMBERS = itertools.count(1)


def no_fault(method: str, path: str) -> str | None:
    return None


@pytest.fixture
def proxy(aws_world: AwsWorld) -> Iterator[FaultyProxy]:
    with faulty(aws_world.endpoint_url, no_fault) as standing:
        yield standing


@pytest.fixture
def bucket(aws_world: AwsWorld) -> str:
    name = f"makoto-s3-{next(_NUMBERS)}"
    aws_world.root("s3", ACCOUNT).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def objects_at(url: str, bucket: str, dialect: Dialect = Dialect()) -> Objects:
    place = Bucket(bucket, REGION, url, "path", dialect)
    connection = Connections().connection(StoreKey("t", "objects"), lambda: open_bucket(place, lambda _: KEYS))
    return Objects(S3Objects(place, connection, lambda _: KEYS, SystemClock()), Cursors("t", lambda: b"key"))


@pytest.mark.parametrize("token", [None, "a/token+with=signs"])
@pytest.mark.parametrize("query", [None, {"response-content-disposition": 'attachment; filename="図 a+b.csv"'}])
@pytest.mark.parametrize("address", ["https://s3.example.com/b/a%20b/%E5%9B%B3~(1)", "http://127.0.0.1:9000/b/k"])
def test_an_address_is_signed_as_the_vendors_own_sdk_signs_it(
    address: str, query: dict[str, str] | None, token: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: AT.replace(tzinfo=None))
    keys: Any = StaticKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", token)  # type: ignore[arg-type]  # as temporary ones
    request = AWSRequest(method="GET", url=address, params=query or {})
    S3SigV4QueryAuth(Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", token), "s3", REGION, expires=600).add_auth(
        request
    )

    ours = signed("GET", address, keys, region=REGION, now=AT, expires_in_s=600, query=query)

    assert dict(parse_qsl(urlsplit(ours).query)) == dict(parse_qsl(urlsplit(str(request.url)).query))
    assert urlsplit(ours)[:3] == urlsplit(str(request.url))[:3]


@pytest.mark.parametrize("accident", ["refuse", "cut"])
def test_a_part_that_fails_is_sent_again_and_no_other(proxy: FaultyProxy, bucket: str, accident: str) -> None:
    failed: list[str] = []

    def fail_once(method: str, path: str) -> str | None:
        if method == "PUT" and "partNumber=2" in path and not failed:
            failed.append(path)
            return accident
        return None

    proxy.fault = fail_once
    objects = objects_at(proxy.url, bucket)

    info = objects.upload("long", mebibytes(24), content_type="text/plain")

    parts = [path for method, path in proxy.seen if method == "PUT"]
    assert len(failed) == 1
    assert sum("partNumber=2" in path for path in parts) == 2
    assert len(parts) == len({path.partition("&upload")[0] for path in parts}) + 1
    assert info.bytes == 24 * MIB
    assert b"".join(objects.stream("long")) == b"".join(mebibytes(24))


def test_an_upload_whose_part_fails_for_good_leaves_nothing(
    aws_world: AwsWorld, proxy: FaultyProxy, bucket: str
) -> None:
    refusal = "<Error><Code>SlowDown</Code></Error>"
    proxy.fault = lambda method, path: refusal if "partNumber=2" in path else None
    objects = objects_at(proxy.url, bucket)

    with pytest.raises(Throttled):
        objects.upload("long", mebibytes(24), content_type="text/plain")

    assert any(method == "DELETE" and "uploadId" in path for method, path in proxy.seen)
    assert "Uploads" not in aws_world.root("s3", ACCOUNT).list_multipart_uploads(Bucket=bucket)
    with pytest.raises(ObjectNotFound):
        objects.head("long")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("SlowDown", Throttled),
        ("InvalidAccessKeyId", CredentialsRefused),
        ("SignatureDoesNotMatch", CredentialsRefused),
        ("ExpiredToken", CredentialsRefused),
        ("AccessDenied", Forbidden),
        ("AuthorizationHeaderMalformed", BucketElsewhere),
        ("NoSuchBucket", Unavailable),
        ("RequestTimeTooSkewed", Unavailable),
        ("SomethingNew", Unavailable),
    ],
)
def test_a_refusal_is_said_in_our_words(proxy: FaultyProxy, bucket: str, code: str, kind: type[MakotoError]) -> None:
    proxy.fault = lambda method, path: f"<Error><Code>{code}</Code><Key>secret-key-name</Key></Error>"
    objects = objects_at(proxy.url, bucket)

    for act in (
        lambda: objects.download("a"),
        lambda: objects.upload("a", b"", content_type="text/plain"),
        lambda: objects.list(),
        lambda: objects.delete("a"),
    ):
        with pytest.raises(kind) as refused:
            act()
        assert "secret-key-name" not in refused.value.detail


def test_a_throttled_batch_delete_is_failed_and_may_be_done_again(proxy: FaultyProxy, bucket: str) -> None:
    objects = objects_at(proxy.url, bucket)
    objects.upload("a", b"x", content_type="text/plain")
    proxy.fault = lambda method, path: "<Error><Code>SlowDown</Code></Error>" if method == "POST" else None

    assert objects.delete_many(["a", "b"]).failed == ("a", "b")
    proxy.fault = no_fault

    assert objects.delete_many(["a", "b"]).failed == ()
    assert objects.list().items == ()


def test_a_store_without_batches_is_asked_one_by_one(proxy: FaultyProxy, bucket: str) -> None:
    objects = objects_at(proxy.url, bucket, Dialect(batch_delete=False))
    for key in ("a", "b"):
        objects.upload(key, b"x", content_type="text/plain")

    assert objects.delete_many(["a", "b", "absent"]).failed == ()

    assert [method for method, _ in proxy.seen].count("DELETE") == 3
    assert "POST" not in [method for method, _ in proxy.seen]
    assert objects.list().items == ()


def test_a_read_whose_answer_is_lost_is_asked_again(proxy: FaultyProxy, bucket: str) -> None:
    objects = objects_at(proxy.url, bucket)
    info = objects.upload("a", b"x" * 100, content_type="text/plain")

    cuts = iter(["cut"])
    proxy.fault = lambda method, path: next(cuts, None) if method == "GET" else None

    assert b"".join(objects.stream("a", if_match=info.etag)) == b"x" * 100


def test_a_bucket_encrypts_with_the_key_that_it_was_given(aws_world: AwsWorld, bucket: str) -> None:
    key_id = aws_world.root("kms", ACCOUNT).create_key()["KeyMetadata"]["Arn"]
    place = Bucket(bucket, REGION, aws_world.endpoint_url, "path", key_id=key_id)
    connection = Connections().connection(StoreKey("t", "objects"), lambda: open_bucket(place, lambda _: KEYS))
    objects = Objects(S3Objects(place, connection, lambda _: KEYS, SystemClock()), Cursors("t", lambda: b"key"))

    objects.upload("short", b"x", content_type="text/plain")
    objects.upload("long", mebibytes(9), content_type="text/plain")

    for key in ("short", "long"):
        head = aws_world.root("s3", ACCOUNT).head_object(Bucket=bucket, Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key_id)
    assert objects.driver.limits.holds_tenant_key
    assert objects.download("short") == b"x"


def test_a_redirect_never_leads_out_of_tls(tmp_path: Path) -> None:
    """obstore follows redirects: the metadata service and its like, which speak plain http, are out of reach."""
    authority = Authority.in_folder(tmp_path)
    asked: list[str] = []

    class Inner(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    with listening(Inner) as inner:

        class Hostile(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append("hostile")
                self.send_response(302)
                self.send_header("Location", f"http://127.0.0.1:{inner}/latest/meta-data")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
                """Say nothing."""

        with listening(Hostile, authority) as port:
            place = Bucket("bucket", REGION, f"https://127.0.0.1:{port}", "path", ca_path=str(authority.ca_path))
            connection = Connections().connection(StoreKey("t", "objects"), lambda: open_bucket(place, lambda _: KEYS))
            objects = Objects(S3Objects(place, connection, lambda _: KEYS, SystemClock()), Cursors("t", lambda: b"key"))
            with pytest.raises(Unavailable):
                objects.download("a")

    assert set(asked) == {"hostile"}


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler], authority: Authority | None = None) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.server_certificate())
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(10)
