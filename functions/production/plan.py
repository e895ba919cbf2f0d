"""What an order was planned by: a snapshot of routing, run times and bill of material."""

from decimal import Decimal

from makoto.domain import Value
from makoto.domain.factory import EquipmentId, MaterialId, OperationStep, Unit, ancestors_of, is_within


class Component(Value):
    """What the order needs of a material, its own losses included, in the unit that it is stocked in."""

    material: MaterialId
    quantity: Decimal
    unit: Unit


class PlannedRunTime(Value):
    """Planned run time per unit (PRU of ISO 22400-2) at a place, as it was when the order was planned."""

    equipment: EquipmentId
    seconds_per_unit: Decimal


class OrderPlan(Value):
    """What of the master data an order was planned by: it does not change with them."""

    routing: str
    bom: str | None
    steps: tuple[OperationStep, ...]
    run_times: tuple[PlannedRunTime, ...]
    components: tuple[Component, ...]

    def allows(self, sequence: int, equipment: str) -> bool:
        """Whether an operation may run at a place: at one that the routing names, or below it."""
        return any(is_within(equipment, place) for place in self.step(sequence).equipment)

    def step(self, sequence: int) -> OperationStep:
        return next(each for each in self.steps if each.sequence == sequence)

    def run_time_s(self, equipment: str) -> Decimal | None:
        """PRU of a place, its own or its nearest ancestor's; none where none is known."""
        known = {each.equipment: each.seconds_per_unit for each in self.run_times}
        return next((known[place] for place in (equipment, *ancestors_of(equipment)) if place in known), None)
