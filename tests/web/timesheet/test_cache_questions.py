"""The number of times that a view and a save ask the cache server that several processes share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.support.valkey import Valkey
from tests.services.support.scene import MONDAY, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import NOW
from tests.web.support.viewer import Viewer, change_cell
from timesheet.adapters.cache.prefetch import Prefetches
from timesheet.adapters.cache.server import CacheServer
from timesheet.settings import Settings

WARM = 2
# The rate limits, and with them everything else.
LOOK = 1
# Without the pauses of other processes and the renewal of a lock, each at most once a second.
SAVE = 12
# The rate limit with what was read by the event before, and the changes.
EVENT = 2


@pytest.fixture
def settings(settings: Settings, valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings with a cache server. On a slow machine no cached value expires, the server is not away, and
    nothing happens once a second.
    """
    for limit in (
        "server.ANSWER_SECONDS",
        "server.CONNECT_SECONDS",
        "server.SLOW_SECONDS",
        "lease.RENEW_SECONDS",
        "points.READ_SECONDS",
    ):
        monkeypatch.setattr(f"timesheet.adapters.cache.{limit}", 3600)
    monkeypatch.setattr("timesheet.adapters.cache.redis.Prefetches", lambda: Prefetches(lambda: 0.0))
    return replace(settings, redis_url=valkey.url)


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows with each call to a server that answers.

    Threads that tests before this one left behind go on testing a server that is away.
    """
    calls: list[int] = []
    reach = CacheServer.reach

    def counted(self: CacheServer, do: Callable[..., Any]) -> Any:
        if not self.away:
            calls.append(1)
        return reach(self, do)

    monkeypatch.setattr(CacheServer, "reach", counted)
    return calls


def warm(questions: list[int], do: Callable[[int], object]) -> int:
    """Return how many calls the last of several equal requests needs."""
    for number in range(WARM + 1):
        questions.clear()
        do(number)
    return len(questions)


def test_a_view_asks_once(viewer: Viewer, questions: list[int]) -> None:
    viewer.scene.put(PAY, MONDAY, 3600)
    assert warm(questions, lambda _: viewer.get("/timesheet", view="month")) == LOOK
    assert warm(questions, lambda _: viewer.get("/timesheet", view="week")) == LOOK


def test_a_save_asks_a_limited_number_of_times(viewer: Viewer, questions: list[int]) -> None:
    """Questions before and after each change, the changes, and the allowance of the two calls to Jira."""
    worklog = viewer.scene.put(PAY, MONDAY, 3600)
    viewer.get("/timesheet", view="month")

    def save(number: int) -> None:
        change_cell(viewer, worklog, number)

    assert warm(questions, save) <= SAVE


def test_an_event_asks_once_and_changes_once(site: JiraSite, viewer: Viewer, questions: list[int]) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, 3600)
    viewer.get("/timesheet", view="month")
    # Otherwise it is looked up whether the cloud id was asked for within the hour.
    now, site.clock.now = site.clock(), NOW
    assert site.install(cloudId="cloud").status_code == 204
    site.clock.now = now

    def send(number: int) -> None:
        updated = f"2026-11-20T09:00:0{number}.000+0000"
        data = {
            "id": str(worklog.id),
            "issueId": str(worklog.issue_id),
            "author": {"accountId": worklog.author},
            "started": updated,
            "updated": updated,
        }
        body = {"webhookEvent": "worklog_updated", "worklog": data}
        assert site.send_event("/connect/webhook/worklog", body).status_code == 204

    assert warm(questions, send) == EVENT
