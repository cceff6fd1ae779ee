"""The manifest of the Forge app: made from the Connect descriptor, and checked by rules that each find their fault."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

import dev
from tools import forge
from tools.project import CannotGoOn

APP = "ari:cloud:ecosystem::app/00000000-0000-4000-8000-000000000000"
SERVER = "https://timesheet.example.com"
RULES = "process.stdout.write(JSON.stringify(require('./rules.js').faults(...JSON.parse(process.argv[1]))))"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
Manifest = dict[str, Any]


def descriptor() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(forge.DESCRIPTOR.read_text())
    return read


def manifest(**more: Any) -> Manifest:
    return forge.manifest_of(descriptor(), APP, SERVER, **more)


def faults(content: Manifest) -> list[str]:
    """Return what our rules say of a manifest, with what they know of the platform from this one."""
    good = manifest()["modules"]
    known = {
        "events": {event: ["read:jira-work"] for event in forge.EVENTS.values()},
        "properties": {
            kind: [*pages[0], "pages"] for kind, pages in good.items() if kind.startswith("jira:")
        },
    }
    command = ["node", "-e", RULES, json.dumps([content, known])]
    done = subprocess.run(
        command, cwd=forge.FOLDER / "tools", capture_output=True, text=True, check=True, timeout=60
    )
    found: list[str] = json.loads(done.stdout)
    return found


def test_the_file_in_the_repository_is_the_one_that_the_command_writes() -> None:
    text = forge.MANIFEST.read_text()
    # Whoever installs the app puts an id and an address of their own into it.
    app_id = text.partition("\n  id: ")[2].partition("\n")[0]
    server = text.partition("\n    baseUrl: ")[2].partition("\n")[0]
    groups = "manage:jira-configuration" in text
    assert text == forge.HEAD + forge.as_yaml(
        forge.manifest_of(descriptor(), app_id, server, group_sync=groups)
    )


def test_every_page_of_the_descriptor_is_there_under_the_same_name() -> None:
    modules, connect = manifest()["modules"], descriptor()["modules"]
    [page], [configure], panels = (
        modules["jira:globalPage"],
        modules["jira:adminPage"],
        modules["jira:issuePanel"],
    )
    names = json.loads(forge.locale_file("en-US").read_text(encoding="utf-8"))
    assert [(one["route"], names[one["title"]["i18n"]]) for one in page["pages"]] == [
        (one["key"], one["name"]["value"]) for one in connect["generalPages"]
    ]
    assert (configure["key"], configure["useAsConfig"]) == (connect["configurePage"]["key"], True)
    assert [panel["key"] for panel in panels] == [one["key"] for one in connect["jiraIssueContexts"]]


def test_every_webhook_and_lifecycle_call_has_its_event() -> None:
    triggers = manifest()["modules"]["trigger"]
    events = [event for trigger in triggers for event in trigger["events"]]
    hooks = [hook["event"] for hook in descriptor()["modules"]["webhooks"]]
    assert events == [*(forge.EVENTS[hook] for hook in hooks), *forge.LIFECYCLE]


def test_it_asks_for_no_more_than_it_needs() -> None:
    assert manifest()["permissions"] == {
        "scopes": {
            "read:jira-work": {"allowImpersonation": True},
            "read:jira-user": {"allowImpersonation": True},
            "write:jira-work": {"allowImpersonation": True},
            "read:app-user-token": {},
            "read:app-system-token": {},
            "report:personal-data": {},
        }
    }
    with_groups = manifest(group_sync=True)["permissions"]["scopes"]
    assert with_groups == manifest()["permissions"]["scopes"] | {"manage:jira-configuration": {}}
    without = descriptor() | {"scopes": ["READ"]}
    scopes = forge.manifest_of(without, APP, SERVER)["permissions"]["scopes"]
    assert "write:jira-work" not in scopes
    assert scopes["read:jira-work"] == {}


def test_a_connect_app_is_replaced_only_if_its_key_is_given() -> None:
    assert "connect" not in manifest()["app"]
    assert manifest(connect_key="open-timesheet")["app"]["connect"] == {
        "key": "open-timesheet",
        "remote": "backend",
    }


@pytest.mark.parametrize(
    ("app_id", "server", "named"),
    [
        ("my-app", SERVER, "--app-id"),
        ("ari:cloud:jira::app/00000000-0000-4000-8000-000000000000", SERVER, "--app-id"),
        (APP, "http://timesheet.example.com", "--base-url"),
        (APP, "https://timesheet.example.com/app", "--base-url"),
        (APP, "https://timesheet.example.com?x=1", "--base-url"),
        (APP, "https://me@timesheet.example.com", "--base-url"),
        (APP, "timesheet.example.com", "--base-url"),
    ],
)
def test_a_wrong_value_is_refused_before_the_file_is_written(app_id: str, server: str, named: str) -> None:
    before = forge.MANIFEST.read_bytes()
    with pytest.raises(CannotGoOn, match=named):
        forge.write_manifest(app_id, server)
    assert forge.MANIFEST.read_bytes() == before


def test_the_bare_id_and_a_closing_slash_are_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(forge, "MANIFEST", tmp_path / "manifest.yml")
    forge.write_manifest(APP.rpartition("/")[2], SERVER + "/")
    assert (tmp_path / "manifest.yml").read_text() == forge.HEAD + forge.as_yaml(manifest())


def test_the_command_writes_the_file_or_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(forge, "MANIFEST", tmp_path / "manifest.yml")
    command = ["forge", "manifest", "--app-id", APP, "--base-url"]
    assert dev.main([*command, "http://timesheet.example.com"]) == 1
    assert capsys.readouterr().err.startswith("dev.py: --base-url must be an https address")
    assert not (tmp_path / "manifest.yml").exists()
    assert dev.main([*command, SERVER, "--connect-key", "old-key"]) == 0
    assert "\n    key: old-key\n" in (tmp_path / "manifest.yml").read_text()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": {"b": 1}, "c": []}, "a:\n  b: 1\nc: []\n"),
        ({"a": [{"b": "v", "c": ["w"]}, {}]}, "a:\n  - b: v\n    c:\n      - w\n  - {}\n"),
        ({"a": "resource:app;icon.svg"}, 'a: "resource:app;icon.svg"\n'),
        ({"a": "yes", "b": "No", "c": True}, 'a: "yes"\nb: "No"\nc: true\n'),
        ({"a": "b: c", "d": "e:", "f": "# g", "h": ""}, 'a: "b: c"\nd: "e:"\nf: "# g"\nh: ""\n'),
        ({"a": "1.5", "b": "- c", "d": "*e"}, 'a: "1.5"\nb: "- c"\nd: "*e"\n'),
    ],
)
def test_a_text_stays_a_text_in_yaml(value: object, text: str) -> None:
    assert forge.as_yaml(value) == text


@needs_node
def test_our_rules_find_nothing_in_the_manifest() -> None:
    assert faults(manifest()) == []


def scopes_without(*names: str) -> Callable[[Manifest], object]:
    return lambda content: [content["permissions"]["scopes"].pop(name) for name in names]


def with_event(event: object) -> Callable[[Manifest], object]:
    return lambda content: content["modules"]["trigger"][0]["events"].append(event)


FILTERED = {"eventType": "avi:jira:created:worklog", "filter": {"ignoreSelf": True}}
SCHEDULES = [{"key": f"s{n}", "endpoint": "hourly", "interval": "hour"} for n in range(6)]
PLANTED: dict[str, Callable[[Manifest], object]] = {
    "appUserToken, but the scope read:app-user-token is missing": scopes_without("read:app-user-token"),
    "appSystemToken, but the scope read:app-system-token": scopes_without("read:app-system-token"),
    "more than 23 characters": lambda content: content["modules"]["endpoint"][0].update(key="e" * 24),
    "there is no event avi:jira:nonsense:worklog": with_event("avi:jira:nonsense:worklog"),
    "created:worklog needs the scope read:jira-work": lambda content: (
        content["modules"].update(trigger=[{"key": "t", "endpoint": "events", "events": [FILTERED]}]),
        scopes_without("read:jira-work")(content),
    ),
    "6 scheduled triggers": lambda content: content["modules"].update(scheduledTrigger=SCHEDULES),
    "there is no property nonsense": lambda content: content["modules"]["jira:issuePanel"][0].update(
        nonsense=1
    ),
    "no pages of its own": lambda content: content["modules"]["jira:adminPage"][0].update(
        pages=[{"title": "A", "route": "a"}]
    ),
    "http://timesheet.example.com is not an https origin": lambda content: content["remotes"][0].update(
        baseUrl="http://timesheet.example.com"
    ),
    "https://eu.example.com/app is not an https origin": lambda content: content["remotes"][0].update(
        baseUrl={"default": SERVER, "EU": "https://eu.example.com/app"}
    ),
    "without the operation compute": lambda content: content["remotes"][0].pop("operations"),
    "jira:fullPage is deprecated": lambda content: content["modules"].update(
        {"jira:fullPage": [{"key": "f"}]}
    ),
    "the runtime nodejs20.x is retired": lambda content: content["app"]["runtime"].update(name="nodejs20.x"),
    "connectModules are only for": lambda content: content.update(connectModules={"jira:lifecycle": []}),
    "cannot be shared by a link": lambda content: content["app"].update(licensing={"enabled": True}),
    "permissions ask for unsafe-inline": lambda content: content["permissions"].update(
        content={"styles": ["unsafe-inline"]}
    ),
    "${BASE_URL} is not declared": lambda content: content["app"].update(description="${BASE_URL}"),
}


@needs_node
@pytest.mark.parametrize("sentence", PLANTED)
def test_a_planted_fault_is_found(sentence: str) -> None:
    content = copy.deepcopy(manifest())
    PLANTED[sentence](content)
    found = faults(content)
    assert found, "no rule found it"
    assert all(sentence in one for one in found), found


def page_faults(html: str) -> list[str]:
    script = "process.stdout.write(JSON.stringify(require('./rules.js').pageFaults(process.argv[1])))"
    command = ["node", "-e", script, html]
    done = subprocess.run(
        command, cwd=forge.FOLDER / "tools", capture_output=True, text=True, check=True, timeout=60
    )
    found: list[str] = json.loads(done.stdout)
    return found


@needs_node
@pytest.mark.parametrize(
    ("planted", "sentence"),
    [
        ("<script>1</script>", "the page has an inline script"),
        ("<style>a {}</style>", "the page has an inline style"),
        ('<p style="color: red"></p>', "the page has an inline style"),
        ('<p onclick="go()"></p>', "the page has an inline event handler"),
        ('<script src="/app.js"></script>', "the page loads /app.js, which does not begin with ./"),
        (
            '<img src="https://x.example/a">',
            "the page loads https://x.example/a, which does not begin with ./",
        ),
    ],
)
def test_what_the_file_server_would_block_is_found_in_the_page(planted: str, sentence: str) -> None:
    page = (forge.FOLDER / "shell" / "index.html").read_text()
    assert page_faults(page) == []
    assert page_faults(page.replace("</body>", f"{planted}</body>")) == [sentence]
    assert page_faults(page.replace("<html", "<main")) == ["the page has no <html> element"]


@needs_node
@pytest.mark.skipif(
    not (forge.FOLDER / "node_modules").is_dir(), reason="`dev.py check` installs the validators"
)
def test_the_validators_read_the_file_and_find_what_refers_to_nothing(tmp_path: Any) -> None:
    """The file has the form that we write, and breaks one of Atlassian's rules and one of ours."""
    content = manifest()
    content["modules"]["jira:adminPage"][0]["resolver"] = {"endpoint": "nowhere"}
    content["remotes"][0]["baseUrl"] = "http://timesheet.example.com"
    path = tmp_path / "manifest.yml"
    path.write_text(forge.as_yaml(content))
    done = subprocess.run(
        ["node", str(forge.FOLDER / "tools" / "check.js"), str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    assert len(done.stdout.splitlines()) == 2
    assert "jira:adminPage references undefined endpoint module with key 'nowhere'" in done.stdout
    assert "http://timesheet.example.com is not an https origin" in done.stdout
