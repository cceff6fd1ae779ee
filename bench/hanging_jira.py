"""Measure how a hanging Jira of one site affects other sites: ``python -m bench.hanging_jira --help``.

Serves the app as Procfile does, with two emulated sites. Many people of the first open their timesheets while
its Jira is silent; the health check and a person of the second site send requests meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import requests

from jira_emulator.server import RunningCloud, RunningSite, running_cloud
from timesheet.adapters.db.base import Base
from timesheet.bootstrap.app import create_app
from timesheet.settings import Settings
from tools.project import BIN, ROOT
from tools.servers import development, interruptible, start

PEOPLE, PATIENCE, CHECKS = 30, 45.0, 15
NINE_OCLOCK, ANSWER_SECONDS = 100, 0.2
WAITING, MOST_ATTEMPTS = 202, 6
SHEET = '<section id="sheet"'
HTMX = {"HX-Request": "true"}
HANG = {"effect": "slow", "path": "/rest/*", "count": None}


@dataclass(frozen=True)
class Answer:
    """A response; status 0 if none arrived in time."""

    status: int
    ms: float
    text: str


@dataclass
class ResponseTimes:
    """The milliseconds of each response, and the statuses that the people of the hanging site got."""

    health: list[float] = field(default_factory=list)
    other_warm: list[float] = field(default_factory=list)
    other_cold: list[float] = field(default_factory=list)
    turned_away: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    stale: str = ""
    sheets: int = 0

    def report(self) -> dict[str, object]:
        """Return medians and maxima."""
        times = {name: value for name, value in vars(self).items() if isinstance(value, list)}
        figures: dict[str, object] = {
            name: {
                "count": len(value),
                "median_ms": round(median(value), 1),
                "worst_ms": round(max(value), 1),
            }
            for name, value in times.items()
            if value
        }
        return figures | {"statuses": dict(self.statuses)}


@dataclass
class Scene:
    """The two sites, and the address of the app."""

    cloud: RunningCloud
    url: str

    def ask(self, site: RunningSite, person: int, path: str = "/timesheet", attempts: int = 0) -> Answer:
        """Request a fragment as one person."""
        token = site.context_token(site.person(person))
        headers = (
            HTMX | {"Authorization": f"JWT {token}"} | ({"X-Waiting": str(attempts)} if attempts else {})
        )
        began = time.monotonic()
        try:
            answer = requests.get(f"{self.url}{path}", headers=headers, timeout=PATIENCE)
        except requests.RequestException:
            return Answer(0, (time.monotonic() - began) * 1000, "")
        return Answer(answer.status_code, (time.monotonic() - began) * 1000, answer.text)

    def open(self, site: RunningSite, person: int) -> Answer:
        """Request like a browser: again, if the response is a skeleton, for as long as it allows.

        The milliseconds cover all requests together, including the pauses.
        """
        began = time.monotonic()
        answer = self.ask(site, person)
        for attempts in range(1, MOST_ATTEMPTS + 1):
            if answer.status != WAITING:
                break
            time.sleep(2)
            answer = self.ask(site, person, attempts=attempts)
        return Answer(answer.status, (time.monotonic() - began) * 1000, answer.text)

    def healthy(self) -> float:
        """Return the milliseconds until the health check answered. Raise if it did not answer 200."""
        began = time.monotonic()
        requests.get(f"{self.url}/healthz", timeout=PATIENCE).raise_for_status()
        return (time.monotonic() - began) * 1000


def main() -> int:
    """Print the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=10.0, help="for how long Jira is silent")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder), NINE_OCLOCK) as stage:
        burst = calm(stage, NINE_OCLOCK, ANSWER_SECONDS)
        seen = hang(stage, options.requests, options.seconds)
    print(json.dumps({"calm": burst.report(), "hanging": seen.report()}, indent=1))
    return 0


