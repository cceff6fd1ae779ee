"""Repeated kills during a thousand changes: every change has its event, and every event its change."""

from __future__ import annotations

import random
import signal
import subprocess
import sys

from tests.adapters.support.killed_writer import CHANGES
from tests.adapters.support.site_data import in_site, stores_of
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.stores import DbStores
from timesheet.domain.audit.action import Action
from timesheet.settings import ROOT

KILLS = 3


def write(url: str, first: int, kill_after: int | None) -> int:
    """Let a process write from ``first`` on, kill it after so many changes, and return how many it reported."""
    command = [sys.executable, "-m", "tests.adapters.support.killed_writer", url, str(first)]
    reported = 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in writer.stdout:
            reported += 1
            if reported == kill_after:
                writer.send_signal(signal.SIGKILL)
    assert writer.returncode == (0 if kill_after is None else -signal.SIGKILL)
    return reported


def test_nothing_is_half_there_after_a_kill(database: Database) -> None:
    stores_of(database, "acme")
    url = database.extension.engine.url.render_as_string(hide_password=False)
    here = in_site(database, "acme")
    points = random.Random(20261124)
    stores, audit = DbStores(here, "acme"), DbAuditStore(here, "acme", AuditKey("key"))
    done = 0
    for kill in range(KILLS + 1):
        reported = write(url, done, points.randint(50, 300) if kill < KILLS else None)
        people = {leave.account_id for leave in stores.leaves.all()}
        accounts = {reference: account for reference, account, _ in audit.references()}
        events = [text.split("\n") for _, text, *_ in audit.stored(0, audit.head().seq)]
        assert [event[2] for event in events] == [Action.LEAVE_CHANGED] * len(people)
        assert {accounts[event[5]] for event in events} == people
        assert len(people) >= done + reported
        assert audit.verify().intact
        done = len(people)
        database.roll_back()
    assert done == CHANGES
