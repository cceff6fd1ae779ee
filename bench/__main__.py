"""Run all benchmarks (``python3 dev.py bench``), or those with the given names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import (
    analysis,
    audit,
    command,
    connect,
    enter,
    files,
    floor,
    forge,
    load,
    measure,
    path,
    report,
    scale,
    team,
    timesheet,
)

OUT = Path(__file__).parent / "out"


def machine() -> Iterator[measure.Figure]:
    """Measure the floor alone, so that runs on different days can be compared."""
    for kilobytes in (4, 60):
        body = b"x" * kilobytes * 1024
        yield measure.figure(
            f"floor: static answer of {kilobytes} KiB", floor.static_answer(body), size=len(body)
        )


# One line for each file of benchmarks: its name, and the function that yields its figures.
BENCHMARKS: dict[str, Callable[[], Iterator[measure.Figure]]] = {
    "machine": machine,
    "timesheet": timesheet.timesheet,
    "enter": enter.enter,
    "connect": connect.connect,
    "forge": forge.forge,
    "team": team.team,
    "report": analysis.analysis,
    "export": files.files,
    "audit": audit.audit,
    "path": path.path,
    "command": command.command,
    "scale": scale.scale,
    "scale-load": load.load,
}


def main(wanted: list[str]) -> int:
    """Run the benchmarks, print their table, and save it as JSON; return 1 if no benchmark has such a name."""
    chosen = [run for name, run in BENCHMARKS.items() if not wanted or name in wanted]
    if not chosen:
        print(f"no such benchmark; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 1
    figures = [row for run in chosen for row in run()]
    print(report.table(figures))
    print(f"\nwritten to {report.write_json(figures, OUT).relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
