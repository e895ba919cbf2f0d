"""Where a tenant's endpoints may point and its data may lie: the guard against forged requests and foreign regions.

A name is resolved and every one of its addresses must be public. The clients resolve it once more when they connect, so
a name that changes its answer in between (DNS rebinding) may still lead them to a private address. They get no further
there than a TLS handshake, for all of them require a certificate of the endpoint's own name before they send a word: no
request reaches an internal service and no answer comes back. The same holds for the members that a MongoDB replica set
names itself.

Redirects: Vault's are refused. obstore follows an object store's and cannot be told otherwise, to https only and
without the keys; what stops it from an inner service is that such a service has no publicly trusted certificate. Keep
it so, or give the functions that open tenants' stores no route to it.
"""

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from makoto.domain import TenantRecord
from makoto.errors import FieldError, Invalid, Unavailable

if TYPE_CHECKING:
    from makoto.adapters.clouds import Network

_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")
_PLATFORMS_OWN = frozenset({ip_address("168.63.129.16")})  # Azure's host agent: public by number, local by effect
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_SAKURA_SITES = {"isk01": "jp-north-1", "tky01": "jp-east-1"}


class EndpointRefused(Invalid):
    """The platform does not send there: not public, or not over TLS."""


class OutsideRegions(Invalid):
    """The store does not lie where the tenant's record says that its data may."""


def checked(endpoint: str, network: "Network", pointer: str) -> str:
    """Return an endpoint that may be sent to; EndpointRefused names the field, Unavailable a name that nobody knows."""
    place = urlsplit(endpoint)
    if place.scheme != "https" and not network.allows_plaintext:
        raise _refused(pointer, "https", "an endpoint is reached over TLS only")
    if place.username or not place.hostname:
        raise _refused(pointer, "host", "an endpoint is a scheme, a host and a port")
    check_host(place.hostname, place.port or _PORTS[place.scheme], network, pointer)
    return endpoint


def check_host(host: str, port: int, network: "Network", pointer: str) -> None:
    """Refuse a host of which any address is not a public one."""
    if network.allows_private:
        return
    for address in _resolved(host, port):
        if not _is_public(address):
            raise _refused(pointer, "public", "the host is not a public one")


def within(record: TenantRecord, region: str, pointer: str) -> None:
    """Refuse a store outside the tenant's regions."""
    if region not in record.regions:
        detail = f"the data of this tenant may not lie in {region}"
        raise OutsideRegions(detail, errors=[FieldError(pointer, "residency", detail)])


def host_within(record: TenantRecord, host: str, pointer: str) -> None:
    """Refuse a host whose own name says that it stands in another region; most names say nothing."""
    region = region_told_by(host)
    if region is not None:
        within(record, region, pointer)


def region_told_by(host: str) -> str | None:
    """Return the region in a host's name, for vendors that write it there."""
    name = host.lower().rstrip(".")
    labels = name.split(".")
    if name.endswith((".amazonaws.com", ".amazonaws.com.cn", ".wasabisys.com", ".digitaloceanspaces.com")):
        return next((label for label in labels if _REGION.fullmatch(label)), None)
    if name.endswith(".sakurastorage.jp"):
        return next((_SAKURA_SITES[label] for label in labels if label in _SAKURA_SITES), None)
    return None


def _resolved(host: str, port: int) -> Iterable[IPv4Address | IPv6Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable("nobody knows the name of the tenant's endpoint") from error
    return {ip_address(str(address[0]).partition("%")[0]) for *_, address in found}


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    inner = address if isinstance(address, IPv4Address) else _carried(address)
    if inner is not None and inner is not address:
        return _is_public(inner)
    return address.is_global and not address.is_multicast and address not in _PLATFORMS_OWN


def _carried(address: IPv6Address) -> IPv4Address | None:
    """Return the older address that this one stands for: mapped, translated or tunnelled."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def _refused(pointer: str, rule: str, detail: str) -> EndpointRefused:
    return EndpointRefused(f"the endpoint cannot be used: {detail}", errors=[FieldError(pointer, rule, detail)])
