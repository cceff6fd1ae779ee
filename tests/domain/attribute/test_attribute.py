"""Attributes: what admins may define, and what counts as a value."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.attribute.attribute import (
    BILLABLE,
    BUILT_IN,
    LONGEST_TEXT,
    MOST_ATTRIBUTES,
    MOST_OPTIONS,
    Attribute,
    Kind,
    Option,
    attributes_of,
    checked_attribute,
    default_value,
    example_tag,
    meaning_of,
    number_text,
    options_of,
    read_value,
    tag_of,
    tags_of,
)
from timesheet.domain.errors import InvalidInput

ACTIVITY = Attribute(
    "a",
    "Activity",
    Kind.SELECT,
    options=(Option("d", "Design"), Option("o", "Old", removed=True), Option("t", "Test")),
)
TICKET = Attribute("k", "Ticket", Kind.TEXT)
KILOMETERS = Attribute("n", "Kilometers", Kind.NUMBER)
REMOTE = Attribute("r", "Remote", Kind.TOGGLE)


def test_billable_is_built_in_until_somebody_changes_it() -> None:
    assert [one.id for one in attributes_of([TICKET, ACTIVITY])] == [BILLABLE, "a", "k"]
    changed = replace(BUILT_IN[0], name="Invoiced", version=1)
    assert attributes_of([changed])[0].name == "Invoiced"
    assert BUILT_IN[0].built_in
    assert not TICKET.built_in


def test_texts_are_cleaned_and_only_a_list_has_options() -> None:
    typed = replace(TICKET, name="  Ticket \n no. ", options=ACTIVITY.options, default=" PAY-1 ")
    assert checked_attribute(typed, [ACTIVITY]) == replace(TICKET, name="Ticket no.", default="PAY-1")
    assert checked_attribute(replace(REMOTE, required=True, default="1"), []).default == "yes"
    assert not checked_attribute(replace(REMOTE, required=True), []).required


def test_the_longest_number_that_can_be_typed_is_a_number() -> None:
    longest = f"-{'9' * 10}.{'9' * 4}"
    assert read_value(KILOMETERS, longest) == -9999999999.9999
    assert len(longest) == Kind.NUMBER.longest
    assert Kind.TEXT.longest == LONGEST_TEXT


@pytest.mark.parametrize(
    ("attribute", "field"),
    [
        (replace(TICKET, name=" "), "name"),
        (replace(TICKET, name="activity"), "name"),
        (replace(ACTIVITY, kind=Kind.TEXT), "kind"),
        (replace(ACTIVITY, id="new", name="X", options=()), "options"),
        (replace(ACTIVITY, id="new", name="X", options=(Option("d", "A"), Option("e", "a"))), "options"),
        (replace(ACTIVITY, id="new", name="X", options=(Option("o", "Old", removed=True),)), "options"),
        (
            replace(ACTIVITY, options=tuple(Option(f"{n}", f"{n}") for n in range(MOST_OPTIONS + 1))),
            "options",
        ),
        (replace(ACTIVITY, default="gone"), "default"),
        (replace(KILOMETERS, default="many"), "default"),
    ],
)
def test_a_bad_attribute_is_refused_at_its_field(attribute: Attribute, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked_attribute(attribute, [ACTIVITY])
    assert caught.value.field == field


def test_a_site_holds_only_so_many() -> None:
    others = [replace(TICKET, id=f"{n}", name=f"Ticket {n}") for n in range(MOST_ATTRIBUTES)]
    assert checked_attribute(others[0], others) == others[0]
    with pytest.raises(InvalidInput, match="at most 30"):
        checked_attribute(TICKET, others)


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [
        (REMOTE, "yes", True),
        (REMOTE, "", False),
        (REMOTE, "0", False),
        (TICKET, "  a\tb ", "a b"),
        (TICKET, " ", None),
        (ACTIVITY, "t", "t"),
        (ACTIVITY, "o", "o"),
        (ACTIVITY, "", None),
        (KILOMETERS, "12", 12),
        (KILOMETERS, "1,50", 1.5),
        (KILOMETERS, "0,125", 0.125),
        (KILOMETERS, "1.125", 1.125),
        (KILOMETERS, "−3.0", -3),
        (KILOMETERS, "１２．５", 12.5),
        (KILOMETERS, "\u200e٣٫٥", 3.5),
    ],
)
def test_a_value_is_read_as_it_is_typed(attribute: Attribute, text: str, value: object) -> None:
    read = read_value(attribute, text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        (KILOMETERS, "1.23456"),
        (KILOMETERS, "1e5"),
        (KILOMETERS, "nan"),
        (KILOMETERS, "12²"),
        (KILOMETERS, "1½"),
        (TICKET, "x" * 251),
        (ACTIVITY, "x"),
    ],
)
def test_anything_else_is_not_a_value(attribute: Attribute, text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_value(attribute, text)
    assert caught.value.field == f"attribute-{attribute.id}"


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("1,200", "1,200 can mean 1200 or 1.2."),
        ("1.200", "1.200 can mean 1200 or 1.2."),
        ("-12.050", "-12.050 can mean -12050 or -12.05."),
        ("1,234", "1,234 can mean 1234 or 1.234."),
    ],
)
def test_a_sign_that_may_separate_thousands_is_asked_about(text: str, meanings: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(meanings)) as caught:
        read_value(KILOMETERS, text)
    assert caught.value.field == f"attribute-{KILOMETERS.id}"


def test_a_removed_option_is_not_a_default() -> None:
    assert checked_attribute(replace(ACTIVITY, default="o"), []).default == ""
    assert default_value(replace(ACTIVITY, default="t")) == "t"
    assert default_value(replace(ACTIVITY, default="o")) is None
    assert default_value(ACTIVITY) is None


@given(st.integers(-(10**9), 10**9), st.integers(0, 9999))
def test_a_number_is_written_as_it_can_be_typed(whole: int, part: int) -> None:
    value = read_value(KILOMETERS, f"{whole}.{part:04}")
    assert isinstance(value, int | float)
    assert read_value(KILOMETERS, number_text(value)) == value


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        (["Design", "Test"], [("d", "Design"), ("t", "Test"), ("o", "-Old")]),
        (["Test", "Design"], [("t", "Test"), ("d", "Design"), ("o", "-Old")]),
        (["Drawing", "Test"], [("d", "Drawing"), ("t", "Test"), ("o", "-Old")]),
        (["Test"], [("t", "Test"), ("d", "-Design"), ("o", "-Old")]),
        (["Design", "Test", "old"], [("d", "Design"), ("t", "Test"), ("o", "old")]),
        (
            ["Design", " ", "Test", "New  one"],
            [("d", "Design"), ("t", "Test"), ("1", "New one"), ("o", "-Old")],
        ),
        (["Old", "Test"], [("o", "Old"), ("t", "Test"), ("d", "-Design")]),
        ([], [("d", "-Design"), ("o", "-Old"), ("t", "-Test")]),
    ],
)
def test_options_are_edited_as_lines(lines: list[str], after: list[tuple[str, str]]) -> None:
    numbers = count(1)
    done = options_of(ACTIVITY.options, lines, lambda: str(next(numbers)))
    assert [(one.id, f"-{one.name}" if one.removed else one.name) for one in done] == after


@given(st.lists(st.text(max_size=4)), st.lists(st.text(max_size=4)))
def test_no_option_is_ever_lost(first: list[str], second: list[str]) -> None:
    numbers = count(1)
    before = options_of((), first, lambda: str(next(numbers)))
    after = options_of(before, second, lambda: str(next(numbers)))
    assert {one.id for one in before} <= {one.id for one in after}


@pytest.mark.parametrize(
    ("tag", "meant"),
    [
        ("billable", (BILLABLE, "yes")),
        ("abrechenbar", (BILLABLE, "yes")),
        ("remote", ("r", "yes")),
        ("design", ("a", "d")),
        ("activity-design", ("a", "d")),
        ("test", None),
        ("activity-test", ("a", "t")),
        ("phase-test-run", None),
        ("phase-test", ("p", "x")),
        ("old", None),
        ("ticket", None),
        ("ticket=", ("k", "")),
        ("remote=", None),
    ],
)
def test_a_tag_means_a_box_or_an_option(tag: str, meant: tuple[str, str] | None) -> None:
    phase = Attribute("p", "Phase", Kind.SELECT, options=(Option("x", "Test"), Option("y", "Roll out")))
    tags = tags_of([*BUILT_IN, ACTIVITY, TICKET, REMOTE, phase], {BILLABLE: ["Abrechenbar"]})
    assert tags.get(tag) == meant
    assert tags["roll-out"] == ("p", "y")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Billable", (BILLABLE, "yes")),
        ("activity=Design", ("a", "d")),
        ("activity：design", ("a", "d")),
        ("Kilometers=12,5", ("n", "12,5")),
        ("kilometers:12", ("n", "12")),
        ("ticket＝a=b", ("k", "a=b")),
        ("ticket", ("k", "")),
        ("remote=1", None),
        ("nothing=1", None),
    ],
)
def test_a_typed_tag_may_have_a_value_of_its_own(typed: str, meant: tuple[str, str] | None) -> None:
    assert meaning_of(typed, tags_of([*BUILT_IN, ACTIVITY, TICKET, KILOMETERS, REMOTE], {})) == meant


def test_a_tag_of_an_option_needs_no_value_although_a_text_has_the_same_name() -> None:
    design = Attribute("t", "Design", Kind.TEXT)
    tags = tags_of([ACTIVITY, design], {})
    assert meaning_of("design", tags) == ("a", "d")
    assert meaning_of("design=blue", tags) == ("t", "blue")


def test_a_tag_is_a_name_in_lower_case_with_hyphens() -> None:
    assert tag_of("  Cost Center (EU) ") == "cost-center-eu"
    assert tag_of("Réunion d’équipe") == "réunion-d-équipe"
    assert tag_of("Kind=Travel") == tag_of("Kind：Travel") == "kind-travel"


@pytest.mark.parametrize(
    ("attribute", "tag"),
    [
        (ACTIVITY, "#activity=design"),
        (replace(TICKET, name="Purchase order"), "#purchase-order=…"),
        (KILOMETERS, "#kilometers=12"),
        (replace(ACTIVITY, options=()), ""),
        (replace(TICKET, name="?!"), ""),
    ],
)
def test_an_example_of_a_tag_is_one_that_the_attribute_takes(attribute: Attribute, tag: str) -> None:
    assert example_tag(attribute) == tag
    if tag:
        found = meaning_of(tag.removeprefix("#"), tags_of([attribute], {}))
        assert found is not None
        assert found[0] == attribute.id
        assert found[1]
