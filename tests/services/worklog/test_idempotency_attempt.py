from __future__ import annotations

import threading
from collections.abc import Callable

from tests.services.support.attempts import write_once
from tests.services.support.scene import Scene
from timesheet.services.worklog.write_result import WriteResult, unchanged

HOUR = 3600


def test_who_comes_while_the_same_request_is_answered_waits_and_gets_its_result(scene: Scene) -> None:
    inside, go_on, writes = threading.Event(), threading.Event(), list[str]()

    def slow() -> WriteResult:
        inside.set()
        go_on.wait(30)
        writes.append("first")
        return unchanged()

    def fast() -> WriteResult:
        writes.append("second")
        return unchanged()

    results: list[WriteResult] = []

    def send(write: Callable[[], WriteResult]) -> None:
        results.append(write_once(scene.viewer_context, "key-00000001", ("cell", 1), write))

    first = threading.Thread(target=send, args=(slow,))
    first.start()
    assert inside.wait(30)
    second = threading.Thread(target=send, args=(fast,))
    second.start()
    # Different content is a different request, which waits for nothing.
    write_once(scene.viewer_context, "key-00000001", ("cell", 2), unchanged)
    go_on.set()
    first.join(30)
    second.join(30)
    assert writes == ["first"]
    assert results[0] is results[1]
