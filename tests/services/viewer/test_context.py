from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import BERLIN, PAY, Scene
from timesheet.domain.audit.action import Action
from timesheet.domain.identity import Identity
from timesheet.services.ports.journal import Intent
from timesheet.services.viewer.context import ViewerContext


def test_keys_of_two_people_or_two_sites_never_meet(scene: Scene) -> None:
    context = scene.viewer_context
    colleague = replace(context, identity=Identity("site-1", "viewer-2"))
    elsewhere = replace(context, identity=Identity("site-2", "viewer-1"))
    keys = {one.key("write", "k") for one in (context, colleague, elsewhere)}
    assert len(keys) == 3


def test_zones_are_values_that_are_read_together(scene: Scene) -> None:
    calls = scene.jira.zone_calls
    zones = scene.viewer_context.zones_of(["viewer-1", "viewer-2"])
    assert zones == {"viewer-1": BERLIN, "viewer-2": ZoneInfo("UTC")}
    assert calls == [("viewer-1", "viewer-2")]
    assert "viewer-3" not in zones
    assert calls == [("viewer-1", "viewer-2")]
    assert scene.viewer_context.own_zones == {"viewer-1": BERLIN}


def test_a_context_that_only_reads_announces_nothing(scene: Scene) -> None:
    journal = ViewerContext(
        scene.jira, scene.cache, scene.viewer_context.identity, scene.viewer_context.account
    ).journal
    with pytest.raises(RuntimeError, match="without a journal"):
        journal.begin(Intent(Action.WORKLOG_CREATED, "viewer-1", PAY, scene.jira.now))
    assert (journal.earlier("x"), list(journal.unfinished_on(PAY))) == (None, [])
