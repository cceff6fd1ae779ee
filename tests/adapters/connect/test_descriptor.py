"""The descriptor, compared with Atlassian's schema and the app's own routes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from timesheet.adapters.connect.descriptor import GROUP_SYNC_SCOPES, icon_paths, read_descriptor
from timesheet.settings import ROOT


@pytest.fixture
def descriptor() -> dict[str, Any]:
    return read_descriptor(ROOT / "atlassian-connect.json", "open-timesheet", "https://timesheet.example.com")


def test_it_follows_the_schema(descriptor: dict[str, Any], contract: Callable[[str], Path]) -> None:
    schema = json.loads(contract("connect-descriptor.schema.json").read_bytes())
    errors = [error.message for error in jsonschema.Draft4Validator(schema).iter_errors(descriptor)]
    assert errors == []


def test_it_asks_for_no_more_than_it_needs(descriptor: dict[str, Any]) -> None:
    assert descriptor["scopes"] == ["READ", "WRITE", "DELETE", "ACT_AS_USER"]
    assert descriptor["enableLicensing"] is False
    assert descriptor["apiMigrations"] == {"gdpr": True, "signed-install": True, "context-qsh": True}


def test_it_asks_for_groups_only_where_they_are_wanted(descriptor: dict[str, Any]) -> None:
    path = ROOT / "atlassian-connect.json"
    more = read_descriptor(path, "open-timesheet", "https://timesheet.example.com", GROUP_SYNC_SCOPES)
    assert more.pop("scopes") == [*descriptor.pop("scopes"), "ADMIN"]
    assert more == descriptor


def test_key_and_address_are_those_of_the_place(descriptor: dict[str, Any]) -> None:
    assert (descriptor["key"], descriptor["baseUrl"]) == ("open-timesheet", "https://timesheet.example.com")


def test_its_icons_are_found_wherever_a_module_names_one(descriptor: dict[str, Any]) -> None:
    assert icon_paths(descriptor) == {"/static/icon.svg"}
    modules = {
        "generalPages": [{"key": "a", "icon": {"url": "/static/a.svg"}}, {"key": "b"}],
        "configurePage": {"key": "c", "icon": {"url": "/static/c.svg"}, "url": "/icon"},
        "webItems": [{"key": "d", "icon": {"width": 16}}],
    }
    assert icon_paths({"modules": modules}) == {"/static/a.svg", "/static/c.svg"}
    assert icon_paths({}) == frozenset()


def test_the_panel_on_an_issue_is_there_without_being_added(descriptor: dict[str, Any]) -> None:
    [panel] = descriptor["modules"]["jiraIssueContexts"]
    assert panel["target"]["url"] == "/issue-panel?issue={issue.id}"
    assert "jiraIssueContents" not in descriptor["modules"], "Jira hides these behind a button"
