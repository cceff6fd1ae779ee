"""A sheet that would look the same is sent again without printing it; whatever it shows, and to whom, is compared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.swap import swap
from tests.web.support.team_view import TeamView, make_team_view
from tests.web.support.templates import names_used, prints
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom
from timesheet.web.timesheet.printed_sheet import TEMPLATE

HOUR = 3600
# What these return depends on nothing but the language and what they are given.
CONSTANT = {
    "_",
    "_n",
    "_p",
    "duration_words",
    "icon",
    "icon_button",
    "localize",
    "on_status",
    "project_color",
    "sentences",
    "url_for",
}
COMPARED = {
    "app_page",
    "checklist",
    "may_audit",
    "may_configure",
    "may_enter",
    "offers_suggestions",
    "shows_suggestions",
}
FILTERS = {"as_title", "grid_rows", "issue_type", "join", "length", "map", "select", "sum", "tojson"}


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    found = make_team_view(app, site, clock)
    found.viewer.scene.put(PAY, MONDAY, HOUR)
    return found


def look(team: TeamView, **more: object) -> str:
    answer = team.viewer.get("/timesheet", view="month", **more)
    assert answer.status_code == 200
    return answer.text


def test_templates_of_the_grid_use_only_globals_that_are_compared(app: Flask) -> None:
    found = names_used(app.jinja_env, TEMPLATE, "timesheet/_grid.html")
    assert found == (CONSTANT | COMPARED, FILTERS)


def test_an_unchanged_sheet_is_printed_once_for_fragments_and_pages(team: TeamView) -> None:
    with prints(team.app, TEMPLATE) as printed:
        first = look(team)
        assert look(team) == first
        packed = team.viewer.site.client.get(
            "/timesheet?view=month", headers={**team.viewer.headers, "Accept-Encoding": "gzip"}
        )
        page = team.viewer.site.client.get("/timesheet?view=month", headers=without_htmx(team)).text
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert first in page
    assert len(printed) == 1


def without_htmx(team: TeamView) -> dict[str, str]:
    return {name: value for name, value in team.viewer.headers.items() if name != "HX-Request"}


def test_a_worklog_another_span_and_another_day_are_printed(team: TeamView, clock: SettableClock) -> None:
    first = look(team)
    team.viewer.scene.put(OPS, MONDAY, HOUR)
    second = look(team, refresh=1)
    assert second != first
    assert look(team, day=MONDAY.replace(month=10)) not in (first, second)
    assert look(team) == second
    clock.now += timedelta(days=1)
    team.viewer.headers.update(bearing(team.viewer.site.session_token()))
    assert look(team) != second


def test_a_page_that_is_closed_to_the_viewer_is_linked_no_more(team: TeamView) -> None:
    links = [look(team).count(f'data-module="{page}"') for page in ("teams", "reports", "my-history")]
    assert links == [2, 2, 2], "in the bar, and in the menu on narrow screens"
    grants = SitePermissions({Module.TEAMS: Grant(Whom.NOBODY), Module.REPORTS: Grant(Whom.NOBODY)})
    with team.app.app_context():
        team.stores.permissions.save(grants)
        team.app.extensions["timesheet"].operation.transaction.commit()
    assert 'class="navigation-link" href' in look(team)
    assert 'data-module="reports"' not in look(team)


def test_the_menu_follows_the_switches_of_suggestions(team: TeamView) -> None:
    assert "Hide suggestions" in look(team)
    assert team.viewer.post("/suggestions/choose", shown="0").status_code < 300
    assert "Show suggestions" in look(team)
    with team.app.app_context():
        team.stores.permissions.save(SitePermissions({}, {SitePermission.SUGGESTIONS: Grant(Whom.NOBODY)}))
        team.app.extensions["timesheet"].operation.transaction.commit()
    assert "suggestions" not in look(team)


def test_first_steps_that_were_dismissed_are_gone(team: TeamView) -> None:
    swap(team.app, is_admin=lambda _site, _account: True)
    first = look(team)
    assert 'id="checklist"' in first
    assert 'data-module="configure"' in first
    assert look(team) == first
    assert team.viewer.post("/configure/checklist/dismiss").status_code == 200
    assert 'id="checklist"' not in look(team)
