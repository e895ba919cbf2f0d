"""The Lambda layers: our shared package, and third-party packages by weight."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.bundling import NEVER_IMPORTED, PLATFORMS, PYTHON, SourceBundling, WheelsBundling
from stacks.names import Names
from stacks.settings import DeploymentSettings

LAYERS = Path(__file__).resolve().parents[2] / "layers"
MAKOTO = LAYERS / "makoto"

Group = Literal["core", "columns", "analytics", "database", "tenant_clouds", "charts", "models"]

BUDGETS_MB: dict[Group, int] = {
    "core": 57,
    "columns": 76,
    "analytics": 62,
    "database": 2,
    "tenant_clouds": 50,
    "charts": 54,
    "models": 123,
}
"""What a layer may weigh unzipped: a function with all its layers must stay under Lambda's 250 MB.

Arrow's writer is among the columns and not a group of its own: a function has five layers at most, one of them ours.
"""


class Layers(Construct):
    """The layers of one stack; each stack makes its own versions, since an export of one could never change."""

    def __init__(self, scope: Construct, construct_id: str, settings: DeploymentSettings) -> None:
        super().__init__(scope, construct_id)
        self._settings, self._prefix = settings, Names(settings.environment).prefix
        self._groups: dict[str, lambda_.LayerVersion] = {}

    def of(self, *groups: Group) -> list[lambda_.ILayerVersion]:
        """The shared package and the named groups; on the laptop the groups come from the local environment."""
        wanted = groups if self._settings.is_bundled else ()
        return [self._makoto, *(self._group(group) for group in wanted)]

    @cached_property
    def _makoto(self) -> lambda_.LayerVersion:
        if self._settings.is_bundled:
            code = _bundled(MAKOTO, SourceBundling(MAKOTO / "python"), _fingerprint(MAKOTO / "python"))
        else:
            code = lambda_.Code.from_asset(str(MAKOTO), exclude=["**/__pycache__", "**/*.pyc"])
        return self._version("makoto", code, "Makoto's shared package")

    def _group(self, group: Group) -> lambda_.LayerVersion:
        if group not in self._groups:
            folder = LAYERS / group
            requirements = folder / "requirements.txt"
            code = _bundled(folder, WheelsBundling(requirements, BUDGETS_MB[group]), _fingerprint(folder))
            self._groups[group] = self._version(group, code, f"Third-party packages: {group}")
        return self._groups[group]

    def _version(self, name: str, code: lambda_.Code, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            name.capitalize(),
            layer_version_name=f"{self._prefix}-{cdk.Stack.of(self).stack_name.rsplit('-', 1)[-1].lower()}-{name}",
            description=description,
            code=code,
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            compatible_architectures=[lambda_.Architecture.ARM_64],
        )


def _bundled(folder: Path, bundling: cdk.ILocalBundling, fingerprint: str) -> lambda_.Code:
    """An asset built once for each content: with a known hash CDK finds it in cdk.out and builds nothing."""
    return lambda_.Code.from_asset(
        str(folder),
        asset_hash=fingerprint,
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        bundling=cdk.BundlingOptions(image=cdk.DockerImage.from_registry("not-used"), local=bundling),
    )


def _fingerprint(folder: Path) -> str:
    """Hash what decides a layer's content: the files and the recipe."""
    recipe = "|".join((PYTHON, *PLATFORMS, "unchecked-hash", *NEVER_IMPORTED))
    digest = hashlib.sha256(recipe.encode())
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".pyc":
            digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


GROUPS: tuple[Group, ...] = get_args(Group)
