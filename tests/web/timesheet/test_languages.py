"""My Timesheet with a Jira in other languages: no text of Jira decides anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from html import unescape

import pytest
from requests import Response

from jira_emulator.language import translate as language
from jira_emulator.language.translate import language_of, translate
from jira_emulator.model import Issue, Person
from jira_emulator.rest.worklog import NOT_EDITABLE
from tests.journeys.support.sheet import Work
from tests.web.support.browsing import Browser
from tests.web.support.faults import ask
from timesheet.domain.team.team import Member, Team, system_roles
from tools.stage import Stage, set_stage

TEAM = "crew"
NO_FIELD = "Field 'nosuchfield' does not exist or you do not have permission to view it."
NOBODY = "The value 'nobody-at-all' does not exist for the field 'assignee'."


class Babble(dict[str, str]):
    """Words of a language in which nothing reads as it does in English."""

    def get(self, english: str, default: object = None) -> str:
        del default
        return f"Ĉ{english[::-1]}ĉ"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "_CATALOGS", {**language._CATALOGS, "eo": (Babble(), Babble())})
        with set_stage(tmp_path_factory.mktemp("languages"), people=4) as stage:
            _team(stage, stage.jira.person(1).account_id)
            yield stage


def _team(stage: Stage, lead: str) -> None:
    with stage.app.app_context():
        deps = stage.app.extensions["timesheet"]
        [site] = deps.sites.installed_sites()
        stores = deps.stores.stores_of(site.key)
        team = stores.teams.save(Team(TEAM, "Crew", lead, stores.schemes.default_id()))
        names = iter(("lead-role", "member-role"))
        [role, _] = [stores.teams.save_role(one) for one in system_roles(team.id, lambda: next(names))]
        stores.teams.save_member(Member(TEAM, lead, frozenset({role.id}), joined=date(2024, 1, 1)))
        deps.operation.transaction.commit()


class JiraUser:
    """A person whose Jira speaks ``locale``, and who reads the app in English."""

    def __init__(self, stage: Stage, locale: str) -> None:
        self.stage, self.locale = stage, locale
        self.person: Person = stage.jira.person(1)
        stage.jira.control("POST", "people", {"accountId": self.person.account_id, "locale": locale})
        self.browser = Browser(stage, stage.jira, self.person).sign_in()
        self.work = Work(stage, self.person)
        self.today = stage.cloud.cloud.clock().date()
        self.keys = 0
        assert ask(self.browser, "POST", "/language", language="en").status_code == 200
        # The previous test used another language.
        self.sheet(refresh=True)

    def said(self, english: str) -> str:
        """Return one of Jira's sentences in this language."""
        return translate(english, language_of(self.locale))

    def sheet(self, *, refresh: bool = False) -> str:
        refreshing = "&refresh=1" if refresh else ""
        return unescape(self.browser.get(f"/timesheet?view=week&day={self.today}{refreshing}"))

    def refuse(self, issue: Issue, status: int, body: Mapping[str, object]) -> None:
        """Have Jira refuse the next worklog on an issue in these words."""
        path = f"/rest/*/issue/{issue.id}/worklog"
        trouble = {"effect": "answer", "status": status, "body": body, "count": 1}
        self.stage.jira.control("POST", "trouble", {**trouble, "method": "POST", "path": path})

    def type_in(self, issue: Issue, text: str = "1", seen: str = "") -> Response:
        first = self.today - timedelta(days=self.today.weekday())
        self.keys += 1
        return ask(
            self.browser, "POST", "/timesheet/cell", issue=issue.id, day=self.today, value=text, seen=seen,
            key=f"{self.locale}-{self.keys:06}", first=first, last=first + timedelta(days=6), group="issue",
        )  # fmt: skip


@pytest.fixture(params=["en_US", "de_DE", "eo"])
def user(stage: Stage, request: pytest.FixtureRequest) -> JiraUser:
    return JiraUser(stage, request.param)


def text_of(answer: Response) -> str:
    return unescape(answer.text)


