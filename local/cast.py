"""The demo's cast: two factories in accounts of their own, their people and their lines."""

from collections.abc import Iterator
from dataclasses import dataclass

from local.simulator.catalogue import FOOD, MACHINING, LinePlan

ADMINISTRATOR = "admin@makoto.example"


@dataclass(frozen=True)
class DemoDevice:
    """One machine to register, at its place in the equipment hierarchy."""

    device_id: str
    site: str
    area: str
    line: str
    cell: str
    description: str


@dataclass(frozen=True)
class DemoTenant:
    """A customer as an operator would enter it."""

    name: str
    organization: str
    account: str
    site: str
    administrator: str
    administrator_name: str
    plan: LinePlan
    features: tuple[str, ...] = ("chat",)

    @property
    def external_id(self) -> str:
        return f"makoto-demo-{self.organization}"

    def devices(self) -> Iterator[DemoDevice]:
        for station in self.plan.stations:
            yield DemoDevice(
                station.device_id, self.site, self.plan.area, self.plan.name, station.cell, station.description
            )


TENANTS = (
    DemoTenant(
        "東都精機株式会社", "toto-seiki", "111111111111", "nagoya", "admin@toto-seiki.example", "東 誠", MACHINING
    ),
    DemoTenant(
        "みなと食品株式会社", "minato-foods", "222222222222", "yaizu", "admin@minato-foods.example", "港 真琴", FOOD
    ),
)
