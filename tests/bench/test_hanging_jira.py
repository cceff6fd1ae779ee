"""The served app with a hanging Jira: other sites are not affected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from bench import hanging_jira
from bench.hanging_jira import ANSWER_SECONDS, NINE_OCLOCK, WAITING, Scene
from timesheet.services.resilience.bulkhead import MOST_OF_A_SITE, PATIENCE_SECONDS

REQUESTS, SILENT_SECONDS = 60, 18.0


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    """Run the app anew for each test: after a silence, it asks a site's Jira rarely for a while."""
    with hanging_jira.scene(tmp_path, NINE_OCLOCK) as stage:
        yield stage


def test_nobody_of_a_hundred_who_open_at_once_is_turned_away(stage: Scene) -> None:
    """There are one site and one worker, nothing is cached, and Jira answers in 200 ms."""
    seen = hanging_jira.calm(stage, NINE_OCLOCK, ANSWER_SECONDS)
    assert (seen.statuses, seen.sheets) == ({200: NINE_OCLOCK}, NINE_OCLOCK)
    # How quick these are depends on the machine; that they do not wait for the hundred does not.
    assert len(seen.health) >= 5
    assert median(seen.health) < median(seen.other_cold)
    assert median(seen.other_warm) < median(seen.other_cold)


def test_one_sites_silent_jira_takes_nothing_from_the_others(stage: Scene) -> None:
    seen = hanging_jira.hang(stage, REQUESTS, SILENT_SECONDS, gone=REQUESTS - MOST_OF_A_SITE)
    # How quick they are depends on the machine; that they wait neither for Jira nor in the queue does not.
    for waits in (seen.health, seen.other_warm, seen.other_cold):
        assert len(waits) >= 10
        assert max(waits) < PATIENCE_SECONDS * 1000
    assert seen.statuses == {0: MOST_OF_A_SITE, WAITING: REQUESTS - MOST_OF_A_SITE}
    assert max(seen.turned_away) < SILENT_SECONDS * 1000
    assert "Timesheet is busy: many people of your site" in seen.stale
    assert "These figures are" in seen.stale
