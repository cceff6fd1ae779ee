"""A worker with short times, whose one job can be held in the middle: ``python -m … FOLDER``, to be killed by a test.

It notes in FOLDER/log what it begins and ends, and waits in the middle as long as FOLDER/hold is there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import Event

from timesheet.adapters.jobs.huey_consumer import Work
from timesheet.adapters.jobs.huey_queue import open_serving_queue
from timesheet.bootstrap.app import create_app
from timesheet.domain.audit.action import Action
from timesheet.domain.job import Job
from timesheet.domain.team.label import UserLabel
from timesheet.services.audit.record import record
from timesheet.services.ports.job import Claim
from timesheet.settings import Settings
from timesheet.web.http.dependencies import dependencies
from timesheet.web.job.serving import Consumer, WorkerProcess
from timesheet.web.job.worker import Worker

BEAT, LOST, TICK = 0.1, 2.0, 0.1


def main(folder: Path) -> None:
    """Run until killed."""
    settings = Settings.from_environ(os.environ)
    app = create_app(settings)
    queue = open_serving_queue(settings.queue_url)

    def work(claim: Claim) -> None:
        """Add a label named after the subject, and one event."""
        note(folder, "begin", claim)
        while (folder / "hold").exists():
            Event().wait(0.01)
        deps, site, subject = dependencies(), claim.key.site, claim.key.subject
        deps.stores.stores_of(site).labels.save(UserLabel(subject, subject, "teal", frozenset()))
        record(deps.audit.recorder_of(site), Action.AUDIT_EXPORTED, after={"form": subject})
        note(folder, "end", claim)

    worker = Worker(app, {Job.EVENTS: work}, queue, beat_seconds=BEAT, lost_seconds=LOST)

    def consume(signals: bool) -> Consumer:
        return queue.serve(Work(worker.drain, worker.tick, 3, TICK, worker.stop), signals=signals)

    WorkerProcess(worker, consume, inside=False).run()


def note(folder: Path, what: str, claim: Claim) -> None:
    """Append one line; lines of several processes do not mix, because they are short."""
    with (folder / "log").open("a") as log:
        log.write(f"{what} {claim.key.site} {claim.key.subject} {claim.holder}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
