"""Measure the app under load: ``python3 -m bench.load --help``.

Two hundred people of twenty sites use it at once, on one web process and on two, with PostgreSQL, Valkey, and a worker.
They view their own timesheets and teams, save, and change worklogs in Jira itself, whose events come back. Each figure
is compared with its floor: the same bytes from memory, behind the same server, for as many people in the same rhythm.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Protocol

import requests

from bench import report
from bench.cluster import Cluster, control, limited, running_cluster
from bench.load_floor import Idler, running_floor
from bench.measure import Figure
from bench.visitor import Activity, Sample, Visitor, issues_of
from tests.web.support.forms import Forms
from tools.project import CannotGoOn

SITES, PEOPLE, LEADS, SECONDS, WARM_UP = 20, 10, 2, 60.0, 10.0
PAUSE = 7.0
"""The mean of the seconds between two actions of one person: the think time of TPC-W, clause 5.3.2."""
SHORT_PAUSE = 4.0
"""The mean of a second run with all web processes, to see what a heavier load does."""
MANY_SITES, FEW_PEOPLE = 100, 5
PRESSING = 24
"""The number of people who leave no pause, to find out how much a web process can do."""
SHARE = 0.3
"""The part of a core that each web process has then, so that a second one and everything else have room."""
TEAM = re.compile(r"/teams/([0-9a-f]{32})")
OUT = Path(__file__).parent / "out"


class Acting(Protocol):
    """Somebody who performs one action after the other."""

    samples: list[Sample]

    def live(self, over: Event, pause: float) -> None:
        """Act until it is over, with pauses of this mean."""

    def leave(self) -> None:
        """Close the connections."""


@dataclass(frozen=True)
class Plan:
    """The number of sites and people of a run, and how long it takes."""

    sites: int = SITES
    people: int = PEOPLE
    seconds: float = SECONDS
    warm_up: float = WARM_UP
    pause: float = PAUSE


@dataclass
class RunResult:
    """The result of one run: the samples, its duration, and the processor time of each part."""

    samples: list[Sample]
    seconds: float
    busy: dict[str, float] = field(default_factory=dict)

    @property
    def errors(self) -> Counter[str]:
        """Return how often each kind failed, with the status."""
        return Counter(f"{one.kind} {one.status}" for one in self.samples if not 200 <= one.status < 300)

    @property
    def rate(self) -> float:
        """Return the requests to the app in a second."""
        return len(self.samples) / self.seconds

    def of(self, kind: str) -> list[float]:
        """Return the milliseconds of one kind, sorted."""
        return sorted(one.ms for one in self.samples if one.kind == kind)


def load(plan: Plan = Plan()) -> Iterator[Figure]:
    """Yield all figures: with one web process, with two, and the memory of one that knows many sites."""
    rates: list[float] = []
    for processes in (1, 2):
        with running_cluster(processes, plan.sites, plan.people + 2) as cluster:
            crew = crew_of(cluster, plan)
            used, events = observed(crew, plan, plan.pause, cluster)
            memory = max(cluster.memory())
            hurried = observed(crew, plan, SHORT_PAUSE, cluster) if processes > 1 else None
            pressed = press(crew[:PRESSING], processes, plan.seconds / 3, cluster)
            leave(crew)
        with running_floor(processes, crew) as floor:
            others = [Idler(floor, crew, random.Random(number)) for number in range(len(crew))]
            run(others, min(2.0, plan.warm_up), plan.pause)
            least = run(others, plan.seconds / 3, plan.pause)
            leave(others)
        rates.append(pressed.rate)
        yield from figures(f"{processes} web", used, least, events)
        more = {"web_process_mib": round(memory, 1), "events": float(len(events))}
        yield summary(f"{processes} web: all requests", used, more)
        if hurried:
            name = f"{processes} web, pauses of {SHORT_PAUSE:g} s"
            yield from figures(name, hurried[0], least, hurried[1])
            yield summary(f"{name}: all requests", hurried[0], {"events": float(len(hurried[1]))})
        notes = {
            "requests_per_second": round(pressed.rate, 1),
            "ratio_to_one": round(rates[-1] / rates[0], 2),
        }
        yield summary(f"{processes} web, nobody pauses: all requests", pressed, notes, "2 web ≥ 1.7 × 1")
    yield many_sites()


def crew_of(cluster: Cluster, plan: Plan) -> list[Visitor]:
    """Return the people of all sites in random order, signed in, with their teams, after one view of each page."""
    with ThreadPoolExecutor(4) as pool:
        by_site = list(
            pool.map(
                lambda number: crew_of_site(cluster.url, cluster.sites[number], number, plan.people),
                range(plan.sites),
            )
        )
    crew = [visitor for crew in by_site for visitor in crew]
    random.Random(1).shuffle(crew)
    return crew


def crew_of_site(url: str, site: str, number: int, count: int) -> list[Visitor]:
    """Return the people of one site; the first ones lead a team of all."""
    dice = random.Random(number)
    listed = control(site, "GET", "people")["people"]
    people = [one for one in listed if one["active"] and one["account_type"] == "atlassian"]
    # Some people of an emulated site cannot see any project, so they cannot log time.
    found = [(one, issues) for one in people if (issues := issues_of(site, one["email"]))][:count]
    activity = Activity()
    crew = [
        Visitor(url, site, one["account_id"], one["email"], random.Random(dice.random()), activity)
        for one, _ in found
    ]
    for visitor in crew:
        visitor.sign_in()
    for lead in crew[:LEADS]:
        lead.leads = found_team(crew[0], lead, crew)
    for visitor, (_, issues) in zip(crew, found, strict=True):
        visitor.prepare(issues)
    return crew


def found_team(admin: Visitor, lead: Visitor, members: Sequence[Visitor]) -> str:
    """Let the Jira admin create a team; return its id."""
    _send(admin, "/teams/new", "/teams", name=f"Team of {lead.email}", lead=lead.account_id, keep="no")
    [team] = set(TEAM.findall(_page(lead, "/teams?show=led")))
    people = [one.account_id for one in members if one is not lead]
    joined = "2020-01-01"
    _send(lead, f"/teams/{team}/members/new", f"/teams/{team}/members", person=people, joined=joined)
    return str(team)


def _page(visitor: Visitor, path: str) -> str:
    answer = requests.get(f"{visitor.url}{path}", headers=visitor.app.headers, timeout=30)
    answer.raise_for_status()
    return str(answer.text)


def _send(visitor: Visitor, path: str, action: str, **changes: str | list[str]) -> None:
    """Fill in a form and send it."""
    form = next(one for one in Forms(_page(visitor, path)).found if one.action.startswith(action))
    for name, value in changes.items():
        form.fields.setlist(name, [value] if isinstance(value, str) else value)
    answer = requests.post(
        f"{visitor.url}{form.action}",
        list(form.fields.items(multi=True)),
        headers=visitor.app.headers,
        timeout=30,
    )
    if answer.status_code != 200:
        raise RuntimeError(f"{form.action}: {answer.status_code} {answer.text[:400]}")


def run(crew: Sequence[Acting], seconds: float, pause: float, cluster: Cluster | None = None) -> RunResult:
    """Let everybody use the app for this time."""
    for one in crew:
        one.samples.clear()
    over = Event()
    threads = [Thread(target=one.live, args=(over, pause), daemon=True) for one in crew]
    before, began = cluster.busy() if cluster else {}, time.perf_counter()
    for thread in threads:
        thread.start()
    over.wait(seconds)
    after, ended_at = cluster.busy() if cluster else {}, time.perf_counter()
    over.set()
    for thread in threads:
        thread.join()
    samples = [sample for one in crew for sample in one.samples if sample.began <= ended_at]
    return RunResult(samples, ended_at - began, {name: after[name] - before[name] for name in before})


def observed(
    crew: Sequence[Visitor], plan: Plan, pause: float, cluster: Cluster
) -> tuple[RunResult, Sequence[Sample]]:
    """Return what people see in the time of the plan, after a warm-up, and the answers to the events meanwhile."""
    run(crew, plan.warm_up, pause)
    forget_events(cluster)
    return run(crew, plan.seconds, pause, cluster), events_of(cluster)


def leave(crew: Sequence[Acting]) -> None:
    """Let everybody close their connections."""
    for one in crew:
        one.leave()


def press(crew: Sequence[Visitor], processes: int, seconds: float, cluster: Cluster) -> RunResult:
    """Let some people work without pauses while each web process may use only a part of a core."""
    with ExitStack() as stack:
        with suppress(CannotGoOn):
            stack.enter_context(limited(cluster.web.pid, processes * SHARE))
        run(crew, seconds / 4, 0)
        return run(crew, seconds, 0, cluster)


def forget_events(cluster: Cluster) -> None:
    """Forget the answers to Jira's events so far."""
    for site in cluster.sites:
        control(site, "DELETE", "calls")


