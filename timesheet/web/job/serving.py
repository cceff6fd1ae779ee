"""Start and stop a worker: as a process of its own, or inside the only web process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import structlog
from flask import Flask

from timesheet.web.job.worker import Worker

log = structlog.stdlib.get_logger("timesheet.job")


class Consumer(Protocol):
    """The threads of a worker: they wait for messages, and regularly look for work."""

    def run(self) -> None:
        """Run until stopped."""

    def stop(self, _graceful: bool) -> None:
        """Stop; a graceful stop waits a moment for runs in progress."""


@dataclass(slots=True)
class WorkerProcess:
    """A worker that can be started once. ``consume`` returns its consumer; with True it handles signals."""

    worker: Worker
    consume: Callable[[bool], Consumer]
    inside: bool
    _consumer: Consumer | None = None

    def run(self) -> None:
        """Run until SIGTERM or SIGINT; for a process of its own."""
        self._start_beating()
        try:
            self.consume(True).run()
        finally:
            self.worker.stop()

    def start_inside(self) -> None:
        """Start in threads of this process, if this is where the worker is meant to be."""
        if not self.inside:
            return
        self._start_beating()
        self._consumer = self.consume(False)
        threading.Thread(target=self._consumer.run, name="worker", daemon=True).start()
        log.info("worker_inside")

    def stop_inside(self) -> None:
        """Stop; runs in progress have a moment to finish. Uncommitted work is done again later."""
        self.worker.stop()
        if self._consumer is not None:
            self._consumer.stop(True)

    def _start_beating(self) -> None:
        threading.Thread(target=self.worker.keep_beating, name="beat", daemon=True).start()


def worker_of(app: Flask) -> WorkerProcess:
    """Return the worker of this app, whether it runs here or not."""
    return cast(WorkerProcess, app.extensions["worker"])
