"""Convert comments between Atlassian Document Format and editable text.

People type paragraphs and lists ("- " or "1. ", nested by two spaces). When a rich document is edited, every
block that did not change stays as it is, and an edited paragraph keeps the mentions and marks around the
edit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message

Node = Mapping[str, Any]

LONGEST_TEXT = 32_000
DEEPEST = 20
MOST_COMPARED = 200_000
RICH_EDIT = message(
    "This comment contains a part that cannot be changed here (“{part}”). Leave that part as it "
    "is, or change it in Jira."
)

_ITEM = re.compile(r"( *)(?:[-*•]|(\d{1,6})[.)]) +(\S.*)")


def text_to_adf(text: str) -> dict[str, Any]:
    """Return the document for typed text; an empty document for no text. Raise InvalidInput if the text is too long."""
    return _document(_bounded(normalized(text)))


def _document(clean: str) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": [b for chunk in _chunks(clean) for b in _blocks(chunk)]}


def _bounded(clean: str) -> str:
    if len(clean) > LONGEST_TEXT:
        raise InvalidInput(
            message("A comment can have at most {most} characters in Jira.", most=LONGEST_TEXT),
            field="comment",
        )
    return clean


def normalized(text: str) -> str:
    """Return the text with uniform line ends and blank lines, without invisible characters at either end."""
    lines = (line.rstrip() for line in re.split(r"\r\n|\r|\n", text))
    joined = "\n".join("".join(filter(_visible, line)) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", joined).strip("\n")


def _visible(char: str) -> bool:
    return char == "\t" or unicodedata.category(char) not in ("Cc", "Cs")  # not shown


def adf_to_text(doc: Node | None) -> str:
    """Return the text of a document, for editing and for tooltips. Unknown nodes give the text they contain."""
    return "\n\n".join(text for text in map(_block_text, _content(doc)) if text)


def is_plain(doc: Node | None) -> bool:
    """Return True if the document contains nothing that its text does not express.

    Jira may have longer comments than can be typed here.
    """
    return doc is None or only_text(doc)["content"] == list(_content(doc))


def only_text(doc: Node | None) -> dict[str, Any]:
    """Return the document without anything that its text does not express, however long the text is."""
    return _document(normalized(adf_to_text(doc)))


def edited(doc: Node | None, text: str) -> dict[str, Any] | None:
    """Return the document after its text was changed to ``text``; None if the text did not change.

    Raise InvalidInput if the edit touches a part that text cannot express.
    """
    old, new = normalized(adf_to_text(doc)), normalized(text)
    if old == new:
        return None
    if doc is None or is_plain(doc):
        made = text_to_adf(text)
        return None if doc and made["content"] == doc["content"] else made
    return {**doc, "content": list(_merged(_content(doc), _bounded(new)))}


def _content(node: Node | None) -> Sequence[Node]:
    content = node.get("content") if node else None
    return [child for child in content if isinstance(child, Mapping)] if isinstance(content, list) else []


def _attrs(node: Node) -> Mapping[str, Any]:
    attrs = node.get("attrs")
    return attrs if isinstance(attrs, Mapping) else {}


def _chunks(clean: str) -> list[str]:
    return [chunk for chunk in clean.split("\n\n") if chunk.strip()]


# --- text to blocks


def _blocks(chunk: str) -> Iterator[dict[str, Any]]:
    """Yield the blocks of a chunk without blank lines: paragraphs, and lists if lines begin like list items."""
    lines, paragraph = chunk.split("\n"), list[str]()
    at = 0
    while at < len(lines):
        if _ITEM.fullmatch(lines[at]):
            if paragraph:
                yield _paragraph(paragraph)
                paragraph = []
            block, at = _list(lines, at, 0)
            yield block
        else:
            paragraph.append(lines[at])
            at += 1
    if paragraph:
        yield _paragraph(paragraph)


def _list(lines: Sequence[str], at: int, depth: int) -> tuple[dict[str, Any], int]:
    """Return the list that begins at line ``at``, with nested lists inside it, and the line after it."""
    first = _ITEM.fullmatch(lines[at])
    assert first is not None  # noqa: S101 - the caller looked
    indent, number = len(first[1]), first[2]
    items: list[dict[str, Any]] = []
    while at < len(lines) and (item := _ITEM.fullmatch(lines[at])):
        if len(item[1]) >= indent + 2 and items and depth < DEEPEST:
            inner, at = _list(lines, at, depth + 1)
            items[-1]["content"].append(inner)
        elif len(item[1]) < indent or bool(item[2]) != bool(number):
            break
        else:
            items.append({"type": "listItem", "content": [_paragraph([item[3]])]})
            at += 1
    if number is None:
        return {"type": "bulletList", "content": items}, at
    return {"type": "orderedList", "attrs": {"order": int(number)}, "content": items}, at


def _paragraph(lines: Sequence[str]) -> dict[str, Any]:
    return {"type": "paragraph", "content": _inline("\n".join(lines))}


def _inline(text: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    for index, line in enumerate(text.split("\n")):
        if index:
            nodes.append({"type": "hardBreak"})
        if line:
            nodes.append({"type": "text", "text": line})
    return nodes


# --- blocks to text


def _block_text(block: Node, depth: int = 0) -> str:
    """Return one block's text, without blank lines, which would look like its end; none if it is blank."""
    text = re.sub(r"\n\s*\n", "\n", _whole_text(block, depth)).strip("\n")
    return text if text.strip() else ""


