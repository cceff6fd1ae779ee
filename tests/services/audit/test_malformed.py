from __future__ import annotations

import pytest

from timesheet.services.audit.malformed import MALFORMED, reading_event
from timesheet.services.ports.audit import MalformedEventError


@pytest.mark.parametrize("error", MALFORMED)
def test_what_cannot_be_read_gets_the_number_of_its_event(error: type[Exception]) -> None:
    with pytest.raises(MalformedEventError, match="odd") as caught, reading_event(7):
        raise error("odd")
    assert caught.value.seq == 7


def test_an_event_that_is_named_already_stays_named() -> None:
    with pytest.raises(MalformedEventError) as caught, reading_event(7):
        raise MalformedEventError(3, ValueError("odd"))
    assert caught.value.seq == 3


def test_other_errors_stay_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError), reading_event(7):
        raise ZeroDivisionError
