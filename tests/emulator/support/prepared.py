"""Data that is made once for the emulated clouds of a test run: a site's fictional people and work, and RSA keys."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from jira_emulator import server
from jira_emulator.connect import install_keys
from jira_emulator.forge import keys
from jira_emulator.issue.index import SearchIndex
from jira_emulator.issue.store import WorklogStore
from jira_emulator.seed import seed_site
from jira_emulator.site import Site

FRESH = timedelta(hours=1)
PAIRS = 12
"""The number of key pairs in turn: more than one cloud ever has."""
OWN = ("name", "base_url", "clock", "cloud_id", "client_key", "bus", "lock", "index", "worklogs")
"""The parts of a site that are not from its seed, or not as a copy of all: the rows of worklogs never change."""

Seed = Callable[..., None]


def seed_once(fill: Seed) -> Seed:
    """Return this function with a memory: an equal site of the same day gets a copy of the first one's data.

    The copy is of the data as it was when seeded; no two sites share an object that can change.
    """
    known: dict[tuple[int, int, int], tuple[datetime, bytes, WorklogStore]] = {}

    def seed_or_copy(site: Site, people: int, months: int, seed: int) -> None:
        key, now = (people, months, seed), site.clock()
        began = known[key][0] if key in known else None
        if began is None or began.date() != now.date() or not began <= now < began + FRESH:
            fill(site, people, months, seed)
            data = {name: value for name, value in vars(site).items() if name not in OWN}
            known[key] = now, pickle.dumps(data, pickle.HIGHEST_PROTOCOL), with_same_rows(site.worklogs)
        else:
            _, packed, worklogs = known[key]
            vars(site).update(pickle.loads(packed), worklogs=with_same_rows(worklogs))
            site.index = SearchIndex(site.issues, site.worklogs, site.now_ms)

    return seed_or_copy


def with_same_rows(worklogs: WorklogStore) -> WorklogStore:
    """Return another store of the same worklogs."""
    other = WorklogStore()
    other.rows = dict(worklogs.rows)
    other.by_start, other.by_change = list(worklogs.by_start), list(worklogs.by_change)
    other.by_author = {author: list(entries) for author, entries in worklogs.by_author.items()}
    return other


def take_turns(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return this function with a memory: it makes a few key pairs, and then returns them one after the other."""
    made, turns = cache(lambda _turn, **options: make(**options)), count()
    return lambda **options: made(next(turns) % PAIRS, **options)


@contextmanager
def prepared_clouds() -> Iterator[None]:
    """Let all clouds that are started inside this block share what takes long to make."""
    taking_turns = SimpleNamespace(
        generate_private_key=take_turns(rsa.generate_private_key), RSAPrivateKey=rsa.RSAPrivateKey
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "seed_site", seed_once(seed_site))
        for module in (install_keys, keys):
            patch.setattr(module, "rsa", taking_turns)
        yield
