"""``flask privacy report-accounts`` with the independently written emulated Jira."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import Result
from sqlalchemy import select
from structlog.testing import capture_logs

from jira_emulator.server import RunningSite
from tests.web.support.tampering import tamper
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditFilter
from timesheet.domain.site import INSTALLED, UNINSTALLED
from timesheet.domain.team.team import Member, Team, system_roles
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.privacy import PrivacyStore, ReportState
from timesheet.services.ports.stores import Stores
from timesheet.services.privacy.privacy import ErasureReason, SiteData, erase_account
from tools.stage import Stage, set_stage

T = TypeVar("T")
REPORT = "/rest/atlassian-connect/latest/report-accounts"


@dataclass
class ReportedSites:
    """Two sites with a team each, whose people are the seed's first ones."""

    stage: Stage

    def run(self) -> Result:
        return self.stage.app.test_cli_runner().invoke(args=["privacy", "report-accounts"])

    def inside(self, number: int, work: Callable[[Stores, PrivacyStore, AuditStore], T]) -> T:
        """Do something with what is stored of a site, and keep it."""
        with self.stage.app.app_context():
            deps = self.stage.app.extensions["timesheet"]
            key = self.stage.cloud.sites[number].site.client_key
            deps.operation.transaction.enter(key)
            made = work(deps.stores.stores_of(key), deps.privacy.privacy_of(key), deps.audit.audit_of(key))
            deps.operation.transaction.commit()
        return made

    def settle(self, number: int, count: int) -> list[str]:
        """Create a team of this many people of a site, led by the first of them."""
        people = [self.stage.cloud.sites[number].person(one).account_id for one in range(count)]

        def make(stores: Stores, *_: object) -> None:
            team = stores.teams.save(Team("team", "Payments", people[0], stores.schemes.default_id()))
            names = iter(("lead", "member"))
            roles = [stores.teams.save_role(role) for role in system_roles(team.id, lambda: next(names))]
            stores.teams.save_members([Member(team.id, who, frozenset({roles[1].id})) for who in people])

        self.inside(number, make)
        return people

    def accounts(self, number: int = 0) -> set[str]:
        return set(self.inside(number, lambda _stores, privacy, _audit: privacy.accounts()))

    def reports(self, number: int = 0) -> int:
        calls = self.stage.cloud.sites[number].calls.list()
        return sum(call.template.endswith("report-accounts") for call in calls)

    def travel(self, **time: float) -> None:
        self.stage.cloud.cloud.clock.travel(timedelta(**time).total_seconds())

    def close_account(self, account_id: str) -> None:
        site: RunningSite = self.stage.cloud.sites[0]
        site.control("POST", "accounts", {"accountId": account_id, "status": "closed"})


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[ReportedSites]:
    with set_stage(tmp_path, sites=2, people=12) as stage:
        yield ReportedSites(stage)


def test_a_closed_account_leaves_every_table_and_the_chain_stays_whole(sites: ReportedSites) -> None:
    lead, closed, *_ = sites.settle(0, 5)
    sites.settle(1, 3)
    sites.close_account(closed)
    result = sites.run()
    assert result.exit_code == 0, result.output
    assert "5 accounts reported, 1 closed and erased, 0 to be read again" in result.output
    assert closed not in sites.accounts()
    assert lead in sites.accounts()

    def look(stores: Stores, _privacy: object, audit: AuditStore) -> None:
        members = stores.teams.members("team")
        [former] = [one for one in members if one.account_id.startswith("former-")]
        assert former.role_ids == {"member"}
        [event] = [one for one in audit.page(AuditFilter(), None, 50) if one.action is Action.PERSON_ERASED]
        assert (event.object_id, event.actor) == (former.account_id, "")
        assert audit.verify().intact

    sites.inside(0, look)
    assert closed not in result.output


def test_nothing_is_reported_again_before_the_week_is_over(sites: ReportedSites) -> None:
    sites.settle(0, 3)
    sites.run()
    assert (sites.reports(0), sites.reports(1)) == (1, 0)
    sites.travel(days=6)
    sites.run()
    assert sites.reports(0) == 1
    sites.travel(days=1)
    sites.run()
    assert sites.reports(0) == 2


def test_one_sites_trouble_is_not_anothers(sites: ReportedSites) -> None:
    sites.settle(0, 3)
    sites.settle(1, 3)
    trouble = {"effect": "drop", "path": "*report-accounts*", "count": 5}
    sites.stage.cloud.sites[0].control("POST", "trouble", trouble)
    result = sites.run()
    assert result.exit_code == 1
    assert "1 site could not be reported whole" in result.output
    assert sites.reports(1) == 1
    assert sites.inside(0, lambda _stores, privacy, _audit: privacy.report()) == ReportState()


