"""The cloud assembly that synthesis wrote: stacks in the order of their dependencies, and their assets."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, TypeAlias

Template: TypeAlias = dict[str, Any]  # CloudFormation is JSON of any shape


@dataclass(frozen=True)
class Asset:
    """A file or folder that a template names by its place in the bootstrap bucket."""

    source: Path
    is_folder: bool
    bucket: str
    key: str


@dataclass(frozen=True)
class Stack:
    """One synthesised stack."""

    name: str
    template: Template


@dataclass(frozen=True)
class Assembly:
    """Reads cdk.out (schema: aws-cdk-lib cloud-assembly-schema)."""

    folder: Path

    def stacks(self) -> list[Stack]:
        artifacts = self._artifacts("aws:cloudformation:stack")
        graph = {name: set(artifact.get("dependencies", [])) & artifacts.keys() for name, artifact in artifacts.items()}
        order = TopologicalSorter(graph).static_order()
        return [self._stack(artifacts[name]["properties"], name) for name in order]

    def template(self, file: str) -> Template:
        template: Template = json.loads((self.folder / file).read_text(encoding="utf-8"))
        return template

    def assets(self) -> Iterator[Asset]:
        """Every asset but the templates themselves, which are uploaded as the laptop changes them."""
        for artifact in self._artifacts("cdk:asset-manifest").values():
            manifest = self.template(artifact["properties"]["file"])
            for entry in manifest["files"].values():
                if not entry["source"]["path"].endswith(".template.json"):
                    yield self._asset(entry)

    def _artifacts(self, kind: str) -> dict[str, Any]:
        artifacts = self.template("manifest.json")["artifacts"]
        return {name: artifact for name, artifact in artifacts.items() if artifact["type"] == kind}

    def _stack(self, properties: dict[str, Any], name: str) -> Stack:
        return Stack(properties.get("stackName", name), self.template(properties["templateFile"]))

    def _asset(self, entry: dict[str, Any]) -> Asset:
        (destination,) = entry["destinations"].values()
        source, packaging = entry["source"]["path"], entry["source"]["packaging"]
        return Asset(self.folder / source, packaging == "zip", destination["bucketName"], destination["objectKey"])
