"""Start the app, alone or with the emulated Jira, and stop it again."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO

from tools import forge, migration, node
from tools.project import BIN, PYTHON, ROOT, VAR, CannotGoOn

LOOPBACK = "127.0.0.1"
FORGE = "forge"
DEFAULT_PORT = 5000
PATIENCE = 180
"""Seconds for the app to be migrated, answer, and be installed, which takes a while on a busy machine."""
SHORT_PATIENCE, LONG_PATIENCE = 2.0, 10.0
"""Seconds for servers to end: on a developer's machine, and where people may be in the middle of a request."""
ENDINGS = ("--timeout", "60", "--graceful-timeout", "65", "--keep-alive", "75")
"""The seconds that a worker may be silent, a stopping one may answer, and a connection waits for its next request."""
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


def run(options: argparse.Namespace) -> int:
    """Run the emulated Jira and the app until Ctrl-C; print the URL to open once the app is installed."""
    port = options.port or DEFAULT_PORT
    try:
        with interruptible():
            require_free(port, "--port")
            for site in range(options.sites):
                require_free(options.jira_port + site, "--jira-port")
            # Each door has its own site and data.
            folder = VAR / "forge" if options.door == FORGE else VAR
            variables = development(port, options.jira_port, folder)
            migration.upgrade_local(variables, folder)
            migration.postpone_jobs(migration.local_database(folder), PATIENCE)
            servers = [emulator(options, port), server(port, 1), *worker(variables)]
            with running(servers, variables, listen=True, patience=SHORT_PATIENCE) as children:
                print(f"\n  Open {wait_until_installed(children)}\n  Ctrl-C stops.\n", flush=True)
                wait_for_any(children)
    except KeyboardInterrupt:
        return 0
    return 1


def run_app(port: int | None) -> int:
    """Run only the app, in the current environment, until it is stopped."""
    port = port or port_of_environment()
    try:
        with interruptible():
            require_free(port, "--port")
            variables = {**os.environ, "PORT": str(port)}
            migration.upgrade(variables)
            with running([server(port, None), *worker(variables)], variables) as children:
                wait_for_any(children)
    except KeyboardInterrupt:
        return 0
    return 1


def port_of_environment() -> int:
    """Return the port that the environment names, or the default. Raise CannotGoOn if it is none."""
    text = os.environ.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdecimal()):
        raise CannotGoOn(f"PORT must be a whole number, and is {text!r}.")
    return int(text)


def reset() -> int:
    """Delete the local database, keys, and everything else under ``var/``."""
    shutil.rmtree(VAR, ignore_errors=True)
    print("var/ is gone")
    return 0


def development(port: int, jira_port: int, folder: Path = VAR) -> dict[str, str]:
    """Return the environment of an app that trusts only the emulated Jira on this machine."""
    jira = f"http://{LOOPBACK}:{jira_port}"
    foreign = {
        *("DATABASE_OWNER_URL", "REDIS_URL", "WEB_CONCURRENCY", "WORKER", "PROMETHEUS_MULTIPROC_DIR"),
        *("ENCRYPTION_KEYS", "SIGNING_KEY", "CONNECT_APP_KEY"),
    }
    return {
        **{name: value for name, value in os.environ.items() if name not in foreign},
        **bytecode(),
        "ENV": "development",
        "PORT": str(port),
        "VAR_DIR": str(folder),
        "BASE_URL": f"http://{LOOPBACK}:{port}",
        "DATABASE_URL": f"sqlite:///{migration.local_database(folder)}",
        "JIRA_HOSTS": f"{LOOPBACK}:*",
        "CONNECT_INSTALL_KEYS_URL": f"{jira}/_atlassian/install-keys",
        "CONNECT_OAUTH_URL": f"{jira}/_atlassian",
        "CONNECT_SCRIPT_URL": f"http://localhost:{jira_port}/_atlassian/connect/all.js",
        "FORGE_APP_ID": forge.EXAMPLE_APP,
        "FORGE_ENVIRONMENT": "PRODUCTION",
        "FORGE_JWKS_URL": f"{jira}/_atlassian/forge/jwks.json",
        "FORGE_API_URL": f"{jira}/_atlassian/forge",
        # The emulated Jira does not count points unless it is configured to, and says so then.
        "JIRA_POINTS": os.environ.get("JIRA_POINTS", "1000000000"),
        "GROUP_SYNC": "on" if wants_groups() else "off",
        "LOG_FORMAT": "console",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }


def bytecode() -> dict[str, str]:
    """Return variables with which Python keeps compiled modules outside of the sources.

    Compiling everything again would take longer than the rest of a start.
    """
    if not os.environ.get("PYTHONDONTWRITEBYTECODE"):
        return {}
    folder = os.environ.get("PYTHONPYCACHEPREFIX") or str(VAR / "bytecode")
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}


def wants_groups() -> bool:
    """Return True if teams can follow groups, unless the environment turns that off."""
    return os.environ.get("GROUP_SYNC", "on") == "on"


