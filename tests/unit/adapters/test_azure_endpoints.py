"""Where a tenant's Azure endpoints may point."""

from typing import Any

import pytest

from makoto.adapters.clouds import Network
from makoto.adapters.clouds.azure.endpoints import check_database_regions, check_endpoints
from makoto.domain import AzureAccount
from makoto.errors import Invalid


def account(**changes: Any) -> AzureAccount:
    given: dict[str, Any] = {
        "region": "japaneast",
        "directory_id": "00000000-0000-0000-0000-000000000001",
        "client_id": "00000000-0000-0000-0000-000000000002",
        "external_id": "Zb3-kq_9VtR2mXw7pLd0",
        "documents": {"endpoint": "https://toto.documents.azure.com:443/", "database": "makoto"},
        "objects": {"endpoint": "https://toto1.blob.core.windows.net", "account": "toto1", "container": "objects"},
        "secrets": {"endpoint": "https://toto.vault.azure.net"},
    }
    return AzureAccount.model_validate(given | changes)


def test_azures_own_endpoints_are_taken() -> None:
    check_endpoints(account(), Network())


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"authority": "https://login.microsoftonline.com.evil.test"}, "/cloud/authority"),
        ({"authority": "https://evil.test"}, "/cloud/authority"),
        ({"authority": "http://login.microsoftonline.com"}, "/cloud/authority"),
        ({"documents": {"endpoint": "https://169.254.169.254", "database": "a"}}, "/cloud/documents/endpoint"),
        ({"documents": {"endpoint": "https://documents.azure.com", "database": "a"}}, "/cloud/documents/endpoint"),
        (
            {"objects": {"endpoint": "https://other.blob.core.windows.net", "account": "toto1", "container": "abc"}},
            "/cloud/objects/endpoint",
        ),
        ({"secrets": {"endpoint": "https://a.b.vault.azure.net"}}, "/cloud/secrets/endpoint"),
        ({"secrets": {"endpoint": "https://evil-vault.azure.net"}}, "/cloud/secrets/endpoint"),
        ({"secrets": {"endpoint": "https://localhost"}}, "/cloud/secrets/endpoint"),
    ],
)
def test_any_other_endpoint_is_refused_by_name(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_endpoints(account(**changes), Network())

    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_a_laptop_may_point_to_itself_over_tls() -> None:
    local = account(secrets={"endpoint": "https://127.0.0.1:8443"})

    check_endpoints(local, Network(allows_private=True))
    with pytest.raises(Invalid):
        check_endpoints(account(secrets={"endpoint": "http://127.0.0.1"}), Network(allows_private=True))


def test_a_database_with_a_copy_outside_the_tenants_regions_is_refused() -> None:
    check_database_regions(frozenset({"japaneast"}), frozenset({"japaneast", "japanwest"}))

    with pytest.raises(Invalid) as refused:
        check_database_regions(frozenset({"japaneast", "westus"}), frozenset({"japaneast"}))

    assert refused.value.errors[0].pointer == "/cloud/documents/endpoint"
    assert "westus" in refused.value.errors[0].detail
