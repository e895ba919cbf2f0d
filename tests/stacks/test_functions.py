"""The functions: their code, their sizes, what calls them and what catches what they drop."""

from pathlib import Path
from typing import Any

import pytest

from stacks.services import DOMAINS
from tests.stacks.assembly import Assembly, flat

REPOSITORY = Path(__file__).resolve().parents[2]
DEPLOYED = {(domain.name, door.name) for domain in DOMAINS for door in domain.doors} | {("identity", "claims")}
BESIDE_AURORA = {
    *("tenants-api", "tenants-tasks", "tenants-schedule", "tenants-migrate"),
    *("moves-api", "moves-tasks", "moves-schedule"),
    "health-api",
}
FROM_RULES = {"tenants-schedule", "moves-schedule", "telemetry-tasks", "telemetry-schedule", "doctor-schedule"}


@pytest.fixture(scope="module")
def functions(prod: Assembly) -> dict[str, dict[str, Any]]:  # Any: CloudFormation properties
    named = prod.named("AWS::Lambda::Function", "FunctionName")
    return {name.removeprefix("makoto-prod-"): properties for name, properties in named.items()}


def test_every_function_is_as_all_of_ours_are(functions: dict[str, dict[str, Any]]) -> None:
    assert set(functions) == {f"{domain}-{door}" for domain, door in DEPLOYED}
    for name, function in functions.items():
        domain, door = name.split("-")
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert function["Handler"] == f"functions.{domain}.{door}.handler"
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert "LogGroup" in function["LoggingConfig"]
        assert function["Layers"]


def test_every_log_group_forgets(dev: Assembly, prod: Assembly) -> None:
    for assembly, days, personal_days in ((dev, 7, 7), (prod, 365, 90)):
        groups = assembly.named("AWS::Logs::LogGroup", "LogGroupName")
        assert len(groups) >= len(DEPLOYED)
        kept = {name: group["RetentionInDays"] for name, group in groups.items()}
        personal = {name: kept.pop(name) for name in list(kept) if name.endswith(("/api/access", "/network/flow"))}
        assert set(kept.values()) == {days}
        assert list(personal.values()) == [personal_days] * 2


def test_just_the_functions_that_use_sql_are_in_the_private_subnets(functions: dict[str, dict[str, Any]]) -> None:
    inside = {name for name, function in functions.items() if "VpcConfig" in function}

    assert inside == BESIDE_AURORA
    subnets = functions["tenants-api"]["VpcConfig"]["SubnetIds"]
    assert ["private" in flat(subnet) for subnet in subnets] == [True, True]


def test_every_function_is_told_the_same_but_its_domain(functions: dict[str, dict[str, Any]]) -> None:
    own = ("MAKOTO_DOMAIN", "POWERTOOLS_SERVICE_NAME", "MAKOTO_USER_POOL_ID", "MAKOTO_USER_POOL_CLIENT_ID")
    told = {name: function["Environment"]["Variables"] for name, function in functions.items()}
    shared = [
        {variable: flat(value) for variable, value in variables.items() if variable not in own}
        for name, variables in told.items()
        if name != "identity-claims"
    ]

    assert all(each == shared[0] for each in shared)
    assert shared[0]["MAKOTO_CONFIGURATION_TABLE"] == "makoto-prod-configuration"
    assert told["devices-api"]["MAKOTO_DOMAIN"] == "devices"


def test_another_region_is_reached_where_there_is_nat(dev: Assembly, prod: Assembly) -> None:
    reached = []
    for assembly in (dev, prod):
        function = assembly.named("AWS::Lambda::Function", "FunctionName")[f"makoto-{assembly.environment}-tenants-api"]
        reached.append(function["Environment"]["Variables"].get("MAKOTO_REACHES_OTHER_REGIONS"))

    assert reached == [None, "True"]


@pytest.mark.parametrize("domain", [domain.name for domain in DOMAINS])
def test_the_asset_of_a_domain_holds_its_folder_and_the_policies_and_nothing_else(prod: Assembly, domain: str) -> None:
    function = prod.named("AWS::Lambda::Function", "FunctionName")[f"makoto-prod-{domain}-api"]
    source = {
        str(file.relative_to(REPOSITORY))
        for folder in (REPOSITORY / "functions" / domain, REPOSITORY / "policies")
        for file in folder.rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }

    assert prod.files_of(function) == {"functions/__init__.py", *source}


def test_the_shared_layer_holds_the_package_and_no_bytecode_of_this_machine(prod: Assembly) -> None:
    layers = prod.resources("AWS::Lambda::LayerVersion", "Services").values()
    (shared,) = (layer for layer in layers if layer["LayerName"].endswith("-makoto"))

    files = prod.files_of({"Code": shared["Content"]})
    assert "python/makoto/settings.py" in files
    assert [file for file in files if not file.startswith("python/makoto/") or file.endswith(".pyc")] == []


def test_what_a_rule_calls_has_a_dead_letter_queue(prod: Assembly, functions: dict[str, dict[str, Any]]) -> None:
    rules = prod.named("AWS::Events::Rule", "Name")
    scheduled = {name.removeprefix("makoto-prod-") for name, rule in rules.items() if "ScheduleExpression" in rule}

    assert scheduled == FROM_RULES
    assert {name for name, function in functions.items() if "DeadLetterConfig" in function} == FROM_RULES


def test_compaction_runs_hourly_with_its_task_and_the_relay_every_minute(prod: Assembly) -> None:
    rules = prod.named("AWS::Events::Rule", "Name")

    compaction = rules["makoto-prod-telemetry-tasks"]
    assert compaction["ScheduleExpression"] == "rate(1 hour)"
    assert compaction["Targets"][0]["Input"] == '{"task":"compact_history","input":{}}'
    assert rules["makoto-prod-tenants-schedule"]["ScheduleExpression"] == "rate(1 minute)"


def test_device_messages_come_in_batches_that_may_fail_in_part(prod: Assembly) -> None:
    mappings = prod.resources("AWS::Lambda::EventSourceMapping").values()
    (messages,) = (mapping for mapping in mappings if mapping["BatchSize"] == 100)

    assert messages["MaximumBatchingWindowInSeconds"] == 1
    assert messages["ScalingConfig"] == {"MaximumConcurrency": 200}
    assert all(mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for mapping in mappings)
