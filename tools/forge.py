"""The manifest of the Forge app, made from the Connect descriptor: both have the same pages and events."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from tools.project import ROOT, CannotGoOn

FOLDER = ROOT / "forge"
MANIFEST = FOLDER / "manifest.yml"
DESCRIPTOR = ROOT / "atlassian-connect.json"
APPS = "ari:cloud:ecosystem::app/"
EXAMPLE_APP = f"{APPS}00000000-0000-4000-8000-000000000000"
"""The id of no app at Atlassian, for the manifest in the repository and for emulated sites."""
HEAD = """\
# The Forge app. Made from atlassian-connect.json: change that file or tools/forge.py, then run
#   python3 dev.py forge manifest --app-id … --base-url …
"""
RESOURCE, REMOTE, PAGE = "app", "backend", "ui"
EVENTS = {
    "worklog_created": "avi:jira:created:worklog",
    "worklog_updated": "avi:jira:updated:worklog",
    "worklog_deleted": "avi:jira:deleted:worklog",
    "jira:issue_updated": "avi:jira:updated:issue",
    "jira:issue_deleted": "avi:jira:deleted:issue",
}
LIFECYCLE = ("avi:forge:installed:app", "avi:forge:upgraded:app")
SCOPES = {
    "READ": ("read:jira-work", "read:jira-user"),
    "WRITE": ("write:jira-work",),
    "DELETE": ("write:jira-work",),
}
OWN_SCOPES = ("read:app-user-token", "read:app-system-token", "report:personal-data")
"""The tokens that come with calls, and the report of accounts whose data the app keeps."""
LOCALES = ("en-US", "de-DE", "es-ES", "fr-FR", "ja-JP", "pt-BR")
"""The languages of the names that Jira shows, as Forge names them; the first is for everybody else."""
GROUPS: Mapping[str, Any] = MappingProxyType({"manage:jira-configuration": {}})
"""The scopes that reading the members of a group needs; the app does that as itself and never as a person."""
PLAIN = re.compile(r"[A-Za-z/](?:[\w/.-]|:(?=[\w/:]))*(?: [A-Za-z][\w.]*)*", re.ASCII)
WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def write_manifest(app_id: str, base_url: str, connect_key: str = "", *, group_sync: bool = False) -> None:
    """Write ``forge/manifest.yml`` for this app and this server. Raise CannotGoOn for an impossible value."""
    descriptor = json.loads(DESCRIPTOR.read_text(encoding="utf-8"))
    content = manifest_of(descriptor, _app_id(app_id), _origin(base_url), connect_key, group_sync=group_sync)
    MANIFEST.write_text(HEAD + as_yaml(content), encoding="utf-8")


def write_emulated_manifest(
    folder: Path, base_url: str, page: Path | str = RESOURCE, *, group_sync: bool
) -> Path:
    """Write the manifest for an emulated Jira, as JSON, and return its path. ``page`` is where the built page is."""
    descriptor = json.loads(DESCRIPTOR.read_text(encoding="utf-8"))
    content = manifest_of(descriptor, EXAMPLE_APP, base_url, group_sync=group_sync)
    content["resources"][0]["path"] = str(page)
    for resource in content["translations"]["resources"]:
        resource["path"] = str(FOLDER / resource["path"])
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(content), encoding="utf-8")
    return manifest


def manifest_of(
    descriptor: Mapping[str, Any],
    app_id: str,
    base_url: str,
    connect_key: str = "",
    *,
    group_sync: bool = False,
) -> dict[str, Any]:
    """Return the manifest of the app that this descriptor describes.

    With ``connect_key``, installing it on a site replaces the Connect app of that key. With ``group_sync``
    the app may read who is in a group, as with the same setting in Connect.
    """
    app = {"id": app_id, "description": descriptor["description"], "runtime": {"name": "nodejs22.x"}}
    if connect_key:
        app["connect"] = {"key": connect_key, "remote": REMOTE}
    return {
        "app": app,
        "modules": {**_pages(descriptor), **_events(descriptor)},
        "resources": [{"key": RESOURCE, "path": RESOURCE}],
        "translations": {
            "resources": [
                {"key": locale, "path": locale_file(locale).relative_to(FOLDER).as_posix()}
                for locale in LOCALES
            ],
            # Any variant of Portuguese gets the same texts, as on the app's pages.
            "fallback": {"default": LOCALES[0], "pt-PT": ["pt-BR"]},
        },
        "remotes": [
            {
                "key": REMOTE,
                "baseUrl": base_url,
                # The server answers calls, and keeps settings, teams, and leaves. Worklogs stay in Jira.
                "operations": ["compute", "storage"],
                "storage": {"inScopeEUD": True},
            }
        ],
        "permissions": {"scopes": _scopes(descriptor["scopes"]) | (dict(GROUPS) if group_sync else {})},
    }


def _pages(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pages. Those of the whole site are routes of one page, named as the server names them in links."""
    modules = descriptor["modules"]
    shown = {"resource": RESOURCE, "resolver": {"endpoint": PAGE}}
    pages = [{"title": _name(page), "route": page["key"]} for page in modules["generalPages"]]
    title, icon = descriptor["name"], f"resource:{RESOURCE};icon.svg"
    configure = modules["configurePage"]["key"]
    return {
        "jira:globalPage": [
            {"key": "timesheet", "title": title, "icon": icon, "layout": "blank", **shown, "pages": pages}
        ],
        "jira:adminPage": [
            {"key": configure, "title": title, "layout": "blank", **shown, "useAsConfig": True}
        ],
        "jira:issuePanel": [
            {
                "key": panel["key"],
                "title": _name(panel),
                "icon": icon,
                **shown,
                "allowMultiple": False,
            }
            for panel in modules["jiraIssueContexts"]
        ],
    }


