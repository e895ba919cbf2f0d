"""Where MiniStack 1.5.33 differs from AWS in a way the product relies on, put right before it starts."""

import asyncio
import json
import re
import ssl
import threading
import time
from typing import Any

from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.core.responses import request_scope
from ministack.services import iot, lambda_svc
from ministack.services.cloudformation import provisioners

from local.answer_corrections import apply_answer_corrections
from local.settings import HOST
from local.sign_in_corrections import apply_sign_in_corrections

WORKERS_A_FUNCTION = 2
IDLE_S = 300.0


def apply_corrections() -> None:
    """Apply every correction; each fails loudly when a new version of the emulator has moved what it corrects."""
    _count_loopback_as_tls()
    _name_the_role_of_a_session()
    _refer_to_secrets_by_arn()
    _authorise_by_resource()
    _resolve_thing_attributes()
    _keep_error_names()
    _share_workers()
    _end_idle_workers()
    _require_device_certificates()
    _keep_the_broker_on_loopback()
    apply_sign_in_corrections()
    apply_answer_corrections()


def _count_loopback_as_tls() -> None:
    """Let `aws:SecureTransport` hold: our HTTP to the emulator never leaves the machine."""
    resolve = iam_evaluator._resolve_condition_key

    def resolve_with_tls(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    iam_evaluator._resolve_condition_key = resolve_with_tls


def _name_the_role_of_a_session() -> None:
    """Let `aws:PrincipalArn` be the role and not its session; our roles have no path, which a session would not tell.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    resolve = iam_evaluator._resolve_condition_key

    def resolve_role(key: str, context: Any) -> Any:
        value = resolve(key, context)
        if key.lower() != "aws:principalarn" or ":assumed-role/" not in str(value):
            return value
        session = str(value).split(":")
        role = session[5].split("/")[1]
        return f"arn:{session[1]}:iam::{session[4]}:role/{role}"

    iam_evaluator._resolve_condition_key = resolve_role


def _refer_to_secrets_by_arn() -> None:
    """Let `Ref` of a secret be its ARN, for that is the resource which policies name.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
    """
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def by_arn(made: tuple[str, dict[str, str]]) -> tuple[str, dict[str, str]]:
        return made[1]["Arn"], made[1]

    def name_of(arn: str) -> str:
        return arn.partition(":secret:")[2].rpartition("-")[0] or arn

    handlers["create"] = lambda *given: by_arn(create(*given))
    handlers["update"] = lambda arn, *given: by_arn(update(name_of(arn), *given))
    handlers["delete"] = lambda arn, props: delete(name_of(arn), props)


def _authorise_by_resource() -> None:
    """Find the resource of calls for which the emulator wants a grant on everything.

    https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """
    tables, buses, iot_resources = (
        iam_actions.dynamodb_resource_arns,
        iam_actions.eventbridge_resource_arns,
        iam_actions.iot_resource_arns,
    )

    def with_tagged_table(body: bytes, region: str, account_id: str) -> list[str]:
        arn = _fields(body).get("ResourceArn")
        return [arn] if arn else list(tables(body, region, account_id))

    def with_described_bus(body: bytes, region: str, account_id: str) -> list[str]:
        fields = _fields(body)
        if set(fields) == {"Name"}:
            return [f"arn:aws:events:{region}:{account_id}:event-bus/{fields['Name']}"]
        return list(buses(body, region, account_id))

    def with_policy_target(method: str, path: str, body: bytes, region: str, account_id: str) -> list[str]:
        if path.startswith("/target-policies/"):
            return [_fields(body).get("target", "*")]
        return list(iot_resources(method, path, body, region, account_id))

    iam_actions.dynamodb_resource_arns = with_tagged_table
    iam_actions.eventbridge_resource_arns = with_described_bus
    iam_actions.iot_resource_arns = with_policy_target


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body or b"{}")
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _resolve_thing_attributes() -> None:
    """Fill `${iot:Connection.Thing.Attributes[name]}` in IoT policies.

    Without it a policy that ties a certificate to its device's own topics would deny everything.
    https://docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html
    """
    known_variables = iot._mqtt_policy_context

    def with_attributes(account_id: str, region: str, certificate_id: str, client_id: str) -> dict[str, str]:
        context: dict[str, str] = known_variables(account_id, region, certificate_id, client_id)
        if "iot:connection.thing.thingname" not in context:
            return context
        with request_scope(account_id, region):
            attributes = iot._things[client_id].get("attributes", {})
        return context | {f"iot:connection.thing.attributes[{name.lower()}]": text for name, text in attributes.items()}

    iot._mqtt_policy_context = with_attributes
    iot._POLICY_VARIABLE_RE = re.compile(r"\$\{(iot:[A-Za-z.]+(?:\[[A-Za-z0-9_.,@/:#-]+\])?)\}")


def _keep_error_names() -> None:
    """Answer the exception's class as errorType, which Step Functions matches in Retry and Catch.

    https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    reported = '"error": str(e), "trace"'
    if script.count(reported) != 1:
        raise RuntimeError("MiniStack's Lambda worker has changed: review local/corrections.py")
    named = '"error": str(e), "error_name": type(e).__name__, "trace"'
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(reported, named)
    invoke, execute = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm
    last = threading.local()

    def invoke_remembering(worker: Any, *arguments: Any, **named_arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = invoke(worker, *arguments, **named_arguments)
        last.error_name = answer.get("error_name")
        return answer

    def execute_with_name(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        last.error_name = None
        answer: dict[str, Any] = execute(func, event, request_id)
        if last.error_name and answer.get("error"):
            answer["body"]["errorType"] = last.error_name
        return answer

    lambda_runtime.Worker.invoke = invoke_remembering
    lambda_svc._execute_function_warm = execute_with_name


def _share_workers() -> None:
    """Let a burst wait for a function's two workers instead of starting a process for each request.

    AWS would scale out; here 20 requests at once made 40 processes of 75 MB, and most of them timed out starting.
    """
    execute = lambda_svc._execute_function_warm
    slots: dict[str, threading.BoundedSemaphore] = {}

    def execute_in_turn(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        name = (func.get("config") or func)["FunctionArn"]
        with slots.setdefault(name, threading.BoundedSemaphore(WORKERS_A_FUNCTION)):
            answer: dict[str, Any] = execute(func, event, request_id)
            return answer

    lambda_svc._execute_function_warm = execute_in_turn


def _end_idle_workers() -> None:
    """End a function's last worker too when nobody has called for minutes, as AWS does; each holds 75 to 150 MB."""
    reap_surplus = lambda_svc.reap_idle_workers

    def reap_idle(ttl: float | None = None) -> int:
        surplus: int = reap_surplus(ttl)
        oldest = time.time() - IDLE_S
        with lambda_runtime._lock:
            pools = lambda_runtime._workers.values()
            idle = [worker for pool in pools for worker in pool if not worker.in_use and worker.last_used < oldest]
            for pool in pools:
                pool[:] = [worker for worker in pool if worker not in idle]
        lambda_runtime.kill_workers(idle)
        return surplus + len(idle)

    lambda_svc.reap_idle_workers = reap_idle


def _require_device_certificates() -> None:
    """Refuse a TLS client without a certificate, as the broker's port 8883 does; MiniStack lets it in and act.

    https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html
    """
    build = iot._mtls_build_ssl_context

    def build_requiring() -> ssl.SSLContext:
        context: ssl.SSLContext = build()
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    iot._mtls_build_ssl_context = build_requiring


def _keep_the_broker_on_loopback() -> None:
    """Let the MQTT listener obey BIND_HOST too: nobody else on the network is meant to reach a laptop's broker."""

    async def start_on_loopback() -> None:
        port = iot._mtls_port()
        if iot._mtls_server is not None or port is None:
            return
        iot._mtls_loop = asyncio.get_running_loop()
        iot._mtls_server = await iot._mtls_loop.create_server(iot._MtlsAcceptor, HOST, port)

    iot._mtls_start_locked = start_on_loopback
