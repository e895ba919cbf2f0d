"""A web ACL as before our API: AWS's own rules and a bound on what one address may ask for."""

from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from stacks.settings import DeploymentSettings

Rule = wafv2.CfnWebACL.RuleProperty
Statement = wafv2.CfnWebACL.StatementProperty

SIGN_IN = "/api/v1/auth/"
MANAGED = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
    # it refuses bodies over 8 KB: an import's part has 1 MB, and our own door bounds every body
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
}
"""AWS's rule groups, each with the rules of it that only count."""


def web_acl(scope: Construct, construct_id: str, name: str, settings: DeploymentSettings) -> wafv2.CfnWebACL:
    """Let through what no rule blocks; a blocked request gets the gateway's WAF_FILTERED answer."""
    rules = [
        _rate("SignIns", 0, settings.sign_ins_per_address, below=SIGN_IN),
        _rate("Requests", 1, settings.requests_per_address),
        *(_managed(group, 2 + order, counted) for order, (group, counted) in enumerate(MANAGED.items())),
    ]
    return wafv2.CfnWebACL(
        scope,
        construct_id,
        name=name,
        scope="REGIONAL",
        default_action=wafv2.CfnWebACL.DefaultActionProperty(allow=wafv2.CfnWebACL.AllowActionProperty()),
        rules=rules,
        visibility_config=_metered(name),
    )


def _rate(name: str, priority: int, limit: int, *, below: str = "") -> Rule:
    """Block an address that asked more often in five minutes, until it asks less."""
    bound = wafv2.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP",
        limit=limit,
        evaluation_window_sec=300,
        scope_down_statement=_path_holds(below) if below else None,
    )
    return Rule(
        name=name,
        priority=priority,
        statement=Statement(rate_based_statement=bound),
        action=wafv2.CfnWebACL.RuleActionProperty(block=wafv2.CfnWebACL.BlockActionProperty()),
        visibility_config=_metered(name),
    )


def _path_holds(text: str) -> Statement:
    """The stage is part of the path that a web ACL sees, so a path is known by what it holds."""
    match = wafv2.CfnWebACL.ByteMatchStatementProperty(
        field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(uri_path={}),
        positional_constraint="CONTAINS",
        search_string=text,
        text_transformations=[wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NORMALIZE_PATH")],
    )
    return Statement(byte_match_statement=match)


def _managed(group: str, priority: int, counted: tuple[str, ...]) -> Rule:
    count = wafv2.CfnWebACL.RuleActionProperty(count=wafv2.CfnWebACL.CountActionProperty())
    managed = wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=group,
        rule_action_overrides=[
            wafv2.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count) for rule in counted
        ]
        or None,
    )
    return Rule(
        name=group,
        priority=priority,
        statement=Statement(managed_rule_group_statement=managed),
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        visibility_config=_metered(group),
    )


def _metered(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
