"""Names of people: read from Jira when they are shown, and cached for ten minutes, or longer if it does not respond."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from timesheet.domain.errors import AppBusy, InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.message import counted, message
from timesheet.domain.person import Person, erased, former
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.directory import Directory, GroupNames
from timesheet.services.viewer.stale_read import LAST_SECONDS, PAUSE_SECONDS, last_key

CACHE_SECONDS = 600
GROUPS_SECONDS = 300
DELETED_GROUP = message("Deleted group")


@dataclass(frozen=True, slots=True)
class CachedNames:
    """Implements Names with the names that were read within the last ten minutes."""

    cache: Cache
    site: str

    def unknown(self, account_ids: Iterable[str]) -> Sequence[str]:
        """See Names; pseudonyms of former users are never looked up."""
        active_ids = [who for who in dict.fromkeys(account_ids) if not erased(who)]
        return [who for who, person in self.of(active_ids).items() if person is None]

    def note(self, people: Iterable[Person]) -> None:
        """See Names. They stay for some hours, for while Jira does not say who people are."""
        named = {_key(self.site, person.account_id): person for person in people}
        self.cache.put_all(named, CACHE_SECONDS)
        self.cache.put_all({last_key(key): person for key, person in named.items()}, LAST_SECONDS)

    def earlier(self, account_ids: Sequence[str]) -> dict[str, Person]:
        """Return those of these people whose names were read within the last hours."""
        found = self.cache.get_all([last_key(_key(self.site, who)) for who in account_ids])
        return {
            who: person for who, person in zip(account_ids, found, strict=True) if isinstance(person, Person)
        }

    def of(self, account_ids: Sequence[str]) -> dict[str, Person | None]:
        """Return each of these people by account id; None for one who is not known."""
        found = self.cache.get_all([_key(self.site, who) for who in account_ids])
        return {
            who: person if isinstance(person, Person) else None
            for who, person in zip(account_ids, found, strict=True)
        }


def read_people(
    directory: Directory, cache: Cache, site: str, account_ids: Iterable[str]
) -> Mapping[str, Person]:
    """Return everybody by account id; people whom Jira no longer knows are former users.

    While Jira does not respond, people have the names that were read within the last hours. Raise JiraUnavailable if
    one of them has none.
    """
    names = CachedNames(cache, site)
    # Those of audit events are of a type of their own, which a cache server cannot hold.
    ids = dict.fromkeys(map(str, account_ids))
    cached = names.of([who for who in ids if not erased(who)])
    found = {who: former(who) if erased(who) else cached[who] for who in ids}
    unknown = [who for who, person in found.items() if person is None]
    if unknown:
        found |= _read(directory, names, unknown)
    return {who: person for who, person in found.items() if person}


def read_people_to_choose(
    directory: Directory, cache: Cache, site: str, account_ids: Iterable[str]
) -> Mapping[str, Person]:
    """Return these people by account id as ``read_people`` does, but read those without an active account again: an
    account may have been reactivated since.
    """
    people = read_people(directory, cache, site, account_ids)
    inactive = [who for who, person in people.items() if not (person.active or erased(who))]
    return {**people, **_read(directory, CachedNames(cache, site), inactive)} if inactive else people


def _read(directory: Directory, names: CachedNames, account_ids: Sequence[str]) -> Mapping[str, Person]:
    try:
        read = directory.read_people(account_ids)
    except JiraUnavailable as error:
        earlier = names.earlier(account_ids)
        if len(earlier) < len(account_ids):
            raise
        if not isinstance(error, AppBusy):
            paused = {_key(names.site, who): person for who, person in earlier.items()}
            names.cache.put_all(paused, PAUSE_SECONDS)
        return earlier
    people = {who: read.get(who) or former(who) for who in account_ids}
    names.note(people.values())
    return people


def check_accounts(directory: Directory, account_ids: Iterable[str], field_name: str) -> None:
    """Raise InvalidInput for ``field_name`` if Jira does not know one of these accounts; Jira is asked again."""
    ids = sorted(set(account_ids))
    found = directory.read_people(ids) if ids else {}
    unknown = [who for who in ids if who not in found or not found[who].known]
    if unknown:
        first, others = unknown[0], len(unknown) - 1
        sentence = (
            counted(
                "Jira has no account with the id “{account}” and {count} more. Choose people from the list.",
                "Jira has no account with the id “{account}” and {count} more. Choose people from the list.",
                others,
                account=first,
            )
            if others
            else message(
                "Jira has no account with the id “{account}”. Choose people from the list.", account=first
            )
        )
        raise InvalidInput(sentence, field=field_name)


def read_own_groups(directory: Directory, cache: Cache, site: str, viewer: str) -> frozenset[str]:
    """Return the ids of the viewer's Jira groups; a group they left counts for at most five minutes."""
    key = _groups_key(site, viewer)
    return frozenset(
        cache.get_or_create(key, lambda: tuple(sorted(directory.read_own_groups())), GROUPS_SECONDS)
    )


