"""The threads of a worker begin nothing more once it is asked to stop."""

from __future__ import annotations

import threading

from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.job.test_worker import ask, left
from timesheet.adapters.jobs.huey_consumer import HueyConsumer
from timesheet.domain.job import Job
from timesheet.services.ports.job import Claim
from timesheet.web.job.serving import worker_of
from timesheet.web.job.worker import THREADS

PATIENCE, MANY = 20, 30


def test_a_worker_that_is_asked_to_stop_finishes_its_runs_and_begins_no_more(
    app: Flask, site: JiraSite
) -> None:
    """A run that is begun then is killed with the process, and waits until another worker takes it for lost."""
    process, begun, ends = worker_of(app), threading.Semaphore(0), threading.Event()
    consumer = process.consume(False)
    assert isinstance(consumer, HueyConsumer)
    count: list[None] = []

    def work(_claim: Claim) -> None:
        count.append(None)
        begun.release()
        assert ends.wait(PATIENCE)

    process.worker._handlers = {Job.EVENTS: work}
    for number in range(MANY):
        ask(app, site, str(number))
    running = threading.Thread(target=consumer.run)
    running.start()
    assert begun.acquire(timeout=PATIENCE)
    stopping = threading.Thread(target=consumer.stop, args=[True])
    stopping.start()
    assert consumer.stop_flag.wait(PATIENCE)
    ends.set()
    stopping.join(PATIENCE)
    running.join(PATIENCE)
    assert len(count) <= THREADS + 1
    assert left(app) == (MANY - len(count), 0)
