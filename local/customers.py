"""The clouds that the demo's customers bring: Azure, and stores of a customer's own, each a server of this machine.

What a customer's administrator makes before the onboarding is made here: a database, a vault's role, an application.
"""

import json
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_DNS, uuid5

import httpx

from local.api_client import Json
from local.aws import ANY_SECRET, Aws
from local.cast import TENANTS, DemoTenant
from local.child import Child
from local.errors import ChildDied
from local.postgres import Postgres
from local.servers.azurite import ACCOUNT, Azurite
from local.servers.cosmos.access import KEY
from local.servers.entra import Entra, application
from local.servers.node import ensure_packages
from local.servers.tls import Authority
from local.settings import HOST, REGION
from local.state import State, is_listening, write_private
from makoto.adapters.clouds import Network
from makoto.adapters.clouds.azure.cosmos_client import CONTAINER, connect_account
from makoto.adapters.clouds.azure.cosmos_items import NEVER
from makoto.adapters.clouds.azure.cosmos_properties import PARTITION_PATH, indexing
from makoto.domain.clouds.azure import CosmosDatabase
from makoto.domain.clouds.places import CUSTOMER_ROLE

READY_WITHIN_S = 60.0
CUSTOMERS = tuple(tenant.organization for tenant in TENANTS)
DIRECTORY = str(uuid5(NAMESPACE_DNS, "customers.makoto.example"))
MOUNT = "secret"
STORE_ACCOUNT = "444444444444"  # the emulator's buckets under a key of no AWS tenant: a store that speaks S3
CUSTOM_REGION, AZURE_REGION = "jp-tokyo", "japaneast"


@dataclass(frozen=True)
class Part:
    """One process of the customers' clouds, the module it runs, and the ports on which it is known."""

    child: Child
    module: str
    arguments: Sequence[str]
    ports: Mapping[str, int]