def test_a_sheet_is_read_and_time_is_saved(user: JiraUser) -> None:
    issue = user.work.issue(f"Speak {user.locale}")
    assert "complete up to" in user.sheet(refresh=True)
    assert user.type_in(issue).status_code == 200
    assert user.work.logged(issue) == [(user.today, 3600)]
    assert issue.key in user.sheet()


def test_a_status_that_allows_no_changes_is_named_in_the_readers_words(user: JiraUser) -> None:
    closed = next(s for s in user.stage.jira.site.statuses.values() if not s.editable)
    issue = user.work.issue("Over", status=closed.id)
    answer = user.type_in(issue)
    name = language.name_in(closed.name, language_of(user.locale))
    assert answer.status_code == 403
    assert f"{issue.key} is {name}: its workflow allows no changes of time there." in text_of(answer)
    assert user.said(NOT_EDITABLE) not in text_of(answer)
    assert user.work.logged(issue) == []


def test_a_missing_permission_is_named(user: JiraUser) -> None:
    issue = user.work.issue("Not mine")
    grants = issue.project.scheme.grants
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(grants, "WORK_ON_ISSUES", ())
        answer = user.type_in(issue)
    assert answer.status_code == 403
    assert "You need “Work on issues” in PAY. A project admin can grant it." in text_of(answer)


@pytest.mark.parametrize("status", [403, 404])
def test_an_issue_that_jira_does_not_show_is_gone(user: JiraUser, status: int) -> None:
    issue = user.work.issue("Secret")
    grants = issue.project.scheme.grants
    words = user.said("Ada, you do not have permission to edit the specified worklog.")
    with pytest.MonkeyPatch.context() as patch:
        if status == 404:
            patch.setitem(grants, "BROWSE_PROJECTS", ())
        else:
            body = {"errorMessages": [words], "errors": {}}
            user.refuse(issue, 403, body)
        answer = user.type_in(issue)
    hidden = "There is no such issue, or Jira does not show it to you."
    assert (hidden if status == 404 else f"Jira refuses: {words}") in text_of(answer)
    assert answer.status_code == status
    assert user.work.logged(issue) == []


def test_an_issue_that_is_full_is_named(user: JiraUser) -> None:
    issue = user.work.issue("Full")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(user.stage.jira.site, "worklog_limit", 0)
        answer = user.type_in(issue)
    assert f"{issue.key} has as many worklogs as Jira allows on one issue." in text_of(answer)


def test_what_jira_says_of_a_duration_is_shown_at_the_duration(user: JiraUser) -> None:
    """Whatever it says besides: "Worklog must not be null." helps nobody."""
    issue = user.work.issue("Too long")
    null, reason = user.said("Worklog must not be null."), user.said("Invalid time duration entered.")
    user.refuse(issue, 400, {"errorMessages": [null], "errors": {"timeLogged": reason}})
    answer = user.type_in(issue)
    assert answer.status_code == 422
    assert f"Jira refuses: {reason}" in text_of(answer)
    assert null not in text_of(answer)


def test_a_scope_is_taken_or_refused_alike(user: JiraUser) -> None:
    """Jira takes bare words for a search in all texts, whatever its language; the app refuses them by itself."""
    path = f"/teams/{TEAM}/scope/count"
    assert "issues that you can see." in text_of(ask(user.browser, "GET", path, jql="project = PAY"))
    for jql, words in (
        ("nosuchfield = 1", user.said(NO_FIELD)),
        ('assignee = "nobody-at-all"', user.said(NOBODY)),
    ):
        assert f"Jira says: {words}" in text_of(ask(user.browser, "GET", path, jql=jql))
    assert "“invoice” has no field" in text_of(ask(user.browser, "GET", path, jql="invoice"))
    page = ask(user.browser, "POST", f"/teams/{TEAM}/scope", jql="nosuchfield = 1", version=1)
    assert (page.status_code, f"Jira says: {user.said(NO_FIELD)}" in text_of(page)) == (422, True)
