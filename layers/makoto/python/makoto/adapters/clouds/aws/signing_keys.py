"""The key set of our own user pool over HTTPS."""

import json
from urllib.error import URLError
from urllib.request import urlopen

from makoto.errors import Unavailable
from makoto.ports.signing_keys import Jwk
from makoto.settings import RuntimeSettings

TIMEOUT_S = 3.0


class CognitoSigningKeys:
    """Reads the pool's `jwks.json`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def fetch(self) -> list[Jwk]:
        try:
            with urlopen(self._url, timeout=TIMEOUT_S) as answer:  # noqa: S310  our own URL, from the settings
                keys: list[Jwk] = json.load(answer)["keys"]
        except (URLError, TimeoutError, ValueError, KeyError) as error:
            raise Unavailable("the identity provider's keys cannot be read") from error
        return keys


def connect(settings: RuntimeSettings) -> CognitoSigningKeys:
    """Name the pool's key set by the settings: the region's Cognito, or the laptop's emulator."""
    host = settings.emulator_url or f"https://cognito-idp.{settings.region}.amazonaws.com"
    return CognitoSigningKeys(f"{host.rstrip('/')}/{settings.user_pool_id}/.well-known/jwks.json")
