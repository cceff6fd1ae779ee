from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from unittest.mock import Mock

import pytest

from tests.services.support.scene import BARE, MONDAY, OPS, PAY, RICH, Scene, cell_edit, open_sheet, seen
from timesheet.domain.errors import (
    Conflict,
    InvalidInput,
    JiraUnavailable,
    NotAllowed,
    NotFound,
    TimeTrackingOff,
)
from timesheet.domain.identity import TimeTracking
from timesheet.domain.worklog.adf import adf_to_text, text_to_adf
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import CellEdit, UndoWrites
from timesheet.services.worklog.undo import offer_undo, undo
from timesheet.services.worklog.write_result import NOTHING_TO_DELETE

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)


def test_an_empty_cell_becomes_a_worklog_with_one_call(scene: Scene) -> None:
    scene.put(PAY, TUESDAY, HOUR)
    open_sheet(scene)
    saved = save_cell(scene.viewer_context, cell_edit("1h 30m"))
    assert scene.calls() == ["create_worklog"]
    assert saved.worklog is not None
    assert (saved.worklog.seconds, saved.worklog.day) == (5400, MONDAY)
    assert saved.worklog.started == datetime(2026, 11, 16, 8, tzinfo=UTC)
    assert (saved.days, saved.issues, saved.notes) == ((MONDAY,), (PAY,), ())
    assert scene.hours() == {(PAY, MONDAY): [5400], (PAY, TUESDAY): [HOUR]}
    assert scene.calls() == [], "a save is followed by no reading"


def test_a_save_in_an_empty_cell_waits_for_no_other_cell(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_sheet(scene)
    turns = Mock(wraps=scene.cache.turn)
    monkeypatch.setattr(scene.cache, "turn", turns)
    mine, theirs = scene.viewer_context, scene.viewer_context_of("viewer-2")
    cells = [(mine, PAY, MONDAY), (mine, PAY, TUESDAY), (mine, OPS, MONDAY), (theirs, PAY, MONDAY)]
    for context, issue_id, day in cells:
        save_cell(context, cell_edit("1h", issue_id=issue_id, day=day))
    assert len({call.args for call in turns.mock_calls}) == len(cells)


def test_a_new_row_asks_for_its_issue_once(scene: Scene) -> None:
    open_sheet(scene)
    save_cell(scene.viewer_context, cell_edit("1"))
    assert scene.calls() == ["read_issue", "create_worklog"]
    save_cell(scene.viewer_context, cell_edit("1", day=TUESDAY, key="key-0002"))
    assert scene.calls() == ["create_worklog"]
    assert set(scene.sheet().issues) == {PAY}


def test_t03_the_second_worklog_of_a_day_begins_after_the_first(scene: Scene) -> None:
    scene.put(OPS, MONDAY, 2 * HOUR)
    open_sheet(scene)
    saved = save_cell(scene.viewer_context, cell_edit("1"))
    assert saved.worklog is not None
    assert saved.worklog.started == datetime(2026, 11, 16, 10, tzinfo=UTC)


def test_one_worklog_changes_its_time_and_nothing_else(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, time(14), comment=RICH)
    open_sheet(scene)
    saved = save_cell(scene.viewer_context, cell_edit("2", *seen(was)))
    assert scene.calls() == ["read_worklog", "update_worklog"]
    now = scene.jira.worklogs[was.id]
    assert (now.seconds, now.started, now.comment) == (2 * HOUR, was.started, RICH)
    assert saved.worklog == now
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}


@pytest.mark.parametrize("text", ["1", "1:00", "60m", "1,0", " 1h "])
def test_t16_an_unchanged_cell_sends_nothing(scene: Scene, text: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    saved = save_cell(scene.viewer_context, cell_edit(text, *seen(was)))
    assert not saved.changed
    assert scene.calls() == []


@pytest.mark.parametrize(("spent", "text"), [(5430, "1:31"), (5429, "1:30"), (HOUR + 1, "1:00")])
def test_t16_seconds_that_the_cell_does_not_show_stay(scene: Scene, spent: int, text: str) -> None:
    was = scene.put(PAY, MONDAY, spent)
    open_sheet(scene)
    assert not save_cell(scene.viewer_context, cell_edit(text, *seen(was))).changed
    edit = replace(cell_edit(text, *seen(was)), comment="With a reason")
    assert save_cell(scene.viewer_context, edit).changed
    assert scene.hours() == {(PAY, MONDAY): [spent]}
    save_cell(scene.viewer_context, cell_edit("2", *seen(scene.jira.worklogs[was.id])))
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}


