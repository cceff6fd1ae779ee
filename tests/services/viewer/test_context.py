from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from tests.services.support.scene import BERLIN, Scene
from timesheet.domain.identity import Identity


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