@dataclass(frozen=True, slots=True)
class OwnAdmin:
    """The viewer's right to administer Jira, cached. ``ask`` asks Jira."""

    cache: Cache
    site: str
    viewer: str
    ask: Callable[[], bool]

    def ask_now(self) -> bool:
        """Return Jira's current answer and cache it for the links of the page."""
        key, found = _admin_key(self.site, self.viewer), self.ask()
        self.cache.put(key, found, GROUPS_SECONDS)
        self.cache.put(last_key(key), found, LAST_SECONDS)
        return found

    def read(self) -> bool:
        """Return Jira's answer; a right that was taken away counts for at most five minutes."""
        key = _admin_key(self.site, self.viewer)

        def ask() -> bool:
            found = self.ask()
            self.cache.put(last_key(key), found, LAST_SECONDS)
            return found

        return self.cache.get_or_create(key, ask, GROUPS_SECONDS)

    def prepare(self, begin: Callable[[Callable[[], object]], None]) -> None:
        """Begin to ask Jira if its answer is unknown, so it is there at the end of a longer read."""
        if self.cache.get(_admin_key(self.site, self.viewer)) is None:
            begin(self.read)

    def guess(self, begin: Callable[[Callable[[], object]], None]) -> bool:
        """Return the known answer, to decide about links; a page waits for Jira only if nothing is known yet.

        An answer older than five minutes is read again by ``begin`` in the background. While Jira does not
        respond, nobody counts as an administrator.
        """
        key = _admin_key(self.site, self.viewer)
        cached: bool | None = self.cache.get(key)
        if cached is not None:
            return cached
        last: bool | None = self.cache.get(last_key(key))
        if last is not None:
            begin(self.read)
            return last
        try:
            return self.read()
        except TimesheetError:
            self.cache.put(last_key(key), False, PAUSE_SECONDS)
            return False


@dataclass(frozen=True, slots=True)
class NamedGroups:
    """Names of groups by id. ``trouble`` says why they cannot be read at the moment; then ids are used."""

    known: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""

    def name(self, group_id: str) -> str:
        """Return the name of a group."""
        return self.known.get(group_id) or (group_id if self.trouble else DELETED_GROUP)

    def gone(self, group_id: str) -> bool:
        """Return True if the group no longer exists in Jira."""
        return not self.trouble and group_id not in self.known


def name_groups(
    reader: GroupNames, cache: Cache, site: str, viewer: str, group_ids: Iterable[str]
) -> NamedGroups:
    """Return the names of these groups as far as they can be read; cached for a few minutes.

    They are those that ``viewer`` may see; empty for the app itself.
    """
    ids = sorted(set(group_ids))
    if not ids:
        return NamedGroups()
    key = f"{site}:group-names:{viewer}:{','.join(ids)}"
    try:
        return NamedGroups(cache.get_or_create(key, lambda: dict(reader.name_groups(ids)), GROUPS_SECONDS))
    except TimesheetError as error:
        return NamedGroups(trouble=error.sentence)


def forget_person(cache: Cache, site: str, account_id: str) -> None:
    """Delete the cached profile, zone, groups, and rights of a person; they are read again when needed.

    The person's cached worklogs have no name in them and expire within a day.
    """
    for key in (_key(site, account_id), profile_key(site, account_id), zone_key(site, account_id)):
        cache.delete(key)
        cache.delete(last_key(key))
    cache.delete(_groups_key(site, account_id))
    cache.delete(_admin_key(site, account_id))
    cache.delete(last_key(_admin_key(site, account_id)))


def profile_key(site: str, account_id: str) -> str:
    """Return the cache key of a person's own profile."""
    return f"{site}:profile:{account_id}"


def zone_key(site: str, account_id: str) -> str:
    """Return the cache key of a person's time zone."""
    return f"{site}:zone:{account_id}"


def _groups_key(site: str, account_id: str) -> str:
    return f"{site}:groups:{account_id}"


def _admin_key(site: str, account_id: str) -> str:
    return f"{site}:admin:{account_id}"


def _key(site: str, account_id: str) -> str:
    return f"{site}:person:{account_id}"
