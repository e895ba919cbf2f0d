"""People, a gate and forged tokens on the memory cloud."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from functions.identity import api, authorizer, claims
from makoto.adapters.clouds.memory.clock import FixedClock
from makoto.adapters.clouds.memory.identity import MemoryIdentity
from makoto.adapters.clouds.memory.signing import TokenSigner, process_signer
from makoto.domain import PLATFORM_TENANT_ID, Role
from makoto.domain.membership import Membership
from makoto.domain.sign_in import Caller, ChallengeAnswer, ChallengeName, Tokens
from makoto.ports.identity import NewUser
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, lambda_context, tenant_record

PASSWORD = "Correct-horse-9"
HERE = Caller(ip_address="127.0.0.1", server_name="api.example.com", server_path="/api/v1/auth/login")
METHOD_ARN = "arn:aws:execute-api:ap-northeast-1:000000000000:api123/v1/GET/api/v1/auth/me"


@dataclass
class World:
    """One platform with two tenants and its own people."""

    platform: Platform
    identity: MemoryIdentity
    clock: FixedClock
    signer: TokenSigner

    def invite(self, email: str, role: Role = Role.TENANT_ADMIN, tenant_id: str = TENANT) -> str:
        """Invite somebody, membership and all; returns the username that the provider chose."""
        self.identity.ensure_group(tenant_id, tenant_id)
        password = SecretStr(PASSWORD)
        user = self.identity.create_user(
            NewUser(email=email, tenant_id=tenant_id, role=role, temporary_password=password)
        )
        membership = Membership(username=user.username, tenant_id=tenant_id, role=role)
        self.platform.configuration.save_membership(membership)
        return user.username

    def member(self, email: str, role: Role = Role.TENANT_ADMIN, tenant_id: str = TENANT) -> Tokens:
        """Invite somebody and sign in with a password of his own."""
        self.invite(email, role, tenant_id)
        asked = self.identity.sign_in(email, PASSWORD, HERE)
        assert not isinstance(asked, Tokens)
        answer = ChallengeAnswer(
            challenge=ChallengeName.NEW_PASSWORD_REQUIRED,
            session=asked.session,
            username=email,
            new_password=SecretStr(PASSWORD),
        )
        tokens = self.identity.respond_to_challenge(answer, HERE)
        assert isinstance(tokens, Tokens)
        return tokens

    def at_gate(self, token: str, method_arn: str = METHOD_ARN) -> dict[str, Any]:
        """Ask the authorizer as API Gateway does."""
        event = {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": method_arn}
        return authorizer.handler(event, lambda_context())

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good access token of a signed-up member, with changes; `None` removes one."""
        now = int(self.clock.now().timestamp())
        username = self.invite("claims@example.com")
        good = {
            "sub": username,
            "username": username,
            "iss": self.identity.issuer,
            "client_id": self.platform.settings.user_pool_client_id,
            "token_use": "access",
            "iat": now,
            "exp": now + 600,
            "jti": "token-1",
            "origin_jti": "origin-1",
            "tenant_id": TENANT,
            "role": "tenant_admin",
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}


@pytest.fixture
def world(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    clock = FixedClock()
    platform.__dict__["clock"] = clock
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))
    settings = platform.settings
    identity = MemoryIdentity(
        clock,
        process_signer(),
        region=settings.region,
        pool_id=settings.user_pool_id,
        client_id=settings.user_pool_client_id,
    )
    identity.pre_token_generation = lambda event: claims.handler(event, lambda_context())
    identity.ensure_group(PLATFORM_TENANT_ID, "platform")
    connect = platform.adapter
    monkeypatch.setattr(platform, "adapter", lambda port: identity if port == "identity" else connect(port))
    yield World(platform, identity, clock, process_signer())
    api._ports_of.cache_clear()
    authorizer._parts_of.cache_clear()
