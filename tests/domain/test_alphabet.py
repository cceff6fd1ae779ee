"""Names in lists are in the order of a dictionary."""

from __future__ import annotations

import pytest

from timesheet.domain.alphabet import alphabetical, contains


@pytest.mark.parametrize(
    "names",
    [
        ["Ahrens", "Ärzte", "azur", "Émile", "Etienne", "Özlem", "Peter", "Zoë"],
        ["Ana", "Ángel", "Begoña", "begoñas", "Íñigo", "Ivo"],
        ["Danuta", "Đorđe", "Łucja", "Lydia", "Olaf", "Ørsted", "Oskar", "Þóra", "Tibor", "Zofia"],
        ["Kılıç", "Kilim", "Kırmızı", "Kitap"],
        ["かい", "がか", "かき"],
    ],
)
def test_accents_and_capital_letters_do_not_move_a_name(names: list[str]) -> None:
    assert sorted(names, key=alphabetical) == names


@pytest.mark.parametrize(
    ("text", "part", "found"),
    [
        ("Abrechnung Süd", "sud", True),
        ("Abrechnung Sud", "SÜD", True),
        ("Begoña Núñez", "nunez", True),
        ("Ｐａｙ", "pay", True),
        ("がっこう", "かっ", True),
        ("Payments", "", True),
        ("Payments", "süd", False),
    ],
)
def test_a_search_ignores_case_and_accents(text: str, part: str, *, found: bool) -> None:
    assert contains(text, part) is found
