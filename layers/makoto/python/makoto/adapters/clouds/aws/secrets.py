"""Secrets in Secrets Manager under one tenant's folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING

from makoto.adapters.clouds.aws.errors import translated
from makoto.errors import Unavailable
from makoto.ports.ids import Ids
from makoto.ports.secrets import SecretNotFound

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretGoing(Unavailable):
    """The secret was deleted a moment ago; its name is free again soon."""


class SecretsManagerSecrets:
    """One folder of secrets; a deleted one is gone at once, since the tenant's data must not outlive its deletion.

    AWS removes it some seconds after it has answered: until then nobody can read it and its name is taken.
    """

    def __init__(self, connect: Callable[[], "SecretsManagerClient"], prefix: str, ids: Ids) -> None:
        self._connect = connect
        self._prefix = prefix
        self._ids = ids

    @cached_property
    def _client(self) -> "SecretsManagerClient":
        return self._connect()

    def read(self, name: str) -> str:
        with translated():
            try:
                with self._told():
                    return self._client.get_secret_value(SecretId=self._prefix + name)["SecretString"]
            except (self._client.exceptions.ResourceNotFoundException, SecretGoing) as error:
                raise SecretNotFound(name) from error

    def create(self, name: str, value: str) -> bool:
        with translated(writing=True), self._told():
            try:
                self._client.create_secret(
                    Name=self._prefix + name, SecretString=value, ClientRequestToken=self._token()
                )
            except self._client.exceptions.ResourceExistsException:
                return False
        return True

    def update(self, name: str, value: str) -> bool:
        with translated(writing=True), self._told():
            try:
                self._client.put_secret_value(
                    SecretId=self._prefix + name, SecretString=value, ClientRequestToken=self._token()
                )
            except self._client.exceptions.ResourceNotFoundException:
                return False
        return True

    def delete(self, name: str) -> None:
        gone = (self._client.exceptions.ResourceNotFoundException, SecretGoing)
        with translated(writing=True), suppress(*gone), self._told():
            self._client.delete_secret(SecretId=self._prefix + name, ForceDeleteWithoutRecovery=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell a secret that is still going from the other mistakes of the same code, by its text alone."""
        try:
            yield
        except self._client.exceptions.InvalidRequestException as error:
            if "deletion" not in str(error):
                raise
            raise SecretGoing("the secret is still being removed") from error

    def _token(self) -> str:
        """Name a write, so that a second try of the client makes no second version (32 to 64 characters)."""
        return self._ids.random(16).hex()
