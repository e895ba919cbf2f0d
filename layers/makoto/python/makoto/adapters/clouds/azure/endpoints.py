"""Where a tenant's Azure endpoints may point; what holds a token of the platform's must be Microsoft's."""

from urllib.parse import urlsplit

from makoto.adapters.clouds import Network
from makoto.domain import AzureAccount
from makoto.errors import FieldError, Invalid

AUTHORITY = "login.microsoftonline.com"
DOCUMENTS = ".documents.azure.com"
OBJECTS = ".blob.core.windows.net"
SECRETS = ".vault.azure.net"


def check_endpoints(account: AzureAccount, network: Network) -> None:
    """Refuse an endpoint outside Azure before anything is sent to it; Invalid names the field.

    The authority is the strictest: whoever stands there is shown the platform's identity.
    """
    _check("/cloud/authority", account.authority, (AUTHORITY,), network)
    _check("/cloud/documents/endpoint", account.documents.endpoint, (DOCUMENTS,), network)
    _check("/cloud/objects/endpoint", account.objects.endpoint, (f"{account.objects.account}{OBJECTS}",), network)
    _check("/cloud/secrets/endpoint", account.secrets.endpoint, (SECRETS,), network)


def check_region(region: str, allowed: frozenset[str]) -> None:
    """Refuse an account outside the tenant's regions; Invalid.

    A storage account and a vault do not tell where they are to whom they serve, so the record is believed of them; a
    database does, see `check_database_regions`.
    """
    if region not in allowed:
        raise _outside("/cloud/region", region, allowed)


def check_database_regions(found: frozenset[str], allowed: frozenset[str]) -> None:
    """Refuse a database that keeps a copy outside the tenant's regions; Invalid."""
    if not found <= allowed:
        raise _outside("/cloud/documents/endpoint", ", ".join(sorted(found - allowed)), allowed)


def is_microsofts(endpoint: str) -> bool:
    """Tell whether an endpoint is one of the public cloud."""
    host = urlsplit(endpoint).hostname or ""
    return host == AUTHORITY or host.endswith((DOCUMENTS, OBJECTS, SECRETS))


def _check(pointer: str, endpoint: str, allowed: tuple[str, ...], network: Network) -> None:
    place = urlsplit(endpoint)
    if place.scheme != "https" and not network.allows_plaintext:
        raise _refused(pointer, "https", "an endpoint is reached over TLS only")
    host = place.hostname or ""
    if network.allows_private or any(_matches(host, name) for name in allowed):
        return
    raise _refused(pointer, "host", f"the host is not one of *{allowed[0].lstrip('*')}")


def _matches(host: str, allowed: str) -> bool:
    """A name that begins with a dot stands for one label before it; any other for itself."""
    if not allowed.startswith("."):
        return host == allowed
    label = host.removesuffix(allowed)
    return label != host and bool(label) and "." not in label


def _refused(pointer: str, rule: str, detail: str) -> Invalid:
    return Invalid(f"the endpoint cannot be used: {detail}", errors=[FieldError(pointer, rule, detail)])


def _outside(pointer: str, found: str, allowed: frozenset[str]) -> Invalid:
    told = f"the data would lie in {found}, and the tenant's regions are {', '.join(sorted(allowed))}"
    return Invalid(f"the store cannot be used: {told}", errors=[FieldError(pointer, "residency", told)])
