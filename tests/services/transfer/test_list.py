"""Legends, schemes, calendars, labels, and leaves: merged, replaced, renamed, kept while in use."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.services.support.team_scene import ANN, BO
from tests.services.support.transfer_document import WEEK
from tests.services.support.transfer_scene import MERGE, REPLACE, BackupSite, minimal
from timesheet.services.ports.transfer import BadFile

Sites = tuple[BackupSite, BackupSite]


def legend(id_: str, title: str, letter: str = "T", color: str = "red") -> dict[str, str]:
    return {"id": id_, "title": title, "color": color, "letter": letter}


def scheme(id_: str, name: str, hours: str = "8:00") -> dict[str, Any]:
    return {"id": id_, "name": name, "hours": dict.fromkeys(WEEK, hours)}


def calendar(id_: str, name: str, *days: tuple[str, str, str]) -> dict[str, Any]:
    listed = [{"date": day, "title": title, "legend": reason} for day, title, reason in days]
    return {"id": id_, "name": name, "days": listed}


def leave(person: str, day: str, part: str = "whole", reason: str = "vacation") -> dict[str, str]:
    return {"person": person, "date": day, "part": part, "legend": reason}


def problems(site: BackupSite, document: Any, choices: Any = MERGE) -> dict[str, str]:
    before = site.now
    with pytest.raises(BadFile) as refused:
        site.plan(document, choices)
    assert site.now == before
    return {problem.path: problem.sentence for problem in refused.value.problems}


def sentences(site: BackupSite, document: Any, choices: Any = MERGE) -> str:
    return "\n".join(note.sentence for note in site.plan(document, choices).notes)


def test_merged_days_come_to_those_that_are_there_and_win_where_they_meet(sites: Sites) -> None:
    full, _ = sites
    new = calendar(
        "bavaria", "Bayern", ("2026-12-24", "Whole Eve", "vacation"), ("2026-12-31", "Silvester", "vacation")
    )
    full.take(minimal(calendars=[new]))
    [one] = full.now.calendars
    assert one.name == "Bayern"
    assert [(day.date.day, day.title, day.part) for day in one.days] == [
        (24, "Whole Eve", "whole"),
        (25, "Christmas Day", "whole"),
        (31, "Silvester", "whole"),
    ]
    full.take(minimal(calendars=[new]), REPLACE)
    assert [day.date.day for day in full.now.calendars[0].days] == [24, 31]


def test_the_same_name_under_another_id_is_the_same_thing_and_said(sites: Sites) -> None:
    full, _ = sites
    document = minimal(calendars=[calendar("elsewhere", "BAVARIA")])
    assert "“BAVARIA”" not in sentences(full, document)
    assert "“Bavaria” is here already under another id" in sentences(full, document)
    full.take(document, REPLACE)
    [one] = full.now.calendars
    assert (one.id, one.name, one.days) == ("bavaria", "BAVARIA", ())
    assert full.now.teams[0].members[0].calendar_id == "bavaria"


def test_a_name_that_another_one_has_gets_a_number_and_it_is_said(sites: Sites) -> None:
    full, _ = sites
    full.take(minimal(calendars=[calendar("austria", "Austria")]))
    document = minimal(calendars=[calendar("bavaria", "Austria")])
    assert "the one in the file becomes “Austria (2)”" in sentences(full, document)
    full.take(document)
    assert {one.id: one.name for one in full.now.calendars} == {
        "austria": "Austria",
        "bavaria": "Austria (2)",
    }


def test_two_may_swap_their_names(sites: Sites) -> None:
    full, _ = sites
    full.take(minimal(schemes=[scheme("four", "Four hours", "4:00")]))
    full.take(minimal(schemes=[scheme("four", "Six hours"), scheme("six", "Four hours")]))
    assert {s.id: s.name for s in full.now.schemes}["four"] == "Six hours"


def test_a_letter_that_another_one_has_gets_a_digit_and_it_is_said(sites: Sites) -> None:
    full, _ = sites
    document = minimal(legends=[legend("travel", "Travel", "V")])
    assert "“V” stands for another one here: “Travel” gets “V2”." in sentences(full, document)
    full.take(document)
    assert {one.id: one.letter for one in full.now.legends}["travel"] == "V2"


def test_the_apps_own_legends_change_only_where_the_screen_lets_them(sites: Sites) -> None:
    full, _ = sites
    full.take(minimal(legends=[legend("vacation", "Holiday", "V")]))
    assert {one.id: one.title for one in full.now.legends}["vacation"] == "Holiday"
    found = problems(full, minimal(legends=[legend("unclassified", "Mine", "M")]))
    assert "is built in" in found["$.legends[0].title"]
    assert full.plan(minimal(legends=[legend("mine", "Public holiday", "P")])).changes == ()


def test_what_is_in_use_stays_and_the_rest_goes(sites: Sites) -> None:
    full, _ = sites
    full.take(
        minimal(
            legends=[legend("rest", "Rest", "R")],
            schemes=[scheme("four", "Four hours")],
            calendars=[calendar("austria", "Austria")],
        )
    )
    document = minimal(legends=[], schemes=[], calendars=[], labels=[])
    said = sentences(full, document, REPLACE)
    for name, why in (
        ("Training", "days off have it"),
        ("Six hours", "have it"),
        ("Bavaria", "members use it"),
    ):
        assert f"“{name}” is not in the file but stays" in said
        assert why in said
    full.take(document, REPLACE)
    now = full.now
    assert [one.id for one in now.legends if one.deletable] == ["training"]
    assert [one.id for one in now.schemes] == ["default", "six"]
    assert [one.id for one in now.calendars] == ["bavaria"]
    assert now.labels == ()


def test_what_is_gone_takes_its_place_in_nothing(sites: Sites) -> None:
    full, _ = sites
    before = full.now
    assert full.take(minimal(), REPLACE).changes == ()
    assert full.now == before


LONG = [f"lead-{number}" for number in range(2001)]
DAY = ("2026-01-01", "x", "vacation")
TWICE = [DAY, DAY]


def label(name: str, people: list[str]) -> dict[str, Any]:
    return {"id": "a", "name": name, "color": "red", "people": people}


def days(*days: tuple[str, str, str]) -> dict[str, Any]:
    return {"calendars": [calendar("a", "A", *days)]}


@pytest.mark.parametrize(
    ("parts", "path", "words"),
    [
        ({"schemes": [scheme("a", "A", "25:00")]}, "$.schemes[0].hours.monday", "at most 24 hours"),
        ({"schemes": [scheme("a", "A"), scheme("a", "B")]}, "$.schemes[1]", "in the list already"),
        ({"schemes": [scheme("a", "A"), scheme("b", "a")]}, "$.schemes[0].name", "named “A” already"),
        ({"legends": [legend("a", "A", "!")]}, "$.legends[0].letter", "letters or digits"),
        ({"legends": [legend("a", "A", "X"), legend("b", "B", "x")]}, "$.legends[0].letter", "stands for"),
        (days(("2026-01-01", "x", "nothing")), "$.calendars[0].days[0].legend", "no such absence type"),
        (
            days(("2026-01-01", "x", "vacation"), ("2026-01-02", "x", "out-of-team")),
            "$.calendars[0].days[1].legend",
            "cannot be chosen",
        ),
        (days(*TWICE), "$.calendars[0].days", "twice"),
        (days(DAY, ("2026-01-02", "x" * 150, "vacation")), "$.calendars[0].days[1].title", "at most 100"),
        (days(DAY, ("2026-01-02", " ", "vacation")), "$.calendars[0].days[1].title", "name"),
        ({"labels": [label("A" * 50, [])]}, "$.labels[0].name", "at most 40"),
        ({"labels": [label("A", LONG)]}, "$.labels[0].people", "at most 2000"),
        (
            {"leaves": [leave(ANN, "2026-01-01"), leave(BO, DAY[0]), leave(ANN, "2026-01-01", "morning")]},
            "$.leaves[2]",
            "same hours",
        ),
        (
            {"leaves": [leave(BO, "2026-01-01"), leave(ANN, "2026-01-01", reason="public-holiday")]},
            "$.leaves[1].legend",
            "cannot be chosen",
        ),
        (
            {"leaves": [leave(ANN, "2026-01-01", reason="nothing")]},
            "$.leaves[0].legend",
            "no such absence type",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_rule_of_an_ordinary_save_holds(
    sites: Sites, parts: dict[str, Any], path: str, words: str
) -> None:
    full, _ = sites
    full.directory.people |= dict.fromkeys(LONG, full.directory.people[ANN])
    assert words in problems(full, minimal(**parts))[path]


def test_leaves_take_the_place_of_what_they_meet_and_replacing_clears_the_others(sites: Sites) -> None:
    full, _ = sites
    document = minimal(leaves=[leave(ANN, "2026-06-01"), leave(BO, "2026-06-02", "morning", "unclassified")])
    full.take(document)
    assert [(x.account_id, x.part) for x in full.now.leaves] == [(ANN, "whole"), (BO, "morning")]
    full.take(minimal(leaves=[leave(BO, "2026-06-03")]), REPLACE)
    assert [(x.account_id, x.date) for x in full.now.leaves] == [(BO, date(2026, 6, 3))]


def test_whoever_is_not_here_is_left_out_and_named(sites: Sites) -> None:
    full, _ = sites
    document = minimal(
        leaves=[leave("stranger-1", "2026-06-01")],
        labels=[{"id": "a", "name": "A", "color": "red", "people": [ANN, "stranger-1"]}],
    )
    plan = full.take(document)
    assert [(note.section, note.people) for note in plan.notes] == [
        ("labels", ("stranger-1",)),
        ("leaves", ("stranger-1",)),
    ]
    assert {who for label in full.now.labels for who in label.people} == {ANN, BO}


def test_whoever_was_deactivated_keeps_their_history(sites: Sites) -> None:
    full, empty = sites
    empty.directory.deactivate(ANN)
    assert empty.take(full.export(), REPLACE).notes == ()
    assert empty.export() == full.export()
