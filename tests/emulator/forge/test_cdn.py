"""The emulated file server of a Forge app: its policy, its injected script, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from jira_emulator.forge.cdn import Cdn

HERE, SITE = "https://files.example", "https://acme.example"


@pytest.fixture
def files(tmp_path: Path) -> Client:
    (tmp_path / "app").mkdir()
    (tmp_path / "secret.txt").write_text("no")
    for name in ("index.html", "other.html"):
        (tmp_path / "app" / name).write_text("<html><head><title>x</title></head></html>")
    return Client(Cdn(tmp_path / "app", HERE, lambda: SITE))


def policy(answer: TestResponse) -> dict[str, list[str]]:
    directives = answer.headers["Content-Security-Policy"].split("; ")
    return {name: values for name, *values in (one.split(" ") for one in directives)}


def test_only_the_index_gets_the_script_of_the_bridge_before_everything_else(files: Client) -> None:
    script = f'<head><script src="{HERE}/global-bridge.js"></script><title>'
    assert script in files.get("/index.html").text
    assert "<script" not in files.get("/other.html").text
    assert "__bridge" in files.get("/global-bridge.js").text


@pytest.mark.parametrize("path", ["/missing.html", "/", "/../secret.txt", "/app/index.html", "/all.js"])
def test_everything_else_is_forbidden(files: Client, path: str) -> None:
    assert files.get(path).status_code == 403


def test_nothing_is_sent_to_it(files: Client) -> None:
    assert files.post("/index.html").status_code == 403


def test_the_policy_is_the_one_of_production_with_these_addresses(files: Client) -> None:
    allowed = policy(files.get("/index.html"))
    assert "unsafe" not in str(allowed)
    assert allowed["script-src"][:2] == ["'self'", HERE]
    assert SITE in allowed["frame-ancestors"]
    assert allowed["form-action"] == ["'self'"]
    assert "report-uri" not in allowed
    assert "acme.atlassian.net" not in str(allowed)


def test_the_policy_names_a_renamed_site(tmp_path: Path) -> None:
    names = iter((SITE, "https://renamed.example"))
    (tmp_path / "index.html").write_text("<html></html>")
    files = Client(Cdn(tmp_path, HERE, lambda: next(names)))
    found = [policy(files.get("/index.html"))["frame-ancestors"] for _ in range(2)]
    assert [SITE in one for one in found] == [True, False]
    assert "https://renamed.example" in found[1]
