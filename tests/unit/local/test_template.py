"""Dropping resource types from a template."""

from typing import Any

import pytest

from local.assembly import Stack
from local.template import DROPPED_TYPES, NOTHING, without_dropped

FLOW_LOG = {"Type": "AWS::EC2::FlowLog", "Properties": {}}


def stack(resources: dict[str, Any], name: str = "Makoto-local-Network", **rest: Any) -> Stack:
    return Stack(name, {"Resources": resources, **rest})


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def test_a_dropped_type_is_gone_and_others_stay() -> None:
    template, _ = without_dropped(stack({"Log": FLOW_LOG, "Queue": queue(QueueName="q")}))

    assert template["Resources"] == {"Queue": queue(QueueName="q")}


@pytest.mark.parametrize("reference", [{"Ref": "Log"}, {"Fn::GetAtt": ["Log", "Arn"]}])
def test_references_to_what_is_dropped_go_with_it(reference: dict[str, Any]) -> None:
    holding = queue(Tags=[{"Key": "a", "Value": "b"}, reference], KmsMasterKeyId=reference, QueueName="q")

    template, _ = without_dropped(stack({"Log": FLOW_LOG, "Queue": holding}))

    assert template["Resources"]["Queue"] == queue(Tags=[{"Key": "a", "Value": "b"}], QueueName="q")


@pytest.mark.parametrize(
    ("before", "after"), [("Log", None), (["Log"], None), (["Log", "Other"], ["Other"]), ("Other", ["Other"])]
)
def test_a_dependency_on_what_is_dropped_goes_with_it(before: Any, after: Any) -> None:
    resources = {"Log": FLOW_LOG, "Other": queue(), "Queue": {**queue(), "DependsOn": before}}

    template, _ = without_dropped(stack(resources))

    assert template["Resources"]["Queue"].get("DependsOn") == after


def test_an_output_of_what_is_dropped_is_missing_in_the_next_stack_too() -> None:
    outputs = {
        "Lost": {"Value": {"Fn::Join": ["", ["x", {"Ref": "Log"}]]}, "Export": {"Name": "lost"}},
        "Kept": {"Value": {"Ref": "Queue"}, "Export": {"Name": "kept"}},
    }
    first, gone = without_dropped(stack({"Log": FLOW_LOG, "Queue": queue()}, Outputs=outputs))
    imported = {"Fn::GetStackOutput": {"StackName": "Makoto-local-Network", "OutputName": "Lost"}}
    reader = queue(QueueName={"Fn::ImportValue": "kept"}, KmsMasterKeyId={"Fn::ImportValue": "lost"}, Tags=[imported])

    second, _ = without_dropped(stack({"Reader": reader}, name="Makoto-local-Data"), gone)

    assert list(first["Outputs"]) == ["Kept"]
    assert second["Resources"]["Reader"] == queue(QueueName={"Fn::ImportValue": "kept"}, Tags=[])


def test_a_template_without_dropped_types_is_not_changed() -> None:
    original = stack({"Queue": {**queue(QueueName={"Fn::Sub": "${AWS::StackName}-q"}), "DependsOn": ["Queue"]}})

    template, gone = without_dropped(original)

    assert template == original.template
    assert gone == NOTHING


def test_every_dropped_type_says_why() -> None:
    assert all(len(reason) > 20 for reason in DROPPED_TYPES.values())
