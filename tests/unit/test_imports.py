"""Importing a module does nothing: a cold start pays for the vendor it uses and no other."""

import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator

import makoto

VENDORS = (
    "boto3",
    "botocore.session",
    "duckdb",
    "numpy",
    "obstore",
    "psycopg",
    "pymongo",
    "aws_xray_sdk",
)  # Powertools loads a bare botocore
WITH_NUMPY = ("makoto.analytics", "makoto.codecs")


def modules(package: str) -> list[str]:
    """Every module below a package, without importing any."""

    def below(paths: "list[str]", prefix: str) -> Iterator[str]:
        for found in pkgutil.iter_modules(paths, prefix):
            yield found.name
            if found.ispkg:
                yield from below([f"{path}/{found.name.rpartition('.')[2]}" for path in paths], f"{found.name}.")

    names = below(list(makoto.__path__), "makoto.")
    return [name for name in names if name.startswith(package)]


def vendors_after_importing(names: list[str]) -> list[str]:
    code = (
        "import importlib, json, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        f"print(json.dumps([vendor for vendor in {VENDORS!r} if vendor in sys.modules]))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment())
    loaded: list[str] = json.loads(ended.stdout)
    return loaded


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(sys.path), "POWERTOOLS_TRACE_DISABLED": "1"}


def test_the_list_of_modules_is_not_empty() -> None:
    found = modules("makoto")

    assert {"makoto.ports.documents", "makoto.domain.tenant", "makoto.adapters.clouds.aws.documents"} <= set(found)


def test_no_inner_room_loads_a_vendors_library() -> None:
    names = [
        name for name in modules("makoto") if not name.startswith(("makoto.adapters", "makoto.runtime", *WITH_NUMPY))
    ]

    assert vendors_after_importing(names) == []


def test_the_doors_load_no_vendors_library_and_the_device_door_numpy_alone() -> None:
    of_devices = ("makoto.runtime.messages", "makoto.runtime.device_message")
    doors = [name for name in modules("makoto.runtime") if not name.startswith(of_devices)]

    assert vendors_after_importing(doors) == []
    assert set(vendors_after_importing(["makoto.runtime.messages"])) <= {"numpy"}


def test_mathematics_and_codecs_load_numpy_alone() -> None:
    assert set(vendors_after_importing([name for name in modules("makoto") if name.startswith(WITH_NUMPY)])) <= {
        "numpy"
    }


def test_opening_a_cloud_loads_no_vendors_library_until_it_is_used() -> None:
    names = [*modules("makoto.adapters.clouds.memory"), "makoto.adapters.clouds.aws.stores", "makoto.adapters.system"]

    assert vendors_after_importing(names) == []
