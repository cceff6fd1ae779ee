"""The emulated site's data: people, groups, projects, issues and worklogs, all in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the REST API: a person (``account_id``), an app (``app_key``), or an app acting as a person (both)."""

    account_id: str | None
    app_key: str | None = None
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Event:
    """Something webhooks may tell of, e.g. ``worklog_created`` or ``jira:issue_updated``."""

    name: str
    payload: dict[str, Any]
    actor: str | None = None
    cascade: bool = False


Listener = Callable[[Event], None]


@dataclass
class Bus:
    """Passes events to whoever listens, in order."""

    listeners: list[Listener] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """Tell every listener."""
        for listener in self.listeners:
            listener(event)
