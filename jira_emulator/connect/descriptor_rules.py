"""Jira's rules for a descriptor, checked into a list of sentences about what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from jira_emulator.connect.scope import ALL

_KEY = re.compile(r"[a-zA-Z0-9\-._]+")
_MODULE_KEY = re.compile(r"[a-zA-Z0-9\-]+")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LIFECYCLE = ("installed", "uninstalled", "enabled", "disabled", "dare-migration")
_LOCALES = ("de-DE", "en-UK", "en-US", "es-ES", "fr-FR", "ja-JP", "ko-KR", "pt-PT", "ru-RU")
_ONE = frozenset(("configurePage", "postInstallPage"))
_PAGE = ("key", "name.value", "url")
_MODULES: dict[str, tuple[str, ...]] = {
    "generalPages": _PAGE,
    "adminPages": _PAGE,
    "configurePage": _PAGE,
    "postInstallPage": _PAGE,
    "jiraProjectPages": _PAGE,
    "jiraProjectAdminTabPanels": (*_PAGE, "location"),
    "jiraProjectTabPanels": _PAGE,
    "jiraIssueTabPanels": _PAGE,
    "jiraReports": (*_PAGE, "description.value"),
    "jiraIssueContents": ("key", "name.value", "icon", "tooltip", "target.type", "target.url"),
    "jiraIssueContexts": (
        "key",
        "name.value",
        "icon",
        "content.type",
        "content.label",
        "target.type",
        "target.url",
    ),
    "jiraIssueGlances": (
        "key",
        "name.value",
        "icon",
        "content.type",
        "content.label",
        "target.type",
        "target.url",
    ),
    "webPanels": (*_PAGE, "location"),
    "webItems": ("key", "name.value", "location"),
    "webSections": ("key", "name.value", "location"),
    "dialogs": ("key", "url"),
    "webhooks": ("event", "url"),
    "jiraDashboardItems": (*_PAGE, "description.value", "thumbnailUrl"),
    "jiraEntityProperties": ("key", "name.value"),
    "jiraGlobalPermissions": ("key", "name.value"),
    "jiraProjectPermissions": ("key", "name.value"),
    "jiraTimeTrackingProviders": ("key", "name.value"),
    "jiraBackgroundScripts": ("key", "url"),
    "jiraIssueFields": ("key", "name.value", "type"),
    "jiraWorkflowConditions": ("key", "name.value"),
    "jiraWorkflowPostFunctions": ("key", "name.value", "triggered.url"),
    "jiraWorkflowValidators": ("key", "name.value"),
    "jiraSearchRequestViews": _PAGE,
    "keyboardShortcuts": (),
}
_EVENTS = frozenset(
    (
        "connect_addon_disabled",
        "connect_addon_enabled",
        "jira:issue_created",
        "jira:issue_deleted",
        "jira:issue_updated",
        "jira:worklog_updated",
        "worklog_created",
        "worklog_deleted",
        "worklog_updated",
        "comment_created",
        "comment_deleted",
        "comment_updated",
        "attachment_created",
        "attachment_deleted",
        "issuelink_created",
        "issuelink_deleted",
        "issue_property_set",
        "issue_property_deleted",
        "jira:version_created",
        "jira:version_deleted",
        "jira:version_released",
        "jira:version_unreleased",
        "jira:version_updated",
        "jira:version_moved",
        "jira:version_merged",
        "project_created",
        "project_deleted",
        "project_updated",
        "project_archived",
        "project_soft_deleted",
        "project_restored_archived",
        "project_restored_deleted",
        "sprint_created",
        "sprint_deleted",
        "sprint_updated",
        "sprint_started",
        "sprint_closed",
        "board_created",
        "board_updated",
        "board_deleted",
        "board_configuration_changed",
        "user_created",
        "user_deleted",
        "user_updated",
        "option_timetracking_changed",
        "option_timetracking_provider_changed",
        "option_subtasks_changed",
        "option_attachments_changed",
        "option_issuelinks_changed",
        "option_watching_changed",
        "option_voting_changed",
        "option_unassigned_issues_changed",
        "jira_expression_evaluation_failed",
    )
)


def problems(raw: Any) -> list[str]:
    """Return every broken rule, in the order of the descriptor's own fields; empty if it may be installed."""
    if not isinstance(raw, Mapping):
        return ["The descriptor must be a JSON object"]
    return [
        *_identity(raw),
        *_scopes(raw),
        *_lifecycle(raw),
        *_migrations(raw),
        *_translations(raw),
        *_modules(raw),
    ]


