"""Validate the Atlassian documents that callers send, and read their plain text."""

from __future__ import annotations

from jira_emulator.model import Json

BLOCKS = frozenset(
    "blockquote bulletList codeBlock decisionItem decisionList expand heading layoutColumn layoutSection listItem "
    "media mediaGroup mediaSingle nestedExpand orderedList panel paragraph rule table tableCell tableHeader tableRow "
    "taskItem taskList blockCard embedCard caption extension bodiedExtension".split()
)
INLINE = frozenset("date emoji hardBreak inlineCard inlineExtension mention status text mediaInline".split())
_KNOWN = BLOCKS | INLINE


def paragraphs(text: str) -> Json:
    """Return a document with a paragraph for each line."""
    content = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}
        for line in text.split("\n")
    ]
    return {"type": "doc", "version": 1, "content": content}


def is_document(value: object) -> bool:
    """Return True if Jira would accept this as a document: version 1, known nodes only, no empty text."""
    if not isinstance(value, dict) or value.get("type") != "doc" or value.get("version") != 1:
        return False
    content = value.get("content")
    return isinstance(content, list) and all(_is_node(node) and node["type"] in BLOCKS for node in content)


def _is_node(node: object) -> bool:
    if not isinstance(node, dict) or node.get("type") not in _KNOWN:
        return False
    if node["type"] == "text" and not (isinstance(node.get("text"), str) and node["text"]):
        return False
    if not isinstance(node.get("attrs", {}), dict) or not isinstance(node.get("marks", []), list):
        return False
    content = node.get("content", [])
    return isinstance(content, list) and all(_is_node(child) for child in content)


def plain_text(document: Json | None) -> str:
    """Return a document's words, with each block on its own line."""
    if document is None:
        return ""
    return "\n".join(line for line in (_text(block) for block in document.get("content", [])) if line)


def _text(node: Json) -> str:
    attributes = node.get("attrs", {})
    own = node.get("text") or str(attributes.get("text", ""))
    inner = [_text(child) for child in node.get("content", [])]
    glue = "\n" if any(child.get("type") in BLOCKS for child in node.get("content", [])) else ""
    return str(own) + glue.join(inner)
