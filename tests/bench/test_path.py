from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from types import SimpleNamespace
from typing import cast

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from bench.path import AROUND, PARTS, Passed, modules_of, passing, watched
from timesheet.domain.duration import format_hm
from timesheet.domain.span import DateSpan, month_of, week_of
from timesheet.settings import ROOT
from tools.stage import Stage

MONTH = DateSpan(date(2026, 11, 1), date(2026, 11, 30))


def passed_by(work: Callable[[], object]) -> Passed:
    passed = Passed()
    sys.setprofile(passed.note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return passed


def a_stage() -> Stage:
    """Return an app of one function that answers every address with the week around a day."""

    @Request.application
    def answer(_: Request) -> Response:
        return Response(str(week_of(date(2026, 11, 25), 0)))

    return cast(Stage, SimpleNamespace(app=SimpleNamespace(wsgi_app=answer)))


def test_only_functions_of_the_app_count() -> None:
    passed = passed_by(lambda: (format_hm(5400), format_hm(60), date.fromisoformat("2026-11-25")))
    assert modules_of(passed.calls) == {"domain/duration.py"}
    assert passed.figures() == {"modules": 1, "calls": 2, "functions": 1, "depth": 1}


def test_functions_open_inside_each_other_make_the_depth() -> None:
    # month_of makes a span, which checks itself: two deep.
    assert passed_by(lambda: month_of(date(2026, 11, 25))).depth == 2


def test_a_generator_counts_no_value_it_gives() -> None:
    names = {code.co_qualname for code in passed_by(lambda: list(MONTH)).calls}
    assert names == {"DateSpan.__iter__", "DateSpan.__len__"}


def test_only_requests_to_the_address_are_noted_and_only_while_it_is_watched() -> None:
    stage = a_stage()
    with watched(stage, "/cell") as passed:
        client = Client(stage.app.wsgi_app)
        client.get("/elsewhere")
        assert not passed.calls
        client.get("/cell")
        once = passed.calls.total()
    Client(stage.app.wsgi_app).get("/cell")
    assert once > 0
    assert passed.calls.total() == once


def test_the_last_of_many_requests_is_noted_each_after_what_comes_before_it() -> None:
    stage, turns = a_stage(), list[str]()

    def request() -> None:
        turns.append("request")
        Client(stage.app.wsgi_app).get("/cell")

    found = passing("a cell", stage, "/cell", request, "few", lambda: turns.append("before"))
    assert turns == ["before", "request"] * (len(turns) // 2)
    assert found.notes["modules"] == 1
    assert found.target == "few"


@pytest.mark.parametrize("place", PARTS)
def test_each_part_begins_in_a_function_of_the_app(place: str) -> None:
    module, name = place.split(":")
    found: object = import_module(f"timesheet.{module.removesuffix('.py').replace('/', '.')}")
    for part in name.split("."):
        found = vars(found)[part]
    assert found


def test_a_call_counts_for_the_innermost_part_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PARTS, "domain/span.py:month_of", "a month")
    monkeypatch.setitem(PARTS, "domain/span.py:DateSpan.__post_init__", "its check")
    parts = passed_by(lambda: (month_of(MONTH.first), format_hm(60))).parts
    assert {part: calls.total() for part, calls in parts.items()} == {"a month": 1, "its check": 1, AROUND: 1}


def test_the_documented_parts_of_a_save_add_up_to_its_documented_calls() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| (\d+) \| \d+ \|$", text, re.MULTILINE)
    missing = [
        part for part in {AROUND, *PARTS.values()} if not any(name.startswith(part) for name, _ in rows)
    ]
    assert missing == []
    calls = sum(int(count) for _, count in rows)
    assert f"and {calls} calls of functions of the app" in text
    table = (ROOT / "docs" / "performance.md").read_text()
    assert re.search(rf"^\| cell save, changed \| \d+ \| \d+ \| {calls} \|", table, re.MULTILINE)
