"""Transferring a configuration between sites: the content of an export, and the effect of importing it."""

from __future__ import annotations

from dataclasses import fields
from hashlib import sha256

import pytest

from tests.services.support.team_scene import ANN, BO
from tests.services.support.transfer_scene import MERGE, REPLACE, BackupSite
from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role, Team
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.ports.stores import Stores, TeamGroup
from timesheet.services.ports.transfer import BadFile, Configuration
from timesheet.services.transfer.change import changes_between

Sites = tuple[BackupSite, BackupSite]


@pytest.mark.parametrize("choices", [MERGE, REPLACE], ids=["merge", "replace"])
def test_importing_ones_own_export_changes_nothing(sites: Sites, choices: object) -> None:
    full, _ = sites
    before = full.now
    plan = full.take(full.export(), choices)  # type: ignore[arg-type]
    assert (plan.changes, plan.notes) == ((), ())
    assert full.now == before


def test_on_an_empty_site_the_same_export_comes_back(sites: Sites) -> None:
    full, empty = sites
    plan = empty.take(full.export(), REPLACE)
    assert empty.export() == full.export()
    assert changes_between(plan.after, empty.now) == ()
    assert not plan.deletes


def test_leaves_are_exported_only_if_chosen(sites: Sites) -> None:
    full, empty = sites
    assert b"leaves" not in full.export(leaves=False)
    before = full.now.leaves
    full.take(full.export(leaves=False), REPLACE)
    assert full.now.leaves == before
    assert full.document()["leaves"] == [
        {"person": ANN, "date": "2026-06-01", "part": "morning", "legend": "vacation"}
    ]
    assert empty.now.leaves == ()


def test_an_export_has_no_secrets_closings_or_versions(sites: Sites) -> None:
    text = sites[0].export().decode()
    for word in ("secret", "closed", "synced", "client_key", "Ann"):
        assert word not in text


@pytest.mark.parametrize(
    ("kind", "left_out"),
    [
        (SiteSettings, {"version", "audit_days"}),
        (Legend, {"version"}),
        (WorkloadScheme, {"version", "team_id"}),
        (GlobalCalendar, {"version"}),
        (NonWorkingDay, set()),
        (UserLabel, {"version"}),
        (Attribute, {"version"}),
        (Option, set()),
        (Team, {"version"}),
        (Role, {"version", "team_id"}),
        (Member, {"version", "team_id"}),
        (TeamGroup, {"version", "team_id", "synced_at", "error"}),
        (ReportView, {"version", "team_id", "owner"}),
        (Leave, set()),
    ],
)  # fmt: skip
def test_every_field_of_every_thing_is_exported_or_left_out_on_purpose(
    sites: Sites, kind: type, left_out: set[str]
) -> None:
    """A field that somebody adds later makes this fail, so that no backup silently lacks it."""
    known = {
        "SiteSettings": {"fallback_zone", "week_start", "language", "timer_rounding", "timer_projects"},
        "Legend": {"id", "title", "color", "letter"},
        "WorkloadScheme": {"id", "name", "weekdays"},
        "GlobalCalendar": {"id", "name", "days"},
        "NonWorkingDay": {"date", "title", "legend_id", "part"},
        "UserLabel": {"id", "name", "color", "people"},
        "Attribute": {"id", "name", "kind", "default", "required", "everywhere", "retired", "options"},
        "Option": {"id", "name", "removed"},
        "Team": {"id", "name", "lead", "default_scheme_id", "description", "scope", "archived"},
        "Role": {"id", "name", "permissions", "system"},
        "Member": {"account_id", "role_ids", "joined", "left", "calendar_id", "schemes", "group_id"},
        "TeamGroup": {"group_id", "role_ids"},
        "ReportView": {"id", "name", "query", "people", "default"},
        "Leave": {"account_id", "date", "legend_id", "part"},
    }
    assert {field.name for field in fields(kind)} == known[kind.__name__] | left_out


def test_every_store_is_part_of_a_configuration() -> None:
    stores = {name for name, part in vars(Stores).items() if isinstance(part, property)}
    assert len(stores) == 10
    assert stores - {"periods", "views"} <= {field.name for field in fields(Configuration)}


def test_labels_merge_their_people_and_replacing_takes_the_files(sites: Sites) -> None:
    full, _ = sites
    document = full.document()
    document["labels"][0]["people"] = [BO]
    assert full.take(document).changes == ()
    full.take(document, REPLACE)
    assert full.now.labels[0].people == frozenset({BO})


def test_attributes_of_a_file_are_those_of_the_same_name_and_none_is_deleted(sites: Sites) -> None:
    full, empty = sites
    document = full.document()
    empty.teams.stores.attributes.save(Attribute("own", "Ticket", Kind.TEXT))
    attribute = Attribute(
        "other", "activity", Kind.SELECT, options=(Option("x", "design"), Option("y", "Test"))
    )
    empty.teams.stores.attributes.save(attribute)
    empty.take(document, REPLACE)
    now = {one.id: one for one in empty.now.attributes}
    options = [(one.id, one.name, one.removed) for one in now["other"].options]
    assert options == [("x", "Design", False), ("old", "Old", True), ("y", "Test", True)]
    assert (now["other"].default, now["own"].retired) == ("x", True)
    assert empty.now.teams[0].attributes == {"other", "billable"}
    assert empty.plan(document, REPLACE).changes == ()
    document["teams"][0]["attributes"] = ["unknown"]
    with pytest.raises(BadFile):
        empty.take(document)


def test_exports_and_imports_are_recorded_and_previews_are_not(sites: Sites) -> None:
    full, empty = sites
    data = full.export()
    assert [(draft.action, draft.after) for draft in full.audit.drafts] == [
        ("configuration.exported", {"teams": 1, "leaves": True})
    ]
    empty.plan(data)
    assert empty.audit.drafts == []
    empty.take(data)
    [draft] = empty.audit.drafts
    assert draft.action == "configuration.imported"
    values = {"replace": False, "permissions": False, "added": 15, "changed": 2, "deleted": 0}
    assert draft.after == values | {"file_sha256": sha256(data).hexdigest()}
