"""The audit log over HTTP: for auditors, for everybody's own history, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import unescape

import pytest
from flask import Flask

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD, OUT
from tests.web.conftest import JiraSite
from tests.web.support.audit_site import AuditSite, draft, listed, make_audit_site
from tests.web.support.signing import SettableClock
from timesheet.adapters.db.audit import find as audit_find
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Outcome, PersonId
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.permission import Grant, Module, SitePermissions, Whom
from timesheet.domain.person import Person

OF_AUDITORS = (
    "/audit",
    "/audit/more",
    "/audit/1",
    "/audit/chain",
    "/audit/file/csv",
    "/audit/file/proof",
    "/audit/file/key",
)


def next_address(html: str) -> str:
    """Return the address of the next events."""
    found = re.search(r'id="load-more" hx-get="([^"]+)"', html)
    assert found is not None
    return unescape(found[1])


def test_the_page_comes_from_jiras_link_and_a_fragment_for_htmx(audit: AuditSite) -> None:
    audit.record_day()
    viewer = audit.as_(ADMIN)
    page = viewer.site.load("/audit", {"filter": ""})
    assert page.status_code == 200
    assert "<!doctype html>" in page.text
    fragment = viewer.get("/audit")
    assert "<!doctype html>" not in fragment.text
    for html in (page.text, fragment.text):
        assert "changed the lead of the team" in html
        assert "Lea Example" in html
        assert "Payments" in html


def test_it_shows_who_did_what_to_what_and_when_in_the_viewers_zone(audit: AuditSite) -> None:
    numbers = audit.record_day()
    html = audit.as_(ADMIN).get("/audit").text
    assert listed(html)[:3] == list(reversed(numbers))
    assert "24 Nov 2026, 13:00:00" in html
    assert "3 hr ago" in html
    assert "Europe/Berlin" in html
    assert "Refused" in html
    assert "Ann Example" in html


def test_more_comes_below_by_number_until_there_is_no_more(audit: AuditSite) -> None:
    numbers = audit.record(*(draft(Action.SETTING_CHANGED, LEAD) for _ in range(230)))
    viewer = audit.as_(ADMIN)
    first = viewer.get("/audit", action="setting.changed").text
    assert listed(first) == list(reversed(numbers))[:100]
    assert 'hx-trigger="click, revealed"' in first
    second = viewer.site.client.get(next_address(first), headers=viewer.headers).text
    assert listed(second) == list(reversed(numbers))[100:200]
    assert "100 more events, 200 shown." in second
    third = viewer.site.client.get(next_address(second), headers=viewer.headers).text
    assert listed(third) == list(reversed(numbers))[200:]
    assert "230 events, no others" in third
    assert "load-more" not in third


def test_after_many_rows_more_come_only_on_request(audit: AuditSite) -> None:
    audit.record(*(draft(Action.SETTING_CHANGED, LEAD) for _ in range(102)))
    viewer = audit.as_(ADMIN)
    newest = listed(viewer.get("/audit").text)[0]
    html = viewer.get("/audit/more", before=newest + 1, shown=400).text
    assert 'hx-trigger="click"' in html


def test_a_look_that_finds_nothing_says_how_far_back_it_came_and_goes_on_by_itself(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = audit.record(draft(Action.SETTING_CHANGED, outcome=Outcome.REFUSED))[0]
    for number in range(1, 31):
        audit.record(
            draft(Action.SETTING_CHANGED, minutes=number, team_id="team"),
            draft(Action.LABEL_CHANGED, minutes=number, outcome=Outcome.REFUSED, team_id="team"),
        )
    for bound in ("TESTED", "PASSED", "GLANCED"):
        monkeypatch.setattr(audit_find, bound, 10)
    viewer = audit.as_(ADMIN)
    for alone, found, end in (
        ("", [old], "1 more event, 1 shown."),
        ("team", [], "0 events, no others."),
    ):
        html = viewer.get("/audit", action="setting", outcome="refused", team=alone).text
        assert listed(html) == []
        looks = 1
        while "load-more" in html:
            assert "nothing found so far" in html
            assert "No event matches" not in html
            assert 'hx-trigger="click, revealed"' in html
            html = viewer.site.client.get(next_address(html), headers=viewer.headers).text
            looks += 1
        assert (listed(html), end in html) == (found, True)
        assert ("<b>No event matches.</b>" in html) == (not found)
        assert looks > 2


@pytest.mark.parametrize("name", ["before", "shown"])
def test_a_list_that_lost_its_place_says_so(audit: AuditSite, name: str) -> None:
    values = {"before": "9", "shown": "0"} | {name: "x"}
    answer = audit.as_(ADMIN).get("/audit/more", **values)
    assert answer.status_code == 422
    assert "out of date" in answer.text


def test_names_of_everybody_are_read_in_one_go(audit: AuditSite, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.record(*(draft(Action.MEMBER_ADDED, LEAD, f"person-{number}") for number in range(50)))
    sizes: list[int] = []
    directory = audit.teams.directory

    def read(ids: Sequence[str]) -> Mapping[str, Person]:
        sizes.append(len(ids))
        return {}

    monkeypatch.setattr(directory, "read_people", read)
    audit.as_(ADMIN).get("/audit")
    assert len(sizes) == 1


def test_ids_are_shown_where_jira_gives_no_names(audit: AuditSite, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.record_day()

    def refuse(ids: object) -> None:
        raise JiraUnavailable("Jira did not answer.")

    monkeypatch.setattr(audit.teams.directory, "read_people", refuse)
    html = audit.as_(ADMIN).get("/audit").text
    assert "Jira did not answer. Ids are shown where names could not be read" in html
    assert LEAD in html


def test_an_export_without_a_single_team_names_whose_time_it_is(audit: AuditSite) -> None:
    other = audit.teams.arrange(lambda scene: scene.team("Platform", LEAD, ANN))
    audit.record(
        draft(Action.TIME_EXPORTED, BO, after={"by": "report", "own": True}),
        draft(Action.TIME_EXPORTED, BO, after={"by": "report", "teams": [audit.team.id, other.id]}),
    )
    html = audit.as_(ADMIN).get("/audit", action=Action.TIME_EXPORTED.value).text
    assert re.findall(r'<td class="object" data-label="Object" title="([^"]*)"', html) == [
        "Payments and Platform",
        "Bo Example",
    ]


@pytest.mark.parametrize("path", OF_AUDITORS)
def test_whoever_is_not_an_auditor_reads_what_is_missing(audit: AuditSite, path: str) -> None:
    audit.record_day()
    answer = audit.as_(LEAD).get(path)
    assert answer.status_code == 403
    assert "“Auditors”" in answer.text
    assert audit.as_(LEAD).post("/audit/chain").status_code == 403


def test_whoever_is_not_an_auditor_is_led_to_their_history(audit: AuditSite) -> None:
    text = audit.as_(LEAD).get("/audit").text
    assert re.search(r"are under <a [^>]*my-history[^>]*>My history</a>", text)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/teams/<team_id>", "Teams"),
        ("/teams/<team_id>/members/<account_id>", "Members"),
        ("/configure/permissions", "Permissions"),
        ("/connect/webhook", "/connect/webhook"),
    ],
)
def test_a_refused_address_is_named_by_its_page(audit: AuditSite, address: str, words: str) -> None:
    audit.record(draft(Action.ACCESS_REFUSED, BO, address, outcome=Outcome.REFUSED))
    assert f'title="{words}"' in audit.as_(ADMIN).get("/audit", action="access.refused").text


@pytest.mark.parametrize("path", OF_AUDITORS)
def test_where_the_module_is_limited_an_auditor_outside_is_kept_out(audit: AuditSite, path: str) -> None:
    def limit(scene: object) -> None:
        store = scene.stores.permissions  # type: ignore[attr-defined]
        permissions = store.read()
        modules = {Module.AUDIT: Grant(Whom.SOME, frozenset({"revision"}))}
        store.save(SitePermissions(modules, permissions.permissions, permissions.version))

    audit.teams.arrange(limit)
    answer = audit.as_(ADMIN).get(path)
    assert answer.status_code == 403
    assert "Audit log is limited to some people" in answer.text
    assert audit.as_(ADMIN).get("/history").status_code == 200


def test_everybody_reads_what_concerns_them_and_no_more(audit: AuditSite) -> None:
    lead_changed, added, refused = audit.record_day()
    mine = audit.as_(ANN).get("/history")
    assert mine.status_code == 200
    assert "My history" in mine.text
    assert added in listed(mine.text)
    assert not {lead_changed, refused} & set(listed(mine.text))
    assert audit.as_(ANN).get(f"/history/{added}").status_code == 200
    assert audit.as_(ANN).get(f"/history/{refused}").status_code == 404
    assert refused in listed(audit.as_(BO).get("/history").text)
    assert listed(audit.as_(OUT).get("/history").text) == []
    assert "Nothing has happened yet" in audit.as_(OUT).get("/history").text
    assert refused not in listed(audit.as_(ANN).get("/history", person=BO).text)


def test_ones_own_history_shows_no_names_of_others(audit: AuditSite) -> None:
    people = {"people": [PersonId(ANN), PersonId(BO)]}
    [number] = audit.record(draft(Action.LABEL_CHANGED, LEAD, "label-1", after=people))
    html = audit.as_(ANN).get(f"/history/{number}").text
    assert "Ann Example, Somebody else" in html
    assert "Bo Example" not in html
    assert "Bo Example" in audit.as_(ADMIN).get(f"/audit/{number}").text


def test_ones_own_history_names_no_team_that_one_may_not_see(audit: AuditSite) -> None:
    """The id of a team comes into one's own events by a refusal or an export, and into the filter by an address."""
    refused = draft(
        Action.ACCESS_REFUSED, OUT, "/teams/<team_id>", team_id=audit.team.id, outcome=Outcome.REFUSED
    )
    [number] = audit.record(refused)
    outside = audit.as_(OUT)
    assert outside.get("/history/file/csv", team=audit.team.id).status_code == 200
    exported = max(listed(outside.get("/history").text))
    assert exported != number
    for path in ("/history", f"/history/{number}", f"/history/{exported}", "/history/file/csv"):
        assert "Payments" not in outside.get(path, team=audit.team.id).text, path
        assert "Payments" not in outside.get(path).text, path
    assert f"{audit.team.id[:8]}…" in outside.get("/history").text