def emulator(options: argparse.Namespace, port: int) -> list[str]:
    """Return the command that starts the emulated Jira, which installs the app as soon as it answers."""
    base_url = f"http://{LOOPBACK}:{port}"
    if options.door == FORGE:
        install = ("--forge", str(forge_app(VAR / "forge", base_url)))
    else:
        install = ("--install", f"{base_url}/atlassian-connect.json")
    return [
        *(
            str(PYTHON),
            "-m",
            "jira_emulator",
            "--port",
            str(options.jira_port),
            "--sites",
            str(options.sites),
        ),
        *("--people", str(options.people), "--months", str(options.months)),
        *("--print-url", "--wait-for-app", str(PATIENCE), *install),
    ]


def forge_app(folder: Path, base_url: str) -> Path:
    """Build the page of the Forge app, and return the manifest with which an emulated Jira installs it."""
    node.ensure_page_tools()
    node.build_page(folder / forge.RESOURCE)
    return forge.write_emulated_manifest(folder, base_url, group_sync=wants_groups())


def server(port: int, workers: int | None) -> list[str]:
    """Return the command that serves the app: gunicorn with threads, or Flask's own server without fork."""
    if os.name == "nt":
        return [str(PYTHON), "-m", "flask", "--app", "app", "run", "--port", str(port), "--with-threads"]
    count = [] if workers is None else ["-w", str(workers)]
    threads = ["-k", "gthread", "--threads", "240", "--no-control-socket"]
    return [
        str(BIN / "gunicorn"),
        *count,
        *threads,
        *ENDINGS,
        "--log-level",
        "warning",
        "-b",
        f"{LOOPBACK}:{port}",
        "app:app",
    ]


def worker(variables: dict[str, str]) -> list[list[str]]:
    """Return the command that runs the jobs, unless they run inside the web process.

    They do without Redis, because then one process has the cache. Flask's own server cannot start them.
    """
    place = variables.get("WORKER") or ("beside" if variables.get("REDIS_URL") else "inside")
    if place == "inside" and os.name != "nt":
        return []
    return [[str(PYTHON), "-m", "flask", "--app", "app", "worker"]]


def require_free(port: int, option: str) -> None:
    """Raise CannotGoOn if somebody listens on this port already, or if there is no such port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else "the highest one is 65535"
            raise CannotGoOn(
                f"port {port} cannot be used ({reason}): choose another with {option}."
            ) from error


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Handle SIGTERM, or a closed terminal, like Ctrl-C.

    A shell script starts background programs with SIGINT ignored; from here on it is handled anyway. Only the first
    signal counts: another one, as a wrapper passes on, could leave a lock of ``subprocess`` taken forever.
    """
    names = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        for name in names:
            signal.signal(name, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {name: signal.signal(name, interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextlib.contextmanager
def running(
    commands: list[list[str]],
    variables: dict[str, str],
    *,
    listen: bool = False,
    patience: float = LONG_PATIENCE,
) -> Iterator[list[subprocess.Popen[str]]]:
    """Start programs in parallel, ``listen`` to the first, and stop all in the end in any case.

    A program that still answers requests after ``patience`` seconds is killed, with every process it started.
    """
    children: list[subprocess.Popen[str]] = []
    try:
        for command in commands:
            children.append(start(command, variables, subprocess.PIPE if listen and not children else None))
        yield children
    finally:
        stop(children, patience)


def stop(children: list[subprocess.Popen[str]], patience: float) -> None:
    """End programs within ``patience`` seconds; a second signal to stop does not interrupt that."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    for child in children:
        child.terminate()
    deadline = time.monotonic() + patience
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            child.kill()
            # A signal may have interrupted ``poll`` with its lock taken, so this must not wait forever.
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(1.0)


def start(command: list[str], variables: dict[str, str], output: int | None = None) -> subprocess.Popen[str]:
    """Start one program that ends with this one, even if this one is killed (on Linux)."""
    tie = die_with_parent if sys.platform == "linux" else None
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=output,
        text=True,
        start_new_session=True,
        preexec_fn=tie,  # noqa: PLW1509 - no thread exists yet
    )


def die_with_parent() -> None:
    """Ask the kernel to stop this process when its parent ends."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)


def wait_until_installed(children: list[subprocess.Popen[str]]) -> str:
    """Return the address of My Timesheet, which the emulated Jira (the first child) prints once the app is
    installed.
    """
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=pass_on, args=(children[0].stdout, lines), daemon=True).start()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(queue.Empty):
            return str(json.loads(lines.get(timeout=0.1))["sites"][0]["open"])
        if any(child.poll() is not None for child in children):
            raise CannotGoOn("a server stopped while starting; its message is above.")
    raise CannotGoOn(f"the app was not installed within {PATIENCE} s; the lines above may say why.")


def pass_on(stream: IO[str] | None, lines: queue.SimpleQueue[str]) -> None:
    """Return the first line, and print all that follow."""
    for number, line in enumerate(stream or ()):
        if number == 0:
            lines.put(line)
        else:
            print(line, end="", flush=True)


def wait_for_any(children: list[subprocess.Popen[str]]) -> None:
    """Wait until one of the programs has ended."""
    while all(child.poll() is None for child in children):
        time.sleep(0.2)
