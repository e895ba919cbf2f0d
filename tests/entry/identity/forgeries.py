"""Tokens that prove nothing, each made from a good one by one change."""

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization

from makoto.adapters.clouds.memory.signing import TokenSigner
from tests.builders import OTHER_TENANT, TENANT
from tests.entry.identity.conftest import World


def unsigned(header: Any, payload: Any, signature: str = "c2ln") -> str:
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), signature])


def hs256_with_our_public_key(world: World) -> str:
    public = world.signer.private_key.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    signing_input = unsigned({"alg": "HS256", "kid": world.signer.key_id}, world.claims()).rsplit(".", 1)[0]
    key = jwt.get_algorithm_by_name("HS256")
    signature = base64.urlsafe_b64encode(key.sign(signing_input.encode(), pem)).rstrip(b"=").decode()
    return f"{signing_input}.{signature}"


def with_changed_payload(world: World) -> str:
    header, _, signature = world.signer.sign(world.claims()).split(".")
    payload = unsigned({}, world.claims(tenant_id=OTHER_TENANT)).split(".")[1]
    return f"{header}.{payload}.{signature}"


FORGERIES: dict[str, Callable[[World], str]] = {
    "signed with a foreign key under our key id": lambda w: TokenSigner(w.signer.key_id).sign(w.claims()),
    "signed with a foreign key under its own id": lambda w: TokenSigner("mallory").sign(w.claims()),
    "algorithm none": lambda w: unsigned({"alg": "none", "kid": w.signer.key_id}, w.claims(), ""),
    "algorithm none with a signature": lambda w: unsigned({"alg": "none", "kid": w.signer.key_id}, w.claims()),
    "HS256 keyed with our public key": hs256_with_our_public_key,
    "RS512 with our own key": lambda w: jwt.encode(
        w.claims(), w.signer.private_key, algorithm="RS512", headers={"kid": w.signer.key_id}
    ),
    "payload exchanged": with_changed_payload,
    "signature cut off": lambda w: w.signer.sign(w.claims()).rsplit(".", 1)[0] + ".",
    "no key id": lambda w: jwt.encode(w.claims(), w.signer.private_key, algorithm="RS256"),
    "key id is a number": lambda w: unsigned({"alg": "RS256", "kid": 7}, w.claims()),
    "key id is a path": lambda w: w.signer.sign(w.claims(), {"kid": "../../etc/passwd"}),
    "critical extension": lambda w: w.signer.sign(w.claims(), {"crit": ["b64"]}),
    "wrong issuer": lambda w: w.signer.sign(w.claims(iss=w.identity.issuer + "x")),
    "issuer of another region": lambda w: w.signer.sign(w.claims(iss=w.identity.issuer.replace("north", "south"))),
    "no issuer": lambda w: w.signer.sign(w.claims(iss=None)),
    "another client": lambda w: w.signer.sign(w.claims(client_id="another-client")),
    "audience in place of the client": lambda w: w.signer.sign(w.claims(client_id=None, aud="test-client")),
    "id token": lambda w: w.member("id@example.com").id_token,
    "id token with every claim of an access token": lambda w: w.signer.sign(w.claims(token_use="id")),
    "no token use": lambda w: w.signer.sign(w.claims(token_use=None)),
    "expired": lambda w: w.signer.sign(w.claims(exp=int(w.clock.now().timestamp()) - 5)),
    "no expiry": lambda w: w.signer.sign(w.claims(exp=None)),
    "expiry is a text": lambda w: w.signer.sign(w.claims(exp="9999999999")),
    "expiry is beyond any date": lambda w: w.signer.sign(w.claims(exp=10**18)),
    "issued in the future": lambda w: w.signer.sign(w.claims(iat=int(w.clock.now().timestamp()) + 60)),
    "not valid yet": lambda w: w.signer.sign(w.claims(nbf=int(w.clock.now().timestamp()) + 60)),
    "no tenant, as when the trigger did not run": lambda w: w.signer.sign(w.claims(tenant_id=None, role=None)),
    "tenant with a wildcard": lambda w: w.signer.sign(w.claims(tenant_id="t***********")),
    "tenant with a path": lambda w: w.signer.sign(w.claims(tenant_id=f"{TENANT}/../{OTHER_TENANT}")),
    "tenant is a list": lambda w: w.signer.sign(w.claims(tenant_id=[TENANT])),
    "role unknown": lambda w: w.signer.sign(w.claims(role="root")),
    "role above the membership": lambda w: w.signer.sign(w.claims(role="platform_admin")),
    "tenant beside the membership": lambda w: w.signer.sign(w.claims(tenant_id=OTHER_TENANT)),
    "no session": lambda w: w.signer.sign(w.claims(origin_jti=None)),
    "somebody unknown": lambda w: w.signer.sign(w.claims(username="nobody")),
    "payload is a list": lambda w: jwt.api_jws.encode(
        b"[]", w.signer.private_key, algorithm="RS256", headers={"kid": w.signer.key_id}
    ),
    "payload is not JSON": lambda w: jwt.api_jws.encode(
        b"\xff", w.signer.private_key, algorithm="RS256", headers={"kid": w.signer.key_id}
    ),
    "header nested 900 deep": lambda w: unsigned(b"[" * 900 + b"]" * 900, {}),
    "header nested beyond the parser": lambda w: unsigned(b"[" * 3000 + b"]" * 3000, {}),
    "header with a number of 5,000 digits": lambda w: unsigned(b'{"alg":' + b"1" * 5000 + b"}", {}),
    "header is not JSON": lambda w: unsigned(b"\x00\x01", {}),
    "huge": lambda w: w.signer.sign(w.claims(padding="x" * 10_000)),
    "megabytes": lambda w: "a" * 2_000_000,
    "empty": lambda w: "",
    "only dots": lambda w: "..",
    "two parts": lambda w: "a.b",
    "five parts": lambda w: "a.b.c.d.e",
    "Unicode": lambda w: "トークン.絵文字🔑.署名",
    "NUL": lambda w: "a\x00.b.c",
    "line feed at the end": lambda w: w.signer.sign(w.claims()) + "\n",
    "two tokens": lambda w: w.signer.sign(w.claims()) + " " + w.signer.sign(w.claims()),
}
