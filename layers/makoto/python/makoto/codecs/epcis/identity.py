"""Names of lots and serials for the world outside: GS1 URNs and Digital Links, and our own URNs where there is no GTIN.

EPC Tag Data Standard 2.0, 6.3.1 (SGTIN) and 6.3.17 (LGTIN); GS1 Digital Link Standard: URI Syntax 1.4.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from makoto.errors import Invalid

_LGTIN = re.compile(r"^urn:epc:class:lgtin:(\d{6,12})\.(\d{1,7})\.(.+)$")
_SGTIN = re.compile(r"^urn:epc:id:sgtin:(\d{6,12})\.(\d{1,7})\.(.+)$")
_LINK = re.compile(r"^https?://[^/]+/(?:[^?#]*/)?(?:01|gtin)/(\d{8}|\d{12,14})(?:/(10|lot|21|ser)/([^/?#]+))?$")
_OWN = re.compile(r"^urn:makoto:([a-z]+):([^:]+):(.+)$")
_GTIN_DIGITS = 13


class InvalidGtin(Invalid):
    """The check digit is another one, or the company prefix is not the GTIN's."""


@dataclass(frozen=True)
class Identified:
    """What an identifier names: a lot or serial `name` of a GTIN, or something of ours of a `kind` in a tenant."""

    name: str
    gtin: str | None = None
    is_instance: bool = False
    kind: str | None = None
    tenant_id: str | None = None


def class_id(gtin: str, lot: str, company_prefix: str | None = None) -> str:
    """A lot of a GTIN: an LGTIN URN where the company prefix is known, which only its owner can say, else a link."""
    number = _checked(gtin)
    if company_prefix is None:
        return f"https://id.gs1.org/01/{number}/10/{quote(lot, safe='')}"
    return f"urn:epc:class:lgtin:{_split(number, company_prefix)}.{_escaped(lot)}"


def instance_id(gtin: str, serial: str, company_prefix: str | None = None) -> str:
    """A serial of a GTIN: an SGTIN URN where the company prefix is known, else a link."""
    number = _checked(gtin)
    if company_prefix is None:
        return f"https://id.gs1.org/01/{number}/21/{quote(serial, safe='')}"
    return f"urn:epc:id:sgtin:{_split(number, company_prefix)}.{_escaped(serial)}"


def private_id(kind: str, tenant_id: str, name: str) -> str:
    """A URN of ours: kind is lot, place, event, party or document."""
    return f"urn:makoto:{kind}:{tenant_id}:{quote(name, safe='/')}"


def identified(uri: str) -> Identified | None:
    """Read an identifier; None where it is of no form that names a lot, a serial or something of ours."""
    for pattern, is_instance in ((_LGTIN, False), (_SGTIN, True)):
        if found := pattern.match(uri):
            prefix, item, name = found.groups()
            body = f"{item[:1]}{prefix}{item[1:]}"
            if len(body) != _GTIN_DIGITS:
                return None
            return Identified(unquote(name), body + check_digit(body), is_instance)
    if found := _LINK.match(uri):
        gtin, qualifier, name = found.groups()
        return None if name is None else Identified(unquote(name), gtin.zfill(14), qualifier in ("21", "ser"))
    if found := _OWN.match(uri):
        kind, tenant_id, name = found.groups()
        return Identified(unquote(name), None, False, kind, tenant_id)
    return None


def check_digit(body: str) -> str:
    """The check digit of a GTIN without it (GS1 General Specifications, 7.9)."""
    weighed = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-weighed % 10)


def is_gtin(number: str) -> bool:
    """Whether the check digit is its own."""
    return number.isdecimal() and check_digit(number[:-1]) == number[-1]


def _checked(gtin: str) -> str:
    number = gtin.zfill(14)
    if not is_gtin(number):
        raise InvalidGtin(f"GTIN {gtin} has a check digit that is not its own")
    return number


def _split(number: str, company_prefix: str) -> str:
    if not number[1:].startswith(company_prefix) or not 6 <= len(company_prefix) <= 12:
        raise InvalidGtin(f"GTIN {number} does not begin with the company prefix {company_prefix}")
    return f"{company_prefix}.{number[0]}{number[1 + len(company_prefix) : -1]}"


def _escaped(name: str) -> str:
    """TDS 5.4: these characters are written by their code, every other of the 82 stands for itself."""
    return quote(name, safe="!'()*+,-.:;=_")
