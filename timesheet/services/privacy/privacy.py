"""Taking somebody's data out of the app: what history needs stays under a stand-in that nobody can resolve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from timesheet.domain.audit_action import Action
from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.person import Person, by_name, erased
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.calendar.expected import note_change
from timesheet.services.ports.jira import Cache
from timesheet.services.ports.privacy import PrivacyStore
from timesheet.services.ports.team import Stores
from timesheet.services.viewer.person import forget_person
from timesheet.services.viewer.team_context import TeamContext

# More people than these are found by typing, as all their names would take long to read.
MOST_NAMED = 450
NOTHING_KEPT = "Nothing is kept about this person on this site."


class Why(StrEnum):
    """What made somebody's data go."""

    ACCOUNT_CLOSED = "account closed"
    ADMIN = "erased by an admin"
    RESTORED = "erased again after a restore"


@dataclass(frozen=True, slots=True)
class Files:
    """Where one site keeps things about people, and where it is recorded that they went."""

    store: PrivacyStore
    recorder: AuditRecorder
    cache: Cache
    site: str


def erase_account(files: Files, account_id: str, why: Why) -> str:
    """Pseudonymise somebody in every table and in the audit events; the stand-in.

    The event comes first, so that it tells of the stand-in like every other one.
    """
    record(files.recorder, Action.PERSON_ERASED, account_id, after={"reason": str(why)})
    stand_in = files.recorder.store.forget(account_id)
    files.store.replace(account_id, stand_in)
    forget_person(files.cache, files.site, account_id)
    note_change(files.cache, files.site)
    return stand_in


def erase_again(files: Files, account_ids: Iterable[str]) -> int:
    """Erase those of these accounts who are kept once more, as after the restore of a backup; how many."""
    kept = sorted(set(account_ids) & set(files.store.accounts()))
    for account_id in kept:
        erase_account(files, account_id, Why.RESTORED)
    return len(kept)


def erase_person(files: Files, stores: Stores, person: Person, typed: str) -> str:
    """Erase somebody because an admin wants it; ``typed`` is the person's name as a confirmation.

    Raises NotFound for somebody of whom nothing is kept, InvalidInput for another name and for the lead of a team
    that is not archived: it would be left without one.
    """
    check_kept(files.store, person.account_id)
    if typed.strip().casefold() != person.name.strip().casefold():
        raise InvalidInput(f"Type the name to erase the data: {person.name}", field="typed")
    if led := led_by(stores, person.account_id):
        raise InvalidInput(
            f"{person.name} leads {', '.join(led)}. Hand over first, under “General” in the team’s settings.",
            field="typed",
        )
    return erase_account(files, person.account_id, Why.ADMIN)


def check_kept(store: PrivacyStore, account_id: str) -> None:
    """Raises NotFound unless something is kept about somebody under this account id."""
    if erased(account_id) or account_id not in store.accounts():
        raise NotFound(NOTHING_KEPT)


def led_by(stores: Stores, account_id: str) -> tuple[str, ...]:
    """The names of the active teams that somebody leads."""
    return tuple(team.name for team in stores.teams.all(archived=False) if team.lead == account_id)


@dataclass(frozen=True, slots=True)
class Listed:
    """People of whom something is kept, by name: those found, out of ``total``."""

    people: tuple[Person, ...]
    total: int


def list_people(store: PrivacyStore, context: TeamContext, text: str) -> Listed:
    """The people whose name or account id contains ``text``.

    On a large site names are searched for in Jira, which knows the beginnings of words in names of active accounts.
    """
    accounts, wanted = store.accounts(), text.strip().casefold()
    if len(accounts) > MOST_NAMED:
        found = {person.account_id for person in context.directory.find_people(text)} if wanted else set()
        chosen = [who for who in accounts if who in found or who.casefold() == wanted]
        named: Mapping[str, Person] = context.people(chosen)
        return Listed(_by_name(named), len(accounts))
    named = context.people(accounts)
    kept = {who: p for who, p in named.items() if wanted in p.name.casefold() or wanted in who.casefold()}
    return Listed(_by_name(kept), len(accounts))


def _by_name(people: Mapping[str, Person]) -> tuple[Person, ...]:
    return tuple(sorted(people.values(), key=by_name))
