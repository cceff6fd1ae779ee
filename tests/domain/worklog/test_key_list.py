"""Finding the keys of issues in any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.worklog.key_list import read_keys, shortened

SITE = "https://acme-2.atlassian.net"
KEYS = st.from_regex(r"[A-Z][A-Z0-9_]{1,9}-[1-9][0-9]{0,5}", fullmatch=True)
FORMS = (
    "{key}",
    "{site}/browse/{key}",
    "{site}/browse/{key}?focusedCommentId=17",
    "{site}/jira/software/c/projects/X/boards/1?selectedIssue={key}",
    "{site}/jira/software/projects/X/issues/{key}",
    "- [ ] {key} Fix the parser",
    "[{key}]({site}/browse/{key})",
    "**{key}**: done",
    "({key})",
    "feature/{key}-fix-parser",
    "今日は{key}を直した",
)
SEPARATORS = (", ", ",", "\n", "\r\n", "\t", "; ", " | ", " and ")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ()),
        ("fix the utf-8 parser", ()),
        ("pay-1, Pay-2\nops_x2-3", ("PAY-1", "PAY-2", "OPS_X2-3")),
        ("PAY-1 PAY-1 pay-1", ("PAY-1",)),
        ("PAY-1 and pay-2", ("PAY-1",)),
        (f"{SITE}/browse/pay-7, see", ("PAY-7",)),
        (f"{SITE}/browse/PAY-1,PAY-2", ("PAY-1", "PAY-2")),
        ("https://example.com/UTF-8/notes", ()),
        ("PAY-12345678901", ()),
        ("PAY-1-2 X-PAY-3 PAY-4x A-1", ()),
        ("2026-11-24 1h30 9:00-10:00", ()),
        ("1:30\t2:00\n0:45\t", ()),
    ],
)
def test_what_is_a_key(text: str, keys: tuple[str, ...]) -> None:
    assert read_keys(text) == keys


@given(st.text())
def test_no_text_raises(text: str) -> None:
    for key in read_keys(text):
        assert key in text.upper()


@given(
    st.lists(st.tuples(KEYS, st.sampled_from(FORMS)), min_size=1, max_size=60), st.sampled_from(SEPARATORS)
)
def test_what_is_listed_is_found_in_order(listed: list[tuple[str, str]], separator: str) -> None:
    text = separator.join(form.format(key=key, site=SITE) for key, form in listed)
    assert read_keys(text) == tuple(dict.fromkeys(key for key, _ in listed))


def test_a_sentence_names_the_first_keys_and_counts_the_others_only_if_there_are_several() -> None:
    keys = [f"PAY-{number}" for number in range(1, 5)]
    assert shortened(keys, 4) == shortened(keys, 3) == tuple(keys)
    assert shortened(keys, 2) == ("PAY-1", "PAY-2", "2 more issues")
