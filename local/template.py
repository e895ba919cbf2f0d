"""What the laptop leaves out of a template: resource types the emulator refuses and that have no behaviour here."""

from collections.abc import Mapping, Set
from typing import Any

from local.assembly import Template

DROPPED_TYPES: Mapping[str, str] = {
    "AWS::EC2::EIP": "addresses of NAT gateways; a laptop's functions reach the network through its own",
    "AWS::EC2::NatGateway": "a laptop's functions reach the network through its own",
    "AWS::EC2::NetworkAcl": "no packets pass through the emulated network",
    "AWS::EC2::NetworkAclEntry": "no packets pass through the emulated network",
    "AWS::EC2::SubnetNetworkAclAssociation": "no packets pass through the emulated network",
    "AWS::EC2::FlowLog": "no packets pass through the emulated network",
    "AWS::EC2::SecurityGroupIngress": "no packets pass through the emulated network",
    "AWS::EC2::SecurityGroupEgress": "no packets pass through the emulated network",
    "AWS::RDS::DBProxy": "functions connect to the laptop's PostgreSQL directly",
    "AWS::RDS::DBProxyTargetGroup": "functions connect to the laptop's PostgreSQL directly",
    "AWS::WAFv2::WebACLAssociation": "the front door on loopback has no firewall",
    "AWS::WAFv2::LoggingConfiguration": "the front door on loopback has no firewall",
    "AWS::SecretsManager::RotationSchedule": "the laptop's passwords live as long as its state directory",
    "AWS::ApplicationAutoScaling::ScalableTarget": "one laptop does not scale out",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "one laptop does not scale out",
}


def without_dropped(template: Template, dropped_exports: Set[str] = frozenset()) -> tuple[Template, set[str]]:
    """Remove the dropped types and whatever refers to them.

    `dropped_exports` are exports that earlier stacks lost; the second value returned adds those that this one loses.
    """
    resources = template.get("Resources", {})
    gone = {name for name, resource in resources.items() if resource["Type"] in DROPPED_TYPES}
    kept = {
        name: _without_references(_depending_on_kept(resource, gone), gone, dropped_exports)
        for name, resource in resources.items()
        if name not in gone
    }
    outputs = template.get("Outputs", {})
    lost = {name for name, output in outputs.items() if _refers(output["Value"], gone, dropped_exports)}
    exports = {output["Export"]["Name"] for name, output in outputs.items() if name in lost and "Export" in output}
    kept_outputs = {name: output for name, output in outputs.items() if name not in lost}
    changed = {**template, "Resources": kept} | ({"Outputs": kept_outputs} if outputs else {})
    return changed, set(dropped_exports) | exports


def _depending_on_kept(resource: dict[str, Any], gone: Set[str]) -> dict[str, Any]:
    """DependsOn is a name or a list of names; the emptied attribute goes too."""
    if "DependsOn" not in resource:
        return resource
    names = [resource["DependsOn"]] if isinstance(resource["DependsOn"], str) else resource["DependsOn"]
    left = [name for name in names if name not in gone]
    rest = {name: value for name, value in resource.items() if name != "DependsOn"}
    return {**rest, "DependsOn": left} if left else rest


def _without_references(node: Any, gone: Set[str], exports: Set[str]) -> Any:
    """Copy `node` without the properties and list elements that are references to what is gone."""
    if isinstance(node, dict):
        kept = {name: value for name, value in node.items() if not _is_reference(value, gone, exports)}
        return {name: _without_references(value, gone, exports) for name, value in kept.items()}
    if isinstance(node, list):
        return [_without_references(value, gone, exports) for value in node if not _is_reference(value, gone, exports)]
    return node


def _is_reference(node: Any, gone: Set[str], exports: Set[str]) -> bool:
    """Whether this node is itself an intrinsic function naming something gone."""
    if not isinstance(node, dict) or len(node) != 1:
        return False
    ((function, argument),) = node.items()
    match function:
        case "Ref":
            return argument in gone
        case "Fn::GetAtt":
            return (argument.split(".") if isinstance(argument, str) else argument)[0] in gone
        case "Fn::ImportValue":
            return isinstance(argument, str) and argument in exports
        case "Fn::Sub":
            text = argument if isinstance(argument, str) else argument[0]
            return any(f"${{{name}" in text for name in gone)
        case _:
            return False


def _refers(node: Any, gone: Set[str], exports: Set[str]) -> bool:
    """Whether something gone is named anywhere inside this node."""
    if _is_reference(node, gone, exports):
        return True
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return any(_refers(child, gone, exports) for child in children)
