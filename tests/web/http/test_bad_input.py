"""Invalid values that nobody can save: one clear sentence each, and no row of the database changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.services.support.team_scene import ANN, BO, LEAD
from tests.web.conftest import JiraSite
from tests.web.support.configuring import HOURS, Admin, make_admin
from tests.web.support.signing import SettableClock
from tests.web.support.swap import swap
from tests.web.support.team_viewer import TeamViewer
from tests.web.support.viewer import Form
from timesheet.adapters.db.base import Base
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.team.team import Team


@dataclass
class Bench:
    """A Jira admin and the lead of a team that has closed October 2026; Ann follows the calendar of Bavaria."""

    admin: Admin
    team: Team

    @property
    def lead(self) -> TeamViewer:
        return self.admin.site.as_(LEAD)

    @property
    def path(self) -> str:
        return f"/teams/{self.team.id}"

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Return everything that is stored."""
        app = self.admin.site.app
        transaction, site = app.extensions["timesheet"].operation.transaction, self.admin.site.site.client_key
        with app.app_context(), transaction.within(site), transaction.reading() as session:
            return {
                table.name: sorted(map(tuple, session.execute(table.select())), key=str)
                for table in Base.metadata.sorted_tables
            }


@pytest.fixture
def bench(app: Flask, site: JiraSite, clock: SettableClock) -> Bench:
    admin = make_admin(app, site, clock)
    swap(app, group_sync=True)
    team = admin.arrange(lambda scene: scene.team("Payments", LEAD, BO))
    admin.arrange(lambda scene: scene.stores.calendars.save(GlobalCalendar("bavaria", "Bavaria")))
    admin.arrange(lambda scene: scene.stores.calendars.save(GlobalCalendar("austria", "Austria")))
    admin.arrange(lambda scene: scene.join(team, ANN, calendar_id="bavaria"))
    made = Bench(admin, team)
    assert made.lead.post(f"{made.path}/periods/close", period="2026-10-01").status_code == 200
    return made


def overlapping_periods(bench: Bench) -> TestResponse:
    form = bench.admin.form("periods", length="two-weekly", start="2026-10-26")
    return bench.admin.post("periods", form)


def leaving_before_joining(bench: Bench) -> TestResponse:
    sent = Form(bench.lead.get(f"{bench.path}/members/{BO}").text).fields
    dates = {"joined": "2026-12-01", "left": "2026-11-01"}
    return bench.lead.post(f"{bench.path}/members/{BO}", **{**sent, **dates})


def more_hours_than_a_day_has(bench: Bench) -> TestResponse:
    return bench.admin.post(
        "schemes", bench.admin.form("schemes/new", name="Never", **{**HOURS, "weekday-1": "25"})
    )


def more_hours_than_a_day_has_in_a_team(bench: Bench) -> TestResponse:
    sent = Form(bench.lead.get(f"{bench.path}/schemes/new").text).fields
    return bench.lead.post(f"{bench.path}/schemes", **{**sent, "name": "Never", "weekday-1": "25"})


def a_scope_that_jira_does_not_take(bench: Bench) -> TestResponse:
    return bench.lead.post(f"{bench.path}/scope", project=1, jql="broken = 1", version=bench.team.version)


def a_deleted_group(bench: Bench) -> TestResponse:
    page = bench.lead.get(f"{bench.path}/members/new").text
    role = page.split('name="role" value="')[2].split('"')[0]
    return bench.lead.post(f"{bench.path}/groups", group="gone", role=role)


def a_deactivated_lead(bench: Bench) -> TestResponse:
    bench.admin.site.directory.deactivate(ANN)
    sent = Form(bench.lead.get(f"{bench.path}/settings", section="general").text).fields
    return bench.lead.post(
        f"{bench.path}/general", **{**sent, "lead": ANN, "lead_name": "Ann", "keep": "yes"}
    )


def a_calendar_in_use(bench: Bench) -> TestResponse:
    return bench.admin.post("calendars/bavaria/delete", {"replacement": ""})


@pytest.mark.parametrize(
    ("send", "sentence"),
    [
        (overlapping_periods, "The period from 26 October 2026 to 8 November 2026 would overlap"),
        (leaving_before_joining, "leaving date"),
        (more_hours_than_a_day_has, "24 hours"),
        (more_hours_than_a_day_has_in_a_team, "24 hours"),
        (a_scope_that_jira_does_not_take, "Jira says: The field &#39;broken&#39; does not exist."),
        (a_deleted_group, "Jira no longer has this group. Choose another one from the list."),
        (a_deactivated_lead, "Ann Example has no active account in this Jira, so cannot lead a team."),
        (a_calendar_in_use, "place"),
    ],
)
def test_one_clear_sentence_and_nothing_half_saved(
    bench: Bench, send: Callable[[Bench], TestResponse], sentence: str
) -> None:
    before = bench.rows()
    assert before["member"]
    answer = send(bench)
    assert answer.status_code == 422
    assert answer.text.count('class="error"') == 1
    said = answer.text.split('class="error"')[1].split(">", 1)[1].split("</p>")[0]
    assert sentence in said
    assert said.strip().removesuffix("</span>").endswith(".")
    assert bench.rows() == before
