"""Azure, as Azurite and our stand-ins play it, under the contracts of objects and secrets."""

from collections.abc import Iterator

import pytest

from tests.contract.clouds.azure_world import AzureWorld, azure_world
from tests.contract.clouds.objects_suite import ObjectsContract
from tests.contract.clouds.secrets_suite import SecretsContract


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureWorld]:
    with azure_world(tmp_path_factory.mktemp("azure")) as world:
        yield world


class OnAzure:
    @pytest.fixture
    def world(self, azure: AzureWorld) -> Iterator[AzureWorld]:
        yield azure
        azure.close()


class TestBlobObjects(OnAzure, ObjectsContract):
    pass


class TestKeyVaultSecrets(OnAzure, SecretsContract):
    pass
