"""Sign-in and the REST API."""

import json

import pytest
from aws_cdk.assertions import Match, Template

from stacks.api import PROTECTED, PUBLIC
from stacks.constructs.problems import PROBLEMS
from tests.stacks.assembly import Assembly, flat

Routes = dict[tuple[str, str], dict[str, object]]


@pytest.fixture(scope="module")
def identity(prod: Assembly) -> Template:
    return Template.from_json(prod.templates["Identity"])


@pytest.fixture(scope="module")
def routes(prod: Assembly) -> Routes:
    """Every method by its path and verb."""
    resources = {key.split("/")[1]: found for key, found in prod.resources("AWS::ApiGateway::Resource").items()}

    def path(reference: dict[str, object]) -> str:
        if "Ref" not in reference:
            return ""
        resource = resources[str(reference["Ref"])]
        return f"{path(resource['ParentId'])}/{resource['PathPart']}"

    methods = prod.resources("AWS::ApiGateway::Method").values()
    return {(path(method["ResourceId"]), method["HttpMethod"]): method for method in methods}


def test_nobody_registers_alone_and_passwords_are_long(identity: Template) -> None:
    identity.has_resource_properties(
        "AWS::Cognito::UserPool",
        {
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
            "UsernameConfiguration": {"CaseSensitive": False},
            "UsernameAttributes": Match.absent(),
            "AliasAttributes": Match.absent(),
            "Policies": {"PasswordPolicy": Match.object_like({"MinimumLength": 12, "RequireSymbols": True})},
            "MfaConfiguration": "OPTIONAL",
            "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
            "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"},
            "DeletionProtection": "ACTIVE",
        },
    )


def test_the_claims_come_from_the_trigger_and_never_from_the_user(identity: Template, prod: Assembly) -> None:
    pool = prod.only("AWS::Cognito::UserPool")
    trigger = pool["LambdaConfig"]["PreTokenGenerationConfig"]

    assert trigger["LambdaVersion"] == "V2_0"
    assert "Claims" in flat(trigger["LambdaArn"])
    assert pool["Schema"] == [{"Name": "email", "Mutable": True, "Required": False}]
    identity.has_resource_properties("AWS::Cognito::UserPoolClient", {"WriteAttributes": ["locale", "name"]})


def test_the_client_signs_in_through_our_server_and_can_be_revoked(identity: Template) -> None:
    identity.has_resource_properties(
        "AWS::Cognito::UserPoolClient",
        {
            "GenerateSecret": False,
            "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "AllowedOAuthFlowsUserPoolClient": False,
            "EnableTokenRevocation": True,
            "PreventUserExistenceErrors": "ENABLED",
            "AccessTokenValidity": 30,
            "ReadAttributes": Match.array_with(["email"]),
        },
    )


def test_the_api_has_just_the_listed_paths(routes: Routes) -> None:
    listed = {(path, method) for path, (_, method) in {**PUBLIC, **PROTECTED}.items()}

    assert set(routes) == listed


def test_only_the_listed_paths_are_open(routes: Routes) -> None:
    open_paths = {path for (path, _), method in routes.items() if method["AuthorizationType"] == "NONE"}

    assert open_paths == set(PUBLIC)
    protected = [method for (path, _), method in routes.items() if path in PROTECTED]
    assert {method["AuthorizationType"] for method in protected} == {"CUSTOM"}
    assert all(method["AuthorizerId"] for method in protected)


@pytest.mark.parametrize(("path", "domain"), [(path, domain) for path, (domain, _) in {**PUBLIC, **PROTECTED}.items()])
def test_each_path_leads_to_its_domain(routes: Routes, path: str, domain: str) -> None:
    (method,) = (method for (found, _), method in routes.items() if found == path)

    assert f":function:makoto-prod-{domain}-api" in flat(method["Integration"]["Uri"])  # type: ignore[index]


def test_the_authorizer_remembers_less_than_a_suspension_may_take(prod: Assembly) -> None:
    authorizer = prod.only("AWS::ApiGateway::Authorizer")

    assert authorizer["Type"] == "TOKEN"
    assert authorizer["AuthorizerResultTtlInSeconds"] == 10
    assert ":function:makoto-prod-identity-authorizer" in flat(authorizer["AuthorizerUri"])


