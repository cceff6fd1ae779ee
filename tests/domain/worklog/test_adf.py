from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.errors import InvalidInput
from timesheet.domain.worklog.adf import (
    DEEPEST,
    LONGEST_TEXT,
    adf_to_text,
    edited,
    is_plain,
    normalized,
    text_to_adf,
)

MENTION = {"type": "mention", "attrs": {"id": "a-1", "text": "@Ada Example"}}
PANEL = {"type": "panel", "attrs": {"panelType": "info"}, "content": [{"type": "paragraph", "content": [
    {"type": "text", "text": "Mind the gap"}]}]}  # fmt: skip
STRANGE = {"type": "extension", "attrs": {"extensionKey": "x", "extensionType": "y"}}


def paragraph(*inline: Any) -> dict[str, Any]:
    nodes = [{"type": "text", "text": part} if isinstance(part, str) else part for part in inline]
    return {"type": "paragraph", "content": nodes}


def doc(*blocks: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(blocks)}


RICH = doc(paragraph("Talked to ", MENTION, " about refunds"), PANEL, paragraph("The end"), STRANGE)


@pytest.fixture(scope="session")
def schema(contract: Callable[[str], Path]) -> Any:
    return jsonschema.Draft4Validator(json.loads(contract("adf-schema.json").read_text()))


