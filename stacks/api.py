"""The REST API: which path belongs to which domain, and what the gateway itself checks."""

import json
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.log_group import log_group
from stacks.constructs.problems import add_problems
from stacks.constructs.web_acl import web_acl
from stacks.names import Names, function_arn
from stacks.settings import DeploymentSettings

STAGE = "live"
PUBLIC = {
    "/api/v1/auth/login": ("identity", "POST"),
    "/api/v1/auth/challenge": ("identity", "POST"),
    "/api/v1/auth/refresh": ("identity", "POST"),
    "/health/live": ("health", "GET"),
    "/health/ready": ("health", "GET"),
}
"""Paths without an authorizer."""

PROTECTED = {
    "/api/v1/auth/{proxy+}": ("identity", "ANY"),
    "/api/v1/admin/tenants": ("tenants", "ANY"),
    "/api/v1/admin/tenants/{tenant_id}": ("tenants", "ANY"),
    "/api/v1/admin/tenants/{tenant_id}/moves": ("moves", "ANY"),
    "/api/v1/admin/tenants/{tenant_id}/moves/{proxy+}": ("moves", "ANY"),
    "/api/v1/admin/tenants/{tenant_id}/checks": ("doctor", "ANY"),
    "/api/v1/admin/tenants/{tenant_id}/checks/{proxy+}": ("doctor", "ANY"),
    "/api/v1/admin/tenants/{tenant_id}/{proxy+}": ("tenants", "ANY"),
    "/api/v1/tenants/{tenant_id}": ("tenants", "GET"),
    "/api/v1/tenants/{tenant_id}/cloud-keys": ("tenants", "PUT"),
    "/api/v1/tenants/{tenant_id}/checks": ("doctor", "ANY"),
    "/api/v1/tenants/{tenant_id}/checks/{proxy+}": ("doctor", "ANY"),
    "/api/v1/tenants/{tenant_id}/devices": ("devices", "ANY"),
    "/api/v1/tenants/{tenant_id}/devices/{proxy+}": ("devices", "ANY"),
    "/api/v1/admin/outbox/{proxy+}": ("outbox", "ANY"),
    "/api/v1/tenants/{tenant_id}/maintenance/{proxy+}": ("maintenance", "ANY"),
    "/api/v1/tenants/{tenant_id}/masters/{proxy+}": ("masters", "ANY"),
    "/api/v1/tenants/{tenant_id}/work-orders": ("production", "ANY"),
    "/api/v1/tenants/{tenant_id}/work-orders/{proxy+}": ("production", "ANY"),
    "/api/v1/tenants/{tenant_id}/dispatch": ("production", "GET"),
    "/api/v1/tenants/{tenant_id}/outbox": ("outbox", "GET"),
    "/api/v1/tenants/{tenant_id}/outbox/{proxy+}": ("outbox", "ANY"),
    "/api/v1/tenants/{tenant_id}/performance/{proxy+}": ("performance", "ANY"),
    "/api/v1/tenants/{tenant_id}/quality/{proxy+}": ("quality", "ANY"),
    "/api/v1/tenants/{tenant_id}/traceability/{proxy+}": ("traceability", "ANY"),
    "/api/v1/tenants/{tenant_id}/telemetry": ("telemetry", "ANY"),
    "/api/v1/tenants/{tenant_id}/telemetry/{proxy+}": ("telemetry", "ANY"),
}
"""Paths behind the authorizer; a domain's own resolver knows the routes below its proxy."""

BINARY = ("text/csv", "application/octet-stream", "image/png")
"""Media types passed on byte for byte, as Base64: API Gateway replaces what is not UTF-8, as in a Shift_JIS file. An
answer is turned back into bytes where the request accepts one of them."""


