"""What people save while a closing reads their time is in its record, or nothing is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from functools import partial
from typing import Any

import pytest

from tests.services.support.june import JUNE, close
from tests.services.support.scene import BARE, BERLIN, Scene, cell_edit
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import Conflict
from timesheet.domain.jira_time import started_at
from timesheet.services.ports.journal import Intent
from timesheet.services.worklog.cell import save_cell

HOUR = 3600


def meanwhile_in(scene: Scene, monkeypatch: pytest.MonkeyPatch, *happens: Callable[[], object]) -> None:
    """Let something happen after each read of the team's time, before the reader goes on."""
    read, left = scene.jira.read_team_worklogs, list(happens)

    def read_slowly(*args: Any, **more: Any) -> Any:
        found = read(*args, **more)
        if left:
            left.pop(0)()
        return found

    monkeypatch.setattr(scene.jira, "read_team_worklogs", read_slowly)


def save(scene: Scene, who: str, day: date, text: str = "3h", key: str = "key-0001") -> None:
    context, caller = scene.viewer_context_of(who), scene.jira.profile
    scene.jira.profile = replace(caller, account_id=who)
    save_cell(context, cell_edit(text, issue_id=BARE, day=day, key=key))
    scene.jira.profile = caller


def begun(scene: Scene, who: str, day: date, ago: int = 1) -> None:
    """Announce a write whose answer from Jira is still missing."""
    start = started_at(day, time(9), BERLIN).instant
    at, wanted = scene.jira.now - timedelta(seconds=ago), {"started": start.isoformat()}
    scene.journal.begin(Intent(Action.WORKLOG_CREATED, who, BARE, at, started=start, wanted=wanted))


def test_time_that_is_saved_while_a_closing_reads_is_in_its_record(
    july: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile_in(july, monkeypatch, lambda: save(july, "ana", JUNE.last))
    [ana] = close(july).members
    assert ana.spent == 11 * HOUR


def test_time_saved_just_before_is_in_the_record_although_no_search_finds_it_yet(july: Scene) -> None:
    save(july, "ana", JUNE.last)
    july.wait(60)
    july.calls()
    close(july)
    assert july.calls().count(f"read_team_worklogs [{BARE}]") == 1


def test_nothing_is_closed_while_people_go_on_saving(july: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [JUNE.first + timedelta(days=n) for n in range(9)]
    saves = [partial(save, july, "ana", day, key=f"key-{day}") for day in days]
    meanwhile_in(july, monkeypatch, *saves)
    with pytest.raises(Conflict, match="while it was read"):
        close(july)
    assert july.site.periods.records("alpha") == ()


def test_a_save_that_is_on_its_way_is_waited_for(july: Scene) -> None:
    begun(july, "ana", JUNE.last)
    with pytest.raises(Conflict, match="while it was read"):
        close(july)
    july.wait(180)
    assert close(july).span == JUNE, "an outcome that stays unknown keeps no period open"


@pytest.mark.parametrize("day", [date(2024, 5, 31), date(2024, 7, 1)])
def test_a_save_whose_day_depends_on_the_zone_is_waited_for(july: Scene, day: date) -> None:
    begun(july, "ana", day)
    with pytest.raises(Conflict, match="while it was read"):
        close(july)


@pytest.mark.parametrize(
    ("who", "day"), [("ana", date(2024, 5, 30)), ("ana", date(2024, 7, 2)), ("ben", date(2024, 6, 28))]
)
def test_other_days_and_other_people_do_not_delay_a_closing(july: Scene, who: str, day: date) -> None:
    save(july, who, day)
    begun(july, who, day)
    july.calls()
    close(july)
    assert [call for call in july.calls() if call.startswith("read_team")] == ["read_team_worklogs"]


def test_nothing_is_closed_if_a_write_is_announced_while_the_closing_waits_for_the_lock(july: Scene) -> None:
    july.site.lock_writes = lambda: begun(july, "ana", JUNE.first)
    with pytest.raises(Conflict, match="saved time of this period"):
        close(july)
    assert july.site.periods.records("alpha") == ()
