"""The templates as a whole: clean by every checker, the same each time, deployable."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sqs as sqs
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it ships no types
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]  # it ships no types

from tests.stacks.assembly import Assembly
from tests.stacks.conftest import Synthesise

STACKS = {"Api", "Data", "Identity", "Ingestion", "Messaging", "Network", "Services", "TenantAccount", "Workflows"}
CDK_REPEATS_DEPENDENCIES = "W3005"  # aws_lambda.Function writes DependsOn for the role it also names


def test_every_stack_is_synthesised(dev: Assembly, prod: Assembly) -> None:
    assert set(dev.templates) == STACKS
    assert set(prod.templates) == STACKS


def test_cfn_lint_finds_nothing(prod: Assembly) -> None:
    settings = ManualArgs(regions=["ap-northeast-1"], ignore_checks=[CDK_REPEATS_DEPENDENCIES])

    found = [str(match) for file in sorted(prod.folder.glob("*.template.json")) for match in lint_file(file, settings)]

    assert found == []


def test_a_finding_of_cdk_nag_stops_the_synthesis(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path))
    sqs.Queue(cdk.Stack(app, "Careless"), "WithoutTlsOrDeadLetters")
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))

    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_every_acknowledged_finding_has_a_reason(prod: Assembly) -> None:
    reasons = {
        (path, rule): reason
        for file in prod.folder.glob("*.metadata.json")
        for path, entries in json.loads(file.read_text()).items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for rule, reason in entry["data"].items()
    }

    assert reasons
    assert [key for key, reason in reasons.items() if len(reason) < 20] == []


def test_synthesis_is_deterministic(dev: Assembly, synthesise: Synthesise, tmp_path: Path) -> None:
    first, second = dev, synthesise("dev", tmp_path)

    assert first.templates == second.templates


def test_no_template_needs_a_custom_resource_or_a_transform(dev: Assembly) -> None:
    kinds = {resource["Type"] for _, _, resource in dev.all_resources()}

    assert not {kind for kind in kinds if kind.startswith("Custom::") or kind.endswith("::CustomResource")}
    assert not [name for name, template in dev.templates.items() if "Transform" in template]


def test_every_template_is_within_the_limits_of_cloudformation(prod: Assembly) -> None:
    for file in prod.folder.glob("*.template.json"):
        assert file.stat().st_size < 1_000_000, file.name
    for name, template in prod.templates.items():
        assert len(template["Resources"]) < 500, name


def test_data_survives_a_deleted_stack_in_production(prod: Assembly) -> None:
    kinds = ("AWS::DynamoDB::GlobalTable", "AWS::KMS::Key", "AWS::Cognito::UserPool", "AWS::SecretsManager::Secret")
    kept = {
        resource["Type"]: (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        for _, _, resource in prod.all_resources()
        if resource["Type"] in kinds
    }

    assert kept == dict.fromkeys(kinds, ("Retain", "Retain"))
