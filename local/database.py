"""Joins the deployed functions to the laptop's PostgreSQL, and brings its schema up to date by the migrate function."""

import json
from dataclasses import dataclass
from typing import Any

from local.aws import Aws
from local.errors import StepFailed
from local.postgres import DATABASE, OWNER, Postgres
from local.settings import ENVIRONMENT, HOST, PREFIX

OWNER_SECRET = f"makoto/{ENVIRONMENT}/database-owner"
APP_SECRET = f"makoto/{ENVIRONMENT}/database-app"
APP = "makoto_app"
MIGRATE_FUNCTION = f"{PREFIX}-tenants-migrate"


@dataclass(frozen=True)
class PlatformDatabase:
    """What the Data stack's Aurora cluster is on a laptop."""

    aws: Aws
    postgres: Postgres

    def connect_functions(self) -> None:
        """Write the real server into the two secrets that the Data stack made with the emulated cluster's address."""
        remembered = self.postgres.state.remembered()
        self._write(OWNER_SECRET, OWNER, remembered.database_owner_password)
        self._write(APP_SECRET, APP, remembered.database_app_password)

    def migrate(self) -> str:
        """Invoke the migrate function as every deployment does; returns what it answered."""
        answer = self.aws.client("lambda").invoke(FunctionName=MIGRATE_FUNCTION, Payload=b"{}")
        body: str = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            raise StepFailed("The database migration", body)
        return body

    def _write(self, secret: str, username: str, password: str) -> None:
        login: dict[str, Any] = {"host": HOST, "port": self.postgres.port, "dbname": DATABASE}
        text = json.dumps({**login, "username": username, "password": password})
        client = self.aws.client("secretsmanager")
        if client.get_secret_value(SecretId=secret)["SecretString"] != text:
            client.put_secret_value(SecretId=secret, SecretString=text)
