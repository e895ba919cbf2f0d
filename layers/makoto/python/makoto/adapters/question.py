"""One question to an HTTP interface that answers in JSON, in its own words, without its SDK."""

import json
from collections.abc import Mapping
from typing import Any

from makoto.errors import Forbidden, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused


def ask(url: str, headers: Mapping[str, str], whom: str) -> tuple[Any, Mapping[str, str]]:
    """Ask `whom` once; return the JSON and the headers; CredentialsRefused, Forbidden, Throttled or Unavailable."""
    import urllib3

    timeout = urllib3.Timeout(connect=3, read=10)
    try:
        with urllib3.PoolManager(retries=False) as pool:
            answer = pool.request("GET", url, headers=dict(headers), timeout=timeout, redirect=False)
            body = answer.data
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable(f"{whom} cannot be reached") from error
    _refuse(answer.status, whom)
    try:
        return json.loads(body), {name.lower(): value for name, value in answer.headers.items()}
    except ValueError as error:
        raise Unavailable(f"{whom} answers with something else than JSON") from error


def _refuse(status: int, whom: str) -> None:
    match status:
        case 200:
            return
        case 401:
            raise CredentialsRefused(f"{whom} does not accept the tenant's key")
        case 403:
            raise Forbidden(f"{whom} does not let the tenant's key ask this")
        case 429:
            raise Throttled(f"the tenant's allowance at {whom} is used up")
        case _:
            raise Unavailable(f"{whom} answered {status}")
