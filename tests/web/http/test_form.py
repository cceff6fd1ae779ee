"""Forms: what is refused or comes second is shown again, with the typed values."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest
from flask import Flask

from timesheet.domain.errors import Conflict, InvalidInput, NotAllowed, Question
from timesheet.services.team.command import DeleteTeam
from timesheet.web.http.form import CHANGED, DELETED, ConflictView, Form, answer_change, sent


def raising(error: Exception) -> Callable[[], NoReturn]:
    def change() -> NoReturn:
        raise error

    return change


def form_of(name: str) -> Form:
    return Form({"name": name}, "7")


def shown(form: Form) -> str:
    """Everything of a form that a page would show."""
    return repr((form.values, form.version, dict(form.errors), dict(form.theirs), form.conflict))


TYPED = Form({"name": "Mine", "note": "kept"}, "6")


def answered(app: Flask, error: Exception, theirs: ConflictView[str] | None = None) -> tuple[int, str]:
    with app.test_request_context():
        response = answer_change(TYPED, raising(error), lambda _: "done", shown, theirs)
    return response.status_code, response.get_data(as_text=True)


def test_a_change_that_is_made_answers_with_what_it_made(app: Flask) -> None:
    with app.test_request_context():
        response = answer_change(TYPED, lambda: "Payments", lambda name: f"{name} is saved.", shown)
    assert (response.status_code, response.get_data(as_text=True)) == (200, "Payments is saved.")


@pytest.mark.parametrize(("field", "place"), [("name", "name"), ("", "form")])
def test_a_refused_value_stays_with_the_reason_at_its_field(app: Flask, field: str, place: str) -> None:
    expected: object = (TYPED.values, "6", {place: "Too long."}, {}, "")
    assert answered(app, InvalidInput("Too long.", field=field)) == (422, repr(expected))


def test_a_question_is_not_a_mistake(app: Flask) -> None:
    status, text = answered(app, Question("Shall they keep it?", field="keep"))
    assert status == 200
    assert "Shall they keep it?" in text


def test_a_stale_version_shows_both_values_and_saving_again_replaces_theirs(app: Flask) -> None:
    theirs = ConflictView(str, form_of, lambda _, value: value.upper())
    expected: object = (TYPED.values, "7", {}, {"name": "THEIRS"}, CHANGED)
    assert answered(app, Conflict("Stale.", current="Theirs"), theirs) == (409, repr(expected))


def test_what_both_typed_is_not_shown_twice(app: Flask) -> None:
    status, text = answered(app, Conflict("Stale.", current="Mine"), ConflictView(str, form_of))
    assert (status, text) == (409, repr((TYPED.values, "7", {}, {}, CHANGED)))


def test_what_somebody_deleted_can_be_made_again_where_that_is_possible(app: Flask) -> None:
    gone = Conflict("Gone.")
    expected: object = (TYPED.values, "0", {}, {}, DELETED)
    assert answered(app, gone, ConflictView(str, form_of, again=True)) == (409, repr(expected))
    with pytest.raises(Conflict):
        answered(app, gone, ConflictView(str, form_of))


def test_a_conflict_with_its_own_message_keeps_it(app: Flask) -> None:
    _, text = answered(
        app, Conflict("Accepted already.", current="Theirs"), ConflictView(str, form_of, conflict="")
    )
    assert "Accepted already." in text


@pytest.mark.parametrize(
    ("error", "theirs"),
    [
        (Conflict("Stale.", current="Theirs"), None),
        (Conflict("Stale.", current=7), ConflictView(str, form_of)),
    ],
    ids=["no form to compare", "something else"],
)
def test_a_conflict_without_a_form_beside_it_is_an_error_of_the_request(
    app: Flask, error: Conflict, theirs: ConflictView[str] | None
) -> None:
    with pytest.raises(Conflict):
        answered(app, error, theirs)


def test_other_errors_are_not_about_the_form(app: Flask) -> None:
    with pytest.raises(NotAllowed):
        answered(app, NotAllowed("You may not."))


def test_everything_that_is_wrong_fits_into_one_text() -> None:
    assert Form(errors={"a": "One.", "b": "Two."}).problem == "One. Two."
    assert Form(conflict="Stale.").problem == "Stale."
    assert Form().problem == ""


def test_a_command_has_the_ids_of_the_address_whatever_the_form_says(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"team_id": "other", "typed": "Payments"}):
        assert sent(DeleteTeam, team_id="t") == DeleteTeam("t", "Payments")