def events_of(cluster: Cluster) -> list[Sample]:
    """Return the answers to Jira's events, as Jira saw them."""
    calls = [call for site in cluster.sites for call in control(site, "GET", "calls?kind=webhook")["calls"]]
    return [Sample("event", 0, call["ms"], call["status"], 0) for call in calls]


def figures(name: str, seen: RunResult, floor: RunResult, events: Sequence[Sample]) -> Iterator[Figure]:
    """Yield a line for each kind of answer, with its floor."""
    for kind in sorted({one.kind for one in seen.samples}):
        target = "p95 ≤ 100 ms" if kind in ("month", "week", "team") else ""
        size = round(median(one.size for one in seen.samples if one.kind == kind))
        yield line(f"{name}: {kind}", seen.of(kind), median(floor.of(kind) or [0.0]), size, target)
    answered = sorted(one.ms for one in events)
    if answered:
        failed = sum(one.status != 204 for one in events)
        yield line(f"{name}: event, seen by Jira", answered, None, None, f"{failed} failed; ≤ 10 ms")


def line(name: str, times: Sequence[float], floor: float | None, size: int | None, target: str) -> Figure:
    """Return one line about sorted times."""
    notes = {"count": float(len(times)), "p99_ms": round(part(times, 0.99), 2)}
    return Figure(name, median(times), part(times, 0.95), floor or None, size, target=target, notes=notes)


