"""A tenant's endpoint never leads the platform to its own inside, nor its data out of its regions."""

import socket
from typing import Any

import pytest

from makoto.adapters.clouds import Network
from makoto.adapters.stores.endpoints import (
    EndpointRefused,
    OutsideRegions,
    check_host,
    checked,
    host_within,
    region_told_by,
    within,
)
from makoto.errors import Unavailable
from tests.builders import tenant_record

PUBLIC = Network()
POINTER = "/cloud/objects/endpoint"


def known_as(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Answer every name with these addresses, as a name server would."""

    def answer(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "168.63.129.16",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
    ],
)
def test_an_address_of_the_inside_is_refused_by_number_and_by_name(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known_as(monkeypatch, "203.0.114.9", host)

    with pytest.raises(EndpointRefused) as refused:
        checked("https://s3.example.com:9000", PUBLIC, POINTER)

    assert refused.value.errors[0].pointer == POINTER
    assert host not in refused.value.detail
    with pytest.raises(EndpointRefused):
        check_host("db.example.com", 5432, PUBLIC, "/cloud/documents/host")


@pytest.mark.parametrize(
    "endpoint", ["https://127.0.0.1:9000", "https://2130706433", "https://0x7f.1", "https://localhost"]
)
def test_an_address_in_another_writing_is_refused_too(endpoint: str) -> None:
    with pytest.raises(EndpointRefused):
        checked(endpoint, PUBLIC, POINTER)


@pytest.mark.parametrize("address", ["203.0.114.9", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_taken(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known_as(monkeypatch, address)

    assert checked("https://s3.example.com", PUBLIC, POINTER) == "https://s3.example.com"


def test_plaintext_is_refused_unless_the_network_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    known_as(monkeypatch, "8.8.8.8")

    with pytest.raises(EndpointRefused, match="TLS"):
        checked("http://s3.example.com", PUBLIC, POINTER)
    assert checked("http://s3.example.com", Network(allows_plaintext=True), POINTER)


def test_a_private_address_is_taken_where_the_network_allows_it() -> None:
    assert checked("https://127.0.0.1:9000", Network(allows_private=True), POINTER)


def test_a_name_that_nobody_knows_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(Unavailable):
        checked("https://s3.example.com", PUBLIC, POINTER)


@pytest.mark.parametrize("endpoint", ["https://user@s3.example.com", "https://", "https:///path"])
def test_what_is_no_plain_endpoint_is_refused(endpoint: str) -> None:
    with pytest.raises(EndpointRefused):
        checked(endpoint, PUBLIC, POINTER)


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ("db.c1x.ap-northeast-1.rds.amazonaws.com", "ap-northeast-1"),
        ("S3.US-GOV-WEST-1.amazonaws.com.", "us-gov-west-1"),
        ("s3.isk01.sakurastorage.jp", "jp-north-1"),
        ("s3.example.com", None),
        ("eu-west-1.example.com", None),
        ("s3.amazonaws.com", None),
    ],
)
def test_a_host_tells_its_region_where_its_vendor_writes_it(host: str, region: str | None) -> None:
    assert region_told_by(host) == region


def test_a_store_outside_the_records_regions_is_refused() -> None:
    record = tenant_record(residency=("ap-northeast-1", "ap-northeast-3"))

    within(record, "ap-northeast-3", "/cloud/region")
    host_within(record, "db.ap-northeast-1.rds.amazonaws.com", "/cloud/documents/host")
    host_within(record, "db.example.com", "/cloud/documents/host")
    with pytest.raises(OutsideRegions) as refused:
        within(record, "us-east-1", "/cloud/region")
    with pytest.raises(OutsideRegions):
        host_within(record, "db.us-east-1.rds.amazonaws.com", "/cloud/documents/host")

    assert refused.value.errors[0].pointer == "/cloud/region"


def test_a_record_that_pins_nothing_means_its_clouds_own_region() -> None:
    record = tenant_record()

    within(record, record.cloud.region, "/cloud/region")
    with pytest.raises(OutsideRegions):
        within(record, "us-east-1", "/cloud/region")
