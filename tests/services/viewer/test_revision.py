"""What is computed from a site's data is computed once at each revision, and never kept by who writes."""

from __future__ import annotations

from tests.services.support.scene import Scene
from timesheet.services.viewer.revision import CACHE_SECONDS, at_revision


def test_a_result_counts_for_one_name_at_one_revision(scene: Scene) -> None:
    computed: list[int] = []

    def compute() -> int:
        computed.append(1)
        return len(computed)

    def found(name: str = "site-1:a") -> int:
        return at_revision(scene.site.stores, scene.cache, name, compute)

    scene.site.revision = 1
    assert (found(), found(), found("site-1:b"), found("site-2:a")) == (1, 1, 2, 3)
    scene.site.revision = 2
    assert (found(), found()) == (4, 4)
    scene.site.revision = None
    assert (found(), found()) == (5, 6), "a request that has begun to write keeps nothing"
    scene.site.revision = 2
    assert found() == 4
    scene.wait(CACHE_SECONDS + 1)
    assert found() == 7
