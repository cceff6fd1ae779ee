"""A preview says exactly what the import then does; what cannot be imported changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.services.support.team_scene import BO
from tests.services.support.transfer_document import documents
from tests.services.support.transfer_scene import MERGE, REPLACE, BackupSite, as_bytes, minimal
from timesheet.domain.errors import Conflict
from timesheet.domain.person import Person
from timesheet.services.ports.settings import PersonSettings
from timesheet.services.ports.transfer import BadFile
from timesheet.services.transfer.change import changes_between
from timesheet.services.transfer.command import ImportConfiguration
from timesheet.services.transfer.plan import ImportPlan, run_import
from timesheet.services.transfer.review import Choices

Sites = tuple[BackupSite, BackupSite]
# The database is rolled back after each example, so the fixture is as new each time.
quick = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
choices = st.builds(Choices, st.booleans(), st.booleans())


def tried(site: BackupSite, document: Any, chosen: Choices) -> ImportPlan | None:
    try:
        return site.plan(document, chosen)
    except BadFile:
        return None


def outcome(site: BackupSite, document: Any, chosen: Choices) -> bool:
    """Return whether it was imported, after checking that the plan was right."""
    before = site.now
    plan = tried(site, document, chosen)
    assert site.now == before
    if plan is None:
        return False
    run_import(
        site.transfer_context, as_bytes(document), ImportConfiguration(chosen, plan.token, deleting=True)
    )
    after = site.now
    assert changes_between(plan.after, after) == ()
    assert changes_between(before, after) == plan.changes
    return True


@given(documents, documents, choices)
@quick
def test_what_is_previewed_is_what_happens(sites: Sites, first: Any, second: Any, chosen: Choices) -> None:
    full, _ = sites
    try:
        outcome(full, first, Choices())
        if outcome(full, second, chosen):
            assert full.plan(second, chosen).changes == ()
    finally:
        full.database.roll_back()


def test_a_file_with_a_scheme_of_the_site_and_of_a_team_under_one_id_can_be_imported_again(
    sites: Sites,
) -> None:
    full, _ = sites
    document = full.document()
    own, team = document["schemes"][0], document["teams"][0]
    team["schemes"] = [{**own, "hours": {**own["hours"], "monday": "1:00"}}]
    assert outcome(full, document, MERGE)
    assert full.plan(document, MERGE).changes == ()


@pytest.mark.parametrize("chosen", [MERGE, REPLACE])
@pytest.mark.parametrize("parts", [("whole", "morning"), ("afternoon", "whole")])
def test_a_file_whose_calendar_takes_hours_twice_is_refused(
    sites: Sites, chosen: Choices, parts: tuple[str, str]
) -> None:
    full, _ = sites
    document = full.document()
    eve = {"date": "2027-12-24", "title": "Eve", "legend": "vacation"}
    document["calendars"][0]["days"] = [{**eve, "part": part} for part in parts]
    with pytest.raises(BadFile) as refused:
        full.plan(document, chosen)
    assert "24 December 2027 is in the calendar twice." in str(refused.value.problems)


@given(documents)
@quick
def test_an_export_that_went_through_an_empty_site_is_the_same(sites: Sites, document: Any) -> None:
    full, empty = sites
    try:
        for site in sites:
            site.directory.people["stranger-1"] = Person("stranger-1", "Sue Example")
        outcome(full, document, REPLACE)
        exported = full.export()
        assert full.plan(exported, REPLACE).changes == ()
        assert outcome(empty, exported, REPLACE)
        assert empty.export() == exported
    finally:
        full.database.roll_back()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return every position inside a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inside for place in places(part, (*path, key)))]


@given(st.data(), anything)
@quick
def test_a_document_with_anything_anywhere_is_imported_or_refused_whole(
    sites: Sites, data: st.DataObject, intruder: Any
) -> None:
    full, _ = sites
    document = full.document()
    place = data.draw(st.sampled_from(places(document)[1:]))
    inside = document
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = intruder
    try:
        outcome(full, document, data.draw(choices))
    finally:
        full.database.roll_back()


@given(st.binary(max_size=60))
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 5000)
@quick
def test_any_bytes_are_refused_with_a_sentence(sites: Sites, data: bytes) -> None:
    with pytest.raises(BadFile) as refused:
        sites[0].plan(data)
    assert refused.value.problems[0].path.startswith("$")


def test_a_plan_of_before_is_refused_and_the_new_one_shown(sites: Sites) -> None:
    full, _ = sites
    document = minimal(settings={"fallback_zone": "Asia/Tokyo", "week_start": "0"})
    plan = full.plan(document)
    full.take(minimal(settings={"fallback_zone": "Europe/Paris", "week_start": "0"}))
    with pytest.raises(Conflict) as conflict:
        run_import(full.transfer_context, as_bytes(document), ImportConfiguration(MERGE, plan.token))
    assert conflict.value.current == full.plan(document)
    assert full.now.settings.fallback_zone == "Europe/Paris"


def test_jira_is_asked_before_the_site_is_locked(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    full, _ = sites
    document = full.document()
    document["teams"][0]["jql"] = "labels = other"
    stores, lock_site = full.teams.stores, full.teams.stores.lock_site
    command = ImportConfiguration(MERGE, full.plan(document).token)
    order = full.directory.calls
    order.clear()

    def lock() -> None:
        order.append("lock")
        lock_site()

    monkeypatch.setattr(stores, "lock_site", lock)
    run_import(full.transfer_context, as_bytes(document), command)
    assert order == ["check labels = other", "lock"]


def test_what_others_save_while_jira_is_asked_counts(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    full, _ = sites
    document = minimal(settings={"fallback_zone": "Asia/Tokyo", "week_start": "0"})
    command = ImportConfiguration(MERGE, full.plan(document).token)

    def save() -> None:
        full.settings.save_site(replace(full.settings.read_site(), fallback_zone="Europe/Paris"))

    full.teams.while_waiting(monkeypatch, save)
    with pytest.raises(Conflict) as conflict:
        run_import(full.transfer_context, as_bytes(document), command)
    assert conflict.value.current == full.plan(document)
    assert full.now.settings.fallback_zone == "Europe/Paris"


def test_whoever_is_erased_while_jira_is_asked_does_not_come_back_by_the_file(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, empty = sites
    empty.settings.save_person(BO, PersonSettings(duration_format="decimal"))
    document = minimal(labels=[{"id": "oncall", "name": "on call", "color": "teal", "people": [BO]}])
    command = ImportConfiguration(MERGE, empty.plan(document).token)
    empty.teams.while_waiting(
        monkeypatch, lambda: empty.privacy.replace(BO, "former-3f2a77", date(2026, 11, 24))
    )
    with pytest.raises(Conflict) as conflict:
        run_import(empty.transfer_context, as_bytes(document), command)
    assert isinstance(conflict.value.current, ImportPlan)
    assert [label.people for label in conflict.value.current.after.labels] == [frozenset()]
    assert empty.now.labels == ()


@pytest.mark.parametrize("other", [REPLACE, Choices(permissions=True)])
def test_a_token_is_good_for_its_choices_only(sites: Sites, other: Choices) -> None:
    full, _ = sites
    document = minimal(settings={"fallback_zone": "Asia/Tokyo", "week_start": "0"})
    token = full.plan(document).token
    with pytest.raises(Conflict):
        run_import(full.transfer_context, as_bytes(document), ImportConfiguration(other, token))


def test_a_token_is_good_for_its_file_only(sites: Sites) -> None:
    full, _ = sites
    document = minimal(settings={"fallback_zone": "Asia/Tokyo", "week_start": "0"})
    token = full.plan(document).token
    with pytest.raises(Conflict):
        run_import(full.transfer_context, as_bytes(document) + b" ", ImportConfiguration(MERGE, token))
