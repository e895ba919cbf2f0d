"""Names of secrets as a vault takes them: letters, digits and hyphens, 127 at most."""

import hashlib

MAX_NAME = 127
_DIGEST = 32


def vault_name(tenant_id: str, name: str) -> str:
    """Name a tenant's secret, so that two tenants may share a vault: `t0123456789ab--llm--openai-key`.

    Ours never have two hyphens in a row, so `--` is the slash. One that becomes too long ends in a digest instead; its
    own name is in its tag `makoto-name`.
    """
    made = f"{tenant_id}--{name.replace('/', '--')}"
    if len(made) <= MAX_NAME:
        return made
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    return f"{made[: MAX_NAME - _DIGEST - 3].rstrip('-')}---{digest}"


def own_name(tenant_id: str, kept: str, tags: dict[str, str]) -> str | None:
    """Return our name of a vault's secret; none for one that is not this tenant's."""
    prefix = f"{tenant_id}--"
    if not kept.startswith(prefix):
        return None
    return tags.get("makoto-name") if "---" in kept else kept.removeprefix(prefix).replace("--", "/")