@pytest.mark.parametrize("trouble", [{"effect": "drop"}, {"effect": "status", "status": 404}])
def test_an_answer_of_jira_that_is_no_report_is_one_line_of_the_log(
    sites: ReportedSites, trouble: dict[str, object]
) -> None:
    sites.settle(0, 3)
    sites.stage.cloud.sites[0].control(
        "POST", "trouble", {**trouble, "path": "*report-accounts*", "count": 5}
    )
    with capture_logs() as logged:
        assert sites.run().exit_code == 1
    [line] = [one for one in logged if one["event"] == "accounts_not_reported"]
    assert line["reason"].startswith("Jira")
    assert "exc_info" not in line


def test_a_report_that_was_broken_off_goes_on(sites: ReportedSites) -> None:
    people = sorted(sites.settle(0, 6))
    sites.inside(
        0,
        lambda _stores, privacy, _audit: privacy.save_report(
            ReportState(sites.stage.cloud.cloud.clock(), people[3])
        ),
    )
    result = sites.run()
    assert "2 accounts reported" in result.output


def test_a_lead_whose_account_is_closed_is_a_former_user(sites: ReportedSites) -> None:
    lead, *_ = sites.settle(0, 3)
    sites.close_account(lead)
    sites.run()
    found = sites.inside(0, lambda stores, *_: stores.teams.get("team"))
    assert found.lead.startswith("former-")
    assert lead not in sites.accounts()


def lines_of(sites: ReportedSites, account_id: str, site: int = 0, **changes: str) -> dict[str, str]:
    """Return the line that the app logs when this person is erased."""
    with capture_logs() as logged:
        sites.inside(site, lambda *_: None)
        with sites.stage.app.app_context():
            deps = sites.stage.app.extensions["timesheet"]
            key = sites.stage.cloud.sites[site].site.client_key
            deps.operation.transaction.enter(key)
            data = SiteData(
                deps.privacy.privacy_of(key), deps.audit.recorder_of(key), deps.operation.cache, key
            )
            erase_account(data, account_id, ErasureReason.ADMIN)
            deps.operation.transaction.commit()
    (line,) = [one for one in logged if one.get("action") == "person.erased"]
    return {**line, **changes}


def reapply(sites: ReportedSites, path: Path, since: str) -> Result:
    args = ["privacy", "reapply-erasures", str(path), "--since", since]
    return sites.stage.app.test_cli_runner().invoke(args=args)


@pytest.mark.parametrize("status", [INSTALLED, UNINSTALLED])
def test_whom_a_restore_brings_back_is_erased_again(
    sites: ReportedSites, tmp_path: Path, status: str
) -> None:
    _, gone, earlier, *_ = sites.settle(0, 4)
    others = set(sites.settle(1, 4))
    line = lines_of(sites, gone)
    assert gone not in sites.accounts()
    old = {**line, "object_id": earlier, "at": "2020-01-01T00:00:00+00:00"}
    elsewhere = {**line, "site": "not-here"}
    log = tmp_path / "app.log"
    text = [json.dumps(one) for one in (line, old, elsewhere, {"action": "team.created"}, [1])]
    log.write_text("\n".join([*text, "no JSON", ""]))

    def bring_back(stores: Stores, *_: object) -> None:
        stores.teams.save_members([Member("team", gone, frozenset())])

    sites.inside(0, bring_back)
    assert gone in sites.accounts()
    tamper(sites.stage.app, f"UPDATE site SET status = '{status}'")
    result = reapply(sites, log, "2021-01-01T00:00:00")
    assert result.exit_code == 0, result.output
    assert ": 1 of 1 people erased again.\n" in result.output
    assert "not-here: not stored here, so nobody was erased." in result.output
    assert gone not in sites.accounts()
    assert earlier in sites.accounts()
    assert others <= sites.accounts(1)
    assert (
        ": 0 of 1 people erased again; nothing is stored about the others.\n"
        in reapply(sites, log, "2021-01-01T00:00:00").output
    )
    assert earlier in sites.accounts()


def test_an_erasure_at_the_very_instant_counts_and_no_instant_is_said(
    sites: ReportedSites, tmp_path: Path
) -> None:
    log = tmp_path / "app.log"
    at = "2026-11-24T03:00:00+00:00"
    log.write_text(json.dumps({"action": "person.erased", "site": "x", "object_id": "a", "at": at}))
    assert "x: not stored here" in reapply(sites, log, at).output
    assert "x:" not in reapply(sites, log, "2026-11-24T03:00:01+00:00").output
    assert (
        "Nobody was erased since 2026-11-24T03:00:01+00:00"
        in reapply(sites, log, "2026-11-24T03:00:01+00:00").output
    )
    refused = reapply(sites, log, "yesterday")
    assert refused.exit_code == 1
    assert "is not an instant such as" in refused.output


