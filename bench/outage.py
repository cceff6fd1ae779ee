"""The faults that the trial causes. Each lasts for a while and ends before the people of the trial stop."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event
from types import MappingProxyType

from bench.deployment import Deployment
from jira_emulator.trouble.trouble import Rule

HOUR = 3600.0
JIRA = "/rest/*"
HANG_SECONDS = 30.0
"""Longer than the app waits for an answer of Jira."""


@dataclass(frozen=True)
class Fault:
    """``happen`` takes about as many seconds as it is given.

    ``silent``: events of Jira may be lost meanwhile, so changes by others in Jira are compared only
    afterward.
    """

    name: str
    happen: Callable[[Deployment, float], None]
    silent: bool = False


def wait(seconds: float) -> None:
    """Let this time pass."""
    Event().wait(seconds)


def no_fault(_deployment: Deployment, seconds: float) -> None:
    """Let people work."""
    wait(seconds)


def cache_server_away(deployment: Deployment, seconds: float) -> None:
    """Stop the cache server, and start it again, empty."""
    deployment.valkey.stop()
    wait(seconds / 2)
    deployment.valkey.start()
    wait(seconds / 2)


def database_restarts(deployment: Deployment, seconds: float) -> None:
    """Restart PostgreSQL: once as an administrator does, once by a crash."""
    for mode in ("fast", "immediate"):
        deployment.postgresql.stop(mode)
        wait(min(2.0, seconds / 10))
        deployment.postgresql.start()
        wait(seconds / 2)


def processes_killed(deployment: Deployment, seconds: float) -> None:
    """Kill one web process and the worker twice a minute, in turn, at random moments; at least once each."""
    dice, times = random.Random(5), max(1, round(seconds / 30))
    for number in range(times):
        for program in (deployment.web[number % 2], deployment.worker):
            pause = dice.uniform(0, seconds / times / 2)
            wait(pause)
            program.kill()
            wait(seconds / times / 2 - pause)


def jira_fails(deployment: Deployment, seconds: float) -> None:
    """Let Jira answer every other call with 503, without carrying it out."""
    for site in deployment.cloud.sites:
        site.tenant.trouble.add(Rule("status", path=JIRA, count=None, probability=0.5, status=503))
    wait(seconds)
    healthy_jira(deployment)


def jira_hangs(deployment: Deployment, seconds: float) -> None:
    """Let Jira take half a minute for every answer, and then carry out what it still has."""
    for site in deployment.cloud.sites:
        site.tenant.trouble.add(Rule("slow", path=JIRA, count=None, seconds=HANG_SECONDS))
    wait(seconds)
    healthy_jira(deployment)
    # The app takes a write for impossible that has not happened after minutes, and minutes pass when this returns.
    wait(HANG_SECONDS)


def healthy_jira(deployment: Deployment) -> None:
    """End all faults of Jira."""
    for site in deployment.cloud.sites:
        site.tenant.trouble.clear()


def events_lost(deployment: Deployment, seconds: float) -> None:
    """Lose every event of Jira, for an hour by the clocks of Jira and the app."""
    for site in deployment.cloud.sites:
        site.tenant.trouble.add(Rule("webhook-lost", count=None))
    wait(seconds)
    deployment.pass_time(HOUR)
    healthy_jira(deployment)


def disk_full(deployment: Deployment, seconds: float) -> None:
    """Fill the disk of the database, and free it. A database that has ended is started, as by a service manager."""
    if deployment.disk is None:
        raise RuntimeError("no small disk can be made here: it takes root and mount")
    filler = deployment.disk / "filler"
    subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=64k"], check=False, capture_output=True)
    wait(seconds / 2)
    filler.unlink()
    if subprocess.run(
        ["kill", "-0", str(deployment.postgresql.pid)], check=False, capture_output=True
    ).returncode:
        deployment.postgresql.start()
    wait(seconds / 2)


def clock_stepped(deployment: Deployment, seconds: float) -> None:
    """Step the clock of the app by a minute: forward, back, and a minute behind."""
    for step in (60, 0, -60, 0):
        deployment.step_clock(step)
        wait(seconds / 4)


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "none": Fault("none", no_fault),
        "cache": Fault("cache server stopped and started", cache_server_away),
        "database": Fault("PostgreSQL restarted, then crashed", database_restarts, silent=True),
        "kill": Fault("a web process and a worker killed, twice a minute", processes_killed, silent=True),
        "jira-503": Fault("Jira answers half of all calls with 503", jira_fails),
        "jira-hangs": Fault("Jira hangs", jira_hangs),
        "events": Fault("all events lost for an hour", events_lost, silent=True),
        "disk": Fault("disk of the database full", disk_full, silent=True),
        "clock": Fault("clock stepped by a minute", clock_stepped),
    }
)