TEXTS = [
    "", "one", "one\ntwo", "one\n\ntwo", "- a\n- b", "* a\n* b", "1. a\n2. b", "3. c\n4. d", "intro\n- a\n- b\noutro",
    "- a\n  - b\n    - c\n- d", "- a\n  1. b\n  2. c", "1. a\n- b", "-no list", "- ", "1.no", "a\tb", "😀 👨‍👩‍👧 עברית",
    "a\u00a0b", "x" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_t33_typed_text_makes_a_valid_document(schema: Any, text: str) -> None:
    schema.validate(text_to_adf(text))


@pytest.mark.parametrize("text", [text for text in TEXTS if not text.startswith("*")])
def test_t33_typed_text_reads_back(text: str) -> None:
    made = text_to_adf(text)
    assert adf_to_text(made).replace("\n", "") == normalized(text).replace("\n", "")
    assert is_plain(made)
    assert edited(made, text) is None


@given(
    st.lists(
        st.sampled_from(["- ", "  - ", "1. ", "    * ", "word", "\n", "2) x", " ", "- a", "-", "•  b"]),
        max_size=12,
    )
)
def test_t33_any_mix_of_lines_is_stable(parts: list[str]) -> None:
    text = "\n".join(parts)
    once = adf_to_text(text_to_adf(text))
    assert adf_to_text(text_to_adf(once)) == once
    assert edited(text_to_adf(text), once) is None


@given(st.text(max_size=200))
def test_t33_no_text_breaks_it(text: str) -> None:
    made = text_to_adf(text)
    assert edited(made, adf_to_text(made)) is None
    json.dumps(made).encode()


def test_lists_become_lists() -> None:
    made = text_to_adf("- a\n  - b\n- c\n\n3. d")
    bullets, numbers = made["content"]
    assert bullets["type"] == "bulletList"
    assert [item["content"][0]["content"][0]["text"] for item in bullets["content"]] == ["a", "c"]
    assert bullets["content"][0]["content"][1]["type"] == "bulletList"
    assert numbers == {
        "type": "orderedList", "attrs": {"order": 3}, "content": [{"type": "listItem", "content": [paragraph("d")]}]
    }  # fmt: skip


def test_t33_a_rich_comment_shows_all_its_text() -> None:
    assert (
        adf_to_text(RICH) == "Talked to @Ada Example about refunds\n\nMind the gap\n\nThe end\n\n[extension]"
    )
    assert not is_plain(RICH)


def test_t33_an_unchanged_rich_comment_is_not_sent() -> None:
    assert edited(RICH, adf_to_text(RICH)) is None
    assert edited(RICH, adf_to_text(RICH).replace("\n", "\r\n") + "\n") is None


def test_t33_only_the_edited_paragraph_changes(schema: Any) -> None:
    made = edited(RICH, adf_to_text(RICH).replace("The end", "The very end\n\nand more"))
    assert made == doc(RICH["content"][0], PANEL, paragraph("The very end"), paragraph("and more"), STRANGE)
    schema.validate(made)


def test_t33_an_edit_beside_a_mention_keeps_the_mention() -> None:
    made = edited(RICH, adf_to_text(RICH).replace("refunds", "refunds and fees"))
    assert made is not None
    first = made["content"][0]["content"]
    assert MENTION in first
    assert adf_to_text(made).startswith("Talked to @Ada Example about refunds and fees\n\n")
    assert made["content"][1:] == RICH["content"][1:]


def test_t33_marks_survive_outside_the_edit() -> None:
    strong = {"type": "text", "text": "loud words", "marks": [{"type": "strong"}]}
    made = edited(doc(paragraph("some ", strong, " here")), "some loud words there")
    assert made is not None
    assert strong in made["content"][0]["content"]


@pytest.mark.parametrize(
    ("new", "parts"),
    [
        ("some louder words here", [("some ", 0), ("loud", 1), ("er", 0), (" words", 1), (" here", 0)]),
        ("some loud here", [("some ", 0), ("loud ", 1), ("here", 0)]),
        ("some loud words", [("some ", 0), ("loud words", 1)]),
        ("loud words here", [("loud words", 1), (" here", 0)]),
        ("soul here", [("so", 0), ("ul", 0), (" here", 0)]),
        ("so here", [("so", 0), (" here", 0)]),
    ],
)
def test_t33_an_edit_within_marks_keeps_the_marks_at_both_sides(
    new: str, parts: list[tuple[str, int]]
) -> None:
    nodes = {text: {"type": "text", "text": text} for text, _ in parts}
    strong = {"type": "text", "text": "loud words", "marks": [{"type": "strong"}]}
    made = edited(doc(paragraph("some ", strong, " here")), new)
    marked = [
        {**nodes[text], **({"marks": strong["marks"]} if is_strong else {})} for text, is_strong in parts
    ]
    assert made == doc({"type": "paragraph", "content": marked})


def test_t33_only_the_part_of_a_repeated_word_that_was_typed_changes() -> None:
    assert edited(doc(paragraph(MENTION, " a a")), f"{adf_to_text(doc(paragraph(MENTION)))} a a a") == doc(
        paragraph(MENTION, " a a", " a")
    )


def test_t33_an_edit_of_what_text_cannot_say_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Mind the gap") as refused:
        edited(RICH, adf_to_text(RICH).replace("Mind the gap", "Mind it"))
    assert refused.value.field == "comment"


def test_t33_a_removed_block_goes_and_the_others_stay() -> None:
    made = edited(RICH, adf_to_text(RICH).replace("Mind the gap\n\n", ""))
    assert made == doc(RICH["content"][0], RICH["content"][2], STRANGE)


def test_t33_emptying_empties() -> None:
    assert edited(RICH, "") == doc()
    assert edited(None, "") is None
    assert edited(None, "new") == doc(paragraph("new"))


@pytest.mark.parametrize("kind", ["taskItem", "decisionItem"])
def test_t33_an_item_of_a_task_list_is_one_line(kind: str) -> None:
    item = {"type": kind, "attrs": {}, "content": paragraph("Ask ", MENTION, " twice")["content"]}
    assert adf_to_text(doc({"type": "taskList", "content": [item, item]})) == "\n".join(
        ["Ask @Ada Example twice"] * 2
    )


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\t "])
@pytest.mark.parametrize("kind", ["panel", "expand"])
def test_t33_a_block_of_blanks_stays_beside_an_edit(kind: str, blank: str) -> None:
    block = {"type": kind, "content": [paragraph(blank)]}
    strong = paragraph({"type": "text", "text": "Bold", "marks": [{"type": "strong"}]})
    assert adf_to_text(doc(block, strong)) == f"[{kind}]\n\nBold"
    assert edited(doc(block, strong), f"New\n\n[{kind}]\n\nBold") == doc(paragraph("New"), block, strong)


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ({"type": "emoji", "attrs": {"shortName": ":smile:", "text": "😄"}}, "😄"),
        ({"type": "emoji", "attrs": {"shortName": ":smile:"}}, ":smile:"),
        ({"type": "date", "attrs": {"timestamp": "1717977600000"}}, "2024-06-10"),
        ({"type": "date", "attrs": {"timestamp": "soon"}}, "[date]"),
        ({"type": "status", "attrs": {"text": "In progress", "color": "blue"}}, "In progress"),
        ({"type": "inlineCard", "attrs": {"url": "https://example.com/a"}}, "https://example.com/a"),
        ({"type": "somethingNew"}, "[somethingNew]"),
    ],
)  # fmt: skip
def test_t33_inline_nodes_read_as_something(node: Any, text: str) -> None:
    assert adf_to_text(doc(paragraph("on ", node))) == f"on {text}"


