"""A saved view in the preview of an import: names instead of codes and ids."""

from __future__ import annotations

import pytest

from tests.services.support.transfer_scene import BackupSite
from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.report import names
from timesheet.domain.report.chart import Chart
from timesheet.domain.report.range import Preset
from timesheet.domain.report.terms import OF_CLOSING, ColumnUnit, Dimension, Figure, Hours
from timesheet.domain.report.view import ReportView
from timesheet.services.transfer.fact import Facts, names_in
from timesheet.services.transfer.view_fact import of_view

Sites = tuple[BackupSite, BackupSite]


def facts(site: BackupSite, query: str) -> Facts:
    return of_view(ReportView("v", "A view", query, team_id="payments"), names_in(site.now))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("who=payments", "Time of: Payments"),
        ("who=me", "Time of: My time"),
        ("who=payments%2Cgone", "Time of: Payments and gone"),
        ("label=oncall", "User label: on call"),
        ("range=last-month", "Range: Last month"),
        ("first=2026-11-01", "First day: 1 November 2026"),
        ("rows=project&rows=person&rows=attribute-activity", "Rows: Project, Person, and Activity"),
        ("rows=none", "Rows: Total"),
        ("rows=sprint", "Rows: sprint"),
        ("columns=week", "Columns: Weeks"),
        ("figure=spent&figure=missing", "Figures: Spent and Missing"),
        ("late=1", "Only: Entered or changed after closing"),
        ("text=none", "Comment contains: none"),
        ("entered-first=2026-11-01", "Entered on or after: 1 November 2026"),
        ("rounding=row-15", "Rounding: Rows up to 15 min"),
        ("hours=decimal", "Format of time: Decimal hours"),
        ("chart=trend", "Charts: Trend"),
        ("sort=-total%3Amissing", "Sorted by: Missing (Total), largest first"),
        ("sort=2026-11-02%3Aspent", "Sorted by: Spent (2 November 2026), smallest first"),
        ("sort=sprint", "Sorted by: sprint"),
        ("only-label=oncall&only-label=none", "User label: on call and No label"),
        ("only-role=payments-look", "Role: Onlooker"),
        ("only-team=payments", "Team: Payments"),
        ("only-weekday=0%2C6", "Weekday: Monday and Sunday"),
        ("only-type=10001", "Issue type: 10001"),
        ("only-project=none", "Project: None"),
        ("only-attribute-activity=design&only-attribute-activity=none", "Activity: Design and Not set"),
        ("only-attribute-gone=x", "only-attribute-gone: x"),
        ("only-attribute-effort-least=2.5&only-attribute-effort-most=x", "Effort: at least 2.5"),
        ("only-attribute-ticket-has=T%2F1", "Ticket: contains “T/1”"),
    ],
)
def test_a_setting_is_named_as_on_the_page(sites: Sites, query: str, said: str) -> None:
    full, _ = sites
    for one in (Attribute("effort", "Effort", Kind.NUMBER), Attribute("ticket", "Ticket", Kind.TEXT)):
        full.teams.stores.attributes.save(one)
    assert facts(full, query)["Report"].texts == (said,)


@pytest.mark.parametrize("text", ["1" * 19, "1" * 5000, "²", ""])
def test_what_is_no_number_of_a_project_is_not_named(sites: Sites, text: str) -> None:
    assert facts(sites[0], f"only-project=7%2C{text}")["Projects"].projects == (7,)


def test_what_jira_names_is_named_by_jira(sites: Sites) -> None:
    found = facts(sites[0], "rows=person&group=devs&only-project=1%2C2&only-project=none")
    assert found["Groups"].groups == ("devs",)
    assert found["Projects"].projects == (1, 2)
    assert found["Report"].texts == ("Rows: Person", "Project: None")


@pytest.mark.parametrize(
    ("field", "codes", "words"),
    [
        ("rows", Dimension, names.DIMENSIONS),
        ("columns", ColumnUnit, names.COLUMNS),
        ("figure", [one for one in Figure if one not in OF_CLOSING], names.FIGURES),
        ("range", Preset, names.PRESETS),
        ("hours", Hours, names.HOURS),
        ("chart", Chart, names.CHARTS),
    ],
)
def test_every_code_of_a_report_has_a_name(sites: Sites, field: str, codes: object, words: object) -> None:
    assert isinstance(words, dict)
    for code in list(codes):  # type: ignore[call-overload]
        [said] = facts(sites[0], f"{field}={code.value}")["Report"].texts
        assert said.endswith(f": {words[code]}")
