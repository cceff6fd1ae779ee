"""Files of the audit log: for spreadsheets, with the proof, and of a person's own history."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import StringIO

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD
from tests.web.support.audit_site import WORKLOGS, AuditSite, draft, listed
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import PersonId


def test_a_file_for_spreadsheets_has_columns_for_whose_time_and_its_work_date(audit: AuditSite) -> None:
    other, changed, _ = audit.record_day()
    numbers = audit.record(*WORKLOGS)
    head, *rows = csv.reader(StringIO(audit.as_(ADMIN).get("/audit/file/csv").text))
    cells = {int(row[0]): dict(zip(head, row, strict=True)) for row in rows}
    columns = ("Whose time id", "Whose time", "Work date before", "Work date")
    assert [tuple(cells[number][name] for name in columns) for number in numbers] == [
        (ANN, "Ann Example", "", "2026-06-28"),
        (ANN, "Ann Example", "2026-06-28", "2026-07-02"),
        (LEAD, "Lea Example", "2026-07-03", ""),
    ]
    assert {cells[number][name] for number in (other, changed) for name in columns} == {""}
    head, *own = csv.reader(StringIO(audit.as_(ANN).get("/history/file/csv", kind="worklog").text))
    shown = [dict(zip(head, row, strict=True)) for row in own]
    assert [(row["Event"], row["Whose time"]) for row in shown] == [
        (str(number), "Ann Example") for number in (numbers[1], numbers[0])
    ]


def test_t45_a_file_for_spreadsheets_runs_no_formula_and_names_its_zone(audit: AuditSite) -> None:
    evil = '=HYPERLINK("http://x")'
    audit.record(draft(Action.CALENDAR_CREATED, LEAD, "cal-1", after={"name": evil}))
    numbers = audit.record_day()
    answer = audit.as_(ADMIN).get("/audit/file/csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert 'filename="Audit-log-2026-11-24.csv"' in answer.headers["Content-Disposition"]
    head, *rows = csv.reader(StringIO(answer.text))
    assert "Time (Europe/Berlin)" in head
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    text = next(row for row in cells if row["Event"] == str(numbers[0]))
    assert text["Time (Europe/Berlin)"] == "2026-11-24 13:00:00+01:00"
    assert text["Person"] == "Lea Example"
    assert json.loads(text["After"]) == {"lead": BO}
    named = next(row for row in cells if row["Object id"] == "cal-1")
    assert named["Name"] == f"'{evil}"
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)


def test_a_file_may_begin_with_a_byte_order_mark_and_holds_the_choice_alone(audit: AuditSite) -> None:
    numbers = audit.record_day()
    answer = audit.as_(ADMIN).get("/audit/file/csv", mark=1, outcome="refused")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(StringIO(answer.text.removeprefix("\ufeff")))
    assert [row[0] for row in rows] == [str(numbers[2])]
    assert len(head) == len(rows[0])
    audit.read_in(ADMIN, "de")
    german = audit.as_(ADMIN).get("/audit/file/csv", mark=1, outcome="refused").text.removeprefix("\ufeff")
    assert [row[0] for row in csv.reader(StringIO(german), delimiter=";")] == ["Ereignis", str(numbers[2])]


def test_a_file_with_the_proof_is_one_json_a_line(audit: AuditSite) -> None:
    audit.record_day()
    answer = audit.as_(ADMIN).get("/audit/file/proof")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert "format" in lines[0]
    assert sum("event" in line for line in lines) >= 3
    assert 'filename="Audit-log-2026-11-24.jsonl"' in answer.headers["Content-Disposition"]


def test_a_file_that_a_page_asks_for_again_is_one_export(audit: AuditSite) -> None:
    """On Forge a page asks again if the answer was lost, up to three times."""
    audit.record_day()
    viewer = audit.as_(ADMIN)

    def exports(download: str, **choice: str) -> int:
        answer = replace(viewer, headers=viewer.headers | {"X-Download": download}).get(
            "/audit/file/csv", **choice
        )
        assert answer.status_code == 200
        return len(listed(viewer.get("/audit", action="audit.exported").text))

    assert [exports("a" * 32) for _ in range(3)] == [1, 1, 1]
    assert exports("a" * 32, outcome="refused") == 2, "it is another file"
    assert exports("b" * 32) == 3, "the person asks for it a second time"
    assert [exports("not an id") for _ in range(2)] == [4, 5]


def test_taking_a_file_is_an_event_of_its_own(audit: AuditSite) -> None:
    audit.record_day()
    viewer = audit.as_(ADMIN)
    before = viewer.get("/audit/file/csv", outcome="refused", person=BO)
    assert "audit.exported" not in before.text
    html = viewer.get("/audit", action="audit.exported").text
    [number] = listed(html)
    detail = viewer.get(f"/audit/{number}").text
    assert "<ins>CSV</ins>" in detail
    assert "<ins>Refused</ins>" in detail
    assert "Bo Example" in detail


def test_ones_own_history_is_a_file_too_and_only_ones_own(audit: AuditSite) -> None:
    numbers = audit.record_day()
    rows = list(csv.reader(StringIO(audit.as_(ANN).get("/history/file/csv").text)))[1:]
    found = {int(row[0]) for row in rows}
    assert numbers[1] in found
    assert not {numbers[0], numbers[2]} & found


def test_other_people_in_ones_own_history_are_replaced_in_the_language_of_the_reader(
    audit: AuditSite,
) -> None:
    others = {"people": [PersonId(ANN), PersonId(BO)], "by": {"whom": PersonId(BO), "days": 3}}
    [number] = audit.record(
        draft(Action.MEMBER_REMOVED, LEAD, BO, people=frozenset({ANN}), after=others),
    )
    for code, words in (("", "somebody else"), ("de", "jemand anderes")):
        audit.read_in(ANN, code)
        rows = csv.reader(StringIO(audit.as_(ANN).get("/history/file/csv").text))
        [row] = [row for row in rows if row[0] == str(number)]
        assert row[8] == words
        assert json.loads(row[20]) == {"by": {"days": 3, "whom": words}, "people": [ANN, words]}


def test_a_file_is_in_the_language_of_its_reader_to_the_last_line_and_keeps_the_codes(
    audit: AuditSite,
) -> None:
    audit.record(*(draft(Action.TEAM_CREATED, minutes=number) for number in (1, 2)))
    audit.read_in(ADMIN, "en_XA")
    rows = list(csv.reader(StringIO(audit.as_(ADMIN).get("/audit/file/csv").text)))
    assert all(head.startswith("[") for head in rows[0])
    made = [row for row in rows if row[5] == "team.created"]
    assert {(row[6], row[16], row[-1]) for row in made} == {("[çŕéåţéð ţĥé ţéåm······]", "done", "en-XA")}