@pytest.mark.parametrize("reader", [ANN, BO, LEAD, OUT])
def test_ones_own_history_names_the_teams_in_which_something_was_done(audit: AuditSite, reader: str) -> None:
    audit.record(draft(Action.MEMBER_REMOVED, LEAD, reader, team_id=audit.team.id))
    for path in ("/history", "/history/file/csv"):
        assert "Payments" in audit.as_(reader).get(path).text, path


def test_an_auditor_gets_from_one_to_the_other_and_others_see_no_way(audit: AuditSite) -> None:
    assert 'id="to-log"' in audit.as_(ADMIN).get("/history").text
    assert "/audit-log" in audit.as_(ADMIN).get("/teams").text
    plain = audit.as_(ANN).get("/history").text
    assert 'id="to-log"' not in plain
    assert 'id="chain' not in plain
    assert "/my-history" in audit.as_(ANN).get("/teams").text
    assert "/audit-log" not in audit.as_(ANN).get("/teams").text


def test_a_worklog_says_whose_time_it_is_and_strikes_through_what_changed_alone(audit: AuditSite) -> None:
    same = {"issue": 1, "day": "2026-11-23"}
    [own, other] = audit.record(
        *(
            draft(
                Action.WORKLOG_CHANGED,
                LEAD,
                "77",
                people=frozenset({account}),
                before={**same, "seconds": 3600},
                after={**same, "seconds": 7200},
            )
            for account in (LEAD, BO)
        )
    )
    html = audit.as_(ADMIN).get("/audit").text
    assert html.count('<span class="whose">of Bo Example</span>') == 1
    detail = audit.as_(ADMIN).get(f"/audit/{other}").text
    assert "<dt>Whose time</dt><dd>Bo Example</dd>" in detail
    assert detail.count("<del>") == detail.count("<ins>") == 1
    assert "23 Nov 2026" in detail
    assert "<dt>Whose time</dt><dd>Lea Example</dd>" in audit.as_(ADMIN).get(f"/audit/{own}").text


def test_another_site_has_nothing_of_it(
    app: Flask, audit: AuditSite, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    numbers = audit.record_day()
    other = new_site("elsewhere")
    assert other.install().status_code == 204
    stranger = make_audit_site(app, other, clock).as_(ADMIN)
    found = stranger.get("/audit", action="access.refused").text
    assert listed(found) == []
    assert stranger.get(f"/audit/{max(numbers) + 500}").status_code == 404
    assert "Manage this team" not in stranger.get("/audit/file/csv").text
    assert audit.team.id not in stranger.get("/audit/file/proof").text


def test_a_refusal_is_marked_by_more_than_color(audit: AuditSite) -> None:
    [number] = audit.record(draft(Action.TEAM_DELETED, BO, audit.team.id, outcome=Outcome.REFUSED))
    html = audit.as_(ADMIN).get("/audit", outcome="refused").text
    assert number in listed(html)
    assert "icon-lock" in html
