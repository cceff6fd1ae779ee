"""Read a Forge app's manifest: its places in Jira, the endpoints of calls and events, and its scopes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jira_emulator.forge.installation import PAGE, Endpoint, ForgeApp, ForgeInstallation, ForgeModule
from jira_emulator.forge.lifecycle import ForgeSite

SUPPORTED = ("jira:globalPage", "jira:adminPage", "jira:issuePanel")
SENT = (("trigger", "events"), ("scheduledTrigger", "scheduled"), ("preUninstall", "preUninstall"))
PARTS = ("app", "modules", "remotes", "resources", "permissions")
PRODUCTION = "PRODUCTION"


class ManifestRefused(ValueError):
    """The file is not an installable manifest; the message says why."""


def install_manifest(site: ForgeSite, file: Path) -> ForgeInstallation:
    """Install the app of a manifest, and serve its page from the folder that the manifest names."""
    manifest = read_manifest(file)
    page = file.parent / str(manifest["resources"][0]["path"])
    app = read_app(manifest, site.platform.serve_page(page, lambda: site.site.base_url))
    return site.install(replace(app, translations=_translations(manifest, file.parent)))


def read_manifest(file: Path) -> Mapping[str, Any]:
    """Return the manifest in a JSON file, which is valid YAML. Raise ManifestRefused if a part is missing."""
    try:
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ManifestRefused(f"{file} cannot be read: {error}") from error
    missing = [part for part in PARTS if not manifest.get(part)]
    if missing:
        raise ManifestRefused(f"{file} has no {', '.join(missing)}")
    return manifest


def read_app(manifest: Mapping[str, Any], page_url: str = "") -> ForgeApp:
    """Return the app that a manifest describes, with its page at ``page_url``."""
    app_id, modules, scopes = manifest["app"]["id"], manifest["modules"], manifest["permissions"]["scopes"]
    granted = scopes if isinstance(scopes, Mapping) else {scope: {} for scope in scopes}
    return ForgeApp(
        app_id,
        manifest["remotes"][0]["baseUrl"],
        scopes=frozenset(granted),
        environment=PRODUCTION,
        # The same at each start, so that addresses of pages stay valid.
        environment_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{app_id}/{PRODUCTION}")),
        offline=frozenset(one for one, options in granted.items() if options.get("allowImpersonation")),
        endpoints=_endpoints(modules),
        page_url=page_url,
        modules=tuple(_module(kind, spec) for kind in SUPPORTED for spec in modules.get(kind, ())),
        fallback=manifest.get("translations", {}).get("fallback", {}),
    )


def _translations(manifest: Mapping[str, Any], folder: Path) -> Mapping[str, Mapping[str, str]]:
    """Return the texts of each language. Raise ManifestRefused if a file cannot be read."""
    found = {}
    for resource in manifest.get("translations", {}).get("resources", ()):
        path = folder / str(resource["path"])
        try:
            found[resource["key"]] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ManifestRefused(f"{path} cannot be read: {error}") from error
    return found


def _endpoints(modules: Mapping[str, Any]) -> dict[str, Endpoint]:
    """Return the endpoints of the remote by what is sent there."""
    by_key = {one["key"]: _endpoint(one) for one in modules["endpoint"]}
    found = {sent: by_key[modules[kind][0]["endpoint"]] for kind, sent in SENT if modules.get(kind)}
    pages = (spec["resolver"]["endpoint"] for kind in SUPPORTED for spec in modules.get(kind, ()))
    found.update((PAGE, by_key[key]) for key in pages)
    return found


def _endpoint(spec: Mapping[str, Any]) -> Endpoint:
    """Return an endpoint; tokens are sent only to those that ask for them."""
    asked = spec.get("auth", {})
    user, system = (bool(asked.get(name, {}).get("enabled")) for name in ("appUserToken", "appSystemToken"))
    return Endpoint(spec.get("route", {}).get("path", ""), user, system)


def _module(kind: str, spec: Mapping[str, Any]) -> ForgeModule:
    pages = tuple((page["title"], page["route"]) for page in spec.get("pages", ()))
    return ForgeModule(kind, spec["key"], spec["title"], pages, configures=bool(spec.get("useAsConfig")))
