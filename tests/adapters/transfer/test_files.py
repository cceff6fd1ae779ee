"""Documents: what the schema accepts, and the sentence and place for everything else."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from timesheet.adapters.transfer.files import MOST_PROBLEMS, SCHEMA, JsonConfigurationFiles
from timesheet.domain.calendar.global_calendar import Part
from timesheet.domain.language import LANGUAGES
from timesheet.domain.period.period import PeriodLength
from timesheet.domain.permission import Module, SitePermission, Whom
from timesheet.domain.team.team import LEAD_ROLE, MEMBER_ROLE, TeamPermission
from timesheet.services.ports.transfer import BadFile, FileProblem

MIB = 1024 * 1024
OFF = {"person": "a", "date": "2026-01-01", "legend": "x"}
DAY = {"date": "2026-12-25", "title": "Christmas", "legend": "public-holiday"}
HOURS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "7:30")


@pytest.fixture(scope="module")
def files() -> JsonConfigurationFiles:
    return JsonConfigurationFiles()


def document(**parts: Any) -> bytes:
    return orjson.dumps({"format": "open-timesheet-configuration", "version": 1, **parts})


def problems(files: JsonConfigurationFiles, data: bytes, largest: int = MIB) -> list[FileProblem]:
    with pytest.raises(BadFile) as refused:
        files.read(data, largest)
    assert "Nothing was changed" in refused.value.sentence
    return list(refused.value.problems)


def test_the_published_schema_is_one() -> None:
    Draft202012Validator.check_schema(orjson.loads(SCHEMA.read_bytes()))


def test_the_schema_names_everything_that_there_is_to_choose() -> None:
    schema = orjson.loads(SCHEMA.read_bytes())
    defined, sections = schema["$defs"], schema["properties"]
    assert set(sections["settings"]["properties"]["language"]["enum"]) == {"", *LANGUAGES}
    assert set(sections["periods"]["properties"]["length"]["enum"]) == set(PeriodLength)
    assert set(sections["permissions"]["properties"]["modules"]["properties"]) == set(Module)
    assert set(sections["permissions"]["properties"]["site"]["properties"]) == set(SitePermission)
    assert set(defined["grant"]["properties"]["whom"]["enum"]) == set(Whom)
    assert set(defined["part"]["enum"]) == set(Part)
    assert set(defined["role"]["properties"]["permissions"]["items"]["enum"]) == set(TeamPermission)
    assert set(defined["role"]["properties"]["system"]["enum"]) == {LEAD_ROLE, MEMBER_ROLE}


def test_what_is_left_out_is_none(files: JsonConfigurationFiles) -> None:
    read = files.read(document(calendars=[]), MIB)
    assert read.calendars == ()
    assert (read.teams, read.leaves, read.settings) == (None, None, None)


@pytest.mark.parametrize(
    ("data", "path", "words"),
    [
        (b"", "$", "line 1, column 1"),
        (b'{\n "a": tru }', "$", "line 2"),
        (b"\xff\xfe", "$", "not JSON"),
        (b'{"a": NaN}', "$", "not JSON"),
        (b'"\\ud800"', "$", "not JSON"),
        (b"[" * 900 + b"]" * 900, "$", "nested deeper"),
        (b"[" * 100_000, "$", "not JSON"),
        (b"[]", "$.format", "not an export of Timesheet"),
        (b"{}", "$.format", "not an export of Timesheet"),
        (b'{"format": "something else"}', "$.format", "not an export of Timesheet"),
        (document(teams=[])[:-1] + b',"teams":[]}', "$", "the name “teams” more than once"),
        (document(settings={})[:-1] + b',"sett\\u0069ngs":{}}', "$", "the name “settings” more than once"),
        (document(labels=[{}]).replace(b"{}", b'{"id":"a","id":"b"}'), "$", "the name “id” more than once"),
        (document(version=2), "$.version", "newer Timesheet"),
        (document(version=True), "$.version", "must be “1”"),
        (document(version="1"), "$.version", "must be “1”"),
    ],
)
def test_what_is_not_an_export_is_refused_in_one_sentence(
    files: JsonConfigurationFiles, data: bytes, path: str, words: str
) -> None:
    [problem] = problems(files, data)
    assert problem.path == path
    assert words in problem.sentence


def test_a_number_of_any_length_is_read(files: JsonConfigurationFiles) -> None:
    [problem] = problems(files, document().replace(b'"version":1', b'"version":' + b"9" * 300))
    assert problem.path == "$.version"
    [problem] = problems(files, document(teams=[{}]).replace(b"{}", b"9" * 300))
    assert problem.path == "$.teams[0]"


def test_a_sentence_names_a_few_of_many_unknown_names(files: JsonConfigurationFiles) -> None:
    [problem] = problems(files, document(**{f"x{number:02}": 1 for number in range(11)}))
    assert problem.sentence.endswith("“x09”, and 1 more here.")
    [problem] = problems(files, document(**{f"x{number:02}": 1 for number in range(10)}))
    assert problem.sentence.endswith("“x08”, and “x09” here.")


def test_a_file_that_is_too_large_is_not_even_parsed(files: JsonConfigurationFiles) -> None:
    [problem] = problems(files, b"x" * (2 * MIB + 1), 2 * MIB)
    assert problem.sentence == "The file is larger than 2 MiB."


def test_a_byte_order_mark_does_no_harm(files: JsonConfigurationFiles) -> None:
    assert files.read(b"\xef\xbb\xbf" + document(labels=[]), MIB).labels == ()


def test_each_missing_name_is_one_problem(files: JsonConfigurationFiles) -> None:
    with pytest.raises(BadFile) as refused:
        files.read(document(calendars=[{"id": "a"}]), MIB)
    assert [(problem.path, problem.sentence) for problem in refused.value.problems] == [
        ("$.calendars[0]", "“name” is missing."),
        ("$.calendars[0]", "“days” is missing."),
    ]


@pytest.mark.parametrize(
    ("parts", "path", "words"),
    [
        ({"calender": []}, "$", "“calender”"),
        ({"calendars": {}}, "$.calendars", "must be a list"),
        ({"calendars": [{"id": "a", "name": "A"}]}, "$.calendars[0]", "“days” is missing"),
        ({"calendars": [{"id": "A b", "name": "A", "days": []}]}, "$.calendars[0].id", "lowercase letters"),
        ({"calendars": [{"id": "a\n", "name": "A", "days": []}]}, "$.calendars[0].id", "lowercase letters"),
        ({"calendars": [{"id": "a", "name": "", "days": []}]}, "$.calendars[0].name", "not be empty"),
        ({"calendars": [{"id": "a", "name": "A\0", "days": []}]}, "$.calendars[0].name", "cannot be stored"),
        ({"calendars": [{"id": "a", "name": "A" * 201, "days": []}]}, "$.calendars[0].name", "at most 200"),
        ({"calendars": [{"id": "a", "name": 7, "days": []}]}, "$.calendars[0].name", "must be text"),
        (
            {"calendars": [{"id": "a", "name": "A", "days": [DAY | {"date": "2026-02-30"}]}]},
            "$.calendars[0].days[0].date",
            "not a date",
        ),
        (
            {"calendars": [{"id": "a", "name": "A", "days": [DAY | {"date": "20261225"}]}]},
            "$.calendars[0].days[0].date",
            "not a date",
        ),
        ({"leaves": [{"person": "a b", "date": "2026-01-01", "legend": "x"}]}, "$.leaves[0].person", "account id"),
        ({"leaves": [{"person": "a", "date": "1970-12-31", "legend": "x"}]}, "$.leaves[0].date", "between 1971"),
        ({"leaves": [{"person": "a", "date": "9999-01-01", "legend": "x"}]}, "$.leaves[0].date", "between 1971"),
        ({"leaves": [{"person": "a", "date": 1, "legend": "x"}]}, "$.leaves[0].date", "must be text"),
        (
            {"leaves": [{"person": "a", "date": "2026-01-01", "legend": "x", "part": "evening"}]},
            "$.leaves[0].part",
            "none of: whole, morning, and afternoon",
        ),
        (
            {"schemes": [{"id": "a", "name": "A", "hours": HOURS | {"monday": "8h"}}]},
            "$.schemes[0].hours.monday",
            "like 7:30",
        ),
        ({"settings": {"fallback_zone": "UTC", "week_start": 0}}, "$.settings.week_start", "“0” is none of"),
        ({"settings": {"language": "xx"}}, "$.settings.language", "none of: “”, en"),
        ({"permissions": {"site": {"admins": {"whom": "everybody"}}}}, "$.permissions.site", "“admins”"),
    ],
)  # fmt: skip
def test_each_problem_says_where_and_what(
    files: JsonConfigurationFiles, parts: dict[str, Any], path: str, words: str
) -> None:
    listed = problems(files, document(**parts))
    assert words in {problem.path: problem.sentence for problem in listed}[path]
    assert len(set(listed)) == len(listed), "each once"


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        (OFF | {"person": "a b"}, ".person", "account id"),
        (OFF | {"part": "evening"}, ".part", "none of"),
        (OFF | {"legend": 1}, ".legend", "must be text"),
        (OFF | {"why": "x"}, "", "“why”"),
        ({"person": "date", "date": "2026-01-01"}, "", "“legend” is missing"),
        ("2026-01-01", "", "must be an object"),
    ],
)
def test_one_wrong_leave_among_many_is_found(
    files: JsonConfigurationFiles, wrong: Any, place: str, words: str
) -> None:
    leaves = [*[OFF | {"person": "date"}] * 3, *[OFF] * 3, wrong, OFF]
    [found] = problems(files, document(leaves=leaves))
    assert found.path == f"$.leaves[6]{place}"
    assert words in found.sentence


def test_each_of_many_leaves_is_read(files: JsonConfigurationFiles) -> None:
    leaves = [OFF | {"person": who, "date": f"2026-01-{day:02}"} for who in "ab" for day in range(1, 29)]
    read = files.read(document(leaves=leaves), MIB).leaves
    assert read is not None
    assert [(one.account_id, str(one.date)) for one in read] == [
        (one["person"], one["date"]) for one in leaves
    ]


def member(**values: object) -> dict[str, Any]:
    team = {
        "id": "t",
        "name": "T",
        "lead": "a",
        "roles": [],
        "members": [{"person": "a", "roles": []} | values],
    }
    return {"teams": [team]}


@pytest.mark.parametrize(
    ("values", "path", "words"),
    [
        ({"joined": "tomorrow"}, "$.teams[0].members[0].joined", "not a date"),
        ({"calendar": "A B"}, "$.teams[0].members[0].calendar", "lowercase letters"),
        ({"group": "a;b"}, "$.teams[0].members[0].group", "id of a group"),
        ({"schemes": [{"from": None}]}, "$.teams[0].members[0].schemes[0]", "“scheme” is missing"),
    ],
)
def test_what_may_be_null_says_what_else_it_may_be(
    files: JsonConfigurationFiles, values: dict[str, Any], path: str, words: str
) -> None:
    found = {problem.path: problem.sentence for problem in problems(files, document(**member(**values)))}
    assert words in found[path]


def test_files_of_earlier_versions_spell_color_in_another_way(files: JsonConfigurationFiles) -> None:
    legend = {"id": "training", "title": "Training", "colour": "teal", "letter": "T"}
    label = {"id": "oncall", "name": "On call", "colour": "red", "people": []}
    read = files.read(document(legends=[legend], labels=[label]), MIB)
    assert [one.color for one in read.legends or ()] == ["teal"]
    assert [one.color for one in read.labels or ()] == ["red"]


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"labels": {"colour": "red"}}, "$.labels"),
        ({"legends": ["colour"]}, "$.legends[0]"),
        (
            {"labels": [{"id": "a", "name": "A", "colour": "red", "color": "red", "people": []}]},
            "$.labels[0]",
        ),
        ({"labels": [{"id": "a", "name": "A", "colour": "mauve", "people": []}]}, "$.labels[0].color"),
    ],
)
def test_an_earlier_spelling_excuses_nothing_else(
    files: JsonConfigurationFiles, parts: dict[str, Any], path: str
) -> None:
    assert [problem.path for problem in problems(files, document(**parts))] == [path]


def test_of_many_problems_the_first_are_named(files: JsonConfigurationFiles) -> None:
    days = [DAY | {"date": "x"}] * 200
    assert len(problems(files, document(calendars=[{"id": "a", "name": "A", "days": days}]))) == MOST_PROBLEMS


def test_a_long_text_of_the_file_is_quoted_briefly(files: JsonConfigurationFiles) -> None:
    [problem] = problems(files, document(**{"x" * 5000: 1}))
    assert len(problem.sentence) < 100


def test_seconds_of_a_scheme_survive(files: JsonConfigurationFiles) -> None:
    read = files.read(
        document(schemes=[{"id": "a", "name": "A", "hours": HOURS | {"monday": "7:30:15"}}]), MIB
    )
    assert read.schemes
    assert read.schemes[0].weekdays[:2] == (27015, 27000)


def test_a_whole_number_with_a_point_is_a_whole_number(files: JsonConfigurationFiles) -> None:
    """JSON Schema defines it so; with the point, an id of a project would find none."""
    team = {
        "id": "a",
        "name": "A",
        "lead": "ann-1",
        "projects": [{"id": 10000.0, "key": "AB"}],
        "roles": [],
        "members": [],
    }
    read = files.read(document(teams=[team]), MIB)
    assert read.teams
    assert repr((*read.teams[0].team.scope.project_ids, *read.project_keys)) == "(10000, 10000)"
