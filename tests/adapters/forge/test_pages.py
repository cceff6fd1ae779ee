"""Links to the pages of the app inside Jira, as a Forge app."""

from __future__ import annotations

import pytest

from timesheet.adapters.forge.pages import ForgePages
from timesheet.domain.site import INSTALLED, Site

SITE = Site("site", "https://acme.atlassian.net", "https://jira.acme.example", INSTALLED, None, 1)
PAGES = ForgePages("ari:cloud:ecosystem::app/app-1")
ENVIRONMENT = "ari:cloud:ecosystem::environment/app-1/production-1"


@pytest.mark.parametrize(
    ("module", "custom", "path"),
    [
        ("teams", {}, "/jira/apps/app-1/production-1/teams"),
        ("reports", {"view": "a&b"}, "/jira/apps/app-1/production-1/reports?view=a%26b"),
        ("configure", {}, "/jira/settings/apps/configure/app-1/production-1"),
        ("configure", {"at": "labels"}, "/jira/settings/apps/configure/app-1/production-1?at=labels"),
    ],
)
def test_a_page_is_named_by_the_bare_ids_of_app_and_environment(
    module: str, custom: dict[str, str], path: str
) -> None:
    assert PAGES.page(SITE, ENVIRONMENT, module, custom) == f"https://jira.acme.example{path}"


def test_admins_manage_apps_on_the_page_of_jira() -> None:
    assert PAGES.manage(SITE) == "https://jira.acme.example/jira/settings/apps/manage-apps"
