"""Names in lists are in the order of a dictionary."""

from __future__ import annotations

import pytest

from timesheet.domain.alphabet import alphabetical


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