@pytest.mark.parametrize("text", ["", "\n"])
def test_a_file_of_erasures_is_empty_if_there_were_none(
    sites: ReportedSites, tmp_path: Path, text: str
) -> None:
    log = tmp_path / "erased.log"
    log.write_text(text)
    said = reapply(sites, log, "2026-11-24T03:00:00+00:00")
    assert (said.exit_code, "Nobody was erased since" in said.output) == (0, True)


def test_a_file_that_is_not_the_apps_log_is_refused(sites: ReportedSites, tmp_path: Path) -> None:
    log = tmp_path / "journal"
    line = json.dumps({"action": "person.erased", "site": "x", "object_id": "a"})
    log.write_text(f"Nov 24 03:00:00 web[7]: {line}\n[]\n")
    refused = reapply(sites, log, "2026-11-24T03:00:00+00:00")
    assert refused.exit_code == 1
    assert "has no line of the app's log: each is a JSON object, with nothing before it." in refused.output


def test_lines_that_may_be_about_an_erasure_and_cannot_be_read_are_named(
    sites: ReportedSites, tmp_path: Path
) -> None:
    """Skipping one would leave a person in the restored database, with a success message."""
    who, *_ = sites.settle(0, 2)
    key, now = sites.stage.cloud.sites[0].site.client_key, "2026-11-24T03:00:00+00:00"
    whole = {"action": "person.erased", "site": key, "object_id": who, "at": now}
    text = json.dumps(whole)
    wrong = [
        text[:-9],
        f"Nov 24 03:00:00 web[7]: {text}",
        json.dumps(whole | {"at": "yesterday"}),
        json.dumps({name: value for name, value in whole.items() if name != "at"}),
        json.dumps(whole | {"site": None}),
        json.dumps(whole | {"object_id": 7}),
        '{"action": "person.era',
    ]
    log = tmp_path / "app.log"
    log.write_text("\n".join([text, "no JSON", "", *wrong, '{"action": "team.created"}']))
    refused = reapply(sites, log, "2021-01-01T00:00:00")
    assert refused.exit_code == 1
    assert "Nothing was changed, because these lines" in refused.output
    assert "cannot be read: 4, 5, 6, 7, 8, 9, 10. Complete each of them" in refused.output
    assert who in sites.accounts()
    log.write_text("\n".join([text, *wrong * 3]))
    assert "20, 21, and 1 more. Complete" in reapply(sites, log, "2021-01-01T00:00:00").output


@pytest.mark.parametrize(("then", "status"), [("site.upgraded", UNINSTALLED), ("site.installed", INSTALLED)])
def test_a_site_that_has_uninstalled_since_is_uninstalled_again(
    sites: ReportedSites, tmp_path: Path, then: str, status: str
) -> None:
    key, app = sites.stage.cloud.sites[0].site.client_key, sites.stage.app
    backup = sites.stage.cloud.cloud.clock()
    before, at, after = (backup + timedelta(minutes=number) for number in (-1, 1, 2))
    log = tmp_path / "app.log"
    named = {"site.uninstalled": at, then: before if status == UNINSTALLED else after}
    lines = [
        {"action": action, "site": key, "object_id": key, "at": instant.isoformat()}
        for action, instant in named.items()
    ]
    log.write_text("\n".join(map(json.dumps, lines)))
    said = reapply(sites, log, backup.isoformat())
    assert said.exit_code == 0, said.output
    assert (f"{key}: uninstalled again, as of {at.isoformat()}." in said.output) == (status == UNINSTALLED)
    with app.app_context():
        database = app.extensions["timesheet"].operation.transaction
        database.enter("")
        with database.within("", listing=True), database.reading() as session:
            rows = {row.client_key: row for row in session.scalars(select(SiteRow))}
    assert {row.status for row in rows.values()} == {INSTALLED, status}
    assert rows[key].erase_after == (at + timedelta(days=30) if status == UNINSTALLED else None)
    assert (rows[key].sealed_secret is None) == (status == UNINSTALLED)
    again = reapply(sites, log, backup.isoformat())
    assert (again.exit_code, "uninstalled again" in again.output) == (0, False)


def test_a_line_about_an_uninstall_that_cannot_be_read_is_named(sites: ReportedSites, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    whole = {"action": "site.uninstalled", "site": "x", "object_id": "x"}
    log.write_text("\n".join(['{"action": "site.installed"}', json.dumps(whole), json.dumps(whole)[:-9]]))
    refused = reapply(sites, log, "2026-11-24T03:00:00+00:00")
    assert (refused.exit_code, "cannot be read: 2, 3. Complete" in refused.output) == (1, True)
