"""The register of tenants in Aurora, reached with the application role's secret."""

from makoto.adapters.clouds.aws.errors import translated
from makoto.adapters.database.connection import Database, DatabaseLogin
from makoto.adapters.database.tenancy import PostgresTenancy
from makoto.settings import RuntimeSettings


def login(secret: str) -> DatabaseLogin:
    """Read a database role's secret of the platform."""
    from makoto.adapters.clouds.aws.session import platform_client

    with translated():
        text = platform_client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    return DatabaseLogin.from_secret(text)


def connect(settings: RuntimeSettings) -> PostgresTenancy:
    """Connect when first needed."""
    return PostgresTenancy(Database(lambda: login(settings.database_app_secret)))
