"""JSON that is kept as its bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.worklog.adf import adf_to_text, edited, is_plain, text_to_adf
from timesheet.domain.worklog.packed_json import MOST_LEVELS, NOTHING, is_cut, packed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8") | st.just("\ud83d")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_it_is_the_dictionary_in_all_that_counts(content: dict[str, Any]) -> None:
    kept = packed(content)
    assert kept == content
    assert content == kept
    assert kept == packed(content)
    assert dict(kept) == {**kept} == content
    assert len(kept) == len(content)
    assert bool(kept) == bool(content)
    assert list(kept) == list(content)
    assert all(kept.get(key) == value for key, value in content.items())
    assert kept.packed.decode(), "always UTF-8, also with half of a character"


@pytest.mark.parametrize("levels", [1, MOST_LEVELS - 3, MOST_LEVELS + 1, 800, 100_000])
def test_what_is_nested_too_deeply_is_left_out(levels: int) -> None:
    content: dict[str, Any] = {"type": "doc", "content": [{"type": "text", "text": "deep]}"}]}
    for _ in range(levels // 2):
        content = {"type": "bulletList", "content": [content]}
    kept = packed({**content, "last": [{}] * MOST_LEVELS})
    assert kept.get("last") == ([{}] * MOST_LEVELS if levels < 1000 else None)
    assert is_cut(kept) == (levels >= MOST_LEVELS - 1)
    assert ("deep" in kept.packed.decode()) != is_cut(kept)
    assert edited(kept, adf_to_text(kept)) is None


def test_different_content_is_not_equal() -> None:
    assert packed({"a": 1}) != {"a": 2}
    assert packed({"a": 1}) != packed({"b": 1})
    assert packed({"a": 1}) != 1
    assert packed({"a": 1, "b": 2}) == packed({"b": 2, "a": 1}), "the order of keys says nothing"


def test_a_reader_cannot_change_it_for_others() -> None:
    kept = packed({"content": []})
    kept["content"].append("theirs")
    assert kept == {"content": []}


def test_what_is_packed_is_not_packed_again() -> None:
    kept = packed({"a": "ü"})
    assert packed(kept) is kept
    assert kept.packed == '{"a":"ü"}'.encode()
    assert repr(kept) == "{'a': 'ü'}"
    assert not NOTHING


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError):
        packed({"a": object()})


def test_a_comment_reads_the_same_packed() -> None:
    comment = text_to_adf("Fixed “it”\n\n- one\n- two")
    kept = packed(comment)
    assert adf_to_text(kept) == adf_to_text(comment)
    assert is_plain(kept)
    assert edited(kept, adf_to_text(comment)) is None
    assert edited(kept, "other") == text_to_adf("other")
