"""The platform's own identity as a signed token that another cloud trusts (workload identity federation)."""

from typing import Protocol


class WebIdentity(Protocol):
    """Tokens for one audience, short-lived; OpenID Connect."""

    def token(self, audience: str) -> str: ...
