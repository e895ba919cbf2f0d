"""Blob containers: what the contract does not say."""

import gc
import ssl
import tracemalloc
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from makoto.domain import TenantRecord
from makoto.errors import MakotoError, Unavailable
from makoto.ports.context import TenantStores
from makoto.ports.objects import ObjectNotFound, SignedUrl
from tests.contract.clouds.azure_world import AzureWorld, azure_world, elsewhere

MIB = 1 << 20


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureWorld]:
    with azure_world(tmp_path_factory.mktemp("azure")) as world:
        yield world


@pytest.fixture
def world(servers: AzureWorld) -> Iterator[AzureWorld]:
    yield servers
    servers.close()


@pytest.fixture
def tenant(world: AzureWorld) -> TenantRecord:
    return world.tenant()


@pytest.fixture
def stores(world: AzureWorld, tenant: TenantRecord) -> TenantStores:
    return world.open(tenant)


def answer(
    world: AzureWorld, signed: SignedUrl, method: str = "GET", body: bytes | None = None
) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(signed.url, method=method, data=body, headers=dict(signed.headers))
    trusted = ssl.create_default_context(cafile=world.network.ca_path)
    try:
        with urllib.request.urlopen(request, timeout=10, context=trusted) as answered:
            return answered.status, answered.read(), dict(answered.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), dict(error.headers)


def test_a_signed_address_reads_under_the_name_it_was_given(world: AzureWorld, stores: TenantStores) -> None:
    stores.objects.upload("図面/a b+c.csv", b"abc", content_type="text/csv")

    signed = stores.objects.signed_url("図面/a b+c.csv", expires_in_s=60, download_name='四半期 "Q1".csv')
    status, body, headers = answer(world, signed)

    assert (status, body, headers["content-type"]) == (200, b"abc", "text/csv")
    assert headers["content-disposition"] == (
        "attachment; filename=\"___ _Q1_.csv\"; filename*=UTF-8''%E5%9B%9B%E5%8D%8A%E6%9C%9F%20%22Q1%22.csv"
    )


def test_a_signed_address_writes_one_object_with_the_header_that_azure_wants(
    world: AzureWorld, stores: TenantStores
) -> None:
    signed = stores.objects.signed_url("upload.bin", method="PUT", expires_in_s=60)

    assert signed.headers == {"x-ms-blob-type": "BlockBlob"}
    assert answer(world, signed, "PUT", b"abc")[0] == 201
    assert stores.objects.download("upload.bin") == b"abc"


def test_a_signed_address_grants_nothing_else(world: AzureWorld, stores: TenantStores) -> None:
    stores.objects.upload("a", b"abc", content_type="text/plain")
    stores.objects.upload("b", b"other", content_type="text/plain")
    signed = stores.objects.signed_url("a", expires_in_s=60)
    written = stores.objects.signed_url("a", method="PUT", expires_in_s=60)

    assert answer(world, signed)[0] == 200
    assert answer(world, SignedUrl(signed.url.replace("/a?", "/b?"), {}, signed.expires_at))[0] == 403
    assert answer(world, SignedUrl(signed.url, written.headers, signed.expires_at), "PUT", b"x")[0] == 403
    assert answer(world, SignedUrl(written.url, {}, written.expires_at))[0] == 403
    assert stores.objects.download("a") == b"abc"


def test_addresses_are_signed_with_a_key_that_is_asked_for_once(world: AzureWorld, tenant: TenantRecord) -> None:
    cloud = world.cloud(tenant)
    now = world.clock.now()

    first, second = (cloud.blobs().call(lambda client: client.delegation(now, now)) for _ in range(2))

    assert first is second