@pytest.mark.parametrize("text", ["", "  ", "0", "0m"])
def test_an_emptied_cell_deletes_its_one_worklog(scene: Scene, text: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    saved = save_cell(scene.viewer_context, cell_edit(text, *seen(was)))
    assert saved.worklog is None
    assert saved.removed == was
    assert scene.calls() == ["read_worklog", "delete_worklog"]
    assert scene.hours() == {}


def test_an_empty_cell_left_empty_sends_nothing(scene: Scene) -> None:
    open_sheet(scene)
    assert not save_cell(scene.viewer_context, cell_edit("")).changed
    assert scene.calls() == []


def test_t34_several_worklogs_need_the_list(scene: Scene) -> None:
    first, second = scene.put(PAY, MONDAY, HOUR), scene.put(PAY, MONDAY, HOUR, time(11))
    open_sheet(scene)
    for was in (seen(first, second), seen(first)):
        with pytest.raises(InvalidInput, match="2 worklogs"):
            save_cell(scene.viewer_context, cell_edit("5", *was))
        with pytest.raises(InvalidInput, match="2 worklogs"):
            save_cell(scene.viewer_context, cell_edit("", *was))
    assert len(scene.jira.worklogs) == 2


def test_t34_two_worklogs_on_the_screen_need_the_list_though_one_is_left(scene: Scene) -> None:
    first, second = scene.put(PAY, MONDAY, HOUR), scene.put(PAY, MONDAY, HOUR, time(11))
    del scene.jira.worklogs[second.id]
    open_sheet(scene)
    for text in ("5", ""):
        with pytest.raises(InvalidInput, match="2 worklogs"):
            save_cell(scene.viewer_context, cell_edit(text, *seen(first, second)))
    assert list(scene.jira.worklogs.values()) == [first]


def test_t34_a_stale_tab_overwrites_nothing(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    scene.wait(1)
    theirs = replace(was, seconds=3 * HOUR, updated=scene.jira.now)
    scene.jira.worklogs[was.id] = theirs
    for text in ("2", ""):
        with pytest.raises(Conflict) as refused:
            save_cell(scene.viewer_context, cell_edit(text, *seen(was)))
        assert refused.value.theirs == "3:00"
        assert refused.value.current == theirs
        assert "3:00 now" in refused.value.sentence
    assert scene.jira.worklogs == {was.id: theirs}
    assert scene.hours() == {(PAY, MONDAY): [3 * HOUR]}, "the newer value is shown from now on"
    save_cell(scene.viewer_context, cell_edit("2", *seen(theirs), key="key-0002"))
    assert scene.jira.worklogs[was.id].seconds == 2 * HOUR


def test_t34_a_cell_that_filled_meanwhile_is_not_added_to(scene: Scene) -> None:
    there = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    with pytest.raises(Conflict, match="it is 1:00 now, and you entered 2:00") as refused:
        save_cell(scene.viewer_context, cell_edit("2"))
    assert (refused.value.theirs, refused.value.current) == ("1:00", there)


def test_t34_a_cell_that_filled_twice_meanwhile_names_the_list_and_the_sum(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    last = scene.put(PAY, MONDAY, 2 * HOUR, time(11))
    open_sheet(scene)
    with pytest.raises(Conflict, match="This cell has 2 worklogs") as refused:
        save_cell(scene.viewer_context, cell_edit("5"))
    assert (refused.value.theirs, refused.value.current) == ("3:00", last)


def test_a_worklog_deleted_meanwhile_is_a_conflict_and_is_looked_at_again(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    del scene.jira.worklogs[was.id]
    with pytest.raises(Conflict, match=r"no longer in Jira.*\. Press Enter to log 2:00 as a new one\.$"):
        save_cell(scene.viewer_context, cell_edit("2", *seen(was)))
    assert scene.hours() == {}, "the cell is empty now"
    save_cell(scene.viewer_context, cell_edit("2", key="key-0002"))
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}


def test_a_cell_that_was_emptied_meanwhile_is_empty_and_says_that_nothing_was_deleted(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    del scene.jira.worklogs[was.id]
    saved = save_cell(scene.viewer_context, cell_edit("", *seen(was)))
    assert (saved.worklog, saved.changed, saved.steps) == (None, False, ())
    assert saved.notes == (NOTHING_TO_DELETE,)
    assert scene.hours() == {}


@pytest.mark.parametrize("text", ["", "2"])
def test_enter_is_not_advised_if_another_worklog_is_where_one_was(scene: Scene, text: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    del scene.jira.worklogs[was.id]
    scene.put(PAY, MONDAY, 3 * HOUR)
    with pytest.raises(Conflict, match=r"no longer in Jira.*\. Reload to see what is there now\.$"):
        save_cell(scene.viewer_context, cell_edit(text, *seen(was)))


def test_t32_a_double_click_writes_once(scene: Scene) -> None:
    open_sheet(scene)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: save_cell(scene.viewer_context, cell_edit("1")), range(8)))
    assert len(scene.jira.worklogs) == 1
    assert len({id(outcome) for outcome in outcomes}) == 1
    assert save_cell(scene.viewer_context, cell_edit("1")) == outcomes[0]


def test_the_same_key_with_other_content_is_another_write(scene: Scene) -> None:
    open_sheet(scene)
    save_cell(scene.viewer_context, cell_edit("1"))
    save_cell(scene.viewer_context, cell_edit("1", day=TUESDAY))
    assert len(scene.jira.worklogs) == 2


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with spaces", "a/b/c/d/e/"])
def test_a_form_without_a_proper_key_is_refused(scene: Scene, key: str) -> None:
    open_sheet(scene)
    with pytest.raises(InvalidInput):
        save_cell(scene.viewer_context, cell_edit("1", key=key))
    assert not scene.jira.worklogs


def test_t32_a_lost_answer_is_found_by_the_next_try(scene: Scene) -> None:
    open_sheet(scene)
    scene.jira.lost = [JiraUnavailable("Jira gave no answer.", wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        save_cell(scene.viewer_context, cell_edit("1"))
    scene.wait(1)
    saved = save_cell(scene.viewer_context, cell_edit("1"))
    assert saved.worklog is not None
    assert list(scene.jira.worklogs) == [saved.worklog.id]
    assert scene.jira.issues[PAY].remaining_seconds == 5 * HOUR, "the estimate moved once"
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


@pytest.mark.parametrize("error", [NotAllowed("No."), NotFound("No."), JiraUnavailable("No.")])
def test_a_refused_save_changes_no_figure_and_can_be_tried_again(scene: Scene, error: Exception) -> None:
    open_sheet(scene)
    scene.jira.failing["create_worklog"] = [error]  # type: ignore[list-item]
    with pytest.raises(type(error)):
        save_cell(scene.viewer_context, cell_edit("1"))
    assert scene.hours() == {}
    assert save_cell(scene.viewer_context, cell_edit("1")).changed


def test_bad_text_reaches_neither_jira_nor_the_sheet(scene: Scene) -> None:
    open_sheet(scene)
    with pytest.raises(InvalidInput):
        save_cell(scene.viewer_context, cell_edit("1:75"))
    assert scene.calls() == []


def test_time_tracking_off_is_said(scene: Scene) -> None:
    scene.jira.tracking = TimeTracking(False, 28800, 144000)
    with pytest.raises(TimeTrackingOff):
        save_cell(scene.viewer_context, cell_edit("1"))


def test_notes_mention_rounding_and_long_days(scene: Scene) -> None:
    scene.put(OPS, MONDAY, 20 * HOUR, time(0))
    open_sheet(scene)
    saved = save_cell(scene.viewer_context, cell_edit("5.33"))
    assert saved.notes == ("Jira stores whole minutes: saved as 5h 20m.", "That makes 25h 20m on one day.")


def test_t31_the_estimate_after_is_what_jira_makes_of_it(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    outcomes = [save_cell(scene.viewer_context, cell_edit("3", *seen(was)))]
    assert outcomes[-1].worklog is not None
    outcomes.append(
        save_cell(scene.viewer_context, cell_edit("", *seen(outcomes[-1].worklog), key="key-0002"))
    )
    outcomes.append(save_cell(scene.viewer_context, cell_edit("9", key="key-0003")))
    issues = [outcome.issue for outcome in outcomes if outcome.issue]
    assert [issue.remaining_seconds for issue in issues] == [4 * HOUR, 7 * HOUR, 0]
    assert issues[-1].remaining_seconds == scene.jira.issues[PAY].remaining_seconds
    assert scene.sheet().issues[PAY] == issues[-1]


def test_t31_no_estimate_is_invented(scene: Scene) -> None:
    open_sheet(scene)
    saved = save_cell(scene.viewer_context, cell_edit("1", issue_id=BARE))
    assert saved.issue is not None
    assert saved.issue.remaining_seconds is None
    assert saved.issue.spent_seconds == HOUR


# --- a comment beside the time


def commented(text: str, comment: str | None, *was: Worklog, key: str = "key-0001") -> CellEdit:
    return replace(cell_edit(text, *seen(*was), key=key), comment=comment)


def test_a_new_worklog_gets_its_comment(scene: Scene) -> None:
    saved = save_cell(scene.viewer_context, commented("1h30", "fixed the parser"))
    assert saved.worklog is not None
    assert (saved.worklog.seconds, adf_to_text(saved.worklog.comment)) == (5400, "fixed the parser")


@pytest.mark.parametrize(
    ("text", "comment", "seconds", "left"),
    [
        ("1", "new", HOUR, "new"),
        ("2", "new", 2 * HOUR, "new"),
        ("2", None, 2 * HOUR, "old"),
        ("2", "old", 2 * HOUR, "old"),
        ("1", "", HOUR, ""),
    ],
)
def test_time_and_comment_change_in_one_call(
    scene: Scene, text: str, comment: str | None, seconds: int, left: str
) -> None:
    was = scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("old"))
    open_sheet(scene)
    save_cell(scene.viewer_context, commented(text, comment, was))
    assert scene.calls() == ["read_worklog", "update_worklog"]
    now = scene.jira.worklogs[was.id]
    assert (now.seconds, adf_to_text(now.comment)) == (seconds, left)


def test_the_same_time_and_comment_send_nothing(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("old"))
    open_sheet(scene)
    assert not save_cell(scene.viewer_context, commented("1", "old", was)).changed
    assert scene.calls() == []


def test_a_comment_that_was_not_typed_stays_as_it_is(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, comment=RICH)
    open_sheet(scene)
    save_cell(scene.viewer_context, commented("2", None, was))
    assert scene.jira.worklogs[was.id].comment == RICH


@pytest.mark.parametrize(
    ("text", "comment", "field"), [("", "only words", "duration"), ("1", "x" * 32_001, "comment")]
)
def test_a_comment_without_time_or_too_long_is_refused(
    scene: Scene, text: str, comment: str, field: str
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    for worklogs in ((), (was,)):
        day = TUESDAY if not worklogs else MONDAY
        with pytest.raises(InvalidInput) as refused:
            save_cell(scene.viewer_context, replace(commented(text, comment, *worklogs), day=day))
        assert refused.value.field == field
    assert list(scene.jira.worklogs.values()) == [was]


def test_several_worklogs_need_the_list_for_a_comment_too(scene: Scene) -> None:
    both = [scene.put(PAY, MONDAY, HOUR, time(at)) for at in (9, 11)]
    open_sheet(scene)
    with pytest.raises(InvalidInput, match="has 2 worklogs"):
        save_cell(scene.viewer_context, commented("1", "which one?", *both))


@pytest.mark.parametrize(
    ("comment", "left"), [("fixed it", "fixed it"), ("fixed it well", "fixed it well"), (None, "fixed it")]
)
def test_a_lost_comment_is_found_and_not_written_twice(scene: Scene, comment: str | None, left: str) -> None:
    open_sheet(scene)
    scene.jira.lost = [JiraUnavailable("Cut off.", wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        save_cell(scene.viewer_context, commented("1", "fixed it"))
    again = replace(commented("1", comment, key="key-0002"), tried=("key-0001",))
    save_cell(scene.viewer_context, again)
    [made] = scene.jira.worklogs.values()
    assert (made.seconds, adf_to_text(made.comment)) == (HOUR, left)


def test_a_lost_change_of_a_comment_is_not_a_conflict(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    scene.jira.failing["update_worklog"] = [JiraUnavailable("Late.", status=504, wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        save_cell(scene.viewer_context, commented("1", "fixed it", was))
    scene.wait(1)
    now = replace(was, comment=text_to_adf("fixed it"), updated=scene.jira.now)
    scene.jira.worklogs[was.id] = now
    saved = save_cell(scene.viewer_context, commented("1", "fixed it", was))
    assert saved.worklog == now
    assert scene.calls().count("update_worklog") == 1
    other = commented("1", "other words", was, key="key-0002")
    with pytest.raises(Conflict):
        save_cell(scene.viewer_context, other)


def test_a_comment_that_differs_from_what_is_there_is_a_conflict(scene: Scene) -> None:
    open_sheet(scene)
    scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("theirs"))
    scene.sheet(refresh=True)
    with pytest.raises(Conflict):
        save_cell(scene.viewer_context, commented("1", "mine"))
    assert save_cell(scene.viewer_context, commented("1", "theirs", key="key-0002")).worklog is not None


@pytest.mark.parametrize(
    ("comment", "end"),
    [("Reviewed it", "the comment is “Reviewed it” now."), ("", "there is no comment now.")],
)
def test_a_conflict_about_equal_times_names_the_comment(scene: Scene, comment: str, end: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    scene.wait(1)
    theirs = replace(was, comment=text_to_adf(comment) if comment else None, updated=scene.jira.now)
    scene.jira.worklogs[was.id] = theirs
    with pytest.raises(Conflict) as refused:
        save_cell(scene.viewer_context, replace(cell_edit("1", *seen(was)), comment="Mine"))
    assert refused.value.sentence == (
        f"This worklog was changed in the meantime. The time is 1:00, as you entered, and {end}"
    )


@pytest.mark.parametrize("text", ["1", "2", ""])
def test_a_worklog_that_moved_to_another_day_is_no_time_of_the_cell(scene: Scene, text: str) -> None:
    was = scene.put(PAY, MONDAY, 3 * HOUR)
    open_sheet(scene)
    scene.wait(1)
    started = was.started + timedelta(days=1)
    moved = replace(was, day=TUESDAY, started=started, seconds=HOUR, updated=scene.jira.now)
    scene.jira.worklogs[was.id] = moved
    with pytest.raises(Conflict) as refused:
        save_cell(scene.viewer_context, cell_edit(text, *seen(was)))
    assert refused.value.sentence == (
        "This worklog was moved to 17 November 2026 in the meantime. Its 1h counts there now."
    )
    assert scene.jira.worklogs == {was.id: moved}


class TypedOverUndo:
    """A cell in which time was saved and undone, while the browser still shows what was saved."""

    def __init__(self, scene: Scene, before: str, saved: str) -> None:
        self.scene = scene
        open_sheet(scene)
        was = [save_cell(scene.viewer_context, cell_edit(before, key="key-0000"))] if before else []
        shown = [seen(one.worklog)[0] for one in was if one.worklog]
        scene.wait(1)
        result = save_cell(scene.viewer_context, cell_edit(saved, *shown))
        scene.wait(1)
        self.shown = seen(result.worklog) if result.worklog else ()
        self.tokens = offer_undo(scene.viewer_context, result)
        self.reverse()

    def reverse(self, *tokens: str, redo: bool = False) -> tuple[str, ...]:
        """Undo what was saved, or what these tokens name; return the tokens that reverse it."""
        return undo(self.scene.viewer_context, UndoWrites(tokens or self.tokens, redo)).back

    def edit(self, text: str) -> CellEdit:
        """Return what is typed over the time on the screen."""
        return replace(cell_edit(text, *self.shown, key="key-0002"), undone=self.tokens)

    def hours(self) -> list[int]:
        return [worklog.seconds for worklog in self.scene.jira.worklogs.values()]


@pytest.mark.parametrize(("before", "saved"), [("", "1"), ("0:30", "1"), ("0:30", "")])
@pytest.mark.parametrize("text", ["2", ""])
def test_what_is_typed_over_undone_time_takes_the_place_of_what_undo_left(
    scene: Scene, before: str, saved: str, text: str
) -> None:
    typed = TypedOverUndo(scene, before, saved)
    result = save_cell(scene.viewer_context, typed.edit(text))
    assert typed.hours() == ([2 * HOUR] if text else [])
    if result.steps:
        typed.reverse(*offer_undo(scene.viewer_context, result))
    assert typed.hours() == ([HOUR // 2] if before else []), "it leads back to what the undo left"


def test_what_is_typed_over_redone_time_takes_its_place(scene: Scene) -> None:
    typed = TypedOverUndo(scene, "", "1")
    typed.reverse(*typed.reverse(), redo=True)
    assert typed.hours() == [HOUR]
    save_cell(scene.viewer_context, typed.edit("2"))
    assert typed.hours() == [2 * HOUR]


def test_a_change_after_an_undo_is_not_written_over(scene: Scene) -> None:
    typed = TypedOverUndo(scene, "0:30", "1")
    [worklog] = scene.jira.worklogs.values()
    scene.wait(1)
    scene.jira.worklogs[worklog.id] = replace(worklog, seconds=3 * HOUR, updated=scene.jira.now)
    with pytest.raises(Conflict):
        save_cell(scene.viewer_context, typed.edit("2"))
    assert typed.hours() == [3 * HOUR]


def test_time_that_somebody_else_deleted_is_not_taken_for_undone(scene: Scene) -> None:
    typed = TypedOverUndo(scene, "0:30", "1")
    [worklog] = scene.jira.worklogs.values()
    del scene.jira.worklogs[worklog.id]
    with pytest.raises(Conflict):
        save_cell(scene.viewer_context, typed.edit("2"))
    assert typed.hours() == []
