"""A tenant's cloud of each kind, as a record holds it."""

from makoto.domain import AwsAccount, AzureAccount, CustomStores, SakuraAccount
from makoto.domain.clouds import BlobContainer, Bucket, CosmosDatabase, KeyVault, PostgresDatabase, VaultMount
from makoto.domain.clouds.sakura import SakuraBucket

GUID = "00000000-0000-0000-0000-00000000000{}"
DATABASE = PostgresDatabase(host="db.example.com", database="makoto")
VAULT = VaultMount(endpoint="https://vault.example.com:8200")

AWS = AwsAccount(
    account_id="222222222222",
    region="ap-northeast-1",
    role_arn="arn:aws:iam::222222222222:role/makoto-tenant-access",
    external_id="agreed-with-toto-1",
)
AZURE = AzureAccount(
    region="japaneast",
    directory_id=GUID.format(1),
    client_id=GUID.format(2),
    external_id="agreed-with-toto-1",
    documents=CosmosDatabase(endpoint="https://toto.documents.azure.com", database="makoto"),
    objects=BlobContainer(endpoint="https://toto.blob.core.windows.net", account="toto", container="makoto"),
    secrets=KeyVault(endpoint="https://toto.vault.azure.net"),
)
CUSTOM = CustomStores(
    region="jp-tokyo",
    documents=DATABASE,
    objects=Bucket(endpoint="https://s3.example.com", bucket="makoto-toto"),
    secrets=VAULT,
)
SAKURA = SakuraAccount(documents=DATABASE, objects=SakuraBucket(bucket="makoto-toto"), secrets=VAULT)
EVERY_KIND = (AWS, AZURE, CUSTOM, SAKURA)