@dataclass(frozen=True)
class CustomersClouds:
    """Starts and stops the servers, and makes places in them for a customer's data."""

    state: State
    aws: Aws

    def parts(self) -> tuple[Part, ...]:
        """Every process."""
        ports, folder = self.state.remembered(), self.state.customers
        tls, databases = ("--tls", str(self.state.authority)), [f"--database={_place(each)}" for each in CUSTOMERS]
        known = {
            "entra": ports.entra_port,
            "key-vault": ports.key_vault_port,
            "cosmos": ports.cosmos_port,
            "vault": ports.vault_port,
        }
        told = [word for name, port in known.items() for word in (f"--{name}-port", str(port))]
        told += ["--data", str(folder), "--root-token", str(self._root_token), *tls, *databases]
        blobs = ("--port", str(ports.blob_port), "--data", str(folder / "blobs"), *tls)
        return (
            Part(Child("customers", self.state), "local.servers.together", told, known),
            Part(Child("azurite", self.state), "local.servers.azurite", blobs, {"blobs": ports.blob_port}),
        )

    def start(self) -> None:
        """Start what is not running and wait until all answer."""
        ensure_packages()
        Authority.in_folder(self.state.authority).server_certificate()
        write_private(self._root_token, self.state.remembered().vault_root_token)
        for part in self.parts():
            if part.child.pid() is None:
                part.child.start_module(part.module, *part.arguments)
        for part in self.parts():
            self._wait_for(part)

    def stop(self) -> None:
        for part in self.parts():
            part.child.stop()

    @property
    def _root_token(self) -> Path:
        return self.state.customers / "root-token"

    def azure(self, customer: str) -> Json:
        """Register an application for a customer and say where its stores are, as the API's `cloud` takes it."""
        ports, client_id = self.state.remembered(), str(uuid5(NAMESPACE_DNS, f"{customer}.makoto.example"))
        secret = ports.azure_client_secret
        Entra(self.state.customers / "entra").register(DIRECTORY, client_id, application(secrets=(secret,)))
        self._make_container(_place(customer))
        blob = Azurite(self.state.customers / "blobs", ports.blob_port, Authority.in_folder(self.state.authority))
        account = {
            "provider": "azure",
            "region": AZURE_REGION,
            "directory_id": DIRECTORY,
            "client_id": client_id,
            "authentication": "client_secret",
            "authority": f"https://{HOST}:{ports.entra_port}",
            "documents": {"endpoint": self._cosmos, "database": _place(customer)},
            "objects": {"endpoint": blob.url, "account": ACCOUNT, "container": _place(customer)},
            "secrets": {"endpoint": f"https://{HOST}:{ports.key_vault_port}"},
        }
        return {"mode": "azure", "account": account, "keys": {"client_secret": secret}}

    def _make_container(self, database: str) -> None:
        """Make what no token may make, with the account's key."""
        from azure.cosmos import PartitionKey

        network = Network(allows_private=True, ca_path=str(Authority.in_folder(self.state.authority).ca_path))
        with connect_account(CosmosDatabase(endpoint=self._cosmos, database=database), KEY, network) as client:
            client.get_database_client(database).create_container_if_not_exists(
                CONTAINER, PartitionKey(PARTITION_PATH), indexing(), NEVER
            )

    @property
    def _cosmos(self) -> str:
        return f"https://{HOST}:{self.state.remembered().cosmos_port}"

    def custom(self, customer: str) -> Json:
        """Make a database, a bucket and a vault policy for a customer and say where they are."""
        ports = self.state.remembered()
        name = customer.replace("-", "_")
        Postgres(self.state).make_database(name, ports.customer_database_password)
        documents = {"host": HOST, "port": ports.postgres_port, "database": name, "tls": "disable"}
        objects = {"endpoint": self.aws.endpoint, "bucket": _place(customer), "region": "ap-northeast-1"}
        secrets = {"endpoint": f"https://{HOST}:{ports.vault_port}", "mount": MOUNT}
        account = {
            "provider": "custom",
            "region": CUSTOM_REGION,
            "documents": {"product": "postgresql", **documents},
            "objects": objects,
            "secrets": secrets,
        }
        keys = {
            "documents.username": name,
            "documents.password": ports.customer_database_password,
            "objects.access_key_id": STORE_ACCOUNT,
            "objects.secret_access_key": ANY_SECRET,
            **self._vault_keys(name),
        }
        return {"mode": "custom", "account": account, "keys": keys}

    def _vault_keys(self, role: str) -> dict[str, str]:
        """Make an application role that opens what the platform keeps, and give its two halves."""
        granted: Json = {"path": {f"{MOUNT}/{part}/makoto/*": {} for part in ("data", "metadata")}}
        self._vault("PUT", f"sys/policies/acl/{role}", {"policy": json.dumps(granted)})
        self._vault("PUT", f"auth/approle/role/{role}", {"token_policies": [role], "token_ttl": "1h"})
        role_id = self._vault("GET", f"auth/approle/role/{role}/role-id")["data"]["role_id"]
        secret_id = self._vault("PUT", f"auth/approle/role/{role}/secret-id")["data"]["secret_id"]
        return {"secrets.role_id": role_id, "secrets.secret_id": secret_id}

    def _vault(self, method: str, path: str, body: Json | None = None) -> Json:
        ports = self.state.remembered()
        answer = httpx.request(
            method,
            f"https://{HOST}:{ports.vault_port}/v1/{path}",
            json=body,
            headers={"X-Vault-Token": ports.vault_root_token},
            verify=ssl.create_default_context(cafile=str(Authority.in_folder(self.state.authority).ca_path)),
        ).raise_for_status()
        told: Json = answer.json() if answer.content else {}
        return told

    def _wait_for(self, part: Part) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while not all(map(is_listening, part.ports.values())):
            part.child.require_running()
            if time.monotonic() > deadline:
                raise ChildDied(part.child.name, str(part.child.log))
            time.sleep(0.05)


def own_account(tenant: DemoTenant) -> Json:
    """Where the stores of a tenant in AWS are; the role comes with the platform's template."""
    account = {"account_id": tenant.account, "region": REGION}
    role = f"arn:aws:iam::{tenant.account}:role/{CUSTOMER_ROLE}"
    return {"mode": "own_account", **account, "role_arn": role, "external_id": tenant.external_id}


def _place(customer: str) -> str:
    """What a customer's database, bucket and container are called."""
    return f"makoto-{customer}"
