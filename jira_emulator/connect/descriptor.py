"""Fetch an app's descriptor, validate it as strictly as Jira does, and read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    """A validated descriptor."""

    raw: Mapping[str, Any]

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

    def lifecycle_path(self, event: str) -> str | None:
        """Return the path of the callback for ``installed``, ``enabled``, ``disabled``, or ``uninstalled``."""
        path = self.raw.get("lifecycle", {}).get(event)
        return None if path is None else str(path)

    def modules(self, *kinds: str) -> list[Module]:
        """Return all modules of these kinds in the order of the descriptor."""
        held = self.raw.get("modules", {})
        return [_module(kind, spec) for kind in kinds for spec in _listed(held.get(kind, ()))]

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
    """Fetch and validate a descriptor. Raise DescriptorRefused if it is missing or invalid."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise DescriptorRefused([f"The descriptor URL must be http or https: {url}"])
    try:
        answer = requests.get(url, timeout=FETCH_SECONDS, headers={"Accept": "application/json"})
    except requests.RequestException as error:
        raise DescriptorRefused([f"The host returned no answer for the descriptor at {url}"]) from error
    if answer.status_code != 200:
        raise DescriptorRefused([f"The descriptor at {url} answered {answer.status_code}"])
    if len(answer.content) > MAX_BYTES:
        raise DescriptorRefused(["The descriptor is too large"])
    try:
        raw = answer.json()
    except ValueError as error:
        raise DescriptorRefused(["The descriptor is not valid JSON"]) from error
    return check_descriptor(raw)


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
