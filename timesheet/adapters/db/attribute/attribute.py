"""The attributes of one site, and the teams that chose them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from timesheet.adapters.db.site_rows import SiteRows, next_version, of_site, recalled
from timesheet.adapters.db.tables.attribute import AttributeRow, TeamAttributeRow
from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, Kind, Option, attributes_of

STORED = select(
    AttributeRow.id,
    AttributeRow.name,
    AttributeRow.kind,
    AttributeRow.default_value,
    AttributeRow.required,
    AttributeRow.everywhere,
    AttributeRow.retired,
    AttributeRow.options,
    AttributeRow.version,
).where(of_site(AttributeRow))
CHOSEN = select(TeamAttributeRow.team_id, TeamAttributeRow.attribute_id).where(of_site(TeamAttributeRow))


@dataclass(eq=False, repr=False)
class DbAttributeStore:
    """Implements AttributeStore."""

    _rows: SiteRows

    @recalled
    def all(self) -> tuple[Attribute, ...]:
        """See AttributeStore."""
        return attributes_of(
            Attribute(
                id=id_,
                name=name,
                kind=Kind(kind),
                default=default,
                required=required,
                everywhere=everywhere,
                retired=retired,
                options=_options(options),
                version=version,
            )
            for id_, name, kind, default, required, everywhere, retired, options, version in self._rows.read(
                STORED
            )
        )

    def save(self, attribute: Attribute) -> Attribute:
        """See AttributeStore."""
        self._rows.lock()
        saved = next_version(next((one for one in self.all() if one.id == attribute.id), None), attribute)
        self._rows.put(AttributeRow, {"id": saved.id}, _values(saved))
        return saved

    @recalled
    def chosen(self) -> Mapping[str, frozenset[str]]:
        """See AttributeStore."""
        found: dict[str, set[str]] = defaultdict(set)
        for team_id, attribute_id in self._rows.read(CHOSEN):
            found[team_id].add(attribute_id)
        return {team_id: frozenset(ids) for team_id, ids in found.items()}

    def choose(self, team_id: str, attribute_ids: Collection[str]) -> None:
        """See AttributeStore."""
        self._rows.lock()
        stored = {row[0] for row in self._rows.read(STORED)}
        first = [one for one in BUILT_IN if one.id in attribute_ids and one.id not in stored]
        self._rows.add(AttributeRow, [{"id": one.id, **_values(one)} for one in first])
        self._rows.remove(TeamAttributeRow, team_id=team_id)
        rows = [{"team_id": team_id, "attribute_id": id_} for id_ in sorted(attribute_ids)]
        self._rows.add(TeamAttributeRow, rows)


def _options(stored: list[list[str | bool]]) -> tuple[Option, ...]:
    return tuple(Option(str(id_), str(name), bool(removed)) for id_, name, removed in stored)


def _values(attribute: Attribute) -> dict[str, object]:
    return {
        "name": attribute.name,
        "kind": str(attribute.kind),
        "default_value": attribute.default,
        "required": attribute.required,
        "everywhere": attribute.everywhere,
        "retired": attribute.retired,
        "options": [[one.id, one.name, one.removed] for one in attribute.options],
        "version": attribute.version,
    }
