"""The sections of offered issues: their order, no issue twice, and what a typed text leaves of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.offer import MOST_OFFERED, OfferSource, arrange, matches


def issue(number: int, summary: str = "Fix the parser") -> Issue:
    return Issue(number, f"PAY-{number}", summary, 1, "PAY", "Payments", "Task", "Open", done=False)


LISTS = st.lists(
    st.tuples(st.sampled_from(OfferSource), st.lists(st.integers(1, 30).map(issue), max_size=20).map(tuple))
)


@given(LISTS, st.text(max_size=12))
def test_each_issue_is_offered_once_and_as_early_as_possible(
    offered: list[tuple[OfferSource, tuple[Issue, ...]]], text: str
) -> None:
    sections = arrange(offered, text)
    shown = [one.id for section in sections for one in section.issues]
    assert len(shown) == len(set(shown))
    assert all(section.issues for section in sections)
    for section in sections:
        assert (
            section.source in (OfferSource.PINNED, OfferSource.FOUND) or len(section.issues) <= MOST_OFFERED
        )
    if offered and offered[0][0] is OfferSource.FOUND and offered[0][1]:
        assert {one.id for one in sections[0].issues} == {one.id for one in offered[0][1]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True), ("pay", True), ("PAY-1", False), ("pay-12", True), ("parser fix", True), ("pars", True),
        ("12", False), ("pay nothing", False), ("pay-1 parser", True),
    ],
)  # fmt: skip
def test_a_whole_key_is_that_issue_and_words_are_in_the_summary(text: str, found: bool) -> None:
    assert matches(issue(12), text) is found


@pytest.mark.parametrize("text", ["uberprufung", "ÜBERPRÜFUNG", "pay-12 nunez", "ＰＡＹ-12"])
def test_an_issue_is_found_whatever_the_accents_of_its_summary(text: str) -> None:
    assert matches(replace(issue(12), summary="Überprüfung für Núñez"), text)


def test_the_headings_are_in_order() -> None:
    sections = arrange([(source, (issue(n),)) for n, source in enumerate(OfferSource)])
    assert [section.title for section in sections] == [
        "Pinned",
        "Recent",
        "Assigned to you, in progress",
        "Updated or viewed recently",
        "Found",
    ]
