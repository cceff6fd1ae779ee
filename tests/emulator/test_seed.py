"""The seeded site."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jira_emulator.model import Caller, WorklogRow
from jira_emulator.permission import Permissions
from jira_emulator.seed import seed_site
from jira_emulator.seeding.people import NO_PROJECT
from jira_emulator.site import Site
from tests.emulator.support.emulated_site import Clock, EmulatedSite, make_emulated_site


@pytest.fixture(scope="module")
def seeded() -> EmulatedSite:
    return make_emulated_site(months=3)


def local(emulated: EmulatedSite, row: WorklogRow) -> datetime:
    zone = ZoneInfo(emulated.site.people[row.author].time_zone)
    return datetime.fromtimestamp(row.started / 1000, zone)


def test_same_seed_and_day_same_site() -> None:
    def fingerprint(site: Site) -> object:
        rows = [
            (r.id, r.author, r.started, r.seconds, r.issue_id, r.comment) for r in site.worklogs.rows.values()
        ]
        return (
            list(site.people),
            [(i.key, i.summary, i.remaining_estimate) for i in site.issues.values()],
            rows,
        )

    sites = [Site("a", "http://a", Clock()) for _ in range(3)]
    for site, seed in zip(sites, (1, 1, 2), strict=True):
        seed_site(site, 5, 1, seed)
    assert fingerprint(sites[0]) == fingerprint(sites[1])
    assert fingerprint(sites[0]) != fingerprint(sites[2])
    assert sites[0].client_key == sites[1].client_key


def test_counted_issues_have_their_numbers(seeded: EmulatedSite) -> None:
    for count in (0, 20, 21, 5001):
        assert len(seeded.issue(f"worklogs-{count}").worklog_ids) == count


def test_sums_and_estimates_agree_with_the_rows(seeded: EmulatedSite) -> None:
    rows = seeded.site.worklogs.rows
    for issue in seeded.site.issues.values():
        spent = sum(rows[i].seconds for i in issue.worklog_ids)
        assert (issue.time_spent or 0) == spent
        if issue.original_estimate is None:
            assert issue.remaining_estimate is None
        else:
            assert issue.remaining_estimate == max(0, issue.original_estimate - spent)
        assert issue.worklog_ids == sorted(issue.worklog_ids)


def test_awkward_times_are_there(seeded: EmulatedSite) -> None:
    times = [local(seeded, row) for row in seeded.site.worklogs.rows.values()]
    assert {(0, 0), (23, 30)} <= {(t.hour, t.minute) for t in times}
    changes = [
        t
        for t in times
        if (t.replace(hour=0) + timedelta(days=1)).utcoffset() != t.replace(hour=0).utcoffset()
    ]
    assert changes
    assert max(t.date() for t in times) >= seeded.clock.now.date()
    assert all(row.created <= seeded.site.now_ms() for row in seeded.site.worklogs.rows.values())


def test_some_cells_hold_several_worklogs(seeded: EmulatedSite) -> None:
    cells: dict[object, int] = {}
    for row in seeded.site.worklogs.rows.values():
        cell = (row.author, row.issue_id, local(seeded, row).date())
        cells[cell] = cells.get(cell, 0) + 1
    assert max(cells.values()) >= 3


def test_the_first_person_administers_and_sees_nearly_all(seeded: EmulatedSite) -> None:
    site, first = seeded.site, seeded.person(0)
    permissions = Permissions(site, Caller(first.account_id))
    assert site.is_admin(first.account_id)
    assert {p.key for p in permissions.projects()} == {p.key for p in site.projects.values()} - {"HRX"}
    assert len(site.worklogs.by_author[first.account_id]) > 100
    assert not list(Permissions(site, Caller(seeded.person(NO_PROJECT).account_id)).projects())


def test_people_log_only_where_they_may(seeded: EmulatedSite) -> None:
    site = seeded.site
    special = {i.id for i in site.issues.values() if any(label.startswith("worklogs-") for label in i.labels)}
    for number in range(12):
        person = seeded.person(number)
        if not person.active:
            continue
        permissions = Permissions(site, Caller(person.account_id))
        for _, worklog_id in site.worklogs.by_author.get(person.account_id, []):
            issue = site.issues[site.worklogs.rows[worklog_id].issue_id]
            assert issue.id in special or permissions.can_see(issue)


@pytest.mark.parametrize("people", [1, 2, 9])
def test_a_small_site_has_everybody_and_the_former_account(people: int) -> None:
    site = Site("small", "http://small", Clock())
    seed_site(site, people, 1)
    assert len(site.people) == people + 1


@pytest.mark.parametrize(("people", "months"), [(0, 1), (501, 1), (1, 0)])
def test_a_seed_out_of_range_is_refused(people: int, months: int) -> None:
    with pytest.raises(ValueError, match="people must be"):
        seed_site(Site("x", "http://x", Clock()), people, months)


def test_indexes_follow_changes(emulated: EmulatedSite) -> None:
    store, issue = emulated.site.worklogs, emulated.issue("worklogs-0")
    made = int(emulated.log(issue)["id"])
    emulated.put(f"/issue/{issue.key}/worklog/{made}", {"started": "2026-01-01T00:00:00.000+0000"})
    row = store.rows[made]
    assert row in list(store.started_between(row.started, row.started + 1))
    assert row in list(store.started_between(row.started, row.started + 1, row.author))
    emulated.delete(f"/issue/{issue.key}/worklog/{made}")
    for entries in (store.by_start, store.by_author[row.author], store.by_change):
        assert len(entries) == len({i for _, i in entries})
        assert made not in {i for _, i in entries}
