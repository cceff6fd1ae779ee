#!/usr/bin/env python3
"""Everything one does with this project: `python3 dev.py --help`. Needs Python 3.11 to 3.13, no more."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable

from tools import browser, checks, environment, forge, hosting, node, postgresql, servers, sqlite, valkey
from tools.project import PYTHON, ROOT, CannotGoOn

COMMANDS = {
    "run": "emulated Jira and the app, ready to open (first use installs everything)",
    "test": "all tests, or those that pytest's own arguments name",
    "check": "all linters, types and layers",
    "bench": "benchmarks, as a table and as JSON in bench/out/",
    "mutate": "change a module in one place at a time, and list the changes that its tests do not notice",
    "translate": "message catalogs: `new LANG`, `update`, `check`",
    "forge": "the Forge app: `forge manifest` for one app id and one server, `forge build` for its page",
    "sbom": "the software bill of materials of a release, as CycloneDX JSON on standard output",
    "setup": "install only",
    "app": "the app alone, against the Jira and the database that the environment names",
    "reset": "delete everything under var/",
}
DOORS = ("connect", "forge")
PROGRAMS = {
    "bench": "bench",
    "sbom": "tools.sbom",
    "translate": "tools.translate",
    "mutate": "tools.mutation",
}
LAST_FAILED = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
TESTS_FAILED, FEW = 1, 5
"""Pytest's exit code when tests failed, and how many of them a whole run tries once more."""
HANDED_ON = {"test", "bench", "mutate", "translate"}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code. An error is printed in one line."""
    options, rest = read(arguments)
    refusal = environment.wrong_python(sys.version_info[:2])
    try:
        if refusal:
            raise CannotGoOn(refusal)
        return run(options, rest)
    except CannotGoOn as error:
        print(f"dev.py: {error}", file=sys.stderr)
        return 1


def read(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the command and its options; those in HANDED_ON pass arguments on."""
    parser = argparse.ArgumentParser(prog="dev.py", description="Timesheets inside Jira: run, test, check.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, about in COMMANDS.items():
        own = name not in HANDED_ON
        command = commands.add_parser(name, help=about, description=about, add_help=own, allow_abbrev=own)
        if name in {"run", "app"}:
            command.add_argument(
                "--port", type=between(1, 65535), default=None, help="port of the app (default 5000)"
            )
        if name == "run":
            add_run_options(command)
        if name == "test":
            command.add_argument("--door", choices=[*DOORS, "both"], help=argparse.SUPPRESS)
        if name == "setup":
            command.add_argument(
                "--python", help="make .venv anew with this Python, not the newest one found"
            )
        if name == "forge":
            add_forge_options(command)
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command not in HANDED_ON:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return options, rest


def add_run_options(command: argparse.ArgumentParser) -> None:
    """Add what `run` takes about the emulated Jira."""
    command.add_argument(
        "--jira-port", type=between(1, 65535), default=8080, help="port of the emulated Jira"
    )
    command.add_argument(
        "--people", type=between(1, 500), default=12, help="people in the emulated Jira, up to 500"
    )
    command.add_argument("--months", type=between(1, 120), default=3, help="months of worklogs they have")
    command.add_argument(
        "--door", choices=DOORS, default=DOORS[0], help="which kind of app the emulated Jira installs"
    )
    command.add_argument("--sites", type=between(1, 100), default=1, help="Jira sites, each on the next port")


def between(low: int, high: int) -> Callable[[str], int]:
    """Return what reads an option that is a whole number from ``low`` to ``high``."""

    def whole_number(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}")
        return int(text)

    return whole_number


def add_forge_options(command: argparse.ArgumentParser) -> None:
    """Add what `forge` takes."""
    actions = command.add_subparsers(dest="action", required=True, metavar="action")
    about = "write forge/manifest.yml"
    manifest = actions.add_parser("manifest", help=about, description=about)
    page = "build the page of the app into forge/app, which is not committed"
    actions.add_parser("build", help=page, description=page)
    manifest.add_argument("--app-id", required=True, help="the id that `forge register` gave, or its UUID")
    manifest.add_argument("--base-url", required=True, help="address of the server, https and without a path")
    manifest.add_argument(
        "--connect-key", default="", help="key of the Connect app that an install on the same site replaces"
    )
    manifest.add_argument(
        "--group-sync", action="store_true", help="ask for what GROUP_SYNC=on needs: to administer Jira"
    )


def run(options: argparse.Namespace, rest: list[str]) -> int:
    """Run the parsed command."""
    command = options.command
    if command == "reset":
        return servers.reset()
    if command == "forge":
        return run_forge(options)
    lock = "app" if command in {"run", "app", "setup"} else "dev"
    environment.ensure(lock, options.python if command == "setup" else None)
    if command == "run":
        return servers.run(options)
    if command == "app":
        return servers.run_app(options.port)
    if command == "check":
        return min(checks.run_checks(), 1)
    if command == "bench":
        postgresql.ensure_postgresql()
        valkey.ensure_valkey()
    if command in PROGRAMS:
        return call([str(PYTHON), "-m", PROGRAMS[command], *rest])
    if command == "test":
        browser.ensure_browser()
        postgresql.ensure_postgresql()
        sqlite.ensure_sqlite()
        valkey.ensure_valkey()
        hosting.ensure_programs()
        node.ensure_page_tools()
        return test(rest, options.door)
    print("ready: python3 dev.py run")
    return 0


def test(arguments: list[str], door: str | None) -> int:
    """Run pytest with the given arguments, or everything: the journeys, then the rest.

    A journey waits for its browser half of the time, so there are more workers than for the rest, in which one
    worker at a time waits for processes and servers. ``door`` is how journeys find the app in Jira; without it all
    run with the Connect app, and some with the Forge app too.
    Coverage is measured where it has to be complete, in the domain and the services, because it costs a third
    of the time on Python 3.11. In a whole run a few failures run once more, one after the other: what fails again is
    a failure, what passes then was disturbed by its neighbors or found the machine too busy, and is named above.
    """
    pytest = [str(PYTHON), "-m", "pytest", *(["--door", door] if door else [])]
    if arguments:
        return call([*pytest, *arguments])
    coverage = ["--cov"] if os.environ.get("CI") == "true" else []
    rules = ["tests/domain", "tests/services"]
    apart = [f"--ignore={folder}" for folder in ("tests/journeys", *rules)]
    runs = [
        (["-n", "4"], ["tests/journeys"]),
        ([*coverage, "-n", "2"], rules),
        (["-n", "3", "--dist", "worksteal"], apart),
    ]
    results = []
    for options, part in runs:
        LAST_FAILED.unlink(missing_ok=True)
        result = call([*pytest, "-q", *options, *part])
        if result == TESTS_FAILED and 0 < failed_tests() <= FEW:
            print("\nwhat failed runs once more, one test after the other", flush=True)
            result = call([*pytest, "-q", "--last-failed", *part])
        results.append(result)
    return next((result for result in results if result), 0)


def failed_tests() -> int:
    """Return how many tests failed in the last run of pytest."""
    return len(json.loads(LAST_FAILED.read_text())) if LAST_FAILED.exists() else 0


def run_forge(options: argparse.Namespace) -> int:
    """Write the manifest, or build the page into ``forge/app``, which needs Node."""
    if options.action == "manifest":
        forge.write_manifest(
            options.app_id, options.base_url, options.connect_key, group_sync=options.group_sync
        )
        print(f"wrote {forge.MANIFEST}")
        return 0
    node.ensure_page_tools()
    node.build_page(forge.FOLDER / forge.RESOURCE)
    return 0


def call(command: list[str]) -> int:
    """Run a program in the project's root and return its exit code; what it compiles is kept for the next one."""
    variables = {**os.environ, **servers.bytecode()}
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
