"""The synthesised templates as plain values, for tests to read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """One environment's cloud assembly."""

    environment: str
    folder: Path

    @cached_property
    def templates(self) -> dict[str, dict[str, Any]]:
        """Every template by the last word of its stack's name, such as `Data` or `TenantAccount`."""
        files = sorted(self.folder.glob("*.template.json"))
        return {file.name.split(".")[0].rsplit("-", 1)[-1]: json.loads(file.read_text()) for file in files}

    def resources(self, kind: str, stack: str | None = None) -> dict[str, Resource]:
        """The properties of every resource of a type, by stack and logical id."""
        return {
            f"{name}/{logical_id}": resource.get("Properties", {})
            for name, logical_id, resource in self.all_resources()
            if resource["Type"] == kind and stack in (None, name)
        }

    def only(self, kind: str, stack: str | None = None) -> Resource:
        """The properties of the one resource of this type."""
        (found,) = self.resources(kind, stack).values()
        return found

    def all_resources(self) -> Iterator[tuple[str, str, Resource]]:
        for name, template in self.templates.items():
            for logical_id, resource in template["Resources"].items():
                yield name, logical_id, resource

    def named(self, kind: str, field: str) -> dict[str, Resource]:
        """The resources of a type by their physical name."""
        return {properties[field]: properties for properties in self.resources(kind).values() if field in properties}

    def files_of(self, function: Resource) -> set[str]:
        """What the asset of a function holds."""
        root = self.folder / f"asset.{function['Code']['S3Key'].removesuffix('.zip')}"
        return {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}


def flat(value: Any) -> str:
    """Write an ARN with its references as `<Name>`."""
    match value:
        case str():
            return value
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(flat(part) for part in parts)
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{resource}.{attribute}>"
        case {"Fn::ImportValue": export}:
            return f"<{flat(export)}>"
        case {"Fn::Select": [index, {"Fn::GetAZs": ""}]}:
            return f"<zone {index}>"
    raise ValueError(f"no flat form of {value!r}")


def listed(value: Any) -> list[Any]:
    """What CloudFormation allows to be one or many, as many."""
    return value if isinstance(value, list) else [value]
