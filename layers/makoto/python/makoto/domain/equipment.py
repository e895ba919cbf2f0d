"""The equipment hierarchy of ISA-95 (factory-domain: enterprise is the tenant)."""

from makoto.domain.ids import Slug
from makoto.domain.value import Value


class EquipmentPath(Value):
    """Site, area, production line and work cell; the enterprise above them is the tenant itself."""

    site: Slug
    area: Slug
    line: Slug
    cell: Slug

    def __str__(self) -> str:
        return f"{self.site}/{self.area}/{self.line}/{self.cell}"
