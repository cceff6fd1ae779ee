"""The parts that all sections of the configuration share: the list of sections, forms with errors, and saving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from flask import Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.services.calendar.expected import note_change
from timesheet.web.http.context import current
from timesheet.web.http.htmx import wants_fragment
from timesheet.web.http.ids import OUT_OF_DATE

SECTIONS = (
    ("general", "General", "configuration.show_configuration"),
    ("periods", "Periods", "period_rule.show_rule"),
    ("permissions", "Permissions", "site_permission.show_permissions"),
    ("calendars", "Global calendars", "global_calendar.show_calendars"),
    ("schemes", "Workload schemes", "workload_scheme.show_schemes"),
    ("legends", "Absence types", "legend.show_legends"),
    ("labels", "User labels", "label.show_labels"),
    ("backup", "Export and import", "backup.show_backup"),
    ("people", "Personal data", "privacy.show_people"),
    ("site", "Site", "configuration.show_site"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """Fields as text. ``stored`` is what they are compared with to find changes.

    ``errors`` contains a sentence, ``theirs`` what somebody else saved, each by field. ``conflict`` is the
    message of a save that came second, ``note`` that of a successful one.
    """

    values: Mapping[str, str]
    version: str = "0"
    stored: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)
    conflict: str = ""
    note: str = ""

    @property
    def troubled(self) -> bool:
        """Return True if the form differs from what is stored although nothing was typed since."""
        return bool(self.errors or self.conflict)

    def refused(self, error: InvalidInput) -> Form:
        """Return the same form with the sentence next to its field, or at the top without a field."""
        return replace(self, errors={**self.errors, error.field or "form": error.sentence})

    def beside(self, theirs: Form | None, shown: Callable[[str, str], str] = lambda name, text: text) -> Form:
        """Return the typed values next to what somebody else saved, None for deleted; saving again replaces those.

        ``shown`` formats the value of a field for people.
        """
        if theirs is None:
            sentence = (
                "Somebody deleted this while you were editing. Save makes it again, as it stands below."
            )
            return replace(self, version="0", stored={}, conflict=sentence)
        sentence = (
            "Somebody else changed this while you were editing. Your values are kept below, with theirs beside them. "
            "Save puts yours in their place."
        )
        differing = {
            name: shown(name, text)
            for name, text in theirs.values.items()
            if name in self.values and text != self.values[name]
        }
        return replace(
            self, version=theirs.version, stored=theirs.values, theirs=differing, conflict=sentence
        )


def answer_save(
    form: Form,
    save: Callable[[], Form],
    theirs: Callable[[object], Form | None],
    show: Callable[[Form], str],
    shown: Callable[[str, str], str] = lambda name, text: text,
) -> Response:
    """Return the section after a save: 200 with the stored values, 422 or 409 with the typed ones.

    ``theirs`` creates a form from the content of a Conflict.
    """
    try:
        saved = save()
    except InvalidInput as error:
        return make_response(show(form.refused(error)), 422)
    except Conflict as conflict:
        other = None if conflict.current is None else theirs(conflict.current)
        return make_response(show(form.beside(other, shown)), 409)
    context = current()
    note_change(context.cache, context.site.key)
    return make_response(show(saved))


def show_section(name: str, content: str, **values: object) -> str:
    """Show the page on a plain load, otherwise the list of sections with one of them. ``content`` is its template."""
    whole = request.method == "GET" and not wants_fragment()
    template = "site/configuration/page.html" if whole else "site/configuration/_configuration.html"
    return render_template(template, sections=SECTIONS, section=name, content=content, **values)


def show_after(section: str, said: str, *, flagged: bool = True) -> str:
    """Show a section after a dialog has done its work and closes; ``flagged`` also shows the message as a flag."""
    return section + render_template("site/configuration/_done_oob.html", said=said, flagged=flagged)


def read_version(values: MultiDict[str, str]) -> int:
    """Return the version a form was opened with. Raise InvalidInput for anything else."""
    text = values.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput(OUT_OF_DATE, field="form")
    return int(text)
