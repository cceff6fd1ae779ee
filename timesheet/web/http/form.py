"""Read a form into a command, and show the form again if its change is refused or conflicts with another save."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from flask import Response, make_response, request

from timesheet.domain.errors import Conflict, InvalidInput, Question
from timesheet.domain.message import message
from timesheet.services.command.fields import HEAD, AnyCommand, read_command
from timesheet.services.command.form import FormFields
from timesheet.web.http.language import join_sentences, localize

Saved = TypeVar("Saved")
Stored = TypeVar("Stored")

CHANGED = message(
    "This was changed while you were editing, by somebody else or in another tab. Your values are kept below, "
    "next to the saved ones. Save replaces those with yours."
)
DELETED = message("This was deleted while you were editing. Save creates it again, as shown below.")


def as_text(_: str, value: object) -> str:
    """Return the value of a field as people read it; most are text already."""
    return str(value)


@dataclass(frozen=True, slots=True)
class Form:
    """Fields by name, as they were typed or are stored. ``stored`` is what they are compared with to find changes.

    ``errors`` contains a sentence, ``theirs`` what somebody else saved, each by field. ``conflict`` is the
    message of a save that conflicts with another one, ``note`` that of a successful one.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    version: str = "0"
    stored: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)
    conflict: str = ""
    note: str = ""

    @property
    def troubled(self) -> bool:
        """Return True if the form differs from what is stored although nothing was typed since."""
        return bool(self.errors or self.conflict)

    @property
    def problem(self) -> str:
        """Return everything that is wrong in one text, for a form that shows it in one place."""
        return self.conflict or join_sentences(self.errors.values())

    def refused(self, error: InvalidInput) -> Form:
        """Return the same form with each sentence next to its field, or at the top without a field."""
        found = {one.field or HEAD: localize(one.sentence) for one in (error, *error.others)}
        return replace(self, errors={**self.errors, **found})

    def beside(self, theirs: Form, format_value: Callable[[str, Any], str], conflict: str) -> Form:
        """Return the typed values next to what somebody else saved; saving again replaces those.

        ``format_value`` formats the value of a field for people.
        """
        differing = {
            name: format_value(name, value)
            for name, value in theirs.values.items()
            if name in self.values and value != self.values[name]
        }
        return replace(
            self, version=theirs.version, stored=theirs.values, theirs=differing, conflict=localize(conflict)
        )

    def deleted(self) -> Form:
        """Return the typed values of something that somebody deleted; saving creates it again."""
        return replace(self, version="0", stored={}, conflict=localize(DELETED))


@dataclass(frozen=True, slots=True)
class ConflictView(Generic[Stored]):
    """The display of a conflict: the form of what somebody else saved, and its values as people read them.

    ``again`` is True if the thing can be created again after somebody deleted it. ``conflict`` is the message
    above the form; if it is empty, the conflict has its own.
    """

    kind: type[Stored]
    form_of: Callable[[Stored], Form]
    format_value: Callable[[str, Any], str] = as_text
    again: bool = False
    conflict: str = CHANGED

    def beside(self, form: Form, conflict: Conflict) -> Form:
        """Return the form with both values. Raise the conflict if there is nothing to compare with."""
        if isinstance(conflict.current, self.kind):
            return form.beside(
                self.form_of(conflict.current), self.format_value, self.conflict or conflict.sentence
            )
        if conflict.current is None and self.again:
            return form.deleted()
        raise conflict


def sent(kind: type[AnyCommand], **path: object) -> AnyCommand:
    """Return a command from the form of the request and the ids in its address. Raise InvalidInput for a field."""
    return read_command(kind, sent_fields(**path))


def sent_fields(**path: object) -> FormFields:
    """Return the fields of the form of the request, and those in its address."""
    return FormFields(request.form.to_dict(flat=False) | {name: [str(value)] for name, value in path.items()})


def answer(
    change: Callable[[], Saved],
    done: Callable[[Saved], str | Response],
    refused: Callable[[InvalidInput], str | Response],
    second: Callable[[Conflict], str | Response] | None = None,
) -> Response:
    """Make a change and return the result of ``done``, of ``refused`` with 422, or of ``second`` with 409.

    A question is not a mistake, so it is asked with 200. Without ``second`` a conflict is raised, because there
    is nothing to compare.
    """
    try:
        saved = change()
    except InvalidInput as error:
        return make_response(refused(error), 200 if isinstance(error, Question) else 422)
    except Conflict as conflict:
        if second is None:
            raise
        return make_response(second(conflict), 409)
    return make_response(done(saved))


def answer_change(
    form: Form,
    change: Callable[[], Saved],
    done: Callable[[Saved], str | Response],
    show: Callable[[Form], str],
    theirs: ConflictView[Any] | None = None,
) -> Response:
    """Make a change and return the result of ``done``, or ``show`` the form again.

    The form has the sentence next to its field, or the values that somebody else saved next to the typed
    ones.
    """
    second = (lambda conflict: show(theirs.beside(form, conflict))) if theirs else None
    return answer(change, done, lambda error: show(form.refused(error)), second)