def _translations(raw: Mapping[str, Any]) -> Iterator[str]:
    """Apply the descriptor schema: one file for each of nine locales, and Brazilian Portuguese is not among them."""
    translations = raw.get("translations")
    if translations is None:
        return
    paths = translations.get("paths") if isinstance(translations, Mapping) else None
    if not isinstance(paths, Mapping):
        yield "translations.paths is required: files by locale"
        return
    for locale, path in paths.items():
        if locale not in _LOCALES:
            yield f"translations.paths has no locale {locale}: {', '.join(_LOCALES)}"
        elif not isinstance(path, str) or not path.startswith("/"):
            yield f"translations.paths.{locale} must be a path below baseUrl"


def _identity(raw: Mapping[str, Any]) -> Iterator[str]:
    key = raw.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or len(key) > 80:
        yield "key is required: at most 80 of a-z, A-Z, 0-9, '-', '.' and '_'"
    name = raw.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 80:
        yield "name is required: 1 to 80 characters"
    if len(str(raw.get("description", ""))) > 1400:
        yield "description is longer than 1400 characters"
    yield from _base_url(raw.get("baseUrl"))
    authentication = raw.get("authentication")
    if not isinstance(authentication, Mapping) or authentication.get("type") not in ("jwt", "none"):
        yield "authentication.type is required: jwt or none"
    version = raw.get("apiVersion", 1)
    if not isinstance(version, int) or isinstance(version, bool):
        yield "apiVersion must be an integer"
    if not isinstance(raw.get("enableLicensing", False), bool):
        yield "enableLicensing must be true or false"


def _base_url(value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not value or len(value) > 200:
        yield "baseUrl is required: an address of at most 200 characters"
        return
    parts = urlsplit(value)
    if not parts.hostname or parts.query or parts.fragment:
        yield "baseUrl must be an absolute address without query and fragment"
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        yield "baseUrl must be https (plain http is taken from loopback only)"


def _scopes(raw: Mapping[str, Any]) -> Iterator[str]:
    scopes = raw.get("scopes", [])
    if not isinstance(scopes, list):
        yield "scopes must be a list"
        return
    for scope in scopes:
        if not isinstance(scope, str) or scope.upper() not in ALL:
            yield f"scopes: unknown scope {scope!r}"


def _lifecycle(raw: Mapping[str, Any]) -> Iterator[str]:
    lifecycle = raw.get("lifecycle", {})
    if not isinstance(lifecycle, Mapping):
        yield "lifecycle must be an object"
        return
    for event, path in lifecycle.items():
        if event not in _LIFECYCLE:
            yield f"lifecycle.{event} is unknown"
        elif not _is_path(path):
            yield f"lifecycle.{event} must be a path below baseUrl"
    authentication = raw.get("authentication")
    if (
        isinstance(authentication, Mapping)
        and authentication.get("type") == "jwt"
        and "installed" not in lifecycle
    ):
        yield "lifecycle.installed is required with authentication type jwt"


def _migrations(raw: Mapping[str, Any]) -> Iterator[str]:
    migrations = raw.get("apiMigrations", {})
    if not isinstance(migrations, Mapping):
        yield "apiMigrations must be an object"
        return
    for name in ("gdpr", "signed-install", "context-qsh"):
        if not isinstance(migrations.get(name, True), bool):
            yield f"apiMigrations.{name} must be true or false"
    for name in ("gdpr", "signed-install"):
        if migrations.get(name) is not True:
            yield f"apiMigrations.{name} must be true: it is enforced for all apps"


def _modules(raw: Mapping[str, Any]) -> Iterator[str]:
    modules = raw.get("modules", {})
    if not isinstance(modules, Mapping):
        yield "modules must be an object"
        return
    seen: set[str] = set()
    for kind, value in modules.items():
        if kind not in _MODULES:
            yield f"modules.{kind} is not a module of Jira"
        elif not isinstance(value, Mapping if kind in _ONE else list):
            yield f"modules.{kind} must be {'one object' if kind in _ONE else 'a list'}"
        else:
            for place, spec in enumerate([value] if kind in _ONE else value):
                yield from _module(f"modules.{kind}[{place}]", kind, spec, seen)


def _module(where: str, kind: str, spec: Any, seen: set[str]) -> Iterator[str]:
    if not isinstance(spec, Mapping):
        yield f"{where} must be an object"
        return
    for path in _MODULES[kind]:
        if not _at(spec, path):
            yield f"{where}.{path} is required"
    key = spec.get("key")
    if key is not None and kind != "webhooks":
        if not isinstance(key, str) or not _MODULE_KEY.fullmatch(key):
            yield f"{where}.key may hold only letters, digits and '-'"
        elif key in seen:
            yield f"{where}.key {key!r} is used twice"
        else:
            seen.add(key)
    url = spec.get("url")
    if url is not None and kind != "webItems" and not _is_path(url):
        yield f"{where}.url must be a path below baseUrl"
    if kind == "webhooks" and spec.get("event") not in _EVENTS:
        yield f"{where}.event {spec.get('event')!r} is unknown"


def _at(spec: Mapping[str, Any], path: str) -> Any:
    value: Any = spec
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("/") and not value.startswith("//")
