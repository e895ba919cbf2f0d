"""Secrets in Secrets Manager under one tenant's folder."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from makoto.adapters.clouds.aws.errors import translated
from makoto.ports.connection import Connection, NotYet
from makoto.ports.ids import Ids
from makoto.ports.secrets import SecretNotFound

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


BODY_LOGGERS = ("botocore.endpoint", "botocore.hooks", "botocore.parsers", "botocore.retryhandler")
"""At DEBUG these write whole requests and answers, so they are never heard at that level."""


class SecretGoing(NotYet):
    """The secret was deleted a moment ago; its name is free again soon."""


class SecretsManagerSecrets:
    """One folder of secrets; a deleted one is gone at once, since the tenant's data must not outlive its deletion.

    AWS removes it some seconds after it has answered: until then nobody can read it and its name is taken.
    """

    def __init__(self, connection: "Connection[SecretsManagerClient]", prefix: str, ids: Ids) -> None:
        self._connection = connection
        self._prefix = prefix
        self._ids = ids
        for name in BODY_LOGGERS:
            logging.getLogger(name).setLevel(logging.INFO)

    def read(self, name: str) -> str:
        def act(client: "SecretsManagerClient") -> str:
            with translated():
                try:
                    with _told(client):
                        return client.get_secret_value(SecretId=self._prefix + name)["SecretString"]
                except (client.exceptions.ResourceNotFoundException, SecretGoing) as error:
                    raise SecretNotFound(name) from error

        return self._connection.call(act)

    def create(self, name: str, value: str) -> bool:
        token = self._token()

        def act(client: "SecretsManagerClient") -> bool:
            with translated(writing=True), _told(client):
                try:
                    client.create_secret(Name=self._prefix + name, SecretString=value, ClientRequestToken=token)
                except client.exceptions.ResourceExistsException:
                    return False
            return True

        return self._connection.call(act)

    def update(self, name: str, value: str) -> bool:
        token = self._token()

        def act(client: "SecretsManagerClient") -> bool:
            with translated(writing=True), _told(client):
                try:
                    client.put_secret_value(SecretId=self._prefix + name, SecretString=value, ClientRequestToken=token)
                except client.exceptions.ResourceNotFoundException:
                    return False
            return True

        return self._connection.call(act)

    def delete(self, name: str) -> None:
        def act(client: "SecretsManagerClient") -> None:
            gone = (client.exceptions.ResourceNotFoundException, SecretGoing)
            with translated(writing=True), suppress(*gone), _told(client):
                client.delete_secret(SecretId=self._prefix + name, ForceDeleteWithoutRecovery=True)

        self._connection.call(act)

    def _token(self) -> str:
        """Name a write, so that a second try of the client makes no second version (32 to 64 characters)."""
        return self._ids.random(16).hex()


@contextmanager
def _told(client: "SecretsManagerClient") -> Iterator[None]:
    """Tell a secret that is still going from the other mistakes of the same code, by its text alone."""
    try:
        yield
    except client.exceptions.InvalidRequestException as error:
        if "deletion" not in str(error):
            raise
        raise SecretGoing("the secret is still being removed") from error
