"""What all sections of the configuration share: the list of them, forms with their troubles, and one way of saving."""

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
    ("legends", "Legends", "legend.show_legends"),
    ("labels", "User labels", "label.show_labels"),
    ("backup", "Export and import", "backup.show_backup"),
    ("people", "Personal data", "privacy.show_people"),
    ("site", "Site", "configuration.show_site"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """Fields as text. ``stored`` is what they are compared with to tell what changed.

    ``errors`` holds a sentence, ``theirs`` what somebody else saved, each by field. ``conflict`` is the sentence of a
    save that came second, ``note`` that of one that went well.
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
        """True when what is shown is not what is stored, although nothing was typed since."""
        return bool(self.errors or self.conflict)

    def refused(self, error: InvalidInput) -> Form:
        """The same form with the sentence beside its field, or above all where no field is named."""
        return replace(self, errors={**self.errors, error.field or "form": error.sentence})

    def beside(self, theirs: Form | None, shown: Callable[[str, str], str] = lambda name, text: text) -> Form:
        """What was typed beside what somebody else saved, None for deleted; saving again puts it in their place.

        ``shown`` gives the text of a field's value as people read it.
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
    """The section after a save: 200 with what is stored now, 422 or 409 with what was typed.

    ``theirs`` makes a form of what a Conflict carries.
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
    """The page on a plain load, else the list of sections with one of them beside it. ``content`` is its template."""
    whole = request.method == "GET" and not wants_fragment()
    template = "site/configuration/page.html" if whole else "site/configuration/_configuration.html"
    return render_template(template, sections=SECTIONS, section=name, content=content, **values)


def show_after(section: str, said: str, *, flagged: bool = True) -> str:
    """A section once a dialog has done its work: it closes, and what was done is said, ``flagged`` to be seen too."""
    return section + render_template("site/configuration/_done_oob.html", said=said, flagged=flagged)


def read_version(values: MultiDict[str, str]) -> int:
    """The version a form was opened with; raises InvalidInput for anything else."""
    text = values.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput(OUT_OF_DATE, field="form")
    return int(text)
