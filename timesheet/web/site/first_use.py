"""The checklist of first steps that a Jira admin sees until all are done or they dismiss it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import Blueprint

from timesheet.domain.message import message
from timesheet.services.site.first_use import DISMISSED, SetupStep, read_steps
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.navigation import may_configure

blueprint = Blueprint("first_use", __name__, url_prefix="/configure/checklist")

TITLES: Mapping[SetupStep, str] = MappingProxyType(
    {
        SetupStep.CALENDAR: message("Add a calendar of public holidays"),
        SetupStep.SCHEME: message("Set the working hours"),
        SetupStep.TEAM: message("Create a team"),
        SetupStep.PEOPLE: message("Add people to it"),
        SetupStep.PERIOD: message("Choose the length of a period"),
    }
)
SECTIONS: Mapping[SetupStep, str] = MappingProxyType(
    {SetupStep.CALENDAR: "calendars", SetupStep.SCHEME: "schemes", SetupStep.PERIOD: "periods"}
)
"""The section of the configuration for each step; the other steps are done under *Teams*."""


@dataclass(frozen=True, slots=True)
class ChecklistStep:
    """One step: what to do, whether it is done, and the section of the configuration for it, if any."""

    name: str
    title: str
    done: bool
    section: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """All steps in order."""

    steps: tuple[ChecklistStep, ...]

    @property
    def done(self) -> int:
        """Return how many steps are done."""
        return sum(step.done for step in self.steps)

    @property
    def next(self) -> ChecklistStep | None:
        """Return the first step that is not done; None if all are."""
        return next((step for step in self.steps if not step.done), None)


@blueprint.app_template_global()
def checklist() -> Checklist | None:
    """Return the checklist for the viewer; None for people who are not Jira admins, dismissed it, or have
    nothing left to do.
    """
    context = current()
    if not may_configure() or context.person_settings.dismissed == DISMISSED:
        return None
    steps = read_steps(context.stores, context.team_context.today).items()
    whole_list = Checklist(
        tuple(ChecklistStep(s.value, TITLES[s], done, SECTIONS.get(s, "")) for s, done in steps)
    )
    return whole_list if whole_list.next else None


@blueprint.post("/dismiss")
@takes("session", "context", permission="jira-admin")
def dismiss() -> str:
    """Close the checklist for this person; the pages that it links stay available."""
    current().choose(dismissed=DISMISSED)
    return ""
