"""Demo data, by the public API: three tenants in clouds of their own, their administrators and their machines.

Three things the API cannot do are done as people do them once: the first platform administrator, what a customer makes
in its own cloud, and passwords, which the platform mails to people and a laptop has no mail.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from local.api_client import ApiClient, Json
from local.assembly import Assembly
from local.aws import Aws
from local.cast import ADMINISTRATOR, REGIONS, TENANTS, Cloud, DemoDevice, DemoTenant
from local.customers import CustomersClouds, own_account
from local.deployment import Deployment
from local.people import People
from local.settings import ENVIRONMENT, PLATFORM_ACCOUNT
from local.state import State, write_private
from makoto.domain import PLATFORM_TENANT_ID
from makoto.domain.membership import Membership
from makoto.domain.principal import Role

TENANT_ACCOUNT = "Makoto-TenantAccount"
ACTIVE_WITHIN_S = 90.0
HOPELESS = frozenset({"failed", "deleting", "deleted"})
FREED = frozenset({"failed", "deleted"})


@dataclass(frozen=True)
class Onboarding:
    """Makes the demo's cast; whatever is there already is left as it is."""

    state: State
    aws: Aws
    assembly: Assembly
    customers: CustomersClouds
    url: str
    user_pool_id: str

    def run(self) -> dict[str, str]:
        """Onboard what is missing and return the logins by their role."""
        password = self.state.remembered().demo_password
        people = People(self.aws, self.user_pool_id, self.url)
        operator = Membership(username=ADMINISTRATOR, tenant_id=PLATFORM_TENANT_ID, role=Role.PLATFORM_ADMIN)
        people.ensure(operator, password)
        with ApiClient.sign_in(self.url, ADMINISTRATOR, password) as platform:
            ids = {tenant: self._begin(platform, tenant) for tenant in TENANTS}
            for tenant_id in ids.values():
                detail = f"/api/v1/admin/tenants/{tenant_id}"
                platform.wait_for(detail, "status", "active", hopeless=HOPELESS, within_s=ACTIVE_WITHIN_S)
        for tenant, tenant_id in ids.items():
            people.settle_password(tenant.administrator, password)
            if self._lacks_credentials(tenant, tenant_id):
                with ApiClient.sign_in(self.url, tenant.administrator, password) as client:
                    self._register_devices(client, tenant_id, tenant)
        return self._remember_logins(ids, password)

    def _lacks_credentials(self, tenant: DemoTenant, tenant_id: str) -> bool:
        return not all(self._credentials(tenant_id, device).exists() for device in tenant.devices())

    def _credentials(self, tenant_id: str, device: DemoDevice) -> Path:
        return self.state.devices / f"{tenant_id}_{device.device_id}.json"

    def _begin(self, platform: ApiClient, tenant: DemoTenant) -> str:
        """Return the id of the tenant; its onboarding is started unless it lives already."""
        listed = platform.pages("/api/v1/admin/tenants")
        namesakes = [each for each in listed if each["organization"] == tenant.organization]
        living = [each["tenant_id"] for each in namesakes if each["status"] not in FREED]
        return living[0] if living else self._onboard(platform, tenant, attempt=len(namesakes))

    def place(self, tenant: DemoTenant, kind: Cloud | None = None) -> Json:
        """Make room for a tenant in a cloud of this kind, its own if none is named, and say where it is."""
        match kind or tenant.cloud:
            case "azure":
                return self.customers.azure(tenant.organization)
            case "custom":
                return self.customers.custom(tenant.organization)
            case "aws":
                return self._account(tenant)

    def _account(self, tenant: DemoTenant) -> Json:
        """Do what a customer does: deploy the platform's template in the own account."""
        deployment = Deployment(Aws(self.aws.endpoint, tenant.account))
        template = self.assembly.template(f"{TENANT_ACCOUNT}.template.json")
        parameters = {"PlatformAccountId": PLATFORM_ACCOUNT, "PlatformEnvironment": ENVIRONMENT}
        parameters["ExternalId"] = tenant.external_id
        deployment.deploy_stack(TENANT_ACCOUNT, template, parameters)
        return own_account(tenant)

    def _onboard(self, platform: ApiClient, tenant: DemoTenant, *, attempt: int) -> str:
        body: Json = {"name": tenant.name, "organization": tenant.organization, "cloud": self.place(tenant)}
        body["administrator"] = {"email": tenant.administrator, "name": tenant.administrator_name}
        body["features"], body["residency"] = list(tenant.features), list(REGIONS)
        headers = {"Idempotency-Key": f"demo-{tenant.organization}-{attempt}"}
        return str(platform.call("POST", "/api/v1/admin/tenants", headers=headers, json=body)["tenant_id"])

    def _register_devices(self, client: ApiClient, tenant_id: str, tenant: DemoTenant) -> None:
        """Register each machine, and rotate the credentials of one whose file this laptop has lost."""
        devices = f"/api/v1/tenants/{tenant_id}/devices"
        for device in tenant.devices():
            file = self._credentials(tenant_id, device)
            if file.exists():
                continue
            known = client.find(f"{devices}/{device.device_id}")
            if known is None or known["status"] == "registering":
                answer = client.call("POST", devices, json=asdict(device))
            else:
                answer = client.call("POST", f"{devices}/{device.device_id}/rotate")
            write_private(file, json.dumps(answer["credentials"], indent=2))

    def _remember_logins(self, ids: Mapping[DemoTenant, str], password: str) -> dict[str, str]:
        logins = {PLATFORM_TENANT_ID: ADMINISTRATOR}
        logins |= {tenant_id: tenant.administrator for tenant, tenant_id in ids.items()}
        write_private(self.state.logins, json.dumps({"password": password, "logins": logins}, indent=2))
        return logins
