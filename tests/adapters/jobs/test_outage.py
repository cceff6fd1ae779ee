"""An outage is two lines in the log, whatever the order in which threads learn of it."""

from __future__ import annotations

from structlog.testing import capture_logs

from timesheet.adapters.jobs.outage import Outage
from timesheet.domain.errors import DatabaseBusy


def test_an_outage_is_logged_when_it_begins_and_when_it_ends() -> None:
    now = [10.0]
    outage = Outage("queue", lambda: now[0])
    with capture_logs() as lines:
        outage.answered(outage.now())
        for _ in range(3):
            now[0] += 1
            outage.failed(outage.now(), OSError("gone"))
        now[0] += 5
        for _ in range(2):
            outage.answered(outage.now())
    assert lines == [
        {"event": "queue_away", "kind": "OSError", "log_level": "warning"},
        {"event": "queue_back", "seconds": 7.0, "log_level": "warning"},
    ]


def test_the_line_says_why_the_database_cannot_be_used() -> None:
    """An operator must see whether it is full or cannot be reached."""
    full = DatabaseBusy("The database has no room left.")
    full.__cause__ = OSError("database or disk is full")
    outage = Outage("database")
    with capture_logs() as lines:
        outage.failed(outage.now(), full)
    [line] = lines
    assert (line["event"], line["kind"]) == ("database_away", "DatabaseBusy")
    assert (line["sentence"], line["cause"]) == ("The database has no room left.", "database or disk is full")


def test_an_answer_requested_before_a_change_of_state_is_ignored() -> None:
    now = [10.0]
    outage = Outage("queue", lambda: now[0])
    with capture_logs() as lines:
        early = outage.now()
        now[0] = 11
        outage.failed(outage.now(), OSError("gone"))
        now[0] = 12
        outage.answered(early)
        assert [line["event"] for line in lines] == ["queue_away"]
        late = outage.now()
        now[0] = 13
        outage.answered(outage.now())
        outage.failed(late, OSError("gone"))
    assert [line["event"] for line in lines] == ["queue_away", "queue_back"]
