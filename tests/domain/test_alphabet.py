"""Names in lists are in the order of a dictionary."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from timesheet.domain.alphabet import alphabetical, contains, name_order


@pytest.mark.parametrize(
    "names",
    [
        ["Ahrens", "Ärzte", "azur", "Émile", "Etienne", "Özlem", "Peter", "Zoë"],
        ["Ana", "Ángel", "Begoña", "begoñas", "Íñigo", "Ivo"],
        ["Danuta", "Đorđe", "Łucja", "Lydia", "Olaf", "Ørsted", "Oskar", "Þóra", "Tibor", "Zofia"],
        ["Kılıç", "Kilim", "Kırmızı", "Kitap"],
        ["かい", "がか", "かき"],
        ["アベ タロウ", "いとう", "ウエダ", "えのき", "ｵｵﾉ", "佐藤"],
    ],
)
def test_accents_and_capital_letters_do_not_move_a_name(names: list[str]) -> None:
    assert sorted(names, key=alphabetical) == names


@pytest.mark.parametrize(
    "names",
    [
        ["Team 1", "team 2", "Team 10", "Team 11", "Team A"],
        ["1.9", "1.10", "1.10.1", "2"],
        ["第2チーム", "第１０チーム", "第11チーム"],
        ["Room 007", "Room 8"],
    ],
)
def test_numbers_in_names_are_in_the_order_of_their_values(names: list[str]) -> None:
    assert sorted(names, key=alphabetical) == names


@dataclass(frozen=True)
class Thing:
    id: str
    name: str


def test_equal_names_are_always_in_the_same_order() -> None:
    things = [Thing("b", "Süd"), Thing("c", "Nord"), Thing("a", "sud")]
    assert [thing.id for thing in sorted(things, key=name_order)] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("text", "part", "found"),
    [
        ("Abrechnung Süd", "sud", True),
        ("Abrechnung Sud", "SÜD", True),
        ("Begoña Núñez", "nunez", True),
        ("Ｐａｙ", "pay", True),
        ("がっこう", "かっ", True),
        ("コピー", "こぴ", True),
        ("さくら", "ｻｸ", True),
        ("Payments", "", True),
        ("Payments", "süd", False),
        ("Sprint 10", "1", True),
        ("Sprint 10", "0000", False),
    ],
)
def test_a_search_ignores_case_and_accents(text: str, part: str, *, found: bool) -> None:
    assert contains(text, part) is found
