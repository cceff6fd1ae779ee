"""The same screens from one style sheet and one script, as in production, and from their sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import SEARCH_LAG
from tests.journeys.support.sheet import MON, Sheet
from tools.stage import Stage, set_stage


@pytest.fixture(params=["bundle", "modules"])
def assets(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stage(tmp_path: Path, assets: str) -> Iterator[Stage]:
    with set_stage(tmp_path, search_lag=SEARCH_LAG, assets=assets) as ready:
        yield ready


def test_time_is_logged_whatever_the_page_is_made_of(sheet: Sheet, assets: str) -> None:
    static = f"{sheet.journey.stage.base_url}/static/"
    loaded: list[str] = []
    sheet.journey.page.on("request", lambda request: loaded.append(request.url))
    issue = sheet.work.issue("Bundle it")
    sheet.open(issue)
    kinds = Counter(url.rpartition(".")[2] for url in loaded if url.startswith(static))
    if assets == "bundle":
        assert kinds == {"css": 1, "js": 1}
    else:
        assert kinds["css"] > 10
        assert kinds["js"] > 40
    sheet.enter(issue, MON, "1:30")
    sheet.expect_cells([(issue, MON, "1:30")])
    assert sheet.work.logged(issue) == [(MON, 5400)]
