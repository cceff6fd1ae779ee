"""Print the figures as a table and save them as JSON, with the machine and the commit."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import Figure

COLUMNS: tuple[tuple[str, int, Callable[[Figure], str]], ...] = (
    ("what", 44, lambda row: row.name),
    ("median ms", 11, lambda row: f"{row.median_ms:.3f}"),
    ("p95 ms", 11, lambda row: f"{row.p95_ms:.3f}"),
    ("best ms", 11, lambda row: f"{row.notes['best_ms']:.3f}" if "best_ms" in row.notes else ""),
    ("p99 ms", 11, lambda row: f"{row.notes['p99_ms']:.3f}" if "p99_ms" in row.notes else ""),
    ("busy ms", 11, lambda row: "" if row.busy_ms is None else f"{row.busy_ms:.3f}"),
    ("floor ms", 11, lambda row: "" if row.floor_ms is None else f"{row.floor_ms:.3f}"),
    ("ratio", 8, lambda row: "" if row.ratio is None else f"{row.ratio:.1f}"),
    ("bytes", 9, lambda row: "" if row.size is None else str(row.size)),
    ("calls", 7, lambda row: "" if row.jira_calls is None else str(row.jira_calls)),
    ("points", 8, lambda row: "" if row.points is None else str(row.points)),
    ("  target", 0, lambda row: f"  {row.target}"),
)


def table(figures: Sequence[Figure]) -> str:
    """Return the figures in columns: names to the left, numbers to the right."""
    head = "".join(align(name, width) for name, width, _ in COLUMNS)
    rows = ["".join(align(cell(row), width) for _, width, cell in COLUMNS).rstrip() for row in figures]
    return "\n".join([head, *rows])


def align(text: str, width: int) -> str:
    """Align a cell: wide columns contain words and are left-aligned, narrow ones contain numbers and are
    right-aligned.
    """
    return text.ljust(width) if width > 20 else text.rjust(width)


def write_json(figures: Sequence[Figure], folder: Path) -> Path:
    """Write the figures to a file named after the current time in UTC; return its path."""
    now = datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
    rows = [{**asdict(row), "ratio": row.ratio} for row in figures]
    about = {
        "at": now.isoformat(),
        "commit": commit(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
    path.write_text(json.dumps({**about, "figures": rows}, indent=2) + "\n")
    return path


def commit() -> str:
    """Return the commit that was measured; empty outside a git checkout."""
    result = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return result.stdout.strip()
