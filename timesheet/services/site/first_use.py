"""The first steps to set up a site, from its calendar to its periods, and which of them are done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from timesheet.services.ports.stores import Stores

DISMISSED = "checklist"
"""The value in a person's settings after they closed the checklist."""


class SetupStep(StrEnum):
    """The steps of the setup, in this order."""

    CALENDAR = "calendar"
    SCHEME = "scheme"
    TEAM = "team"
    PEOPLE = "people"
    PERIOD = "period"


def read_steps(stores: Stores, today: date) -> Mapping[SetupStep, bool]:
    """Return for each step, in order, whether it is done.

    The site starts with a workload scheme and a period rule. These steps are done once somebody saved them or
    had no need to, because there is another scheme or a closed period.
    """
    teams = [team.id for team in stores.teams.all(archived=False)]
    schemes = stores.schemes.all()
    _, rule_version = stores.periods.rule()
    return {
        SetupStep.CALENDAR: bool(stores.calendars.all()),
        SetupStep.SCHEME: len(schemes) > 1 or schemes[0].version > 0,
        SetupStep.TEAM: bool(teams),
        SetupStep.PEOPLE: any(size > 1 for size in stores.teams.sizes(teams, today).values()),
        SetupStep.PERIOD: rule_version > 0 or bool(stores.periods.spans()),
    }
