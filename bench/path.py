"""Count the modules, calls, and nesting depth of one request inside the app."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from inspect import CO_GENERATOR
from pathlib import Path
from statistics import median
from types import CodeType, FrameType
from typing import TYPE_CHECKING

from bench.jira import month_in_zone_of
from bench.measure import Figure, milliseconds
from bench.team import FEW, team_of
from bench.timesheet import PERSON, Cell, Visitor, fill_month
from timesheet.bootstrap.app import tune_garbage_collector
from timesheet.settings import ROOT
from tools.stage import Stage, set_stage

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

INSIDE = f"{ROOT / 'timesheet'}/"
INLINE = frozenset({"<listcomp>", "<dictcomp>", "<setcomp>"})
"""Newer interpreters call none of these."""
AROUND = "around every request"
PARTS = {
    "web/http/auth.py:authenticate": "token, site, settings, and permission",
    "web/http/form.py:sent": "form to command, and the days shown",
    "web/timesheet/choice.py:choice_after_save": "form to command, and the days shown",
    "web/http/context.py:Context.viewer_context": "the use case",
    "services/worklog/form_reads.py:begin_form_reads": "the use case",
    "services/worklog/cell.py:save_cell": "the use case",
    "services/snapshot/own.py:snapshot_at": "the cached sheet and issue",
    "services/worklog/estimate.py:issue_with_estimate": "the cached sheet and issue",
    "adapters/db/worklog/journal.py:DbJournal.unfinished_near": "open intents, closed days",
    "services/period/lock.py:PeriodLock.check": "open intents, closed days",
    "services/period/lock.py:PeriodLock.closed": "open intents, closed days",
    "adapters/jira/client.py:JiraClient.read_worklog": "calls to Jira",
    "adapters/jira/client.py:JiraClient.update_worklog": "calls to Jira",
    "adapters/jira/client.py:JiraClient.create_worklog": "calls to Jira",
    "adapters/db/worklog/journal.py:DbJournal.begin": "the intent",
    "services/worklog/safeguard/journal.py:RecordedJournal.finish": "the audit event",
    "services/snapshot/change_log.py:note_begun": "the change log and the cached sheets",
    "services/worklog/write_result.py:finish": "the change log and the cached sheets",
    "web/timesheet/timesheet.py:_render_cell": "the answer",
}
"""The functions in which a part of a save begins; a call counts for the innermost of those around it."""
AIM = "≤ 60 modules, ≤ 300 calls, depth ≤ 18"
WARM, TIMED = 3, 10


@dataclass
class Passed:
    """The functions of the app that one request called, how often, in which part, and how many were active at once.

    A generator is reported again for each value it yields, so generators are left out, as are comprehensions.
    """

    calls: Counter[CodeType] = field(default_factory=Counter)
    parts: dict[str, Counter[CodeType]] = field(default_factory=lambda: defaultdict(Counter))
    depth: int = 0
    _open: list[str] = field(default_factory=list)

    def note(self, frame: FrameType, event: str, _: object) -> None:
        """Handle one report of the interpreter; see sys.setprofile."""
        code = frame.f_code
        if code.co_flags & CO_GENERATOR or code.co_name in INLINE or not code.co_filename.startswith(INSIDE):
            return
        if event == "call":
            around = self._open[-1] if self._open else AROUND
            part = PARTS.get(f"{module_of(code)}:{code.co_qualname}", around)
            self.calls[code] += 1
            self.parts[part][code] += 1
            self._open.append(part)
            self.depth = max(self.depth, len(self._open))
        elif event == "return":
            self._open.pop()

    def figures(self) -> dict[str, float]:
        """Return the numbers of modules, calls, functions, and the depth."""
        return {
            "modules": len(modules_of(self.calls)),
            "calls": self.calls.total(),
            "functions": len(self.calls),
            "depth": self.depth,
        }


def module_of(code: CodeType) -> str:
    """Return the module of a function by its path under ``timesheet``."""
    return code.co_filename.removeprefix(INSIDE)


def modules_of(calls: Iterable[CodeType]) -> set[str]:
    """Return the modules of these functions."""
    return {module_of(code) for code in calls}


@contextmanager
def watched(stage: Stage, path: str) -> Iterator[Passed]:
    """Record the functions that requests to ``path`` run, in whichever thread of this process they are answered."""
    inside, passed = stage.app.wsgi_app, Passed()

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != path:
            return inside(environ, start_response)
        sys.setprofile(passed.note)
        try:
            return inside(environ, start_response)
        finally:
            sys.setprofile(None)

    stage.app.wsgi_app = answer  # type: ignore[method-assign]
    try:
        yield passed
    finally:
        stage.app.wsgi_app = inside  # type: ignore[method-assign]


def path() -> Iterator[Figure]:
    """Count a save of a cell, a team's month, and an installation."""
    with tempfile.TemporaryDirectory() as folder, set_stage(Path(folder)) as stage:
        issues = fill_month(stage)
        visitor = Visitor(stage)
        tune_garbage_collector()
        # An event that arrives between two saves would be compared with the sheet during the second one.
        stage.jira.site.bus.listeners.clear()
        assert stage.jira.flush_webhooks(), "the events of the month did not arrive"
        visitor.fragment("view=month")
        day = month_in_zone_of(stage, PERSON).first + timedelta(days=5)
        cell = Cell(visitor, issues[1], day)
        yield passing("cell save, changed", stage, "/timesheet/cell", cell.save, AIM)
        yield passing("cell save, new", stage, "/timesheet/cell", cell.save, AIM, cell.empty)
        visitor.fragment("view=month")
        month = partial(visitor.fragment, "view=month")
        yield passing("own month, warm", stage, "/timesheet", month, "")
        again = stage.jira.tenant.lifecycle.announce
        yield passing("Connect install", stage, "/connect/installed", again, "")
    with team_of(FEW) as (stage, lead):
        yield passing("team month, warm", stage, "/teams/bench", lambda: lead.tab("timesheet"), "")


def passing(
    name: str,
    stage: Stage,
    address: str,
    request: Callable[[], object],
    aim: str,
    before: Callable[[], object] = lambda: None,
) -> Figure:
    """Send a request until everything is warm, each time after ``before``; time it, then record it once."""
    took: list[float] = []
    for _ in range(WARM + TIMED):
        before()
        took.append(milliseconds(request))
    before()
    with watched(stage, address) as passed:
        request()
    notes, warm = passed.figures(), took[WARM:]
    counts = ", ".join(f"{count:.0f} {what}" for what, count in notes.items())
    print(f"{name}: {counts}")
    for part, calls in passed.parts.items() if aim else ():
        print(f"    {part}: {calls.total()} calls, {len(modules_of(calls))} modules")
    return Figure(name, median(warm), max(warm), target=aim, notes=notes)
