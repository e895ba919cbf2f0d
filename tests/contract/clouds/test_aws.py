"""AWS, as the emulator plays it, under every store's contract."""

import pytest

from tests.contract.clouds.documents_suite import DocumentsContract
from tests.contract.clouds.objects_suite import ObjectsContract
from tests.contract.clouds.queries_suite import QueriesContract
from tests.contract.clouds.secrets_suite import SecretsContract
from tests.contract.clouds.worlds import AwsWorld


class OnAws:
    @pytest.fixture
    def world(self, aws_world: AwsWorld) -> AwsWorld:
        return aws_world


class TestDynamoDocuments(OnAws, DocumentsContract):
    pass


class TestDynamoQueries(OnAws, QueriesContract):
    pass


class TestS3Objects(OnAws, ObjectsContract):
    pass


class TestSecretsManagerSecrets(OnAws, SecretsContract):
    pass
