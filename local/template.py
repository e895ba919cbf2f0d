"""What the laptop leaves out of a template: resource types the emulator refuses and that have no behaviour here."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from local.assembly import Stack, Template

DROPPED_TYPES: Mapping[str, str] = {
    "AWS::EC2::FlowLog": "no packets pass through the emulated network",
    "AWS::EC2::SecurityGroupEgress": "no packets pass through the emulated network",
    "AWS::EC2::SecurityGroupIngress": "no packets pass through the emulated network",
    "AWS::Events::Archive": "kept for replays by an operator; nothing reads it on a laptop",
}


@dataclass(frozen=True)
class Gone:
    """Logical names that this template lost, and outputs that it or an earlier stack lost."""

    resources: frozenset[str]
    exports: frozenset[str] = frozenset()
    outputs: frozenset[tuple[str, str]] = frozenset()


NOTHING = Gone(frozenset())


def without_dropped(stack: Stack, earlier: Gone = NOTHING) -> tuple[Template, Gone]:
    """Remove the dropped types and whatever refers to them, here or by way of an earlier stack's outputs."""
    resources = stack.template.get("Resources", {})
    lost = {name for name, resource in resources.items() if resource["Type"] in DROPPED_TYPES}
    gone = replace(earlier, resources=frozenset(lost))
    kept = {
        name: _without_references(_depending_on_kept(resource, gone.resources), gone)
        for name, resource in resources.items()
        if name not in gone.resources
    }
    outputs = stack.template.get("Outputs", {})
    lost_outputs = {name: output for name, output in outputs.items() if _refers(output["Value"], gone)}
    exports = {output["Export"]["Name"] for output in lost_outputs.values() if "Export" in output}
    changed = {**stack.template, "Resources": kept}
    if outputs:
        changed["Outputs"] = {name: output for name, output in outputs.items() if name not in lost_outputs}
    lost_names = {(stack.name, name) for name in lost_outputs}
    return changed, Gone(frozenset(), gone.exports | exports, gone.outputs | lost_names)


def _depending_on_kept(resource: dict[str, Any], gone: Set[str]) -> dict[str, Any]:
    """DependsOn is a name or a list of names; the emptied attribute goes too."""
    if "DependsOn" not in resource:
        return resource
    names = [resource["DependsOn"]] if isinstance(resource["DependsOn"], str) else resource["DependsOn"]
    left = [name for name in names if name not in gone]
    rest = {name: value for name, value in resource.items() if name != "DependsOn"}
    return {**rest, "DependsOn": left} if left else rest


def _without_references(node: Any, gone: Gone) -> Any:
    """Copy `node` without the properties and list elements that are references to what is gone."""
    if isinstance(node, dict):
        kept = {name: value for name, value in node.items() if not _is_reference(value, gone)}
        return {name: _without_references(value, gone) for name, value in kept.items()}
    if isinstance(node, list):
        return [_without_references(value, gone) for value in node if not _is_reference(value, gone)]
    return node


def _is_reference(node: Any, gone: Gone) -> bool:
    """Whether this node is itself an intrinsic function naming something gone."""
    match node:
        case {"Ref": str(name)}:
            return name in gone.resources
        case {"Fn::GetAtt": [str(name), *_]}:
            return name in gone.resources
        case {"Fn::ImportValue": str(name)}:
            return name in gone.exports
        case {"Fn::GetStackOutput": {"StackName": str(stack), "OutputName": str(output)}}:
            return (stack, output) in gone.outputs
        case _:
            return False


def _refers(node: Any, gone: Gone) -> bool:
    """Whether something gone is named anywhere inside this node."""
    if _is_reference(node, gone):
        return True
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return any(_refers(child, gone) for child in children)
