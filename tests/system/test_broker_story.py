"""Who may connect to the broker: devices with a certificate of the platform that is in use."""

import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from local.simulator import clock
from local.simulator.credentials import Credentials
from tests.system.company import Company, Machine, is_let_in
from tests.system.laptop import MACHINING, LaptopCloud

CONNECT = bytes.fromhex("100d00044d5154540502003c000000")
"""MQTT 5: a clean start without a client id."""


@pytest.fixture(scope="module")
def company(laptop: LaptopCloud) -> Company:
    return laptop.company(MACHINING)


@pytest.fixture(scope="module")
def credentials(company: Company) -> Credentials:
    return company.register("guarded")


def strangers_pem(common_name: str) -> bytes:
    """A certificate that nobody's authority has signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    now = datetime.now(UTC)  # noqa: TID251 - a certificate is judged by the real time
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.sign(key, hashes.SHA256()).public_bytes(pem) + private


def greet(credentials: Credentials, context: ssl.SSLContext) -> bytes:
    """Say CONNECT and return the first byte of the answer, none where the door is closed: TLS 1.3 closes it only then.

    Straight to the broker's port: the device SDK reports a refused handshake only after half a minute.
    """
    address = (credentials.host, credentials.port)
    with (
        suppress(ssl.SSLError, ConnectionError),
        socket.create_connection(address, 10) as plain,
        context.wrap_socket(plain, server_hostname=credentials.endpoint) as secure,
    ):
        secure.sendall(CONNECT)
        return secure.recv(1)
    return b""


@pytest.mark.parametrize("shown", ["nothing", "a stranger's certificate"])
def test_nobody_speaks_without_a_certificate_of_the_platform(
    credentials: Credentials, shown: str, tmp_path: Path
) -> None:
    context = ssl.create_default_context(cadata=credentials.ca_pem)
    context.check_hostname = False
    if shown != "nothing":
        (tmp_path / "both.pem").write_bytes(strangers_pem(credentials.client_id))
        context.load_cert_chain(tmp_path / "both.pem")

    assert greet(credentials, context) == b""


def test_a_disabled_device_is_let_in_again_when_it_is_enabled(company: Company, credentials: Credentials) -> None:
    device = company.url("devices", credentials.device_id)
    with Machine(credentials).connected() as machine:
        machine.publish("t", machine.telemetry(0, {"m": "a", "t": [clock.now_ms()], "v": [1]}))
        machine.wait_stored(0)

    company.client.post(f"{device}/disable").raise_for_status()
    while_disabled = is_let_in(credentials)
    company.client.post(f"{device}/enable").raise_for_status()

    assert not while_disabled
    assert is_let_in(credentials)


def test_rotated_credentials_replace_the_ones_before(company: Company) -> None:
    before = company.register("rotated")

    answer = company.client.post(company.url("devices", before.device_id, "rotate"))

    after = Credentials.model_validate(answer.json()["credentials"])
    assert is_let_in(after)
    assert not is_let_in(before)