def test_the_gateway_answers_in_problem_documents(prod: Assembly) -> None:
    responses = prod.named("AWS::ApiGateway::GatewayResponse", "ResponseType")

    assert {int(response["StatusCode"]) for response in responses.values()} >= {401, 403, 404, 413, 422, 429, 500, 504}
    assert len(responses) == len(PROBLEMS)
    for response in responses.values():
        document = json.loads(response["ResponseTemplates"]["application/json"])
        assert document["status"] == int(response["StatusCode"])
        assert document["type"].startswith("urn:makoto:problem:")
        assert document["instance"] == "urn:makoto:request:$context.requestId"
        headers = response["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"


def test_a_refusal_says_how_to_come_back(prod: Assembly) -> None:
    responses = prod.named("AWS::ApiGateway::GatewayResponse", "ResponseType")

    assert responses["UNAUTHORIZED"]["ResponseParameters"]["gatewayresponse.header.WWW-Authenticate"] == "'Bearer'"
    assert responses["THROTTLED"]["ResponseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"


def test_the_stage_is_traced_throttled_and_logged_without_bodies(prod: Assembly) -> None:
    stage = prod.only("AWS::ApiGateway::Stage")
    every_method, *_ = stage["MethodSettings"]
    fields = json.loads(stage["AccessLogSetting"]["Format"])

    assert stage["TracingEnabled"] is True
    assert every_method["ResourcePath"] == "/*"
    assert not any(method["DataTraceEnabled"] for method in stage["MethodSettings"])
    assert all(method["MetricsEnabled"] and method["LoggingLevel"] == "ERROR" for method in stage["MethodSettings"])
    assert (every_method["ThrottlingRateLimit"], every_method["ThrottlingBurstLimit"]) == (2000, 4000)
    assert {"request_id", "status", "latency_ms", "tenant_id"} <= set(fields)


def test_open_paths_have_a_throttle_of_their_own(prod: Assembly) -> None:
    _, *settings = prod.only("AWS::ApiGateway::Stage")["MethodSettings"]
    rates = {method["ResourcePath"].replace("~1", "/"): method["ThrottlingRateLimit"] for method in settings}

    assert {path.removeprefix("/"): rate for path, rate in rates.items()} == {
        path: 20 if "/auth/" in path else 5 for path in PUBLIC
    }


def test_a_web_acl_stands_before_the_stage(dev: Assembly, prod: Assembly) -> None:
    for assembly in (dev, prod):
        association = assembly.only("AWS::WAFv2::WebACLAssociation")
        assert "/stages/<ApiDeploymentStage" in flat(association["ResourceArn"])
        rules = {rule["Name"]: rule for rule in assembly.only("AWS::WAFv2::WebACL")["Rules"]}
        assert {"SignIns", "Requests", "AWSManagedRulesCommonRuleSet"} <= set(rules)
        assert sorted(rule["Priority"] for rule in rules.values()) == list(range(len(rules)))


def test_the_web_acl_lets_the_part_of_an_import_through(prod: Assembly) -> None:
    groups = {rule["Name"]: rule["Statement"] for rule in prod.only("AWS::WAFv2::WebACL")["Rules"]}
    common = groups["AWSManagedRulesCommonRuleSet"]["ManagedRuleGroupStatement"]

    assert common["RuleActionOverrides"] == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]


def test_files_pass_byte_for_byte_and_json_as_text(prod: Assembly) -> None:
    binary = prod.only("AWS::ApiGateway::RestApi")["BinaryMediaTypes"]
    assert binary == ["text/csv", "application/octet-stream", "image/png"]


def test_the_accounts_right_to_log_outlives_an_environment(dev: Assembly) -> None:
    kept = {
        resource["Type"]: resource.get("DeletionPolicy")
        for stack, name, resource in dev.all_resources()
        if stack == "Api" and (resource["Type"] == "AWS::ApiGateway::Account" or "CloudWatchRole" in name)
    }

    assert set(kept.values()) == {"Retain"}
    assert len(kept) == 2


def test_partners_have_a_plan_with_a_quota(prod: Assembly) -> None:
    plan = prod.only("AWS::ApiGateway::UsagePlan")

    assert plan["Quota"] == {"Limit": 100_000, "Period": "DAY"}
    assert plan["Throttle"] == {"RateLimit": 20, "BurstLimit": 40}
    assert len(prod.resources("AWS::ApiGateway::UsagePlanKey")) == 1
