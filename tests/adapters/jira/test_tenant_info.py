"""The cloud id of a site: read from the site itself, and nothing but an id is believed."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import responses

from timesheet.adapters.jira.tenant_info import TenantInfo
from timesheet.domain.site import INSTALLED, Site

ACME = Site("acme", "https://acme.atlassian.net", "https://jira.acme.example", INSTALLED, "secret", 1)
ADDRESS = "https://acme.atlassian.net/_edge/tenant_info"


def test_the_site_is_called_without_a_token(server: responses.RequestsMock) -> None:
    server.get(ADDRESS, json={"cloudId": "11223344-a1b2-3b33-c444-def123456789"})
    assert TenantInfo(requests.Session()).read(ACME) == "11223344-a1b2-3b33-c444-def123456789"
    [call] = server.calls
    assert "Authorization" not in call.request.headers


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404},
        {"status": 500},
        {"status": 302, "headers": {"Location": "https://evil.example.com"}},
        {"body": requests.ConnectTimeout("slow")},
        {"body": b"no JSON"},
        {"body": b"x" * 20_000},
        {"json": []},
        {"json": {}},
        {"json": {"cloudId": None}},
        {"json": {"cloudId": 7}},
        {"json": {"cloudId": ""}},
        {"json": {"cloudId": "../x"}},
        {"json": {"cloudId": "x" * 65}},
    ],
    ids=lambda answer: repr(answer)[:40],
)
def test_anything_else_is_not_an_id(server: responses.RequestsMock, answer: dict[str, Any]) -> None:
    server.get(ADDRESS, **answer)
    assert TenantInfo(requests.Session()).read(ACME) is None
