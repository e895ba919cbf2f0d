"""Nothing secret or personal passes into a log line."""

from io import StringIO

import orjson
import pytest
from aws_lambda_powertools import Logger

from makoto.runtime.masking import MASK, mask
from makoto.runtime.telemetry import MaskingFormatter


@pytest.mark.parametrize(
    "key", ["password", "new_password", "Authorization", "refresh_token", "external_id", "totp_code", "secret"]
)
def test_a_value_under_a_secret_key_is_hidden_at_any_depth(key: str) -> None:
    assert mask({"a": [{key: "hunter2"}]}) == {"a": [{key: MASK}]}


@pytest.mark.parametrize(
    "text",
    [
        "bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
        "key AKIAIOSFODNN7EXAMPLE used",
        "sk-abcdefghijklmnopqrstuv",
        "postgresql://owner:pa55word@127.0.0.1/makoto",
    ],
)
def test_a_secret_is_known_by_its_shape(text: str) -> None:
    masked = mask({"message": text})["message"]
    assert MASK in masked
    assert not any(leak in masked for leak in ("c2lnbmF0dXJl", "MIIEow", "IOSFODNN7", "abcdefghij", "pa55word"))


def test_an_e_mail_address_keeps_only_its_first_letter_and_domain() -> None:
    assert mask("sent to hanako.sato@example.co.jp") == "sent to h***@example.co.jp"


def test_ordinary_fields_pass_unchanged() -> None:
    fields = {
        "tenant_id": "t0123456789ab",
        "count": 3,
        "ratio": 0.5,
        "items": ["line-1"],
        "none": None,
        "tokens_used": 12,
    }
    assert mask(fields) == fields


def test_a_log_line_is_masked_where_it_leaves_the_process() -> None:
    out = StringIO()
    logger = Logger(service="masking", stream=out, logger_formatter=MaskingFormatter())
    logger.info("signed in", password="hunter2", note="by hanako@example.com")
    line = orjson.loads(out.getvalue())
    assert (line["password"], line["note"]) == (MASK, "by h***@example.com")