def summary(name: str, seen: RunResult, more: dict[str, float], target: str = "no error") -> Figure:
    """Return one line about all requests. The notes have the processor time of each part for one of them, which
    includes the events that it caused.
    """
    times, count = sorted(one.ms for one in seen.samples), len(seen.samples)
    busy = {f"{part_}_ms": round(seconds * 1000 / count, 2) for part_, seconds in seen.busy.items()}
    errors = {f"error: {kind}": float(number) for kind, number in seen.errors.items()}
    notes = {"count": float(count), "p99_ms": round(part(times, 0.99), 2), **more, **busy, **errors}
    said = f"{sum(seen.errors.values())} errors; {target}"
    return Figure(
        name, median(times), part(times, 0.95), target=said, busy_ms=busy.get("web_ms"), notes=notes
    )


def part(times: Sequence[float], share: float) -> float:
    """Return the time that this share of the sorted times does not exceed."""
    return times[min(len(times) - 1, int(len(times) * share))]


def many_sites() -> Figure:
    """Measure the memory of a web process that holds the months and teams of many sites."""
    with running_cluster(1, MANY_SITES, FEW_PEOPLE + 2) as cluster:
        crew = crew_of(cluster, Plan(MANY_SITES, FEW_PEOPLE))
        [mib] = cluster.memory()
        times = sorted(sample.ms for one in crew for sample in one.samples if sample.kind == "month")
    name, notes = f"1 web, {MANY_SITES} sites with {FEW_PEOPLE} people each, all warm", {"mib": round(mib, 1)}
    size = round(mib * 2**20)
    return Figure(name, median(times), part(times, 0.95), size=size, target="≤ 250 MiB", notes=notes)


def main() -> int:
    """Run it, print the table and the notes, and save all as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=SITES)
    parser.add_argument("--people", type=int, default=PEOPLE, help="of each site")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
    parser.add_argument("--warm-up", type=float, default=WARM_UP)
    parser.add_argument(
        "--pause", type=float, default=PAUSE, help="mean seconds between two actions of a person"
    )
    options = parser.parse_args()
    found = list(load(Plan(options.sites, options.people, options.seconds, options.warm_up, options.pause)))
    print(report.table(found))
    for row in found:
        print(f"{row.name}: " + ", ".join(f"{name} {value:g}" for name, value in row.notes.items()))
    print(f"\nwritten to {report.write_json(found, OUT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
