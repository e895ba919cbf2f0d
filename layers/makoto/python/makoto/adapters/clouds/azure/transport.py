"""How the Azure SDKs reach the network: TLS to trusted authorities, and nothing taken from the environment."""

import ssl
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds import Network

if TYPE_CHECKING:
    from azure.core.pipeline.transport import HttpTransport

CONNECT_WITHIN_S = 2
ANSWER_WITHIN_S = 10
MAX_SOCKETS = 16


def transport(network: Network) -> "HttpTransport[Any, Any]":
    """Make a client's own transport: no proxy, bundle or netrc of the machine, and closed with its client.

    A netrc would replace the tenant's token, since requests lets it.
    """
    from azure.core.pipeline.transport import RequestsTransport
    from requests import Session
    from requests.adapters import HTTPAdapter

    class TrustingAdapter(HTTPAdapter):
        """Trusts `ca_path` beside the public authorities, which requests adds by itself."""

        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # urllib3's arguments, passed through
            super().init_poolmanager(*args, ssl_context=_context(network), **kwargs)

    session = Session()
    session.trust_env = False
    session.mount("https://", TrustingAdapter(pool_maxsize=MAX_SOCKETS))
    session.mount("http://", HTTPAdapter(pool_maxsize=MAX_SOCKETS))
    made: HttpTransport[Any, Any] = RequestsTransport(
        session=session,
        use_env_settings=False,
        connection_timeout=CONNECT_WITHIN_S,
        read_timeout=ANSWER_WITHIN_S,
    )
    return made


def _context(network: Network) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if network.ca_path is not None:
        context.load_verify_locations(cafile=network.ca_path)
    return context
