"""Links to the pages of the app inside Jira, as a Connect app."""

from __future__ import annotations

from timesheet.adapters.connect.pages import ConnectPages
from timesheet.domain.site import INSTALLED, Site

SITE = Site("site", "https://acme.atlassian.net", "https://jira.acme.example", INSTALLED, None, 1)
PAGES = ConnectPages("example.app")


def test_a_page_is_below_the_address_that_people_see() -> None:
    assert (
        PAGES.page(SITE, "", "teams", {}) == "https://jira.acme.example/plugins/servlet/ac/example.app/teams"
    )


def test_parameters_have_the_prefix_that_jira_passes_on() -> None:
    address = PAGES.page(SITE, "", "reports", {"view": "a&b", "day": "2026-11-24"})
    assert address.endswith("/example.app/reports?ac.view=a%26b&ac.day=2026-11-24")


def test_admins_manage_apps_on_the_page_of_jira() -> None:
    assert PAGES.manage(SITE) == "https://jira.acme.example/plugins/servlet/upm"
