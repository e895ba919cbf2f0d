"""Azure as a whole, opened by its own directory: objects, secrets, and documents with tokens.

Every contract of documents is kept by `test_cosmos.py`, with the account's key. Against Azure itself: `azure_service`.
"""

from collections.abc import Iterator

import pytest

from tests.contract.clouds.azure_service import AzureService
from tests.contract.clouds.azure_world import AzureWorld, azure_world
from tests.contract.clouds.documents_suite import DocumentsContract
from tests.contract.clouds.object_versions_suite import ObjectVersionsContract
from tests.contract.clouds.objects_suite import ObjectsContract
from tests.contract.clouds.outbox_suite import OutboxContract
from tests.contract.clouds.secrets_suite import SecretsContract


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureWorld | AzureService]:
    service = AzureService.named()
    if service is not None:
        yield service
        return
    with azure_world(tmp_path_factory.mktemp("azure")) as world:
        yield world


class OnAzure:
    @pytest.fixture
    def world(self, azure: AzureWorld | AzureService) -> Iterator[AzureWorld | AzureService]:
        azure.set_clock()
        yield azure
        azure.close()


class TestAzureDocuments(OnAzure, DocumentsContract):
    pass


class TestAzureOutbox(OnAzure, OutboxContract):
    pass


class TestBlobObjects(OnAzure, ObjectsContract):
    pass


class TestBlobVersions(OnAzure, ObjectVersionsContract):
    pass


class TestKeyVaultSecrets(OnAzure, SecretsContract):
    pass
