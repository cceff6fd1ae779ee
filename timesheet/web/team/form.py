"""Team forms: the typed values and their errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.team import Team
from timesheet.services.team.team import TeamDraft
from timesheet.web.http.ids import OUT_OF_DATE, read_account_id


@dataclass(frozen=True, slots=True)
class TeamForm:
    """A team's own fields as text. ``errors`` has a sentence, ``theirs`` what somebody else saved, each by field."""

    name: str = ""
    lead: str = ""
    lead_name: str = ""
    description: str = ""
    version: str = "0"
    keep: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)

    @property
    def draft(self) -> TeamDraft:
        """Return the values to save; ``keep`` is undecided unless it is yes or no."""
        keep = {"yes": True, "no": False}.get(self.keep)
        return TeamDraft(self.name, self.lead, self.description, keep)


def read_team_form(values: MultiDict[str, str]) -> TeamForm:
    """Return the fields as they were sent."""
    return TeamForm(
        name=values.get("name", ""),
        lead=_lead(values.get("lead")),
        lead_name=values.get("lead_name", ""),
        description=values.get("description", ""),
        version=values.get("version", "0"),
        keep=values.get("keep", ""),
    )


def _lead(text: str | None) -> str:
    """Return the lead, or an empty id if nobody is chosen; the error is reported together with the others."""
    return read_account_id(text, "lead") if text else ""


def form_of(team: Team, lead_name: str) -> TeamForm:
    """Return the form of a stored team."""
    return TeamForm(team.name, team.lead, lead_name, team.description, str(team.version))


def read_version(text: str) -> int:
    """Return the version a form was opened with."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput(OUT_OF_DATE, field="form")
    return int(text)


def read_date(text: str | None, name: str) -> date | None:
    """Return an optional date. Raise InvalidInput for the field."""
    if not text or not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"“{text[:40]}” is not a date. Use the form 2026-11-24.", field=name) from None
    if not 1971 <= day.year <= 9998:
        raise InvalidInput("Choose a day between 1971 and 9998.", field=name)
    return day