def test_t33_blocks_with_blank_lines_inside_stay_whole() -> None:
    code = {"type": "codeBlock", "attrs": {}, "content": [{"type": "text", "text": "a\n\nb"}]}
    broken = paragraph("x", {"type": "hardBreak"}, {"type": "hardBreak"}, "y")
    rich = doc(code, broken, paragraph("end"))
    assert edited(rich, adf_to_text(rich)) is None
    made = edited(rich, adf_to_text(rich).replace("end", "the end"))
    assert made == doc(code, broken, paragraph("the end"))


@pytest.mark.parametrize(
    "broken",
    [
        *({}, {"content": None}, {"content": "x"}, {"content": [1, None]}, {"content": [{}]}),
        {"content": [{"type": "x", "attrs": "y"}, {"type": ["x"]}, {"content": [{"type": {}}]}]},
        {"content": [{"type": "orderedList", "attrs": ["z"], "content": [{"content": [{"type": "rule"}]}]}]},
    ],
)
def test_t33_odd_documents_do_no_harm(broken: Any) -> None:
    assert isinstance(adf_to_text(broken), str)


@pytest.mark.parametrize("kind", ["panel", "paragraph", "unknown"])
def test_t33_endless_nesting_ends(kind: str) -> None:
    node: dict[str, Any] = paragraph("deep")
    for _ in range(1000):
        node = {"type": kind, "content": [node]}
    assert adf_to_text(doc(node)) == "…"
    assert adf_to_text(text_to_adf("\n".join(" " * 2 * n + "- x" for n in range(100))))


@pytest.mark.parametrize("levels", [DEEPEST, DEEPEST + 1, DEEPEST + 2])
def test_t33_typed_lists_are_nested_so_deep_and_no_deeper(levels: int) -> None:
    """Deeper items belong to the innermost list."""
    node, found = text_to_adf("\n".join(" " * 2 * n + "- x" for n in range(levels)))["content"][0], 1
    while len(node["content"][-1]["content"]) > 1:
        node, found = node["content"][-1]["content"][1], found + 1
    assert found == min(levels, DEEPEST + 1)
    assert len(node["content"]) == max(1, levels - DEEPEST)


@pytest.mark.parametrize(("levels", "text"), [(DEEPEST, "deep"), (DEEPEST + 1, "…")])
def test_t33_blocks_are_read_so_deep_and_no_deeper(levels: int, text: str) -> None:
    node: dict[str, Any] = paragraph("deep")
    for _ in range(levels):
        node = {"type": "panel", "content": [node]}
    assert adf_to_text(doc(node)) == text


def test_a_comment_has_an_end() -> None:
    assert adf_to_text(text_to_adf("x" * LONGEST_TEXT)) == "x" * LONGEST_TEXT
    with pytest.raises(InvalidInput, match="at most"):
        text_to_adf("x" * (LONGEST_TEXT + 1))
    with pytest.raises(InvalidInput, match="at most"):
        edited(RICH, adf_to_text(RICH) + "x" * LONGEST_TEXT)


def test_a_comment_that_was_longer_in_jira_can_be_read_and_kept() -> None:
    longer = doc(paragraph("x" * (LONGEST_TEXT + 1)))
    assert is_plain(longer)
    assert edited(longer, adf_to_text(longer)) is None
    with pytest.raises(InvalidInput, match="at most"):
        edited(longer, adf_to_text(longer) + "x")


def test_many_paragraphs_that_say_the_same_cost_no_more_than_others() -> None:
    """Comparing each old one with each new one would take half a minute here."""
    rich = doc(PANEL, *[paragraph("a")] * 5000, PANEL)
    start = time.process_time()
    made = edited(rich, "\n\n".join(["Mind the gap", "b", *["a"] * 4998, "c", "Mind the gap"]))
    assert time.process_time() - start < 5
    assert made == doc(PANEL, paragraph("b"), *[paragraph("a")] * 4998, paragraph("c"), PANEL)
