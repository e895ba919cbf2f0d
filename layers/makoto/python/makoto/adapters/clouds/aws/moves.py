"""The register of moves in Aurora, reached with the application role's secret."""

from makoto.adapters.clouds.aws.tenancy import login
from makoto.adapters.database.connection import Database
from makoto.adapters.database.moves import PostgresMoves
from makoto.settings import RuntimeSettings


def connect(settings: RuntimeSettings) -> PostgresMoves:
    """Connect when first needed."""
    return PostgresMoves(Database(lambda: login(settings.database_app_secret)))
