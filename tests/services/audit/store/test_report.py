"""Saved views record their changes."""

from __future__ import annotations

from dataclasses import replace

from tests.adapters.support.site_data import make_team
from tests.services.support.audited_site import Site, last
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import PersonId
from timesheet.domain.report.view import ReportView


def test_views_of_teams_leave_events_and_those_of_people_do_not(site: Site) -> None:
    make_team(site.stores)
    site.new()
    own = site.stores.views.save(ReportView("m", "Mine", "rows=person", owner="ana"))
    site.stores.views.delete(own.id)
    saved = site.stores.views.save(
        ReportView("o", "Ours", "jql=text+~+secret", team_id="team", people=frozenset({"ben"}))
    )
    assert "secret" not in str(last(site))
    saved = site.stores.views.save(replace(saved, query="rows=issue"))
    assert [list(values) for values in last(site)] == [["report"], ["report"]]  # type: ignore[call-overload]
    site.stores.views.save(replace(saved, name="All of us", people=frozenset()))
    assert last(site) == (
        {"name": "Ours", "people": [PersonId("ben")]},
        {"name": "All of us", "people": []},
    )
    site.stores.views.delete("o")
    site.stores.views.delete("o")
    changed = [(Action.VIEW_CHANGED, "o")] * 2
    assert site.new() == [(Action.VIEW_CREATED, "o"), *changed, (Action.VIEW_DELETED, "o")]
