"""Looks at an endpoint from outside: its certificate, and its clock against ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ssl import SSLContext, SSLError, SSLSocket, cert_time_to_seconds, create_default_context
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from makoto.adapters.clouds import Network
from makoto.adapters.stores.endpoints import check_host
from makoto.errors import Unavailable
from makoto.ports.clock import Clock
from makoto.ports.diagnosis import Fix, Found, Level, Probe

TIMEOUT_S = 5
RENEW_WITHIN = timedelta(days=21)
SKEWED, REFUSED = timedelta(seconds=5), timedelta(seconds=60)
RENEW = Fix(en="Renew the endpoint's certificate.", ja="エンドポイントの証明書を更新してください。")
TRUST = Fix(
    en="Give the endpoint a certificate for its own name by a public authority, with the whole chain.",
    ja="公開認証局が発行した、ホスト名に一致する証明書を中間証明書も含めて設定してください。",
)
SET_CLOCK = Fix(en="Let the store's clock follow NTP.", ja="ストアの時刻を NTP で同期してください。")


class Endpoint(NamedTuple):
    """An endpoint of a store, and the network it is reached through."""

    store: str
    url: str
    network: Network


def endpoint_probes(endpoint: Endpoint, clock: Clock) -> tuple[Probe, ...]:
    """The looks that can be taken at any HTTP endpoint; plain http has no certificate."""
    looks = (
        Probe("tls", endpoint.store, lambda: certificate(endpoint, clock)),
        Probe("clock", endpoint.store, lambda: time_of(endpoint, clock)),
    )
    return looks if endpoint.url.startswith("https") else looks[1:]


def certificate(endpoint: Endpoint, clock: Clock) -> Found:
    """Look at the certificate: one that proves nothing is a failure, one that ends within three weeks a warning."""
    try:
        with _connected(endpoint) as connection:
            shown = cast("SSLSocket", connection.sock).getpeercert() or {}
    except SSLError as error:
        return Found(Level.FAILED, f"the certificate proves nothing: {error.reason or 'no handshake'}", TRUST)
    ends_at = datetime.fromtimestamp(cert_time_to_seconds(str(shown["notAfter"])), UTC)
    detail = f"valid until {ends_at:%Y-%m-%d}"
    is_ending = ends_at - clock.now() < RENEW_WITHIN
    return Found(Level.WARNING, detail, RENEW) if is_ending else Found(Level.OK, detail)


def time_of(endpoint: Endpoint, clock: Clock) -> Found:
    """Compare the Date of an answer, whatever it is, with our clock."""
    try:
        with _connected(endpoint) as connection:
            connection.request("GET", "/")
            told = connection.getresponse().getheader("Date")
    except SSLError as error:
        raise Unavailable("the endpoint's certificate proves nothing") from error
    if told is None:
        return Found(Level.OK, "the endpoint tells no time")
    return skew(parsedate_to_datetime(told), clock.now())


def skew(theirs: datetime, ours: datetime) -> Found:
    """Judge how far two clocks are apart; signed requests and tokens fail beyond a minute or few."""
    apart = abs(theirs - ours)
    detail = f"{apart.total_seconds():.0f} s from the platform's clock"
    if apart > REFUSED:
        return Found(Level.FAILED, detail, SET_CLOCK)
    return Found(Level.WARNING, detail, SET_CLOCK) if apart > SKEWED else Found(Level.OK, detail)


@contextmanager
def _connected(endpoint: Endpoint) -> "Iterator[HTTPConnection]":
    place = urlsplit(endpoint.url)
    host, is_plain = place.hostname or "", place.scheme == "http"
    check_host(host, place.port or (80 if is_plain else 443), endpoint.network, "/cloud")
    if is_plain:
        connection = HTTPConnection(host, place.port or 80, timeout=TIMEOUT_S)
    else:
        connection = HTTPSConnection(host, place.port or 443, timeout=TIMEOUT_S, context=_trust(endpoint.network))
    try:
        connection.connect()
        yield connection
    except SSLError:
        raise
    except (OSError, HTTPException) as error:
        raise Unavailable("the endpoint cannot be reached") from error
    finally:
        connection.close()


def _trust(network: Network) -> SSLContext:
    import certifi

    trust = create_default_context(cafile=certifi.where())
    if network.ca_path:
        trust.load_verify_locations(cafile=network.ca_path)
    return trust
