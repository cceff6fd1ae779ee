"""The app with a clock that a file moves: the machine's time plus the seconds that BENCH_CLOCK holds."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from timesheet.bootstrap.app import create_app, tune_garbage_collector
from timesheet.settings import Settings

STEP = Path(os.environ["BENCH_CLOCK"])


def stepped_now() -> datetime:
    """Return the current time in UTC of a machine whose clock was stepped."""
    return datetime.now(UTC) + timedelta(seconds=float(STEP.read_text() or 0))


app = create_app(Settings.from_environ(os.environ), clock=stepped_now)
tune_garbage_collector()
