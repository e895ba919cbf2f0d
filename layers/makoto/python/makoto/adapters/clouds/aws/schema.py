"""Aurora's schema, changed with the owner's secret."""

from dataclasses import dataclass

from makoto.adapters.clouds.aws.tenancy import login
from makoto.settings import RuntimeSettings


@dataclass(frozen=True)
class AuroraSchema:
    """The schema of one environment's cluster."""

    owner_secret: str
    app_secret: str

    def migrate(self) -> tuple[str, ...]:
        """Bring the schema forward and return the names of the migrations that were applied now."""
        from makoto.adapters.database.migration import migrate

        return migrate(login(self.owner_secret), login(self.app_secret))


def connect(settings: RuntimeSettings) -> AuroraSchema:
    """Read both secrets when they are needed."""
    return AuroraSchema(settings.database_owner_secret, settings.database_app_secret)
