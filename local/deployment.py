"""Deploys the synthesised stacks into the emulator: assets, then each stack created, updated or left alone."""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.assembly import Assembly, Asset, Template
from local.aws import Aws
from local.errors import DeploymentFailed
from local.settings import ENVIRONMENT, PLATFORM_ACCOUNT, REGION
from local.template import NOTHING, without_dropped

STACK_PREFIX = f"Makoto-{ENVIRONMENT}-"  # the template for customers' own accounts is not ours to deploy here
BOOTSTRAP_BUCKET = f"cdk-hnb659fds-assets-{PLATFORM_ACCOUNT}-{REGION}"
BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
UNUSABLE = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}
POLL_S = 0.1
LARGEST_BODY_BYTES = 51_200  # CloudFormation quotas
SETTLED_WITHIN_S = 120.0
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Deployment:
    """Brings every stack of an assembly to its template; a second run with the same assembly changes nothing."""

    aws: Aws

    def deploy(self, assembly: Assembly, tell: Callable[[str], None]) -> dict[str, str]:
        """Deploy all stacks in order and return every output of theirs by its key."""
        self._bootstrap()
        self._upload(assembly)
        outputs: dict[str, str] = {}
        gone, is_stale = NOTHING, False
        for stack in assembly.stacks():
            if not stack.name.startswith(STACK_PREFIX):
                continue
            template, gone = without_dropped(stack, gone)
            done = self.deploy_stack(stack.name, template, is_stale=is_stale)
            is_stale = is_stale or done != "unchanged"
            tell(f"{stack.name}: {done}")
            outputs |= self.outputs(stack.name)
        return outputs

    def deploy_stack(
        self, name: str, template: Template, parameters: Mapping[str, str] | None = None, *, is_stale: bool = False
    ) -> str:
        """Create or update one stack; returns what was done.

        `is_stale`: a stack before it has changed, and so may the outputs that an equal template reads.
        """
        current = self._status(name)
        if current in UNUSABLE:
            self._delete(name)
            current = None
        if current is not None and not is_stale and self._deployed(name) == template:
            return "unchanged"
        request: dict[str, Any] = {"StackName": name, "Capabilities": CAPABILITIES, **self._source(template)}
        request["Parameters"] = [
            {"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()
        ]
        return self._apply(name, request, exists=current is not None)

    def outputs(self, name: str) -> dict[str, str]:
        (stack,) = self.aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _apply(self, name: str, request: dict[str, Any], *, exists: bool) -> str:
        cloudformation = self.aws.client("cloudformation")
        try:
            (cloudformation.update_stack if exists else cloudformation.create_stack)(**request)
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return "unchanged"
            raise DeploymentFailed(name, str(error)) from error
        status = self._settled(name)
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise DeploymentFailed(name, self._reasons(name) or status)
        return "updated" if exists else "created"

    def _settled(self, name: str) -> str:
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while (status := self._status(name) or "DELETED").endswith("IN_PROGRESS"):
            if time.monotonic() > deadline:
                raise DeploymentFailed(name, f"still {status} after {SETTLED_WITHIN_S:.0f} s")
            time.sleep(POLL_S)
        return status

    def _status(self, name: str) -> str | None:
        try:
            (stack,) = self.aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        status: str = stack["StackStatus"]
        return None if status == "DELETE_COMPLETE" else status

    def _deployed(self, name: str) -> Template:
        body = self.aws.client("cloudformation").get_template(StackName=name)["TemplateBody"]
        template: Template = json.loads(body) if isinstance(body, str) else json.loads(json.dumps(body))
        return template

    def _delete(self, name: str) -> None:
        self.aws.client("cloudformation").delete_stack(StackName=name)
        self._settled(name)

    def _reasons(self, name: str) -> str:
        events = self.aws.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        failed = [event for event in events if "FAILED" in event["ResourceStatus"]]
        return "; ".join(
            f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', '?')}"
            for event in failed
        )

    def _bootstrap(self) -> None:
        """What `cdk bootstrap` leaves in an account: the assets bucket and a version parameter."""
        try:
            self.aws.client("s3").create_bucket(
                Bucket=BOOTSTRAP_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                raise
        self.aws.client("ssm").put_parameter(Name=BOOTSTRAP_VERSION, Value="30", Type="String", Overwrite=True)

    def _upload(self, assembly: Assembly) -> None:
        listed = self.aws.client("s3").list_objects_v2(Bucket=BOOTSTRAP_BUCKET).get("Contents", [])
        present = {entry["Key"] for entry in listed}
        missing = {asset.key: asset for asset in assembly.assets() if asset.key not in present}
        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(self._upload_asset, missing.values()))

    def _upload_asset(self, asset: Asset) -> None:
        body = zip_folder(asset.source) if asset.is_folder else asset.source.read_bytes()
        self.aws.client("s3").put_object(Bucket=asset.bucket, Key=asset.key, Body=body)

    def _source(self, template: Template) -> dict[str, str]:
        """The template itself when it is small; from the bootstrap bucket when it is over the limit of a request."""
        body = json.dumps(template).encode()
        if len(body) <= LARGEST_BODY_BYTES:
            return {"TemplateBody": body.decode()}
        key = f"laptop/{hashlib.sha256(body).hexdigest()}.json"
        self.aws.client("s3").put_object(Bucket=BOOTSTRAP_BUCKET, Key=key, Body=body)
        return {"TemplateURL": f"{self.aws.endpoint}/{BOOTSTRAP_BUCKET}/{key}"}


def zip_folder(folder: Path) -> bytes:
    """Zip a folder so that equal content gives equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(str(file.relative_to(folder)), EARLIEST_ZIP_TIME)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()
