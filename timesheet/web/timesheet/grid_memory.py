"""Keep the grids shown last, so that an unchanged timesheet is not rendered again, and a save renders one row."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import cast

from cachetools import TTLCache
from flask import Flask, current_app

from timesheet.domain.figures import Figures
from timesheet.domain.period.closed_day import ClosedDays
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import Day, lay_out
from timesheet.domain.worklog.worklog import Worklog
from timesheet.web.timesheet.grid import Grid

MOST_GRIDS, CACHE_SECONDS = 200, 600
"""A month of 240 worklogs takes some 100 KiB."""
NAME = "timesheet-grids"


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a grid depends on: equal contents look the same in one language, whoever read them and when."""

    worklogs: tuple[Worklog, ...]
    issues: Mapping[int, Issue]
    days: tuple[Day, ...]
    added: tuple[Issue, ...]
    figures: Figures
    today: date
    closed: ClosedDays
    pinned: tuple[int, ...] = ()


class GridMemory:
    """The last grid of each owner in this process: a viewer who reads one language. Thread safe."""

    def __init__(self, most: int = MOST_GRIDS) -> None:
        self._grids: TTLCache[Hashable, tuple[Content, Grid]] = TTLCache(most, CACHE_SECONDS)
        self._lock = Lock()

    def grid_of(self, owner: Hashable, content: Content) -> Grid:
        """Return the grid of this content: the one that ``owner`` saw last if it is equal, or with its equal rows."""
        with self._lock:
            cached = self._grids.get(owner)
        if cached and cached[0] == content:
            return cached[1]
        before = cached[1] if cached else None
        sheet = lay_out(
            content.worklogs,
            content.issues,
            content.days,
            content.added,
            before.sheet if before else None,
            content.pinned,
        )
        grid = Grid(sheet, content.figures, content.today, content.closed, before)
        with self._lock:
            self._grids[owner] = content, grid
        return grid


def init_app(app: Flask) -> None:
    """Give the app a memory of its own."""
    app.extensions[NAME] = GridMemory()


def grid_memory() -> GridMemory:
    """Return the memory of this app."""
    return cast(GridMemory, current_app.extensions[NAME])