class ApiStack(cdk.Stack):
    """One regional REST API behind a web ACL."""

    def __init__(self, scope: Construct, settings: DeploymentSettings, names: Names) -> None:
        environment = cdk.Environment(account=settings.account, region=settings.region)
        super().__init__(scope, names.stack("Api"), env=environment, description="Makoto: REST API")
        self._settings, self._names = settings, names
        self._integrations: dict[str, apigateway.LambdaIntegration] = {}
        self.api = self._api()
        add_problems(self.api)
        self._routes()
        self._partners()
        self._guard()
        cdk.CfnOutput(self, "ApiId", value=self.api.rest_api_id)
        cdk.CfnOutput(self, "ApiUrl", value=self.api.url)

    def _api(self) -> apigateway.RestApi:
        settings, names = self._settings, self._names
        access = log_group(self, "Access", f"/makoto/{names.environment}/api/access", settings, is_personal=True)
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=names.prefix,
            description="Makoto",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            min_compression_size=cdk.Size.kibibytes(4),
            cloud_watch_role=True,
            # one setting for all APIs of the account and region: another environment may need it after this one
            cloud_watch_role_removal_policy=cdk.RemovalPolicy.RETAIN,
            binary_media_types=list(BINARY),
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                tracing_enabled=True,
                **_watched(settings.api_rate_per_s, settings.api_burst),
                method_options={
                    f"{path}/{method}": apigateway.MethodDeploymentOptions(**_watched(rate, 2 * rate))
                    for path, (domain, method) in PUBLIC.items()
                    for rate in [settings.sign_in_rate_per_s if domain == "identity" else settings.health_rate_per_s]
                },
                access_log_destination=apigateway.LogGroupLogDestination(access),
                access_log_format=_access_log_format(),
            ),
        )
        acknowledge(
            api,
            "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
            because="the account setting accepts only this policy",
        )
        return api

    def _guard(self) -> None:
        """Put the web ACL before the stage; the rules look at what anybody may send, signed in or not."""
        settings, stage = self._settings, self.api.deployment_stage
        if not settings.has_waf:
            acknowledge(self.api, "APIG3", because="this environment's API is reachable from this machine only")
            return
        guard = web_acl(self, "Guard", f"{self._names.prefix}-api", settings)
        wafv2.CfnWebACLAssociation(self, "Guarded", web_acl_arn=guard.attr_arn, resource_arn=stage.stage_arn)

    def _routes(self) -> None:
        authorizer = self._authorizer()
        for path, (domain, method) in PROTECTED.items():
            resource = self.api.root.resource_for_path(path)
            made = resource.add_method(method, self._integration(domain), authorizer=authorizer)
            acknowledge(made, "COG4", because="our authorizer also checks tenant, status and revocation")
        model, validator = self._object_model(), self._validator()
        for path, (domain, method) in PUBLIC.items():
            made = self.api.root.resource_for_path(path).add_method(
                method,
                self._integration(domain),
                request_models={"application/json": model} if method == "POST" else None,
                request_validator=validator,
            )
            acknowledge(made, "APIG4", "COG4", because="open to those who have no token yet")

    def _validator(self) -> apigateway.RequestValidator:
        return self.api.add_request_validator("Validator", validate_request_body=True, validate_request_parameters=True)

    def _integration(self, domain: str) -> apigateway.LambdaIntegration:
        if domain not in self._integrations:
            self._integrations[domain] = apigateway.LambdaIntegration(
                self._function(domain, "api"), proxy=True, scope_permission_to_method=False
            )
        return self._integrations[domain]

    def _function(self, domain: str, door: str) -> lambda_.IFunction:
        name = self._names.function(domain, door)
        return lambda_.Function.from_function_attributes(
            self, f"{domain}-{door}", function_arn=function_arn(self, name), same_environment=True
        )

    def _authorizer(self) -> apigateway.TokenAuthorizer:
        return apigateway.TokenAuthorizer(
            self,
            "Authorizer",
            authorizer_name=self._names.function("identity", "authorizer"),
            handler=self._function("identity", "authorizer"),
            identity_source="method.request.header.Authorization",
            validation_regex=r"^[Bb]earer [-0-9A-Za-z_]+\.[-0-9A-Za-z_]+\.[-0-9A-Za-z_]+$",
            results_cache_ttl=cdk.Duration.seconds(self._settings.authorizer_cache_s),
        )

    def _object_model(self) -> apigateway.IModel:
        return self.api.add_model(
            "Credentials",
            content_type="application/json",
            schema=apigateway.JsonSchema(type=apigateway.JsonSchemaType.OBJECT, max_properties=8),
        )

    def _partners(self) -> None:
        """A plan for partners' keys. It binds the methods that ask for a key, and none of today's does."""
        settings = self._settings
        key = self.api.add_api_key("PartnerKey", api_key_name=f"{self._names.prefix}-partner")
        plan = self.api.add_usage_plan(
            "Partners",
            name=f"{self._names.prefix}-partners",
            throttle=apigateway.ThrottleSettings(
                rate_limit=settings.partner_rate_per_s, burst_limit=2 * settings.partner_rate_per_s
            ),
            quota=apigateway.QuotaSettings(limit=settings.partner_quota_per_day, period=apigateway.Period.DAY),
        )
        plan.add_api_key(key)
        plan.add_api_stage(stage=self.api.deployment_stage)


def _watched(rate_per_s: int, burst: int) -> dict[str, Any]:  # Any: keywords of two classes of CDK
    """How every method is metered, logged and throttled; a method with options of its own inherits nothing."""
    return {
        "metrics_enabled": True,
        "logging_level": apigateway.MethodLoggingLevel.ERROR,
        "data_trace_enabled": False,  # bodies hold passwords and customers' data
        "throttling_rate_limit": rate_per_s,
        "throttling_burst_limit": burst,
    }


def _access_log_format() -> apigateway.AccessLogFormat:
    """Who asked what and how long it took; never a header or a body."""
    fields = {
        "request_id": "requestId",
        "trace_id": "xrayTraceId",
        "at": "requestTimeEpoch",
        "ip": "identity.sourceIp",
        "method": "httpMethod",
        "path": "path",
        "status": "status",
        "bytes": "responseLength",
        "latency_ms": "responseLatency",
        "tenant_id": "authorizer.tenant_id",
        "subject": "authorizer.subject",
        "error": "error.responseType",
    }
    return apigateway.AccessLogFormat.custom(json.dumps({name: f"$context.{field}" for name, field in fields.items()}))
