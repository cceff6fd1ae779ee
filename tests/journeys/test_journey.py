"""The eye that watches every journey sees."""

from __future__ import annotations

from tests.journeys.conftest import Journey


def test_a_complaint_of_the_console_is_kept_until_it_is_allowed(journey: Journey) -> None:
    with journey.page.expect_console_message():
        journey.page.evaluate("console.error('it broke')")
    assert [text.split(" (")[0] for text in journey.unexpected()] == ["it broke"]
    journey.allow("it broke")
    assert journey.unexpected() == []


def test_an_inline_script_that_the_policy_blocks_is_a_complaint(journey: Journey) -> None:
    journey.page.goto(journey.stage.jira.page_url("my-timesheet", journey.person))
    with journey.page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        journey.page.evaluate(
            "() => { const s = document.createElement('script'); s.textContent = '1'; document.body.append(s) }"
        )
    assert any("Content Security Policy" in text for text in journey.unexpected())
    journey.allow(".*")
