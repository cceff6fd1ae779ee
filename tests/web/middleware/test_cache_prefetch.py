"""Each request of a known caller reads the cache within a prefetch of its own name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from tests.web.conftest import JiraSite


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


def test_it_is_named_for_the_caller_and_ends_with_the_request(
    app: Flask, site: JiraSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    @contextmanager
    def prefetch(name: str) -> Iterator[None]:
        seen.append(name)
        yield
        seen.append("end")

    monkeypatch.setattr(app.extensions["timesheet"].operation.cache, "prefetch", prefetch)
    site.load("/probe/page")
    event = {"webhookEvent": "jira:issue_deleted", "issue": {"id": "1"}}
    site.send_event("/connect/webhook/issue", event)
    site.client.get("/probe/page")
    assert seen == [
        f"{site.client_key}:{site.account}:GET /probe/page",
        "end",
        f"{site.client_key}::POST /connect/webhook/issue",
        "end",
    ]
