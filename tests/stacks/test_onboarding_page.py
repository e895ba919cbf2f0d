"""The onboarding runbook names the roles that a customer's directory has to trust."""

import re

from tests.house.checkout import ROOT
from tests.stacks.assembly import Assembly
from tests.stacks.test_permissions import functions_with

MOST_TRUSTS = 20
"""Federated credentials of one application (Entra's limit)."""


def test_the_page_names_every_role_that_shows_the_platforms_identity(dev: Assembly) -> None:
    page = (ROOT / "docs/runbooks/onboarding-a-tenant.md").read_text(encoding="utf-8")
    found = re.search(r"^for role in ([a-z \\\n-]+); do$", page, re.MULTILINE)
    assert found is not None

    assert set(found[1].replace("\\", " ").split()) == functions_with(dev, "sts:GetWebIdentityToken")
    assert len(functions_with(dev, "sts:GetWebIdentityToken")) <= MOST_TRUSTS
