"""What HashiCorp Vault answers, in our words, the most specific first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from makoto.errors import Forbidden, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import MaybeApplied


class VaultElsewhere(Unavailable):
    """The server answers with a redirect: its address is that of a standby node, not of the cluster."""


@contextmanager
def translated(*, is_proven: Callable[[], bool] = lambda: False, writing: bool = False) -> Iterator[None]:
    """Turn hvac's and its transport's errors into the six kinds; while writing, a lost answer is `MaybeApplied`.

    Vault says 403 to a bad token and to a missing policy alike: `is_proven` asks whether the token itself still holds.
    """
    import requests
    from hvac import exceptions as vendor

    try:
        yield
    except (vendor.Forbidden, vendor.Unauthorized) as error:
        if is_proven():
            raise Forbidden("the tenant's Vault refuses this") from error
        raise CredentialsRefused("the tenant's Vault does not accept the credentials") from error
    except vendor.RateLimitExceeded as error:
        raise Throttled("the tenant's Vault is busy") from error
    except vendor.VaultDown as error:
        raise Unavailable("the tenant's Vault is sealed or in maintenance") from error
    except vendor.InvalidPath as error:
        raise Unavailable("the tenant's Vault has no such engine or login") from error
    except vendor.VaultError as error:
        raise Unavailable("the tenant's Vault failed") from error
    except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
        raise Unavailable("the tenant's Vault cannot be reached") from error
    except (requests.ReadTimeout, requests.ConnectionError) as error:
        raise (MaybeApplied if writing else Unavailable)("the tenant's Vault did not answer") from error
    except requests.RequestException as error:
        raise Unavailable("the tenant's Vault failed") from error
