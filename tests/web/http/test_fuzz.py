"""Malformed requests to every route: no response breaks or reveals internals, and each can be found in the log."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random
from time import monotonic

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import JiraSite
from tests.web.support.answer_text import text_of
from tests.web.support.every_route import field_names, routes_of
from tests.web.support.malformed import Malformed
from tests.web.support.safe_headers import faults_of
from tests.web.support.signing import SettableClock
from tests.web.support.two_sites import ids_of, make_two_sites
from tests.web.support.unlimited import lift_rate_limits

SEED = int(os.environ.get("FUZZ_SEED", "20261124"))
SECONDS = float(os.environ.get("FUZZ_SECONDS", "12")) / 2
# The page of the audit log names the program that verifies an export.
INSIDE = re.compile(
    r"Traceback|File \"|site-packages|sqlalchemy|psycopg|werkzeug|jinja2|(?<!verify_audit)\.py\b",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn off the rate limits, which are tested elsewhere and would hide other errors."""
    lift_rate_limits(monkeypatch)


@pytest.fixture
def malformed(
    app: Flask, site: JiraSite, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> Malformed:
    world = make_two_sites(app, site, new_site("other"), clock)
    session = world.headers["Authorization"].removeprefix("JWT ")
    fields = (*sorted(field_names()), "ac.day", "xdm_e", "é")
    return Malformed(app, world.second, ids_of("own"), fields, Random(SEED), session)


def faults(answer: TestResponse) -> Iterator[str]:
    status = answer.status_code
    if status >= 500:
        yield f"broke with {status}"
    found_by = answer.headers.get("X-Request-Id", "")
    # A form that comes back with a sentence beside its field has the id in its header only, and so has a list that
    # comes back without somebody who was removed, with the sentence in a flag.
    text = text_of(answer) if status >= 400 and answer.request.method != "HEAD" else found_by
    shown = status in (409, 422) or found_by in text or 'class="flag problem"' in text
    if status >= 400 and not (found_by and shown):
        yield f"{status} without its request id"
    if status >= 400 and (found := INSIDE.search(text)):
        yield f"{status} tells of {found.group()}"
    if "Set-Cookie" in answer.headers or "\n" in "".join(value for _, value in answer.headers):
        yield "a header was made"
    yield from (f"{status}: {fault}" for fault in faults_of(answer))


def test_no_malformed_request_breaks_anything(app: Flask, malformed: Malformed) -> None:
    """Each route is tried at least once, however slow the machine is, and again while there is time."""
    routes = list(routes_of(app))
    malformed.chance.shuffle(routes)
    end, wrong, sent, met = monotonic() + SECONDS, dict[str, str](), 0, set[int]()
    for route in cycle(routes):
        if sent >= len(routes) and monotonic() > end:
            break
        answer = malformed.send(route)
        sent += 1
        met.add(answer.status_code)
        for fault in faults(answer):
            wrong.setdefault(f"{route} {fault}", malformed.last)
    report = "\n".join(f"{fault}\n    {request}" for fault, request in wrong.items())
    assert not wrong, f"FUZZ_SEED={SEED}, {sent} requests:\n{report}"
    # Some get all the way, some do not get past the door, and some are refused by each of the things between.
    assert {200, 401, 404, 422} <= met


def test_what_breaks_or_reveals_too_much_is_found(site: JiraSite) -> None:
    assert "broke with 500" in list(faults(site.client.get("/probe/fail")))
    telling = site.client.get("/probe/fail")
    telling.set_data("Traceback (most recent call last)")
    telling.headers["Set-Cookie"] = "x=1"
    assert {"500 without its request id", "500 tells of Traceback", "a header was made"} <= set(
        faults(telling)
    )