def test_an_upload_that_breaks_halfway_leaves_nothing_listed(
    world: AzureWorld, tenant: TenantRecord, stores: TenantStores
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * (20 * MIB)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stores.objects.upload("broken", broken(), content_type="text/plain")

    assert stores.objects.list().items == ()
    with pytest.raises(ObjectNotFound):
        stores.objects.head("broken")
    stores.objects.upload("broken", b"whole", content_type="text/plain")
    assert stores.objects.download("broken") == b"whole"


def test_a_long_stream_passes_through_constant_memory(stores: TenantStores) -> None:
    piece = b"x" * MIB
    gc.collect()
    tracemalloc.start()

    stores.objects.upload("long", (piece for _ in range(96)), content_type="text/plain")
    read = sum(len(each) for each in stores.objects.stream("long"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read == 96 * MIB
    assert most < 48 * MIB


def test_folders_end_where_their_last_character_sorts_behind_an_astral_one(stores: TenantStores) -> None:
    """Azurite orders by UTF-16, where U+FF01 is behind the characters beyond U+FFFF."""
    for key in ("a/1", "a/！", "a/😀", "b/1", "c"):
        stores.objects.upload(key, b"", content_type="text/plain")

    assert stores.objects.folders().items == ("a/", "b/")


def test_metadata_keeps_empty_values_and_spaces_at_its_ends(stores: TenantStores) -> None:
    kept = {"empty": "", "spaced-out": "  a b  ", "percent": "%", "lot-no": "ロット 7 % 1"}

    stores.objects.upload("a", b"", content_type="text/plain", metadata=kept)

    assert stores.objects.head("a").metadata == kept


def test_where_the_container_is_missing_it_is_unavailable_and_not_empty(world: AzureWorld) -> None:
    stores = world.open(world.record())

    for act in (
        lambda: stores.objects.download("a"),
        lambda: stores.objects.list(),
        lambda: stores.objects.upload("a", b"", content_type="text/plain"),
        lambda: stores.objects.delete("a"),
    ):
        with pytest.raises(Unavailable):
            act()
    assert stores.objects.delete_many(["a"]).failed == ("a",)


def test_nothing_is_taken_from_the_environment(world: AzureWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """obstore reads some thirty variables, and requests a netrc and proxies."""
    for name, value in {
        "AZURE_STORAGE_ACCOUNT_KEY": "AAAA",
        "AZURE_STORAGE_ACCOUNT_NAME": "another",
        "AZURE_STORAGE_ENDPOINT": "https://127.0.0.1:1",
        "AZURE_STORAGE_TOKEN": "another",
        "AZURE_STORAGE_USE_EMULATOR": "true",
        "AZURE_SKIP_SIGNATURE": "true",
        "AZURE_CLIENT_ID": "another",
        "AZURE_CLIENT_SECRET": "another",
        "AZURE_TENANT_ID": "another",
        "AZURE_AUTHORITY_HOST": "https://127.0.0.1:1",
        "AZURE_CREDENTIAL_TYPE": "access_key",
        "REQUESTS_CA_BUNDLE": "/nowhere",
    }.items():
        monkeypatch.setenv(name, value)

    objects = world.open(world.tenant()).objects
    objects.upload("a", b"abc", content_type="text/plain")

    assert [found.key for found in objects.list().items] == ["a"]
    assert objects.download("a") == b"abc"


def test_opening_a_tenant_asks_azure_for_nothing(world: AzureWorld) -> None:
    from makoto.adapters.clouds import open_cloud

    begun = world.entra.issued_count

    open_cloud("azure", world.record(objects=elsewhere("https://127.0.0.1:1")), world.dependencies())

    assert world.entra.issued_count == begun


def test_another_tenants_cursor_is_refused_here_too(world: AzureWorld, stores: TenantStores) -> None:
    for key in ("x/1", "x/2"):
        stores.objects.upload(key, b"", content_type="text/plain")
    cursor = stores.objects.list("x/", limit=1).next_cursor
    assert cursor is not None
    other = world.open(world.tenant()).objects

    for forged in (cursor, cursor[:-2], "x/1"):
        with pytest.raises(MakotoError, match="cursor"):
            other.list("x/", limit=1, cursor=forged)
