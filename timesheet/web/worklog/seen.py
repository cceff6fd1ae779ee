"""The marks of shown worklogs that a save sends, so a change made elsewhere is detected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from timesheet.domain.errors import InvalidInput
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.worklog import Worklog
from timesheet.services.worklog.write_result import Seen
from timesheet.web.http.fields import is_number

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seen_mark(worklog: Worklog) -> str:
    """Return the worklog's id and version, as the browser sends them with a change."""
    return f"{worklog.id}.{epoch_ms(worklog.updated)}"


def read_seen(text: str) -> Seen:
    """Return a mark created by ``seen_mark``. Raise InvalidInput for anything else."""
    worklog_id, dot, updated = text.partition(".")
    if not (dot and is_number(worklog_id, 18) and is_number(updated, 14)):
        raise InvalidInput("This part of the page is out of date. Reload it and try again.", field="seen")
    return Seen(int(worklog_id), EPOCH + timedelta(milliseconds=int(updated)))
