"""Managing the reasons for non-working days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.services.support.commands import saving_legend
from tests.services.support.team_scene import ANN, TeamScene
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend, SystemLegend
from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.domain.span import DateSpan
from timesheet.services.calendar.command import DeleteLegend
from timesheet.services.calendar.legend import delete_legend, find_legend, save_legend
from timesheet.services.viewer.team_context import new_id

DAY = date(2026, 12, 24)


def training(teams: TeamScene) -> Legend:
    return save_legend(teams.stores, saving_legend(Legend(new_id(), "Training", "lime", "T")))


def test_own_ones_are_free_and_some_of_the_systems_can_be_renamed(teams: TeamScene) -> None:
    own = training(teams)
    assert find_legend(teams.stores, own.id) == own
    vacation = find_legend(teams.stores, SystemLegend.VACATION)
    save_legend(teams.stores, saving_legend(replace(vacation, title="Holiday", color="blue", letter="Ho")))
    assert find_legend(teams.stores, SystemLegend.VACATION).title == "Holiday"


@pytest.mark.parametrize(
    "legend_id", [SystemLegend.UNCLASSIFIED, SystemLegend.OUT_OF_TEAM, SystemLegend.PUBLIC_HOLIDAY]
)
def test_some_of_the_systems_never_change(teams: TeamScene, legend_id: SystemLegend) -> None:
    legend = find_legend(teams.stores, legend_id)
    with pytest.raises(InvalidInput, match="cannot change"):
        save_legend(teams.stores, saving_legend(replace(legend, title="Mine", letter="M")))


def test_letters_differ(teams: TeamScene) -> None:
    training(teams)
    with pytest.raises(InvalidInput) as caught:
        save_legend(teams.stores, saving_legend(Legend(new_id(), "Travel", "teal", "t")))
    assert caught.value.field == "letter"


def test_a_stale_save_is_a_conflict(teams: TeamScene) -> None:
    own = training(teams)
    save_legend(teams.stores, saving_legend(replace(own, title="Course")))
    with pytest.raises(Conflict) as caught:
        save_legend(teams.stores, saving_legend(replace(own, title="Mine")))
    assert isinstance(caught.value.current, Legend)
    assert caught.value.current.title == "Course"


def test_days_of_a_deleted_one_are_unclassified(teams: TeamScene) -> None:
    own = training(teams)
    days = (NonWorkingDay(DAY, "Away day", own.id),)
    calendar = teams.stores.calendars.save(GlobalCalendar(new_id(), "Bavaria", days))
    span = DateSpan(DAY, DAY)
    teams.stores.leaves.replace(ANN, span, [Leave(ANN, DAY, own.id)])
    delete_legend(teams.stores, DeleteLegend(own.id))
    assert teams.stores.calendars.get(calendar.id).days[0].legend_id == SystemLegend.UNCLASSIFIED
    assert teams.stores.leaves.of([ANN], span)[0].legend_id == SystemLegend.UNCLASSIFIED
    with pytest.raises(NotFound):
        find_legend(teams.stores, own.id)


def test_the_systems_cannot_be_deleted(teams: TeamScene) -> None:
    with pytest.raises(InvalidInput, match="cannot be deleted"):
        delete_legend(teams.stores, DeleteLegend(SystemLegend.VACATION))
    with pytest.raises(NotFound):
        delete_legend(teams.stores, DeleteLegend(new_id()))
