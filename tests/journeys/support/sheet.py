"""Page objects of My Timesheet: the grid in its frame, the keys, and the resulting data in Jira.

The journeys use a week of their own, far from the seed's days, so everything on the sheet was put there by
the journey itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from playwright.sync_api import Frame, Locator, Page, expect

from jira_emulator.issue.estimate import Adjustment
from jira_emulator.issue.issue import create_issue
from jira_emulator.issue.worklog import WorklogInput, add_worklog, delete_worklog, update_worklog
from jira_emulator.model import Issue, Json, Person, WorklogRow
from jira_emulator.seeding.issues import CLOSED, DOING, TASK
from tests.processes.support.app_processes import wait_for
from tools.stage import Stage

if TYPE_CHECKING:
    from tests.journeys.conftest import Journey

TODAY = date(2030, 3, 13)
NOW = datetime(2030, 3, 13, 10, tzinfo=UTC)
MON, TUE, WED, THU, FRI, SAT, SUN = (TODAY + timedelta(days=n) for n in range(-2, 5))
ZONE = ZoneInfo("Europe/Berlin")
HOUR = 3600
WRITES = ("POST", "PUT", "DELETE")


@dataclass
class Work:
    """The emulated Jira: issues and worklogs created and read without the app."""

    stage: Stage
    person: Person

    def issue(
        self, summary: str, project: str = "PAY", estimate: int | None = None, status: int = DOING
    ) -> Issue:
        """Create a task; ``estimate`` in seconds."""
        site = self.stage.jira.site
        with site.lock:
            in_project = site.find_project(project)
            assert in_project is not None
            in_project.last_number += 1
            site.next_issue_id += 1
            made = Issue(
                id=site.next_issue_id,
                key=f"{project}-{in_project.last_number}",
                project=in_project,
                type=site.types[TASK],
                status=site.statuses[status],
                summary=summary,
                reporter=self.person.account_id,
                assignee=None,
                created=site.now_ms(),
                updated=site.now_ms(),
                original_estimate=estimate,
                remaining_estimate=estimate,
            )
            create_issue(site, made, self.person.account_id)
        return made

    def close(self, issue: Issue) -> None:
        """Close an issue in Jira itself: its workflow refuses changes of time from then on."""
        site = self.stage.jira.site
        with site.lock:
            issue.status = site.statuses[CLOSED]

    def log(
        self, issue: Issue, day: date, seconds: int, at: time = time(9), *, properties: Json | None = None
    ) -> WorklogRow:
        """Log time of this person in Jira itself."""
        site = self.stage.jira.site
        started = int(datetime.combine(day, at, ZONE).timestamp() * 1000)
        with site.lock:
            given = WorklogInput(started=started, seconds=seconds, properties=properties)
            return add_worklog(site, issue, self.person.account_id, given, Adjustment())

    def change(self, row: WorklogRow, seconds: int) -> None:
        """Change a duration in Jira itself."""
        site = self.stage.jira.site
        with site.lock:
            given, now = WorklogInput(seconds=seconds), site.worklogs.rows[row.id]
            update_worklog(site, site.issues[now.issue_id], now, now.author, given, Adjustment())

    def delete(self, row: WorklogRow) -> None:
        """Delete a worklog in Jira itself."""
        site = self.stage.jira.site
        with site.lock:
            now = site.worklogs.rows[row.id]
            delete_worklog(site, site.issues[now.issue_id], now, now.author, Adjustment())

    def logged(self, issue: Issue) -> list[tuple[date, int]]:
        """Return the days (in this person's zone) and seconds of all worklogs of one issue, in order."""
        rows = sorted(self.rows(issue), key=lambda row: (row.started, row.id))
        return [(self.local(row).date(), row.seconds) for row in rows]

    def rows(self, issue: Issue) -> list[WorklogRow]:
        """Return the worklogs of one issue as Jira stores them."""
        site = self.stage.jira.site
        with site.lock:
            return [site.worklogs.rows[number] for number in issue.worklog_ids]

    def local(self, row: WorklogRow) -> datetime:
        """Return when a worklog begins, in this person's zone."""
        return datetime.fromtimestamp(row.started / 1000, ZoneInfo(self.person.time_zone))

    def start_weeks_on(self, weekday: int) -> None:
        """Set the first day of the week for the site; 0 is Monday."""
        deps = self.stage.app.extensions["timesheet"]
        with self.stage.app.app_context():
            store = deps.stores.settings_of(self.stage.site_key)
            store.save_site(replace(store.read_site(), week_start=str(weekday)))
            deps.operation.transaction.commit()

    def trouble(self, effect: str, path: str = "/rest/*", **more: object) -> None:
        """Make the emulated Jira fail."""
        self.stage.jira.control("POST", "trouble", {"effect": effect, "path": path, **more})

    def no_trouble(self) -> None:
        """End all faults."""
        self.stage.jira.control("DELETE", "trouble")

    def await_late(self) -> None:
        """Wait until Jira keeps a call waiting."""
        wait_for(lambda: self.stage.jira.control("GET", "trouble/late")["waiting"])

    def let_late_go(self) -> None:
        """Let Jira answer a call that it keeps waiting, as soon as there is one."""
        wait_for(lambda: self.stage.jira.control("POST", "trouble/late")["released"])

    def finish_writes(self) -> int:
        """Let Jira carry out the writes whose responses were lost already; return how many there were."""
        return int(self.stage.jira.control("POST", "trouble/writes")["finished"])

    def forget_calls(self) -> None:
        """Clear the call log."""
        self.stage.jira.calls.clear()

    def calls(self) -> list[str]:
        """Return method and path of every call of the REST API so far."""
        return [f"{call.method} {call.path}" for call in self.stage.jira.calls.list("rest")]

    def writes(self) -> list[str]:
        """Return the methods of the calls that changed worklogs."""
        calls = self.stage.jira.calls.list("rest")
        # Worklogs are also read by a POST, with their ids.
        written = [
            call for call in calls if "/worklog" in call.path and not call.path.endswith("/worklog/list")
        ]
        return [call.method for call in written if call.method in WRITES]


@dataclass
class Sheet:
    """The grid on the screen. Cells are named by issue and day."""

    journey: Journey
    work: Work
    frame: Frame = field(init=False)

    def open(self, *issues: Issue) -> Sheet:
        """Open the page in Jira and wait for the grid; these issues get a row, with or without time."""
        self.frame = self.journey.open()
        expect(self.grid).to_be_visible()
        if issues:
            self.show(*issues)
        return self

    def show(self, *issues: Issue) -> None:
        """Give these issues a row, as the page does after a dialog has added some."""
        self.frame.evaluate(
            """ids => {
                const form = document.getElementById('row-change');
                form.replaceChildren(...[['change', 'add'], ...ids.map((id) => ['issue', id])].map(
                    ([name, value]) => Object.assign(document.createElement('input'), { name, value })));
                form.requestSubmit();
            }""",
            [issue.id for issue in issues],
        )
        # The answer has the field again that the form lacks now.
        expect(self.frame.locator("#row-change [name=before]")).to_have_count(1)
        for issue in issues:
            expect(self.row(issue)).to_be_visible()
        # The sheet asks Jira at once on which of its rows no time can be logged.
        expect(self.frame.locator("[id^=row-locks].htmx-request")).to_have_count(0)

    @property
    def page(self) -> Page:
        return self.journey.page

    @property
    def grid(self) -> Locator:
        return self.frame.get_by_role("grid")

    @property
    def title(self) -> Locator:
        return self.frame.locator("#sheet h1")

    @property
    def live(self) -> Locator:
        """Return the element that screen readers announce."""
        return self.frame.locator("#live")

    @property
    def problem(self) -> Locator:
        """Return the message next to a refused cell."""
        return self.frame.locator("#cell-problem")

    @property
    def input(self) -> Locator:
        return self.frame.locator(".cell-input")

    @property
    def add_box(self) -> Locator:
        return self.frame.get_by_role("combobox", name="Add an issue")

    def column(self, day: date) -> int:
        """Return the index of a day among the columns, from 0."""
        first = date.fromisoformat(self.grid.get_attribute("data-first") or "")
        return (day - first).days

    def row(self, issue: Issue) -> Locator:
        return self.frame.locator(f"#r{issue.id}")

    def cell(self, issue: Issue, day: date) -> Locator:
        return self.row(issue).locator("td").nth(self.column(day))

    def row_total(self, issue: Issue) -> Locator:
        return self.frame.locator(f"#s{issue.id}")

    def day_total(self, day: date) -> Locator:
        return self.frame.locator(f"#l{self.column(day)}")

    def difference(self, day: date) -> Locator:
        return self.frame.locator(f"#d{self.column(day)}")

    @property
    def total(self) -> Locator:
        return self.frame.locator("#lt")

    def read_again(self) -> None:
        """Let the app know of all changes in Jira; then let the page read its sheet again."""
        assert self.work.stage.jira.flush_webhooks(), "the app does not know of the last change"
        self.frame.evaluate("window.htmx.trigger(document.body, 'sheet-changed')")

    def stay(self) -> None:
        """Reload the page, and stay on it when the browser asks."""
        self.journey.stay()

    def press(self, *keys: str) -> None:
        """Press these keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type as into any field."""
        self.page.keyboard.type(text)

    def enter(self, issue: Issue, day: date, text: str, key: str = "Enter") -> None:
        """Select a cell, type over its content, and leave it with ``key``."""
        self.cell(issue, day).click()
        self.type(text)
        self.press(key)

    def add(self, issue: Issue) -> None:
        """Add a row by the issue's key."""
        self.add_box.click()
        self.type(issue.key)
        expect(self.frame.locator(f"#found-{issue.id}")).to_have_attribute("aria-selected", "true")
        self.press("Enter")
        expect(self.row(issue)).to_be_visible()

    def expect_cells(self, expected: Iterable[tuple[Issue, date, str]]) -> None:
        """Fail unless these cells show these texts after the server's response, and not only as typed."""
        for issue, day, text in expected:
            expect(self.cell(issue, day)).to_have_text(text)
            expect(self.cell(issue, day)).not_to_have_attribute("aria-busy", "true")
