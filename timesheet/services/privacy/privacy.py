"""Erase a person's data; what history needs stays under a pseudonym that nobody can resolve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from timesheet.domain.alphabet import contains
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.message import message
from timesheet.domain.name import is_typed
from timesheet.domain.person import Person, by_name, erased
from timesheet.domain.team.jql import names_account
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.privacy import PrivacyStore
from timesheet.services.ports.stores import Stores
from timesheet.services.privacy.command import ErasePerson
from timesheet.services.viewer.person import forget_person
from timesheet.services.viewer.team_context import TeamContext

# With more people than this, names are searched in Jira, because reading all of them would take long.
MOST_NAMED = 450
NOTHING_STORED = message("Nothing is stored about this person on this site.")


class ErasureReason(StrEnum):
    """The reason for an erasure."""

    ACCOUNT_CLOSED = "account closed"
    ADMIN = "erased by an admin"  # not shown
    RESTORED = "erased again after a restore"  # not shown


@dataclass(frozen=True, slots=True)
class SiteData:
    """The places where one site stores data about people, and where erasures are recorded."""

    store: PrivacyStore
    recorder: AuditRecorder
    cache: Cache
    site: str


def erase_account(data: SiteData, account_id: str, why: ErasureReason) -> str:
    """Pseudonymize a person in every table and in the audit events; return the pseudonym.

    The event is recorded first, so it names the pseudonym like all others.
    """
    record(data.recorder, Action.PERSON_ERASED, account_id, after={"reason": str(why)})
    pseudonym = data.recorder.store.forget(account_id)
    data.store.replace(account_id, pseudonym, data.recorder.clock().date())
    forget_person(data.cache, data.site, account_id)
    data.cache.delete(awaited_key(data.site, account_id))
    return pseudonym


def awaited_key(site: str, account_id: str) -> str:
    """Return the cache key that exists while a person waits for files: an erasure deletes it, so none is written."""
    return f"{site}:awaited-files:{account_id}"


def erase_stored(data: SiteData, account_ids: Iterable[str], why: ErasureReason) -> int:
    """Erase those of these accounts that are stored; return how many.

    Decided with the site locked, because meanwhile an admin may have erased one, or a form may have stored one again.
    """
    data.store.lock_site()
    stored = sorted(set(account_ids) & set(data.store.accounts()))
    for account_id in stored:
        erase_account(data, account_id, why)
    return len(stored)


def erase_person(data: SiteData, stores: Stores, command: ErasePerson, name: str) -> str:
    """Erase a person at an admin's request; return the pseudonym.

    Raise NotFound if nothing is stored about them, and InvalidInput unless their name was typed as confirmation
    or for the lead of an active team, which would be left without one. ``name`` is what the admin sees: that of a
    closed account depends on the language.
    """
    account_id = command.account_id
    check_stored(data.store, account_id)
    if not is_typed(command.typed, name):
        raise InvalidInput(message("Type the name to erase the data: {name}", name=name), field="typed")
    # A repeated request may have erased them, and another one may have made them a lead.
    stores.lock_site()
    check_stored(data.store, account_id)
    if led := led_by(stores, account_id):
        raise InvalidInput(
            message(
                "{name} leads {teams}. Hand over first, under “General” in the team’s settings.",
                name=name,
                teams=tuple(led),
            ),
            field="typed",
        )
    return erase_account(data, account_id, ErasureReason.ADMIN)


def check_stored(store: PrivacyStore, account_id: str) -> None:
    """Raise NotFound unless something is stored about this account id."""
    if erased(account_id) or account_id not in store.accounts():
        raise NotFound(NOTHING_STORED)


def led_by(stores: Stores, account_id: str) -> tuple[str, ...]:
    """Return the names of the active teams that somebody leads."""
    return tuple(team.name for team in stores.teams.all(archived=False) if team.lead == account_id)


def filtered_by(stores: Stores, account_id: str) -> tuple[str, ...]:
    """Return the names of the active teams whose filter names somebody."""
    teams = stores.teams.all(archived=False)
    return tuple(team.name for team in teams if names_account(team.scope.jql, account_id))


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """People about whom something is stored, by name: those found, out of ``total``."""

    people: tuple[Person, ...]
    total: int


def list_people(store: PrivacyStore, context: TeamContext, text: str) -> FoundPeople:
    """Return the people whose name or account id contains ``text``.

    On a large site, names are searched in Jira, which matches the beginnings of words in names of active
    accounts.
    """
    accounts, query = store.accounts(), text.strip().casefold()
    if len(accounts) > MOST_NAMED:
        found = {person.account_id for person in context.directory.find_people(text)} if query else set()
        chosen = [who for who in accounts if who in found or who.casefold() == query]
        named: Mapping[str, Person] = context.people(chosen)
        return FoundPeople(_by_name(named), len(accounts))
    named = context.people(accounts)
    matching = {who: p for who, p in named.items() if contains(p.name, query) or query in who.casefold()}
    return FoundPeople(_by_name(matching), len(accounts))


def _by_name(people: Mapping[str, Person]) -> tuple[Person, ...]:
    return tuple(sorted(people.values(), key=by_name))