def calm(scene: Scene, people: int, seconds: float = 0.15) -> ResponseTimes:
    """Let this many people of the second site open their timesheets at once, with ``seconds`` for each
    response of Jira.

    A person of the first site views their timesheet meanwhile, and the health check is requested.
    """
    seen, site, other = ResponseTimes(), scene.cloud.sites[1], scene.cloud.sites[0]
    scene.ask(other, 0)
    site.control("POST", "trouble", HANG | {"seconds": seconds})
    with ThreadPoolExecutor(people) as pool:
        waiting = [pool.submit(scene.open, site, number) for number in range(people)]
        while not all(one.done() for one in waiting):
            seen.health.append(scene.healthy())
            seen.other_warm.append(_good(scene.ask(other, 0)))
            time.sleep(0.05)
    for one in waiting:
        answer = one.result()
        seen.statuses[answer.status] += 1
        seen.sheets += answer.status == 200 and SHEET in answer.text
        seen.other_cold.append(answer.ms)
    site.control("DELETE", "trouble")
    return seen


def hang(scene: Scene, count: int, seconds: float, gone: int | None = None) -> ResponseTimes:
    """Return what everybody sees while ``count`` requests of the first site wait for its silent Jira.

    Ends before Jira responds again, or as soon as ``gone`` of them are answered and others were requested
    some times.
    """
    seen = ResponseTimes()
    first, second = scene.cloud.sites
    scene.ask(second, 0)
    scene.ask(first, 0)
    first.control("POST", "trouble", HANG | {"seconds": seconds})
    pool = ThreadPoolExecutor(count)
    began = time.monotonic()
    waiting = [pool.submit(scene.ask, first, 1 + number % PEOPLE) for number in range(count)]
    number = 0
    while time.monotonic() - began < seconds * 0.9:
        if gone is not None and number >= CHECKS and sum(one.done() for one in waiting) >= gone:
            break
        seen.health.append(scene.healthy())
        seen.other_warm.append(_good(scene.ask(second, 0)))
        if number < PEOPLE - 1:
            number += 1
            seen.other_cold.append(_good(scene.ask(second, number, f"/timesheet?day=2026-01-{number:02}")))
        time.sleep(0.02)
    # Before anything else, which may take until Jira responds again.
    _collect(waiting, seen)
    seen.stale = scene.ask(first, 0, "/timesheet?refresh=1").text
    first.control("DELETE", "trouble")
    pool.shutdown(wait=False)
    return seen


def _collect(waiting: list[Future[Answer]], seen: ResponseTimes) -> None:
    for one in waiting:
        answer = one.result() if one.done() else Answer(0, 0, "")
        seen.statuses[answer.status] += 1
        if answer.status in (WAITING, 503):
            seen.turned_away.append(answer.ms)


def _good(answer: Answer) -> float:
    if answer.status != 200:
        raise RuntimeError(f"a person of the other site got {answer.status}")
    return answer.ms


@contextlib.contextmanager
def scene(folder: Path, people: int = PEOPLE) -> Iterator[Scene]:
    """Run two sites with the app on both, served by gunicorn with the options of Procfile, for one block."""
    with running_cloud(sites=2, people=people + 6, months=1) as cloud, interruptible():
        port, jira = free_port(), int(cloud.sites[0].base_url.rpartition(":")[2])
        variables = development(port, jira) | {
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'timesheet.db'}",
            "LOG_LEVEL": "ERROR",
        }
        make_tables(variables)
        server = start([*procfile(), "-b", f"127.0.0.1:{port}", "--log-level", "warning"], variables)
        stage = Scene(cloud, f"http://127.0.0.1:{port}")
        try:
            wait_until_up(stage)
            for site in cloud.sites:
                site.install(f"{stage.url}/atlassian-connect.json")
            yield stage
        finally:
            server.kill()
            server.wait()


def make_tables(variables: dict[str, str]) -> None:
    """Create a new database, without the seconds that its migrations take."""
    app = create_app(Settings.from_environ(variables))
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        Base.metadata.create_all(engine)
        engine.dispose()


def procfile() -> list[str]:
    """Return the command of Procfile's web line, without the address it listens on."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    words = shlex.split(next(line.removeprefix("web:") for line in lines if line.startswith("web:")))
    at = words.index("-b")
    return [str(BIN / words[0]), *words[1:at], *words[at + 2 :]]


def free_port() -> int:
    """Return a port on which nobody listens at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_until_up(scene: Scene) -> None:
    """Wait until the health check answers. Raise TimeoutError otherwise."""
    end = time.monotonic() + 3 * PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(requests.RequestException):
            scene.healthy()
            return
        time.sleep(0.05)
    raise TimeoutError("the app did not start")


if __name__ == "__main__":
    sys.exit(main())
