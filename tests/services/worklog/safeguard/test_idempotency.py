from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.services.support.fake_journal import FakeJournal
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import DatabaseBusy, JiraUnavailable
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.journal import DONE_KEPT, Intent
from timesheet.services.worklog.safeguard.idempotency import expected_values, id_of_new, write_and_record
from timesheet.services.worklog.safeguard.lost_write import UNDER_WAY

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
AFTER = Worklog(7, 1, "ben", date(2026, 11, 24), NOW, 3600, NOW, {"text": "secret"})


def test_the_times_are_those_that_the_decisions_promise() -> None:
    assert (timedelta(minutes=3), timedelta(hours=24)) == (UNDER_WAY, DONE_KEPT)


def test_an_id_fits_its_column_and_differs_with_each_part() -> None:
    day = date(2026, 11, 24)
    first = id_of_new("ana", "key-0001", 1, day, 60)
    assert len(first) == 32
    others = [
        id_of_new("ben", "key-0001", 1, day, 60),
        id_of_new("ana", "key-0002", 1, day, 60),
        id_of_new("ana", "key-0001", 2, day, 60),
        id_of_new("ana", "key-0001", 1, date(2026, 11, 25), 60),
        id_of_new("ana", "key-0001", 1, day, 61),
    ]
    assert len({first, *others}) == 6


def test_of_what_a_write_sets_the_comment_is_only_mentioned() -> None:
    assert expected_values(None, None) == {}
    assert expected_values(NOW, 60, {"text": "secret"}) == {
        "seconds": 60,
        "started": NOW.isoformat(),
        "comment": True,
    }


def test_a_write_that_somebody_is_at_already_may_happen() -> None:
    journal, intent = FakeJournal(), Intent(Action.WORKLOG_CREATED, "ana", 1, NOW)
    journal.begin(intent)
    with pytest.raises(JiraUnavailable) as unsure:
        write_and_record(journal, intent, lambda: None, lambda: AFTER)
    assert unsure.value.wrote_maybe


@pytest.mark.parametrize("problem", [DatabaseBusy("busy"), RuntimeError("unexpected")])
def test_a_write_whose_check_fails_did_not_happen(problem: Exception) -> None:
    def fail() -> None:
        raise problem

    journal, intent = FakeJournal(), Intent(Action.WORKLOG_CREATED, "ana", 1, NOW)
    with pytest.raises(type(problem)):
        write_and_record(journal, intent, fail, lambda: AFTER)
    assert not journal.unfinished()
