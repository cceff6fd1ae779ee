"""The scheme that every site starts with; it has a row after its first use or change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select

from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.calendar import WEEKDAYS, SchemeRow
from timesheet.domain.calendar.workload_scheme import PRESETS, WorkloadScheme

DEFAULT = WorkloadScheme("default", *PRESETS[0])
STORED = select(SchemeRow.id).where(of_site(SchemeRow), SchemeRow.id == DEFAULT.id)


def keep_default(rows: SiteRows, ids: Iterable[str]) -> None:
    """Add a row for the default scheme, if it is among ``ids``, so teams and members can refer to it. Needs
    the lock.
    """
    if DEFAULT.id in ids and not rows.read(STORED):
        rows.add(SchemeRow, [{"id": DEFAULT.id, **scheme_values(DEFAULT)}])


def named(stored: WorkloadScheme) -> WorkloadScheme:
    """Return a stored scheme; the default one that was never renamed has its name in every language."""
    untouched = stored.id == DEFAULT.id and stored.name == DEFAULT.name
    return replace(stored, name=DEFAULT.name) if untouched else stored


def scheme_values(scheme: WorkloadScheme) -> dict[str, object]:
    """Return the values of a scheme's row besides its key."""
    hours = dict(zip(WEEKDAYS, scheme.weekdays, strict=True))
    return {"name": scheme.name, **hours, "version": scheme.version}
