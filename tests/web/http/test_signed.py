"""Figures with a sign, in texts from left to right and from right to left."""

from __future__ import annotations

import pytest

from timesheet.domain.figures import Figures
from timesheet.domain.language import ENGLISH, MIRRORED
from timesheet.web.http.catalog import open_language
from timesheet.web.http.language import signed, speaking


@pytest.mark.parametrize(
    ("language", "units", "text"),
    [
        (ENGLISH, 45, "+0:45"),
        (ENGLISH, -45, "−0:45"),
        (ENGLISH, 0, "0:00"),
        (MIRRORED, 45, "\u200e+0:45"),
        (MIRRORED, -45, "\u200e−0:45"),
        (MIRRORED, 0, "0:00"),
    ],
)
def test_the_sign_stays_before_the_digits(language: str, units: int, text: str) -> None:
    with speaking(open_language(language)):
        assert signed(Figures(), units) == text
