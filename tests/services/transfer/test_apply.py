"""Applying the difference of two configurations in an order that the database accepts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.transfer_scene import REPLACE, BackupSite, as_bytes, minimal
from timesheet.domain.errors import Conflict
from timesheet.domain.team.label import UserLabel
from timesheet.services.transfer.apply import apply_changes
from timesheet.services.transfer.command import ImportConfiguration
from timesheet.services.transfer.plan import Unconfirmed, run_import

Sites = tuple[BackupSite, BackupSite]


def test_an_empty_site_becomes_a_full_one_and_an_empty_one_again(sites: Sites) -> None:
    full, empty = sites
    empty.take(full.export(), REPLACE)
    now = empty.now
    bare = replace(
        now,
        legends=tuple(legend for legend in now.legends if not legend.deletable),
        schemes=tuple(scheme for scheme in now.schemes if scheme.id == "default"),
        calendars=(),
        labels=(),
        teams=(),
        leaves=(),
    )
    apply_changes(empty.teams.stores, empty.settings, now, bare)
    assert empty.now == bare


def test_what_is_the_same_is_not_saved_again(sites: Sites) -> None:
    full, _ = sites
    before = full.now
    full.take(minimal(settings={"fallback_zone": "Asia/Tokyo", "week_start": "0"}))
    after = full.now
    assert after.settings.version == before.settings.version + 1
    assert replace(after, settings=before.settings) == before


def test_somebody_elses_save_in_between_is_a_conflict(sites: Sites) -> None:
    full, _ = sites
    before = full.now
    full.teams.stores.labels.save(replace(before.labels[0], name="theirs"))
    wanted = replace(before, labels=(replace(before.labels[0], name="mine"),))
    with pytest.raises(Conflict):
        apply_changes(full.teams.stores, full.settings, before, wanted)


def test_nothing_goes_unless_somebody_says_so(sites: Sites) -> None:
    full, _ = sites
    full.teams.stores.labels.save(UserLabel("old", "old", "red"))
    document = minimal(labels=[])
    plan = full.plan(document, REPLACE)
    with pytest.raises(Unconfirmed) as refused:
        run_import(full.transfer_context, as_bytes(document), ImportConfiguration(REPLACE, plan.token))
    assert refused.value.plan == plan
    assert len(full.now.labels) == 2
