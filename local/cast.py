"""The demo's cast: three factories, each with a cloud of its own of another kind, their people and their lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from local.simulator.catalogue import FOOD, MACHINING, LinePlan

Cloud = Literal["aws", "azure", "custom"]
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
    cloud: Cloud
    site: str
    administrator: str
    administrator_name: str
    plan: LinePlan
    account: str = ""  # of one in AWS
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
        "東都精機株式会社",
        "toto-seiki",
        "aws",
        "nagoya",
        "admin@toto-seiki.example",
        "東 誠",
        MACHINING,
        "111111111111",
    ),
    DemoTenant("みなと食品株式会社", "minato-foods", "custom", "yaizu", "admin@minato-foods.example", "港 真琴", FOOD),
    DemoTenant("あおば部品株式会社", "aoba-parts", "azure", "sendai", "admin@aoba-parts.example", "青葉 実", MACHINING),
)
REGIONS = ("ap-northeast-1", "jp-tokyo", "japaneast")
"""Each of them lets its data lie anywhere in Japan, so that it may move from one cloud to another."""
