"""A Forge app on a site: its manifest, its id there, and its remaining limits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

APPS = "ari:cloud:ecosystem::app/"
INSTALLATIONS = "ari:cloud:ecosystem::installation/"
ENVIRONMENTS = "ari:cloud:ecosystem::environment/"
USER_TOKENS, SYSTEM_TOKENS = "read:app-user-token", "read:app-system-token"
SCOPES = frozenset({"read:jira-work", "write:jira-work", "read:jira-user", USER_TOKENS, SYSTEM_TOKENS})
# The scopes of a Forge app in terms of the emulated REST API.
ALLOWED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "read:jira-work": ("READ",),
        "write:jira-work": ("READ", "WRITE", "DELETE"),
        "read:jira-user": ("READ",),
        "manage:jira-project": ("PROJECT_ADMIN",),
        "manage:jira-configuration": ("ADMIN",),
    }
)
PAGE = "page"
"""The name of the endpoint that pages call; they name the path themselves."""


@dataclass(frozen=True)
class Endpoint:
    """A path of the remote, and which tokens for Jira are sent there besides the one that proves the call."""

    path: str
    user: bool = True
    system: bool = True


ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType(
    {
        PAGE: Endpoint(""),
        "events": Endpoint("/forge/events"),
        "scheduled": Endpoint("/forge/hourly"),
        "preUninstall": Endpoint("/forge/uninstall"),
    }
)

Title = str | Mapping[str, str]
"""A text as a manifest has it: itself, or ``{"i18n": key}`` of the files of translations."""


@dataclass(frozen=True)
class ForgeModule:
    """A place in Jira where an app shows its page. ``pages`` are titles and routes of its parts, which Jira lists."""

    kind: str
    key: str
    title: Title
    pages: tuple[tuple[Title, str], ...] = ()
    configures: bool = False


@dataclass(frozen=True)
class ForgeApp:
    """The parts of a manifest that the platform acts on. ``offline`` are the scopes with which the app may act for
    people who are not at the screen. ``endpoints`` are those of the remote by what is sent there. ``page_url`` is the
    address of the app's own index.html; without one, Jira shows no page of the app. ``modules`` are the places
    where Jira shows it.
    """

    app_id: str
    base_url: str
    scopes: frozenset[str] = SCOPES
    environment: str = "PRODUCTION"
    environment_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    offline: frozenset[str] = SCOPES
    endpoints: Mapping[str, Endpoint] = field(default_factory=lambda: ENDPOINTS)
    page_url: str = ""
    modules: tuple[ForgeModule, ...] = ()
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fallback: Mapping[str, Any] = field(default_factory=dict)

    def text(self, title: Title, locale: str) -> str:
        """Return a title in the language of a person, else in those that the manifest falls back to."""
        if isinstance(title, str):
            return title
        wanted = locale.replace("_", "-")
        tried = (wanted, *self.fallback.get(wanted, ()), self.fallback.get("default", ""))
        found = (self.translations[one].get(title["i18n"], "") for one in tried if one in self.translations)
        return next(filter(None, found), title["i18n"])

    @property
    def origin(self) -> str:
        """Return the origin of the app's own page."""
        return self.page_url.rpartition("/")[0]

    def of_kind(self, kind: str) -> list[ForgeModule]:
        """Return the modules of one kind that Jira can show."""
        return [one for one in self.modules if one.kind == kind and self.page_url]

    @property
    def uuid(self) -> str:
        """Return the bare id, as events and addresses have it."""
        return self.app_id.removeprefix(APPS)

    def allowed(self, *, offline: bool) -> frozenset[str]:
        """Return the scopes of calls with its tokens, or with those of a person who is not at the screen."""
        scopes = self.scopes & self.offline if offline else self.scopes
        return frozenset(one for scope in scopes for one in ALLOWED.get(scope, ()))


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page of an app that a person has open. The person can change the module and the extension that it names."""

    account_id: str
    module: tuple[str, str] = ("jira:globalPage", "")
    extension: dict[str, Any] | None = None


@dataclass
class ForgeInstallation:
    """One app on one site; a new install has a new id. ``panels`` are the modules that people added to issues, by
    key and issue, with whether somebody has seen them since. ``names_site`` says whether tokens have the address of
    the site, which Atlassian does not promise.
    """

    names_site: ClassVar[bool] = True

    app: ForgeApp
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    usable: bool = True
    minute: int = 0
    calls: dict[str, int] = field(default_factory=dict)
    panels: dict[tuple[str, int], bool] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the name under which calls are logged and counted."""
        return self.app.app_id

    @property
    def base(self) -> str:
        """Return the path under which Jira shows the app's page."""
        return f"/jira/apps/{self.app.uuid}/{self.app.environment_id}"

    @property
    def configuration(self) -> str:
        """Return the path under which Jira shows the app's configuration."""
        return f"/jira/settings/apps/configure/{self.app.uuid}/{self.app.environment_id}"

    def address(self, path: str) -> str:
        """Return the absolute address of a path: an absolute path replaces one in the base URL."""
        return self.app.base_url.rstrip("/") + path

    def count(self, minute: int, person: str) -> int:
        """Count one call of a person in a minute; return how many the person and the installation made."""
        if minute != self.minute:
            self.minute = minute
            self.calls.clear()
        self.calls[person] = self.calls.get(person, 0) + 1
        return self.calls[person]

    @property
    def calls_of_all(self) -> int:
        """Return how many calls all people made in this minute."""
        return sum(self.calls.values())

    def summary(self) -> Mapping[str, Any]:
        """Return what the control API shows of it."""
        return {
            "installationId": self.id,
            "appId": self.app.app_id,
            "baseUrl": self.app.base_url,
            "environment": self.app.environment,
            "usable": self.usable,
            "scopes": sorted(self.app.scopes),
        }
