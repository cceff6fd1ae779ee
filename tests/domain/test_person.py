from __future__ import annotations

import pytest

from timesheet.domain.message import Message
from timesheet.domain.person import FORMER, Person, by_name, former


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ada Lovett Example", "AE"),
        ("Ada", "A"),
        ("ada example", "AE"),
        ("", "?"),
        ("李 伟", "李"),
        ("山田 太郎", "山"),
        ("Ａ子 B", "Ａ"),
        ("יעל בן", "יב"),
    ],
)
def test_initials_are_of_the_first_and_the_last_word(name: str, initials: str) -> None:
    assert Person("a", name).initials == initials


def test_closed_accounts_come_last_whatever_their_name() -> None:
    people = [former("z"), Person("b", "bo example"), Person("a", "Ann Example", active=False)]
    assert [person.account_id for person in sorted(people, key=by_name)] == ["a", "b", "z"]
    assert former("z").name == FORMER


def test_an_erased_person_is_distinguished_in_every_language() -> None:
    name = former("former-3f2a9c").name
    assert name == "Former user 3f2a"
    assert isinstance(name, Message)
    assert name.pattern == "Former user {mark}"