def _name(module: Mapping[str, Any]) -> dict[str, str]:
    """Return the name of a module as the key of its translations."""
    return {"i18n": module["name"]["i18n"]}


def locale_file(locale: str) -> Path:
    """Return the file with the translated names of one language."""
    return FOLDER / "locales" / f"{locale}.json"


def _events(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the endpoints of the server, and the events that Jira sends there without a page."""
    user, system = {"appUserToken": {"enabled": True}}, {"appSystemToken": {"enabled": True}}
    wanted = [EVENTS[hook["event"]] for hook in descriptor["modules"]["webhooks"]]
    worklogs = [event for event in wanted if event.endswith(":worklog")]
    issues = [event for event in wanted if event.endswith(":issue")]
    triggers = (("worklogs", worklogs), ("issues", issues), ("lifecycle", list(LIFECYCLE)))
    return {
        "endpoint": [
            {"key": PAGE, "remote": REMOTE, "auth": {**user, **system}},
            {"key": "events", "remote": REMOTE, "route": {"path": "/forge/events"}, "auth": system},
            {"key": "hourly", "remote": REMOTE, "route": {"path": "/forge/hourly"}, "auth": system},
            {"key": "uninstall", "remote": REMOTE, "route": {"path": "/forge/uninstall"}},
        ],
        "trigger": [{"key": key, "endpoint": "events", "events": events} for key, events in triggers],
        "scheduledTrigger": [{"key": "every-hour", "endpoint": "hourly", "interval": "hour"}],
        "preUninstall": [{"key": "before-uninstall", "endpoint": "uninstall"}],
    }


def _scopes(connect: Sequence[str]) -> dict[str, Any]:
    """Return the scopes that allow the same as these of Connect, and those that only Forge has."""
    extra = {"allowImpersonation": True} if "ACT_AS_USER" in connect else {}
    granted = dict.fromkeys(scope for name in connect for scope in SCOPES.get(name, ()))
    return {scope: dict(extra) for scope in granted} | {scope: {} for scope in OWN_SCOPES}


def as_yaml(value: object) -> str:
    """Return mappings, lists, and JSON's scalars as YAML."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: object) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _entry(f"{key}:", item, "  ")
    elif isinstance(value, list) and value:
        for item in value:
            first, *rest = _lines(item)
            yield from (f"- {first}", *(f"  {line}" for line in rest))
    else:
        yield _scalar(value)


def _entry(start: str, value: object, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping | list) and value:
        yield start
        yield from (indent + line for line in _lines(value))
    else:
        yield f"{start} {_scalar(value)}"


def _scalar(value: object) -> str:
    """Return a text unchanged if YAML reads it as text, and everything else as JSON, which is valid YAML."""
    plain = isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def _app_id(text: str) -> str:
    try:
        return APPS + str(UUID(text.removeprefix(APPS)))
    except ValueError:
        raise CannotGoOn(f"--app-id must be the id that `forge register` prints: {APPS} and a UUID") from None


def _origin(text: str) -> str:
    parts = urlsplit(text)
    origin = f"https://{parts.netloc}"
    if text.rstrip("/") != origin or not parts.hostname or "@" in parts.netloc:
        raise CannotGoOn(
            "--base-url must be an https address without a path: Jira drops a path when it calls"
        )
    return origin
