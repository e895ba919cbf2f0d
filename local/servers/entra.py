"""Stands in for Microsoft Entra ID: tokens for applications, by client secret or by another issuer's assertion.

Its applications are in `applications.json` of its folder, which is read anew at each request.
"""

import argparse
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from local.servers.https import serve
from local.servers.tls import Authority

if TYPE_CHECKING:
    import jwt
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

KEY_ID = "makoto-entra"
ISSUER = "https://sts.windows.net"  # of tokens in version 1, as storage accounts and vaults want them
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE_S = 3600


class TokenRefused(Exception):
    """What Entra answers when it gives no token."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.body = {"error": error, "error_description": f"AADSTS{number}: {text}", "error_codes": [number]}


def application(*, secrets: tuple[str, ...] = (), trusts: tuple[Mapping[str, Any], ...] = ()) -> dict[str, Any]:
    """Describe an application; a trust has `issuer`, `subject`, `audience`, and `jwks` or a `shared_key` (HS256)."""
    return {"secrets": list(secrets), "trusts": [dict(trust) for trust in trusts]}


@dataclass(slots=True)
class Entra:
    """Directories of applications; `life_s` is how long a token lives."""

    folder: Path
    life_s: float = LIFE_S
    issued_count: int = 0

    def register(self, directory_id: str, client_id: str, described: Mapping[str, Any]) -> None:
        """Add an application to a directory or replace it."""
        known = self._known()
        known.setdefault(directory_id, {})[client_id] = dict(described)
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(known, indent=1), encoding="utf-8")

    def app(self) -> "Starlette":
        from starlette.applications import Starlette
        from starlette.routing import Route

        return Starlette(
            routes=[
                Route("/{directory}/oauth2/v2.0/token", self.token, methods=["POST"]),
                Route("/{directory}/v2.0/.well-known/openid-configuration", self.configuration),
                Route("/{directory}/discovery/v2.0/keys", self.keys),
            ]
        )

    async def token(self, request: "Request") -> "Response":
        from starlette.responses import JSONResponse

        form = dict(parse_qsl((await request.body()).decode()))
        try:
            answer = self.issued(request.path_params["directory"], form)
        except TokenRefused as refusal:
            return JSONResponse(refusal.body, refusal.status)
        return JSONResponse(answer)

    async def configuration(self, request: "Request") -> "Response":
        from starlette.responses import JSONResponse

        base = f"https://{request.url.netloc}/{request.path_params['directory']}"
        return JSONResponse(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
            }
        )

    async def keys(self, _: "Request") -> "Response":
        from starlette.responses import JSONResponse

        return JSONResponse(self.jwks())

    def jwks(self) -> dict[str, Any]:
        """Return the public half of the signing key."""
        from jwt.algorithms import RSAAlgorithm

        public = RSAAlgorithm.to_jwk(self._signing_key().public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def issued(self, directory: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer one request for a token; TokenRefused."""
        if form.get("grant_type") != "client_credentials":
            raise TokenRefused(400, "unsupported_grant_type", 70003, "only client_credentials")
        known = self._application(directory, form.get("client_id", ""))
        if form.get("client_assertion_type") == ASSERTION:
            _check_assertion(known["trusts"], form.get("client_assertion", ""))
        elif not any(hmac.compare_digest(kept, form.get("client_secret", "")) for kept in known["secrets"]):
            raise TokenRefused(401, "invalid_client", 7000215, "Invalid client secret provided.")
        token = self.access_token(directory, form["client_id"], form.get("scope", "").split(" ")[0])
        self.issued_count += 1
        life_s = max(int(self.life_s), 1)
        return {"token_type": "Bearer", "expires_in": life_s, "ext_expires_in": life_s, "access_token": token}

    def access_token(self, directory: str, client_id: str, scope: str, **changes: object) -> str:
        """Sign a token for the resource of a scope."""
        import jwt

        now = int(time.time())
        claims = {
            "aud": scope.removesuffix("/.default").removesuffix("/"),
            "iss": f"{ISSUER}/{directory}/",
            "iat": now,
            "nbf": now - 300,
            "exp": now + max(int(self.life_s), 1),
            "appid": client_id,
            "oid": client_id,
            "sub": client_id,
            "tid": directory,
            "ver": "1.0",
        }
        return jwt.encode(claims | changes, self._signing_key(), algorithm="RS256", headers={"kid": KEY_ID})

    def _application(self, directory: str, client_id: str) -> Mapping[str, Any]:
        known = self._known()
        if directory not in known:
            raise TokenRefused(400, "invalid_request", 90002, "Tenant not found.")
        if client_id not in known[directory]:
            raise TokenRefused(400, "unauthorized_client", 700016, "Application was not found in the directory.")
        found: Mapping[str, Any] = known[directory][client_id]
        return found

    def _known(self) -> dict[str, dict[str, Any]]:
        if not self._file.exists():
            return {}
        known: dict[str, dict[str, Any]] = json.loads(self._file.read_text(encoding="utf-8") or "{}")
        return known

    @property
    def _file(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.folder / "applications.json"

    def _signing_key(self) -> "RSAPrivateKey":
        return signing_key(self.folder / "signing.pem")


def signing_key(path: Path) -> "RSAPrivateKey":
    """Return the RSA key kept in a file, made now if there is none."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import rsa

    if not path.exists():
        made = rsa.generate_private_key(65537, 2048)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_bytes(made.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))
    key = form.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path} is no RSA key")
    return key


def _check_assertion(trusts: list[Mapping[str, Any]], assertion: str) -> None:
    """Find the trust that the assertion's issuer, subject and audience name, and check the signature by its keys."""
    import jwt

    try:
        said = jwt.decode(assertion, options={"verify_signature": False})
        kid = jwt.get_unverified_header(assertion).get("kid")
    except jwt.InvalidTokenError as error:
        raise TokenRefused(401, "invalid_client", 50027, "The assertion is malformed.") from error
    trust = next((each for each in trusts if _names(each, said)), None)
    if trust is None:
        raise TokenRefused(401, "invalid_client", 700213, "No matching federated identity record found.")
    try:
        jwt.decode(assertion, _key_of(trust, kid), algorithms=_algorithms(trust), audience=trust["audience"])
    except jwt.ExpiredSignatureError as error:
        raise TokenRefused(401, "invalid_client", 700024, "The assertion is not within its valid time.") from error
    except (jwt.InvalidTokenError, TypeError) as error:
        raise TokenRefused(401, "invalid_client", 700027, "The assertion failed signature validation.") from error


def _key_of(trust: Mapping[str, Any], kid: str | None) -> "jwt.PyJWK | str":
    import jwt

    if "shared_key" in trust:
        return str(trust["shared_key"])
    return next((key for key in jwt.PyJWKSet.from_dict(trust["jwks"]).keys if kid in (None, key.key_id)), "")


def _algorithms(trust: Mapping[str, Any]) -> list[str]:
    return ["HS256"] if "shared_key" in trust else ["RS256"]


def _names(trust: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    audiences = [said["aud"]] if isinstance(said.get("aud"), str) else said.get("aud", [])
    return (
        trust["issuer"] == said.get("iss")
        and trust["subject"] == said.get("sub")
        and audiences == [trust["audience"]]  # one audience, as Entra has it
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the applications and the signing key")
    parser.add_argument("--tls", type=Path, required=True, help="folder of the certificate authority")
    parser.add_argument("--life-s", type=float, default=LIFE_S, help="how long a token lives")
    given = parser.parse_args()
    serve(Entra(given.data, given.life_s).app(), given.port, Authority.in_folder(given.tls))


if __name__ == "__main__":
    main()
