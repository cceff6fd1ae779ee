"""The error detection of all journeys works."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ConsoleMessage

from tests.journeys.conftest import VIOLATED, Journey

# What an attacker, or a careless template, could bring into a page of the app; each with the directive that blocks it.
PLANTS = {
    "script-src-elem": "add('script').textContent = 'window.ran = true'",
    "style-src-elem": "add('style').textContent = 'body { color: red }'",
    "style-src-attr": "document.body.setAttribute('style', 'color: red')",
    "script-src-attr": "add('button').setAttribute('onclick', 'window.ran = true')",
    "img-src": "add('img').src = 'https://elsewhere.example/spy.png'",
    "connect-src": "fetch('https://elsewhere.example/take').catch(() => {})",
    "frame-src": "add('iframe').src = 'https://elsewhere.example/'",
    "font-src": "new FontFace('x', 'url(https://elsewhere.example/x.woff2)').load().catch(() => {})",
    "base-uri": "add('base').href = 'https://elsewhere.example/'",
    "script-src": "setTimeout(() => new Function('window.ran = true')())",
}
FREE = ("forge", "base-uri")
PLANT = (
    "try {{ const add = (name) => document.body.appendChild(document.createElement(name)); {} }} catch {{}}"
)


@pytest.mark.each_door
def test_a_complaint_of_the_console_is_kept_until_it_is_allowed(journey: Journey) -> None:
    with journey.page.expect_console_message():
        journey.page.evaluate("console.error('it broke')")
    assert [text.split(" (")[0] for text in journey.unexpected()] == ["it broke"]
    journey.allow("it broke")
    assert journey.unexpected() == []


def messages_about(directive: str) -> Callable[[ConsoleMessage], bool]:
    """Return a filter for messages about this directive; a plant may cause more than one."""
    return lambda message: message.text.startswith(f"{VIOLATED} {directive} ")


@pytest.mark.each_door
def test_whatever_the_policy_blocks_inside_jira_is_a_violation(journey: Journey, door: str) -> None:
    frame = journey.open()
    # Atlassian's policy for Forge apps says nothing about the address that relative ones are relative to.
    plants = {directive: plant for directive, plant in PLANTS.items() if (door, directive) != FREE}
    assert journey.unexpected() == []
    journey.allow(".*")
    for directive, plant in plants.items():
        with journey.page.expect_console_message(messages_about(directive)):
            frame.evaluate(PLANT.format(plant))
    assert {violation.split()[0] for violation in journey.violations} == set(plants)
    assert frame.evaluate("window.ran") is None
    assert journey.unexpected() == journey.violations, "a violation was allowed"
    journey.violations.clear()


@pytest.mark.parametrize(
    "break_it", ["setTimeout(() => nothing.there)", "void Promise.reject(new Error('nobody catches it'))"]
)
def test_an_error_that_nobody_catches_is_a_complaint(journey: Journey, break_it: str) -> None:
    frame = journey.open()
    with journey.page.expect_event("pageerror"):
        frame.evaluate(f"() => {{ {break_it} }}")
    assert [text.split(":")[0] for text in journey.unexpected()] == ["uncaught"]
    journey.complaints.clear()
