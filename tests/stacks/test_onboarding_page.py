"""The onboarding runbook names the role that a customer's directory has to trust."""

import re

from tests.house.checkout import ROOT
from tests.stacks.assembly import Assembly
from tests.stacks.test_permissions import functions_with


def test_the_page_names_the_one_role_that_shows_the_platforms_identity(dev: Assembly) -> None:
    page = (ROOT / "docs/runbooks/onboarding-a-tenant.md").read_text(encoding="utf-8")

    named = set(re.findall(r":role/makoto-prod-([a-z-]+)", page))

    assert named == functions_with(dev, "sts:GetWebIdentityToken")
