"""Names of people: read once, cached for ten minutes, and replaced for closed accounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.services.support.scene import Scene
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.audit.event import PersonId
from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.message import message
from timesheet.domain.person import FORMER, Person, former
from timesheet.services.viewer.person import (
    CachedNames,
    NamedGroups,
    OwnAdmin,
    check_accounts,
    forget_person,
    name_groups,
    read_people,
)
from timesheet.services.viewer.stale_read import LAST_SECONDS


class Names:
    """A directory that knows some people and records who was read."""

    def __init__(self, **names: str) -> None:
        self.people = {account_id: Person(account_id, name) for account_id, name in names.items()}
        self.calls: list[list[str]] = []

    def read_people(self, account_ids: Sequence[str]) -> Mapping[str, Person]:
        self.calls.append(list(account_ids))
        return {who: self.people[who] for who in account_ids if who in self.people}


def test_recently_read_people_are_not_read_again(scene: Scene) -> None:
    names = Names(a="Ann Example", b="Bo Example")
    assert read_people(names, scene.cache, "site-1", ["a"])["a"].name == "Ann Example"  # type: ignore[arg-type]
    found = read_people(names, scene.cache, "site-1", ["b", "a", "b"])  # type: ignore[arg-type]
    assert [person.name for person in found.values()] == ["Bo Example", "Ann Example"]
    assert names.calls == [["a"], ["b"]]
    scene.wait(601)
    read_people(names, scene.cache, "site-1", ["a"])  # type: ignore[arg-type]
    assert names.calls[-1] == ["a"]


def test_people_keep_their_names_while_jira_does_not_say_who_they_are(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(a="Ann Example")
    CachedNames(scene.cache, "site-1").note([Person("b", "Bo Example")])
    known = read_people(names, scene.cache, "site-1", ["a", "b", "gone"])  # type: ignore[arg-type]
    calls: list[Sequence[str]] = []

    def silent(account_ids: Sequence[str]) -> Mapping[str, Person]:
        calls.append(account_ids)
        raise JiraUnavailable(message("Silent."))

    monkeypatch.setattr(names, "read_people", silent)
    scene.wait(601)
    for _ in range(2):
        assert read_people(names, scene.cache, "site-1", ["a", "b", "gone"]) == known  # type: ignore[arg-type]
    assert calls == [["a", "b", "gone"]], "Jira is not asked again at once"
    with pytest.raises(JiraUnavailable):
        read_people(names, scene.cache, "site-1", ["a", "new"])  # type: ignore[arg-type]
    with pytest.raises(JiraUnavailable):
        read_people(names, scene.cache, "site-2", ["a"])  # type: ignore[arg-type]
    forget_person(scene.cache, "site-1", "a")
    with pytest.raises(JiraUnavailable):
        read_people(names, scene.cache, "site-1", ["a"])  # type: ignore[arg-type]
    scene.wait(LAST_SECONDS)
    with pytest.raises(JiraUnavailable):
        read_people(names, scene.cache, "site-1", ["b"])  # type: ignore[arg-type]


def test_one_sites_names_are_not_another_ones(scene: Scene) -> None:
    names = Names(a="Ann Example")
    read_people(names, scene.cache, "site-1", ["a"])  # type: ignore[arg-type]
    read_people(names, scene.cache, "site-2", ["a"])  # type: ignore[arg-type]
    assert names.calls == [["a"], ["a"]]


def test_a_closed_account_is_a_former_user_and_nobody_is_not_a_question(scene: Scene) -> None:
    names = Names()
    # As an audit event names them, which is no plain text.
    found = read_people(names, scene.cache, "site-1", [PersonId("gone")])  # type: ignore[arg-type]
    assert found == {"gone": Person("gone", FORMER, active=False, known=False)}
    assert read_people(names, scene.cache, "site-1", []) == {}  # type: ignore[arg-type]
    assert names.calls == [["gone"]]


@pytest.mark.parametrize(
    ("account_ids", "sentence"),
    [
        (["a", "ghost"], "Jira has no account with the id “ghost”. Choose people from the list."),
        (["z", "ghost", "a"], "“ghost” and 1 more. Choose"),
        (["closed"], "“closed”. Choose"),
    ],
)
def test_accounts_that_jira_does_not_know_are_refused(account_ids: list[str], sentence: str) -> None:
    names = Names(a="Ann Example")
    names.people["closed"] = former("closed")
    with pytest.raises(InvalidInput, match=re.escape(sentence)) as refused:
        check_accounts(names, account_ids, "people")  # type: ignore[arg-type]
    assert refused.value.field == "people"


def test_known_accounts_pass_deactivated_ones_too_and_nobody_is_not_a_question() -> None:
    names = Names(a="Ann Example")
    names.people["away"] = Person("away", "Away Example", active=False)
    check_accounts(names, ["a", "away", "a"], "people")  # type: ignore[arg-type]
    check_accounts(names, [], "people")  # type: ignore[arg-type]
    assert names.calls == [["a", "away"]]


def test_names_that_came_with_worklogs_are_not_read(scene: Scene) -> None:
    known, names = CachedNames(scene.cache, "site-1"), Names(b="Bo Example")
    assert known.unknown(["a", "b", "former-1", "a"]) == ["a", "b"]
    known.note([Person("a", "Ann Example")])
    assert known.unknown(["a", "b"]) == ["b"]
    assert CachedNames(scene.cache, "site-2").unknown(["a"]) == ["a"]
    found = read_people(names, scene.cache, "site-1", ["a", "b"])  # type: ignore[arg-type]
    assert [found["a"].name, found["b"].name, *names.calls] == ["Ann Example", "Bo Example", ["b"]]
    scene.wait(601)
    assert known.unknown(["a"]) == ["a"]


class Groups:
    """Names of groups, as long as Jira answers."""

    def __init__(self, **names: str) -> None:
        self.names, self.calls, self.failing = names, 0, False

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        self.calls += 1
        if self.failing:
            raise JiraUnavailable("Jira did not answer in time.")
        return {group_id: self.names[group_id] for group_id in group_ids if group_id in self.names}


def test_groups_have_names_and_deleted_ones_are_named_so(scene: Scene) -> None:
    groups = Groups(a="Crew")
    named = name_groups(groups, scene.cache, "site-1", "viewer-1", ["b", "a", "a"])
    assert [named.name(group_id) for group_id in "ab"] == ["Crew", "Deleted group"]
    assert [named.gone(group_id) for group_id in "ab"] == [False, True]
    name_groups(groups, scene.cache, "site-1", "viewer-1", ["a", "b"])
    assert groups.calls == 1


def test_names_of_groups_are_only_for_the_one_who_may_see_them(scene: Scene) -> None:
    seen, hidden = Groups(a="Crew"), Groups(a="a")
    found = [
        name_groups(groups, scene.cache, "site-1", viewer, ["a"]).name("a")
        for groups, viewer in ((seen, "viewer-1"), (hidden, "viewer-2"), (seen, "viewer-1"))
    ]
    assert (found, seen.calls, hidden.calls) == (["Crew", "a", "Crew"], 1, 1)


def test_where_names_cannot_be_read_ids_are_shown_and_nothing_counts_as_gone(scene: Scene) -> None:
    groups = Groups()
    groups.failing = True
    named = name_groups(groups, scene.cache, "site-1", "viewer-1", ["a"])
    assert named == NamedGroups(trouble="Jira did not answer in time.")
    assert (named.name("a"), named.gone("a")) == ("a", False)
    assert name_groups(groups, scene.cache, "site-1", "viewer-1", []) == NamedGroups()


def at_once(read: Callable[[], object]) -> None:
    read()


def test_the_right_to_administer_is_read_ahead_once() -> None:
    calls: list[str] = []
    cache = MemoryCache()

    def ask() -> bool:
        calls.append("ask")
        return True

    own = OwnAdmin(cache, "acme", "ana", ask)
    for _ in range(2):
        own.prepare(at_once)
    assert own.read()
    assert calls == ["ask"]
