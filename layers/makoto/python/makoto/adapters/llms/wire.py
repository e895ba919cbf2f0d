"""One question to a provider's list of models, in its own words, without its SDK."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from makoto.errors import Forbidden, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused


class Offer(NamedTuple):
    """The models that the key opens, and what is left of its allowance, as the provider words it."""

    models: frozenset[str]
    allowance: Mapping[str, str]


def ask(url: str, headers: Mapping[str, str]) -> tuple[Any, Mapping[str, str]]:
    """Ask once; CredentialsRefused, Forbidden, Throttled or Unavailable."""
    import urllib3

    timeout = urllib3.Timeout(connect=3, read=10)
    try:
        with urllib3.PoolManager(retries=False) as pool:
            answer = pool.request("GET", url, headers=dict(headers), timeout=timeout, redirect=False)
            body = answer.data
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable("the provider of the language model cannot be reached") from error
    _refuse(answer.status)
    allowance = {name.lower(): value for name, value in answer.headers.items() if "ratelimit" in name.lower()}
    try:
        return json.loads(body), allowance
    except ValueError as error:
        raise Unavailable("the provider of the language model answers with something else than JSON") from error


def ids_of(body: Any) -> frozenset[str]:
    """Return the names in a list of models, which all three providers give the same shape."""
    listed = body.get("data", []) if isinstance(body, dict) else []
    return frozenset(str(each["id"]) for each in listed if isinstance(each, dict) and "id" in each)


def _refuse(status: int) -> None:
    match status:
        case 200:
            return
        case 401:
            raise CredentialsRefused("the provider does not accept the tenant's key")
        case 403:
            raise Forbidden("the tenant's key may not list models")
        case 429:
            raise Throttled("the tenant's allowance at the provider is used up")
        case _:
            raise Unavailable(f"the provider of the language model answered {status}")
