"""How devices reach the platform: who may speak on which topic, and the queue their messages wait in."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot
from constructs import Construct

from stacks.constructs.grants import allow
from stacks.constructs.queue import ConsumerQueue, parking_queue
from stacks.names import Names, iot_arn
from stacks.settings import DeploymentSettings

INGEST_TIMEOUT = cdk.Duration.seconds(60)
# the whole message as it came, malformed JSON too; tenant and device are read from topic and certificate
RULE_SQL = (
    "SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS client_id, "
    "principal() AS principal, timestamp() AS received_at FROM 'dt/#'"
)


def _attribute(name: str) -> str:
    return f"${{iot:Connection.Thing.Attributes[{name}]}}"


ANY_KIND = "?"
"""One character: t, b, d, s, c or a. A resource a kind would pass the 2,048 characters of an IoT policy; the ingest
function refuses kinds that it does not know."""

PLACE = "/".join(_attribute(level) for level in ("tenant", "site", "area", "line", "cell"))
ACKNOWLEDGEMENTS = f"ack/{_attribute('tenant')}/{_attribute('device')}"


class IngestionStack(cdk.Stack):
    """IoT policy and rule, the queue of messages and the queue of those that were rejected."""

    def __init__(self, scope: Construct, settings: DeploymentSettings, names: Names) -> None:
        environment = cdk.Environment(account=settings.account, region=settings.region)
        super().__init__(scope, names.stack("Ingestion"), env=environment, description="Makoto: device messages")
        self.messages = ConsumerQueue(
            self, "Messages", names.queue("telemetry-messages"), consumer_timeout=INGEST_TIMEOUT
        )
        self.rejected = parking_queue(
            self,
            "Rejected",
            names.queue("telemetry-rejected"),
            because="messages whose sender could not be established are kept for people to look at",
        )
        # a thing without a type may hold three attributes; ours holds six
        iot.CfnThingType(self, "DeviceType", thing_type_name=names.device_policy)
        iot.CfnPolicy(self, "DevicePolicy", policy_name=names.device_policy, policy_document=self._device_policy())
        self._rule(names)

    def _device_policy(self) -> iam.PolicyDocument:
        attached = {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}
        client = iot_arn(self, "client", "${iot:Connection.Thing.ThingName}")
        return iam.PolicyDocument(
            statements=[
                iam.PolicyStatement(actions=["iot:Connect"], resources=[client], conditions=attached),
                iam.PolicyStatement(
                    actions=["iot:Publish"],
                    resources=[iot_arn(self, "topic", f"dt/{PLACE}/{ANY_KIND}")],
                    conditions=attached,
                ),
                iam.PolicyStatement(
                    actions=["iot:Subscribe"],
                    resources=[iot_arn(self, "topicfilter", ACKNOWLEDGEMENTS)],
                    conditions=attached,
                ),
                iam.PolicyStatement(
                    actions=["iot:Receive"],
                    resources=[iot_arn(self, "topic", ACKNOWLEDGEMENTS)],
                    conditions=attached,
                ),
            ]
        )

    def _rule(self, names: Names) -> None:
        role = iam.Role(
            self,
            "RuleRole",
            role_name=f"{names.prefix}-device-messages",
            assumed_by=iam.ServicePrincipal("iot.amazonaws.com"),
        )
        allow(role, "sqs:SendMessage", on=[self.messages.queue.queue_arn, self.messages.dead_letters.queue_arn])
        rule = iot.CfnTopicRule(
            self,
            "DeviceMessages",
            rule_name=names.device_rule,
            topic_rule_payload=iot.CfnTopicRule.TopicRulePayloadProperty(
                sql=RULE_SQL,
                aws_iot_sql_version="2016-03-23",
                rule_disabled=False,
                actions=[self._to(self.messages.queue.queue_url, role)],
                error_action=self._to(self.messages.dead_letters.queue_url, role),
            ),
        )
        rule.node.add_dependency(role.node.find_child("DefaultPolicy"))

    def _to(self, queue_url: str, role: iam.Role) -> iot.CfnTopicRule.ActionProperty:
        action = iot.CfnTopicRule.SqsActionProperty(queue_url=queue_url, role_arn=role.role_arn, use_base64=False)
        return iot.CfnTopicRule.ActionProperty(sqs=action)
