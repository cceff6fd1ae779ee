"""Erasing a person at an admin's request, and finding people about whom something is stored."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from tests.services.support.fake_recorder import Recorded
from tests.services.support.team_scene import ANN, BO, CY, LEAD, NOW, OUT, TODAY, TeamScene
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.privacy.privacy import DbPrivacyStore
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.period.period import ClosingRecord, MemberRecord
from timesheet.domain.person import Person, former
from timesheet.domain.span import month_of
from timesheet.services.ports.privacy import PrivacyStore
from timesheet.services.privacy import privacy
from timesheet.services.privacy.command import ErasePerson
from timesheet.services.privacy.privacy import SiteData, awaited_key, erase_person, list_people
from timesheet.services.team.command import ArchiveTeam
from timesheet.services.team.overview import read_closing
from timesheet.services.team.team import set_archived
from timesheet.services.viewer.person import profile_key


@dataclass
class PersonalData:
    """A Jira admin with everything that is kept about the scene's people."""

    teams: TeamScene
    store: PrivacyStore
    audit: Recorded = field(default_factory=Recorded)

    @property
    def data(self) -> SiteData:
        return SiteData(self.store, self.audit.recorder(NOW, "boss"), self.teams.cache, "site-1")

    def erase(self, account_id: str, typed: str) -> str:
        context = self.teams.team_context()
        name = context.people([account_id])[account_id].name
        return erase_person(self.data, context.stores, ErasePerson(account_id, typed), name)

    def find(self, text: str) -> list[str]:
        return [
            one.account_id for one in list_people(self.data.store, self.teams.team_context(), text).people
        ]


@pytest.fixture
def personal(teams: TeamScene, database: Database) -> PersonalData:
    return PersonalData(teams, DbPrivacyStore(database, "site-1"))


def test_a_member_becomes_a_former_user(personal: PersonalData, teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN, BO)
    pseudonym = personal.erase(ANN, " ann EXAMPLE ")
    assert {member.account_id for member in teams.stores.teams.members(team.id)} == {LEAD, BO, pseudonym}
    [event] = personal.audit.events
    assert (event.action, event.actor, event.after["reason"]) == (
        Action.PERSON_ERASED, "boss", "erased by an admin"
    )  # fmt: skip
    with pytest.raises(NotFound):
        personal.erase(ANN, "Ann Example")


def test_no_name_of_an_erased_person_stays_in_the_cache_and_no_file_is_written_for_them(
    personal: PersonalData, teams: TeamScene
) -> None:
    teams.team("Payments", LEAD, ANN)
    keys = {who: (profile_key("site-1", who), awaited_key("site-1", who)) for who in (ANN, BO)}
    for key in (*keys[ANN], *keys[BO]):
        teams.cache.put(key, "somebody", 60)
    personal.erase(ANN, "Ann Example")
    assert [teams.cache.get(key) for key in keys[ANN]] == [None, None]
    assert [teams.cache.get(key) for key in keys[BO]] == ["somebody", "somebody"]


def test_a_closing_that_was_shown_before_the_erasure_names_the_person_no_longer(
    personal: PersonalData, teams: TeamScene
) -> None:
    team, span = teams.team("Payments", LEAD, ANN), month_of(TODAY)
    closed = ClosingRecord("c1", team.id, span, LEAD, NOW, (MemberRecord(ANN, 8, 8, {}),), {})
    teams.stores.periods.add_record(closed)
    context = teams.team_context()
    _, [shown] = read_closing(context, team.id, span)
    assert shown.account_id == ANN
    pseudonym = personal.erase(ANN, "Ann Example")
    _, [shown] = read_closing(context, team.id, span)
    assert shown.account_id == pseudonym


def test_what_another_request_did_before_the_erasure_counts(
    personal: PersonalData, teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = teams.team("Payments", LEAD, ANN, BO)
    context = teams.team_context()
    teams.while_waiting(monkeypatch, lambda: personal.erase(ANN, "Ann Example"))
    with pytest.raises(NotFound):
        erase_person(personal.data, context.stores, ErasePerson(ANN, "Ann Example"), "Ann Example")
    teams.while_waiting(monkeypatch, lambda: teams.stores.teams.save(replace(team, lead=BO)))
    with pytest.raises(InvalidInput, match="leads Payments"):
        erase_person(personal.data, context.stores, ErasePerson(BO, "Bo Example"), "Bo Example")


def test_a_name_with_two_spaces_is_typed_as_pages_show_it(personal: PersonalData, teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    stores = teams.team_context().stores
    erase_person(personal.data, stores, ErasePerson(ANN, "Ann Example"), "Ann  Example")
    assert ANN not in personal.data.store.accounts()


def test_another_name_erases_nobody(personal: PersonalData, teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    with pytest.raises(InvalidInput, match="Ann Example") as refused:
        personal.erase(ANN, "Bo Example")
    assert refused.value.field == "typed"
    assert ANN in personal.data.store.accounts()


def test_a_lead_hands_over_first_and_an_archived_team_needs_none(
    personal: PersonalData, teams: TeamScene
) -> None:
    team = teams.team("Payments", LEAD, ANN)
    with pytest.raises(InvalidInput, match="leads Payments"):
        personal.erase(LEAD, "Lea Example")
    set_archived(teams.team_context(LEAD), ArchiveTeam(team.id, True, team.version))
    pseudonym = personal.erase(LEAD, "Lea Example")
    assert teams.stores.teams.get(team.id).lead == pseudonym


def test_whoever_is_not_kept_cannot_be_erased(personal: PersonalData, teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    for typed in ("Otis Example", "whoever that is"):
        with pytest.raises(NotFound):
            personal.erase(OUT, typed)
    pseudonym = personal.erase(ANN, "Ann Example")
    with pytest.raises(NotFound):
        personal.erase(pseudonym, former(pseudonym).name)


def test_people_are_found_by_name_and_by_account(personal: PersonalData, teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN, BO)
    assert personal.find("") == ["admin-1", ANN, BO, LEAD]
    assert personal.find("EXAMPLE") == ["admin-1", ANN, BO, LEAD]
    assert personal.find("ann") == [ANN]
    assert personal.find("Ánn") == [ANN]
    assert personal.find("bo-1") == [BO]
    assert personal.find("otis") == []


@pytest.mark.parametrize(
    ("text", "found"), [("", []), ("ann", [ANN]), ("cy", []), ("BO-1", [BO]), ("bo-", [])]
)
def test_on_a_large_site_names_are_read_from_jira(
    personal: PersonalData, teams: TeamScene, monkeypatch: pytest.MonkeyPatch, text: str, found: list[str]
) -> None:
    teams.team("Payments", LEAD, ANN, BO)
    assert CY in teams.directory.people
    monkeypatch.setattr(privacy, "MOST_NAMED", 2)
    assert personal.find(text) == found
    assert list_people(personal.data.store, teams.team_context(), text).total == 4
    monkeypatch.setattr(privacy, "MOST_NAMED", 4)
    assert personal.find("nn exam") == [ANN], "parts of words are found as long as all names are read"


def test_closed_accounts_are_listed_last(personal: PersonalData, teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN, BO)
    del teams.directory.people[ANN]
    teams.directory.people[BO] = Person(BO, "Zoe Example")
    assert personal.find("") == ["admin-1", LEAD, BO, ANN]
