"""The versions of worklogs that the browser saw, which a save sends so that a change made elsewhere is detected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from timesheet.domain.errors import InvalidInput
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.message import message
from timesheet.domain.worklog.worklog import Worklog

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_ID, LONGEST_INSTANT = 18, 14
_MARK = re.compile(rf"(\d{{1,{LONGEST_ID}}})\.(\d{{1,{LONGEST_INSTANT}}})", re.ASCII)
OUTDATED = message("This part of the page is out of date. Reload it and try again.")


@dataclass(frozen=True, slots=True)
class SeenWorklog:
    """A worklog as the browser saw it: its id and Jira's ``updated``."""

    worklog_id: int
    updated: datetime


def seen_mark(worklog: Worklog) -> str:
    """Return the worklog's id and version, as the browser sends them with a change."""
    return f"{worklog.id}.{epoch_ms(worklog.updated)}"


def worklog_mark(seen: SeenWorklog) -> str:
    """Return the same of a worklog that the browser saw."""
    return f"{seen.worklog_id}.{epoch_ms(seen.updated)}"


def read_seen(text: str, field: str = "seen") -> SeenWorklog:
    """Return a mark created by ``seen_mark``. Raise InvalidInput for anything else."""
    found = _MARK.fullmatch(text)
    if found is None:
        raise InvalidInput(OUTDATED, field=field)
    return SeenWorklog(int(found[1]), EPOCH + timedelta(milliseconds=int(found[2])))
