"""What the laptop cloud is told by its environment, and the fixed facts of the environment named local."""

import os
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = "local"
REGION = "ap-northeast-1"
PLATFORM_ACCOUNT = "000000000000"
PREFIX = f"makoto-{ENVIRONMENT}"
HOST = "127.0.0.1"
DEFAULT_PORT = 8080

NOT_INHERITED = ("AWS_", "MAKOTO_", "POWERTOOLS_", "CDK_", "PYTHONPATH")

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class LaptopSettings:
    """Where the laptop cloud lives, which app it deploys and on which port it answers."""

    state: Path = REPOSITORY / ".makoto"
    app: Path = REPOSITORY / "app.py"
    port: int = DEFAULT_PORT
    port_chosen: bool = False
    simulate: bool = True


def read_settings() -> LaptopSettings:
    """Read the four variables a developer may set; everything else is remembered in the state directory."""
    port = os.environ.get("MAKOTO_PORT", "")
    return LaptopSettings(
        state=Path(os.environ.get("MAKOTO_STATE_DIR", REPOSITORY / ".makoto")).resolve(),
        app=Path(os.environ.get("MAKOTO_APP", REPOSITORY / "app.py")).resolve(),
        port=int(port) if port.isdigit() else DEFAULT_PORT,
        port_chosen=port.isdigit(),
        simulate=os.environ.get("MAKOTO_SIMULATE", "1") != "0",
    )


def keep_loopback_direct() -> None:
    """Speak to our own servers directly where a proxy is configured for the rest of the world."""
    for name in ("NO_PROXY", "no_proxy"):
        known = [place for place in os.environ.get(name, "").split(",") if place]
        os.environ[name] = ",".join([*known, HOST, "localhost"])


def child_environment(**values: str) -> dict[str, str]:
    """The environment of a child process: ours without what would reach into the functions, and with `values`.

    A developer's own AWS account, or settings that a test has made, must not become the functions' own.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    return {**kept, **values}
