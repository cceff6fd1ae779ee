"""The figures that documents promise are those of the code: the sentence is there, and the constant has its value."""

from __future__ import annotations

from datetime import timedelta

import pytest

from timesheet.adapters.cache import server
from timesheet.adapters.db import engine
from timesheet.adapters.forge import credentials
from timesheet.adapters.http import clock
from timesheet.adapters.ical import meeting, rule
from timesheet.adapters.jira.call import transport
from timesheet.domain import duration, job, name, site, span
from timesheet.domain.attribute import attribute
from timesheet.domain.audit import chain, event
from timesheet.domain.calendar import legend
from timesheet.domain.period import late_change
from timesheet.domain.report import query
from timesheet.domain.suggestion import suggestion
from timesheet.domain.team import label, team
from timesheet.domain.worklog import adf
from timesheet.domain.worklog.quick_add import word
from timesheet.services.audit import security_watch
from timesheet.services.job import watch
from timesheet.services.ports import calendar, transfer
from timesheet.services.ports import meeting as meetings
from timesheet.services.privacy import account_report
from timesheet.services.report import limit
from timesheet.services.resilience import breaker, budget, bulkhead
from timesheet.services.site import authentication, invocation
from timesheet.services.snapshot import lost_time, window
from timesheet.services.suggestion import calendar_file
from timesheet.services.team import scope
from timesheet.services.viewer import person
from timesheet.services.worklog import command, quick_add, reversal
from timesheet.services.worklog.safeguard import lost_write, settle
from timesheet.settings import ROOT
from timesheet.web.http import access, refusal, waiting
from timesheet.web.job import worker
from timesheet.web.middleware import failed_authentication, rate_limit
from timesheet.web.report import choice as report_choice
from timesheet.web.report import reader
from timesheet.web.site import lifecycle, webhook
from timesheet.web.team import choice

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLACES = (
    bulkhead.MOST,
    bulkhead.THREADS,
    bulkhead.MOST_OF_A_SITE,
    bulkhead.MOST_QUEUED,
    bulkhead.MOST_QUEUED_OF_A_SITE,
    bulkhead.PATIENCE_SECONDS,
)
WAITING = (
    "At most 72 of a worker's 240 threads serve requests that wait for Jira, and at most 32 of them for one site. "
    "Another 152 requests, 100 of one site, queue for one of these places for up to ten seconds."
)
RANGES = (span.LONGEST_RANGE, query.LONGEST_REPORT, command.MOST_AT_ONCE)
MIB = 1024 * 1024
DURATIONS = (duration.LONGEST_TEXT, duration.LONGEST)
NAMES = (name.LONGEST_NAME, label.LONGEST_LABEL, legend.LONGEST_TITLE, team.LONGEST_DESCRIPTION)
SCOPES = (scope.MOST_PROJECTS, scope.LONGEST_JQL)
QUICK = (quick_add.MOST_LINES, word.MOST_READ)
REPORTS = (report_choice.MOST_TEAMS, query.MOST_LEVELS, report_choice.MOST_VALUES, report_choice.LONGEST_JQL)
CONFIGURATIONS = (transfer.LARGEST_UPLOAD, transfer.LARGEST_FILE)
RATES = [rate.most for rate in rate_limit.RATE_LIMITS]
FIGURES: dict[str, list[tuple[str, object, object]]] = {
    "README.md": [
        ("| `JIRA_POINTS` | 65000 |", budget.POINTS_AN_HOUR, 65_000),
        ("Undo works for 15 minutes.", reversal.UNDO_SECONDS, 15 * 60),
        ("For up to 3 minutes after a write that Jira did not answer", lost_write.UNDER_WAY, 3 * MINUTE),
        (
            "A range has at most 366 days, in a report 731, and one copy has at most 200",
            RANGES,
            (366, 731, 200),
        ),
        ("Time on a deleted issue is gone. For a day, its author sees", lost_time.KEPT_FOR, DAY),
        ("had read their timesheet in the twelve hours before", window.CACHE_SECONDS, 12 * 3600),
        ("erases sites that were uninstalled more than 30 days ago", site.KEPT_AFTER_UNINSTALL, 30 * DAY),
    ],
    "docs/hosting.md": [
        (WAITING, PLACES, (72, 240, 32, 152, 100, 10)),
        ("asks again automatically, up to twenty times", waiting.MOST_ATTEMPTS, 20),
        ("After three calls in a row that timed out", breaker.IN_A_ROW, 3),
        ("timed out (20 seconds each)", transport.READ_SECONDS, 20),
        ("except for one call every five seconds", breaker.REST_SECONDS, 5),
        ("It records every ten seconds that its runs are alive.", watch.BEAT_SECONDS, 10),
        ("If a run has recorded nothing for a minute", watch.LOST_SECONDS, 60),
        ("is tried again after 30 seconds, then", job.FIRST_PAUSE, MINUTE / 2),
        ("after twice as long each time, up to an hour", job.LONGEST_PAUSE, HOUR),
        ("After twelve attempts it is given up", job.MOST_ATTEMPTS, 12),
        ("A worker has four threads", worker.THREADS, 4),
        ("workers find due jobs by themselves, within five seconds", worker.TICK_SECONDS, 5),
        ("if jobs wait for more than ten minutes", job.LATE_AFTER, 10 * MINUTE),
        ("The rest is settled after 5 to 10 minutes", settle.SETTLED_AFTER, 5 * MINUTE),
    ],
    "docs/configure.md": [
        ("leaves in Jira counts for five more minutes", person.GROUPS_SECONDS, 5 * 60),
        ("up to 30 fields for worklogs", attribute.MOST_ATTRIBUTES, 30),
    ],
    "docs/monitoring.md": [
        ("more than 20 tokens for one known site", security_watch.REFUSED_TOKENS.most, 20),
        ("requests more than 10 ids", security_watch.FOREIGN_IDS.most, 10),
        ("more than 10 exports within 10 minutes", security_watch.EXPORTS.most, 10),
        ("more than 50 things deleted within 10 minutes", security_watch.DELETES.most, 50),
    ],
    "docs/connect-to-forge.md": [
        ("has expired without a call, after four hours at most", credentials.LONGEST_SECONDS, 4 * 3600),
        ("they start after seven nights", invocation.SILENT_NIGHTS, 7),
    ],
    "docs/teams.md": [
        ("With more than 200 people the tables have several pages", choice.MOST_ROWS, 200),
        ("A worklog of the last five minutes before a closing", late_change.UNNOTICED, 5 * MINUTE),
    ],
    "docs/reports.md": [
        ("cannot be read within eight seconds", reader.AT_ONCE_SECONDS, 8),
        ("more than 3,000 worklogs the file has no comments", limit.MOST_COMMENTS, 3000),
    ],
    "docs/audit-events.md": [
        ("recorded up to 20 times a minute for each person", refusal.MOST_A_MINUTE, 20),
        ("every 1,000 events, so that a missing one is detected", chain.SIGNED_EVERY, 1000),
        ("younger than that or than 90 days", event.SHORTEST_RETENTION, 90),
    ],
    "docs/privacy.md": [
        ("each of the last 200 suggestions that the person dismissed", suggestion.MOST_MARKS, 200),
        ("for an hour the meetings of a person's calendar file", calendar_file.CACHE_SECONDS, 3600),
        ("reports the stored account ids to Jira, ninety per call", account_report.MOST_AT_ONCE, 90),
    ],
    "docs/security.md": [
        ("a body of up to 1 MiB", access.LARGEST_BODY, MIB),
        ("a lifecycle call 64 KiB", lifecycle.LARGEST, 64 * 1024),
        ("an event of Connect 25 MiB", webhook.LARGEST_EVENT, 25 * MIB),
        ("up to 60 characters, from one minute to 366 days", DURATIONS, (60, 366 * 86_400)),
        ("up to 32,000 characters of text", adf.LONGEST_TEXT, 32_000),
        ("up to 100; 40; 60; 1,000 characters", NAMES, (100, 40, 60, 1000)),
        ("up to 100 projects, a filter of up to 2,000 characters", SCOPES, (100, 2000)),
        ("up to 50 lines, of which the first 100 words", QUICK, (50, 100)),
        ("up to 50 teams, 4 levels of rows, 500 values in a filter, and 2,000", REPORTS, (50, 4, 500, 2000)),
        ("up to 512 KiB and 5,000 days", (calendar.LARGEST_FILE, rule.MOST_DAYS), (MIB // 2, 5000)),
        (
            "up to 4 MiB and 400,000 lines",
            (meetings.LARGEST_CALENDAR, meeting.MOST_LINES),
            (4 * MIB, 400_000),
        ),
        (
            "up to 300, are cached for an hour",
            (meetings.MOST_MEETINGS, calendar_file.CACHE_SECONDS),
            (300, 3600),
        ),
        ("up to 4 MiB on the page (64 MiB by command)", CONFIGURATIONS, (4 * MIB, 64 * MIB)),
        (
            "300 changes, 1,200 reads, and 30 files a minute",
            RATES[:3],
            ["300 per minute", "1200 per minute", "30 per minute"],
        ),
        ("12,000 requests and 6,000 events a minute", RATES[3:], ["12000 per minute", "6000 per minute"]),
        ("after 60 in a minute an address has to wait", failed_authentication.MOST_A_MINUTE, 60),
        ("the comments of at most 3,000 worklogs", limit.MOST_COMMENTS, 3000),
        ("| a Jira group that a grant names | 5 minutes |", person.GROUPS_SECONDS, 5 * 60),
        ("15 minutes, the lifetime of a session", authentication.SESSION_SECONDS, 15 * 60),
    ],
    "docs/operate.md": [("gets no free connection within 5 seconds", engine.POOL_SECONDS, 5)],
    "docs/database.md": [("A lock wait lasts at most 5 seconds", engine.LOCK_SECONDS, 5)],
    "docs/reliability.md": [
        ("it is tested twice a second", server.REST_SECONDS, 0.5),
        ("may come from a clock up to 75 seconds ahead", clock.AHEAD_OF_US, 75),
    ],
}


@pytest.mark.parametrize("document", FIGURES)
def test_each_figure_is_the_one_in_the_code(document: str) -> None:
    text = " ".join((ROOT / document).read_text().split())
    wrong = [
        (sentence, found)
        for sentence, found, promised in FIGURES[document]
        if sentence not in text or found != promised
    ]
    assert wrong == []
