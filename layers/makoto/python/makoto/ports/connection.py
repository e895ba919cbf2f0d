"""A client of one store of one tenant, kept between calls and replaced when its credentials are refused."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from makoto.errors import Unavailable

Client = TypeVar("Client", covariant=True)
Result = TypeVar("Result")


class CredentialsRefused(Unavailable):
    """The store does not accept the credentials: expired, rotated or taken back."""


class NotYet(Unavailable):
    """The store answers, but cannot do this yet; no sign that it is down."""


class StoreDown(Unavailable):
    """The store failed several times in a row; it is left alone until `retry_after_s` have passed."""


class Connection(Protocol[Client]):
    """Gives each act the kept client; the client stays open as long as an act uses it."""

    def call(self, act: "Callable[[Client], Result]") -> Result:
        """Do the act; on CredentialsRefused do it once more with a new client and fresh credentials.

        The act translates its vendor's errors itself. After five times Unavailable in a row it is not done but
        StoreDown raised, for a while.
        """
        ...
