"""The scheme that every site starts with: it has a row from its first use or change on."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.calendar import WEEKDAYS, SchemeRow
from timesheet.domain.workload_scheme import PRESETS, WorkloadScheme

DEFAULT = WorkloadScheme("default", *PRESETS[0])
STORED = select(SchemeRow.id).where(of_site(SchemeRow), SchemeRow.id == DEFAULT.id)


def keep_default(rows: SiteRows, ids: Iterable[str]) -> None:
    """Give the default scheme, if it is among ``ids``, a row that teams and members can refer to. Needs the lock."""
    if DEFAULT.id in ids and not rows.read(STORED):
        rows.add(SchemeRow, [{"id": DEFAULT.id, **scheme_values(DEFAULT)}])


def scheme_values(scheme: WorkloadScheme) -> dict[str, object]:
    """What a scheme's row holds beside its key."""
    hours = dict(zip(WEEKDAYS, scheme.weekdays, strict=True))
    return {"name": scheme.name, **hours, "version": scheme.version}
