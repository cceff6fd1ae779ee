"""``python -m jira_emulator``: an emulated Jira Cloud on loopback."""

from __future__ import annotations

import argparse
import gc
import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import requests

from jira_emulator.connect.descriptor import DescriptorRefused
from jira_emulator.connect.lifecycle import LifecycleFailed
from jira_emulator.forge.manifest import ManifestRefused, read_app, read_manifest
from jira_emulator.seed import MOST_PEOPLE
from jira_emulator.server import RunningCloud, RunningSite, start_cloud

RETRY_SECONDS = 0.1
PROBE_SECONDS = 5
LAST_PORT = 65535


def main(arguments: list[str] | None = None) -> int:
    """Run until interrupted; return 1 if the app cannot be installed."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.port + options.sites - 1 > LAST_PORT:
        parser.error(f"argument --sites: the ports that follow end at {LAST_PORT}")
    try:
        cloud = start_cloud(
            ports=[options.port and options.port + number for number in range(options.sites)],
            people=options.people,
            months=options.months,
            seed=options.seed,
            limits=options.limits,
            basic_auth=options.basic_auth,
            search_lag=options.search_lag,
        )
    except OSError as error:
        print(f"Cannot listen on port {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    over = _stop_signal()
    try:
        if options.install and not _install(cloud, options.install, options.wait_for_app, over):
            return 1
        if options.forge and not _install_forge(cloud, options.forge, options.wait_for_app, over):
            return 1
        if options.print_url:
            print(json.dumps(_urls(cloud)), flush=True)
        gc.freeze()
        over.wait()
    finally:
        cloud.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m jira_emulator", description="An emulated Jira Cloud on loopback."
    )
    parser.add_argument(
        "--port",
        type=_between(0, LAST_PORT),
        default=8080,
        help="port of the first site; others follow (8080)",
    )
    parser.add_argument("--sites", type=_between(1, 100), default=1, help="how many sites (1)")
    parser.add_argument(
        "--people", type=_between(1, MOST_PEOPLE), default=12, help="people of each site, up to 500 (12)"
    )
    parser.add_argument(
        "--months", type=_between(1, 120), default=3, help="months of worklogs up to today (3)"
    )
    parser.add_argument("--seed", type=int, default=1, help="same seed and day, same data (1)")
    parser.add_argument("--install", metavar="URL", help="descriptor of an app to install on every site")
    parser.add_argument(
        "--forge",
        type=Path,
        metavar="FILE",
        help="manifest, as JSON, of a Forge app to install on every site",
    )
    parser.add_argument(
        "--wait-for-app",
        type=float,
        default=60,
        metavar="SECONDS",
        help="how long to wait for the app to answer (60)",
    )
    parser.add_argument("--limits", action="store_true", help="enforce Jira's rate limits")
    parser.add_argument(
        "--basic-auth",
        action="store_true",
        help="accept a person's email with the API token 'emulator' as basic authentication",
    )
    parser.add_argument(
        "--search-lag",
        type=float,
        default=0,
        metavar="SECONDS",
        help="how late searches see changes (0)",
    )
    parser.add_argument(
        "--print-url", action="store_true", help="print one line of JSON with all addresses when ready"
    )
    return parser


def _between(low: int, high: int) -> Callable[[str], int]:
    """Return what reads an option that is a whole number from ``low`` to ``high``."""

    def whole_number(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}")
        return int(text)

    return whole_number


def _install(cloud: RunningCloud, descriptor_url: str, patience: float, over: Event) -> bool:
    if not _answers(descriptor_url, 200, patience, over):
        print(f"No app answered at {descriptor_url} within {patience:g} seconds", file=sys.stderr)
        return False
    try:
        for running in cloud.sites:
            running.install(descriptor_url)
    except (DescriptorRefused, LifecycleFailed) as error:
        print(f"The app was not installed: {error}", file=sys.stderr)
        return False
    return True


def _install_forge(cloud: RunningCloud, manifest: Path, patience: float, over: Event) -> bool:
    """Install on every site as soon as the remote answers, because it is notified of the installation at once."""
    try:
        base_url = read_app(read_manifest(manifest)).base_url
        if not _answers(base_url, None, patience, over):
            print(f"No app answered at {base_url} within {patience:g} seconds", file=sys.stderr)
            return False
        for running in cloud.sites:
            running.install_forge(manifest)
            running.tenant.forge.flush()
    except ManifestRefused as error:
        print(f"The app was not installed: {error}", file=sys.stderr)
        return False
    return True


def _answers(url: str, status: int | None, patience: float, over: Event) -> bool:
    """Wait until the address answers with this status, or with any."""
    end = time.monotonic() + patience
    while True:
        try:
            answered = requests.get(url, timeout=PROBE_SECONDS).status_code
            if status in (None, answered):
                return True
        except requests.RequestException:
            pass
        if time.monotonic() > end or over.wait(RETRY_SECONDS):
            return False


def _urls(cloud: RunningCloud) -> dict[str, object]:
    return {"sites": [_site_urls(running) for running in cloud.sites]}


def _site_urls(running: RunningSite) -> dict[str, object]:
    first = running.person(0)
    pages = {
        module.key: f"/plugins/servlet/ac/{app.key}/{module.key}"
        for app in running.tenant.lifecycle.enabled()
        for module in app.descriptor.modules("generalPages")
    } | {
        route: f"{installation.base}/{route}"
        for installation in running.tenant.forge.usable()
        for module in installation.app.of_kind("jira:globalPage")
        for _, route in module.pages
    }
    start = next(iter(pages.values()), "/jira/projects")
    return {
        "name": running.site.name,
        "baseUrl": running.base_url,
        "open": f"{running.base_url}/_host/sign-in-as?person={first.account_id}&next={start}",
        "pages": {key: running.base_url + path for key, path in pages.items()},
        "control": f"{running.base_url}/_emulator/",
        "installKeys": f"{running.base_url}/_atlassian/install-keys",
        "oauth": f"{running.base_url}/_atlassian",
        "script": running.script_url,
        "forgeKeys": running.tenant.cloud.forge.jwks_url,
        "forgeApi": running.tenant.cloud.forge.api_url,
    }


def _stop_signal() -> Event:
    """Return an event that is set by Ctrl-C or SIGTERM."""
    over = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    return over


if __name__ == "__main__":
    sys.exit(main())
