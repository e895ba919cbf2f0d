"""The keys that a cloud account needs, by name; their values are in the platform's key ring and nowhere else."""

from collections.abc import Mapping
from itertools import product
from typing import Annotated, TypeAlias

from pydantic import SecretStr, StringConstraints

from makoto.domain.clouds.aws import AwsAccount
from makoto.domain.clouds.azure import AzureAccount
from makoto.domain.clouds.custom import CustomStores
from makoto.domain.clouds.sakura import SakuraAccount
from makoto.domain.value import Value

MOST_CHARS = 8192

KeyName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}(\.[a-z_]{1,40})?$")]
CloudKeys: TypeAlias = dict[KeyName, SecretStr]
"""Values by name, such as `documents.password`."""

KeySets: TypeAlias = tuple[frozenset[str], ...]
NONE: KeySets = (frozenset(),)
OF_A_PRODUCT: dict[str, KeySets] = {
    "postgresql": (frozenset({"username", "password"}),),
    "mongodb": (frozenset({"username", "password"}), frozenset()),
    "s3": (frozenset({"access_key_id", "secret_access_key"}),),
    "sakura_object_storage": (frozenset({"access_key_id", "secret_access_key"}),),
    "vault": (frozenset({"token"}), frozenset({"role_id", "secret_id"})),
}
"""Any one of a product's sets opens a store of it."""


def key_sets(account: Value) -> KeySets:
    """Return the sets of names of which one must be given whole, and nothing beside it."""
    match account:
        case AzureAccount(authentication="client_secret"):
            return (frozenset({"client_secret"}),)
        case AzureAccount() | AwsAccount():
            return NONE
        case CustomStores() | SakuraAccount():
            return _of_stores(account)
        case _:
            raise TypeError(type(account).__name__)


def checked_keys(account: Value, keys: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
    """Return the keys if they are one of the account's sets; ValueError names what is expected, never a value."""
    expected = key_sets(account)
    if frozenset(keys) not in expected:
        wanted = " or ".join("{" + ", ".join(sorted(each)) + "}" for each in expected)
        raise ValueError(f"must be exactly {wanted}")
    for name, key in keys.items():
        text = key.get_secret_value()
        if not 1 <= len(text) <= MOST_CHARS or not text.isprintable():
            raise ValueError(f"{name} must have 1 to {MOST_CHARS} printable characters")
    return keys


def _of_stores(account: CustomStores | SakuraAccount) -> KeySets:
    stores = {"documents": account.documents, "objects": account.objects, "secrets": account.secrets}
    named = [
        [frozenset(f"{store}.{name}" for name in names) for names in OF_A_PRODUCT[settings.product]]
        for store, settings in stores.items()
    ]
    return tuple(frozenset().union(*chosen) for chosen in product(*named))
