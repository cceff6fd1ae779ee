"""Fetch an app's descriptor, validate it as strictly as Jira does, and read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import requests

from jira_emulator.connect.descriptor_rules import problems
from jira_emulator.connect.scope import with_implied

FETCH_SECONDS = 10
MAX_BYTES = 1_000_000


class DescriptorRefused(Exception):
    """The descriptor cannot be fetched or breaks a rule; ``problems`` says which."""

    def __init__(self, found: list[str]) -> None:
        super().__init__("; ".join(found))
        self.problems = found


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the app, e.g. a general page."""

    kind: str
    key: str
    name: str
    url: str
    location: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A validated descriptor, with the files of translations that it names, by locale."""

    raw: Mapping[str, Any]
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the app key."""
        return str(self.raw["key"])

    @property
    def name(self) -> str:
        """Return the name that people see."""
        return str(self.raw["name"])

    @property
    def base_url(self) -> str:
        """Return the address under which all paths of the app are, as written."""
        return str(self.raw["baseUrl"])

    @property
    def scopes(self) -> frozenset[str]:
        """Return the declared scopes with all that they imply."""
        return with_implied(self.raw.get("scopes", ()))

    @property
    def webhooks(self) -> list[Mapping[str, Any]]:
        """Return the declared webhook modules."""
        return list(self.raw.get("modules", {}).get("webhooks", ()))

    def text(self, bean: Any, locale: str) -> str:
        """Return a text with an ``i18n`` key in the language of a person, else as it is in the descriptor."""
        if not isinstance(bean, Mapping):
            return ""
        translated = self.translations.get(locale.replace("_", "-"), {})
        return translated.get(str(bean.get("i18n", "")), str(bean.get("value", "")))

    def lifecycle_path(self, event: str) -> str | None:
        """Return the path of the callback for ``installed``, ``enabled``, ``disabled``, or ``uninstalled``."""
        path = self.raw.get("lifecycle", {}).get(event)
        return None if path is None else str(path)

    def modules(self, *kinds: str) -> list[Module]:
        """Return all modules of these kinds in the order of the descriptor."""
        modules = self.raw.get("modules", {})
        return [_module(kind, spec) for kind in kinds for spec in _listed(modules.get(kind, ()))]

    def module(self, key: str) -> Module | None:
        """Return the page, panel, or dialog with this key."""
        for kind in self.raw.get("modules", {}):
            for module in self.modules(kind):
                if module.key == key and module.url:
                    return module
        return None


def check_descriptor(raw: Any) -> Descriptor:
    """Return the descriptor. Raise DescriptorRefused with every broken rule."""
    found = problems(raw)
    if found:
        raise DescriptorRefused(found)
    return Descriptor(raw)


def fetch_descriptor(url: str) -> Descriptor:
    """Fetch and validate a descriptor and its translations. Raise DescriptorRefused if one is missing or invalid."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise DescriptorRefused([f"The descriptor URL must be http or https: {url}"])
    with requests.Session() as session:
        descriptor = check_descriptor(_fetch(session, url))
        paths = descriptor.raw.get("translations", {}).get("paths", {})
        base = descriptor.base_url.rstrip("/")
        files = {locale: _fetch(session, base + path) for locale, path in paths.items()}
    for locale, texts in files.items():
        if not isinstance(texts, Mapping) or not all(isinstance(text, str) for text in texts.values()):
            raise DescriptorRefused([f"The translations for {locale} are not an object of strings"])
    return replace(descriptor, translations=files)


def _fetch(session: requests.Session, url: str) -> Any:
    try:
        answer = session.get(url, timeout=FETCH_SECONDS, headers={"Accept": "application/json"})
    except requests.RequestException as error:
        raise DescriptorRefused([f"The host returned no answer for the descriptor at {url}"]) from error
    if answer.status_code != 200:
        raise DescriptorRefused([f"The descriptor at {url} answered {answer.status_code}"])
    if len(answer.content) > MAX_BYTES:
        raise DescriptorRefused(["The descriptor is too large"])
    try:
        return answer.json()
    except ValueError as error:
        raise DescriptorRefused(["The descriptor is not valid JSON"]) from error


def _listed(value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        return [value]
    return [spec for spec in value if isinstance(spec, Mapping)]


def _module(kind: str, spec: Mapping[str, Any]) -> Module:
    target = spec.get("target")
    inner = target.get("url", "") if isinstance(target, Mapping) else ""
    name = spec.get("name")
    return Module(
        kind=kind,
        key=str(spec.get("key", "")),
        name=str(name.get("value", "")) if isinstance(name, Mapping) else "",
        url=str(spec.get("url") or inner),
        location=str(spec.get("location", "")),
        spec=spec,
    )
