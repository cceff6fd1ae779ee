from __future__ import annotations

from tests.services.support.change import HOUR, event_about
from tests.services.support.scene import MONDAY, PAY, Scene
from timesheet.services.snapshot.change import ChangeLog


def test_the_events_after_one_are_all_if_that_one_is_not_there(scene: Scene) -> None:
    first, second, other = (event_about(scene, scene.put(PAY, MONDAY, HOUR)) for _ in range(3))
    change_log = ChangeLog(events=(first, second))
    assert change_log.events_after(None) == change_log.events_after(other) == (first, second)
    assert change_log.events_after(first) == (second,)
    assert change_log.events_after(second) == ()
    assert ChangeLog().events_after(first) == ()