def _whole_text(block: Node, depth: int) -> str:
    kind = str(block.get("type"))
    if depth > DEEPEST:
        return "…"
    if kind in _LISTS:
        return "\n".join(_LISTS[str(kind)](block, depth))
    if kind in _OF_LINES:
        return _inline_text(block)
    inner = (_block_text(child, depth + 1) for child in _content(block))
    return "\n".join(part for part in inner if part) or _atom_text(block)


def _bullets(block: Node, depth: int) -> Iterator[str]:
    for item in _content(block):
        yield from _item_lines(item, "- ", depth)


def _numbers(block: Node, depth: int) -> Iterator[str]:
    order = _attrs(block).get("order", 1)
    first = order if isinstance(order, int) else 1
    for number, item in enumerate(_content(block), first):
        yield from _item_lines(item, f"{number}. ", depth)


_OF_LINES = frozenset(("paragraph", "heading", "codeBlock", "taskItem", "decisionItem", "caption"))
"""The blocks whose content is text and its like, not further blocks."""
_LISTS: Mapping[str, Callable[[Node, int], Iterator[str]]] = MappingProxyType(
    {"bulletList": _bullets, "orderedList": _numbers}
)


def _item_lines(item: Node, mark: str, depth: int) -> Iterator[str]:
    begun = False
    for child in _content(item):
        text = _block_text(child, depth + 1)
        for line in text.split("\n") if text else ():
            yield f"  {line}" if begun else f"{mark}{line}"
            begun = True


def _inline_text(block: Node, depth: int = 0) -> str:
    return "".join(_atom_text(node, depth + 1) for node in _content(block))


def _atom_text(node: Node, depth: int = 0) -> str:
    """Return the text of one inline node; a placeholder if it contains no text."""
    if depth > DEEPEST:
        return "…"
    kind, attrs = str(node.get("type")), _attrs(node)
    if kind == "text":
        return str(node.get("text", ""))
    if kind == "hardBreak":
        return "\n"
    if kind == "date":
        return _date_text(attrs)
    text = attrs.get("text") or attrs.get("shortName") or attrs.get("url") or attrs.get("title")
    if text:
        return str(text)
    inner = _inline_text(node, depth)
    return inner if inner.strip() else {"rule": "———", "paragraph": ""}.get(kind, f"[{kind}]")


def _date_text(attrs: Mapping[str, Any]) -> str:
    try:
        return datetime.fromtimestamp(int(attrs["timestamp"]) / 1000, UTC).date().isoformat()
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return "[date]"


# --- keep what was not edited


def _merged(blocks: Sequence[Node], new: str) -> Iterator[Node]:
    """Yield the old blocks whose text is unchanged, and new blocks for typed text."""
    visible = [block for block in blocks if _block_text(block)]
    texts, chunks = [normalized(_block_text(block)) for block in visible], _chunks(new)
    start, end = _shared(texts, chunks)
    old, changed = slice(start, len(texts) - end), slice(start, len(chunks) - end)
    yield from visible[:start]
    if len(texts[old]) * len(chunks[changed]) > MOST_COMPARED:
        # Comparing every pair would take seconds; no comment that a person edits has this many blocks between
        # two edits.
        yield from _replaced(visible[old], chunks[changed])
    else:
        yield from _compared(visible[old], texts[old], chunks[changed])
    yield from visible[old.stop :]


def _compared(blocks: Sequence[Node], texts: Sequence[str], chunks: Sequence[str]) -> Iterator[Node]:
    for action, i, j, k, m in SequenceMatcher(None, texts, chunks, autojunk=False).get_opcodes():
        if action == "equal":
            yield from blocks[i:j]
        else:
            yield from _replaced(blocks[i:j], chunks[k:m])


def _shared(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return the number of parts that two sequences share at the start, and of the rest at the end."""
    shorter, start, end = min(len(old), len(new)), 0, 0
    while start < shorter and old[start] == new[start]:
        start += 1
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _replaced(blocks: Sequence[Node], chunks: Sequence[str]) -> Iterator[Node]:
    """Yield the edited blocks, paired with their new text in order; surplus blocks are removed or added."""
    for index, chunk in enumerate(chunks):
        old = blocks[index] if index < len(blocks) else None
        if old is None or _plain_block(old):
            yield from _blocks(chunk)
        elif old.get("type") in ("paragraph", "heading") and "\n\n" not in _inline_text(old):
            yield {**old, "content": _spliced(_content(old), _inline_text(old), chunk)}
        else:
            part = _block_text(old)
            raise InvalidInput(message(RICH_EDIT, part=part[:40]), field="comment")


def _plain_block(block: Node) -> bool:
    return is_plain({"type": "doc", "version": 1, "content": [block]})


def _spliced(nodes: Sequence[Node], old: str, new: str) -> list[Node]:
    """Return the inline nodes with only the differing middle replaced, so the rest keeps mentions, links, and marks."""
    start, end = _shared(old, new)
    before, start = _leading(nodes, start)
    after, end = _leading(nodes[::-1], end, from_end=True)
    return [*before, *_inline(new[start : len(new) - end]), *after[::-1]]


def _leading(nodes: Sequence[Node], length: int, *, from_end: bool = False) -> tuple[list[Node], int]:
    """Return the nodes, and parts of text nodes, within the first ``length`` characters, and their total length."""
    result, used = list[Node](), 0
    for node in nodes:
        text = _atom_text(node)
        if used + len(text) <= length:
            result.append(node)
            used += len(text)
            continue
        room = length - used
        if node.get("type") == "text" and room:
            result.append({**node, "text": text[-room:] if from_end else text[:room]})
            used += room
        break
    return result, used
