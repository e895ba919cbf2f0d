"""An identity that no other cloud trusts; its tokens are readable."""

from makoto.settings import RuntimeSettings


class MemoryWebIdentity:
    """The same token for the same audience."""

    def token(self, audience: str) -> str:
        return f"memory:{audience}"


def connect(settings: RuntimeSettings) -> MemoryWebIdentity:
    """Sign nothing."""
    return MemoryWebIdentity()
