"""How a finding says that an identity may do more than the platform needs."""

from collections.abc import Sequence

from makoto.ports.diagnosis import Fix, Found, Level


def excess(powers: Sequence[str]) -> Found:
    """Warn of each; none is well."""
    if not powers:
        return Found(Level.OK, "no more rights than needed")
    told = ", ".join(powers)
    fix = Fix(
        en=f"Take these away, or give the platform an identity of its own without them: {told}.",
        ja=f"次の権限を外すか、それらを持たない専用の ID をプラットフォームに割り当ててください：{told}。",
    )
    return Found(Level.WARNING, f"may do more than the platform needs: {told}", fix)
