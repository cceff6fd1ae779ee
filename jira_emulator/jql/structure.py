"""A query's tree in the form of ``jql/parse``."""

from __future__ import annotations

from jira_emulator.jql.ast import (
    Both,
    Changed,
    Clause,
    Empty,
    Function,
    ListOf,
    Node,
    Not,
    Operand,
    Query,
    Single,
)
from jira_emulator.model import Json


def describe(query: Query) -> Json:
    """Return the structure of a whole query; without ``where`` if the query has no restriction."""
    structure: Json = {}
    if query.where is not None:
        structure["where"] = _node(query.where)
    if query.order:
        structure["orderBy"] = {
            "fields": [
                {"field": _field(order.field, order.encoded_field)}
                | ({"direction": order.direction} if order.direction else {})
                for order in query.order
            ]
        }
    return structure


def _node(node: Node) -> Json:
    if isinstance(node, Clause):
        return {
            "field": _field(node.field, node.encoded_field),
            "operator": node.operator,
            "operand": _operand(node.operand),
        }
    if isinstance(node, Changed):
        return {
            "field": _field(node.field, node.encoded_field),
            "operator": "changed",
            "predicates": [
                {"operator": one.operator, "operand": _values(one.values)} for one in node.predicates
            ],
        }
    if isinstance(node, Not):
        return {"operator": "not", "clauses": [_node(node.part)]}
    name = "and" if isinstance(node, Both) else "or"
    return {"operator": name, "clauses": [_node(part) for part in node.parts]}


def _field(name: str, encoded: str) -> Json:
    return {"name": name, "encodedName": encoded}


def _values(values: tuple[Single, ...]) -> Json:
    return _operand(values[0]) if len(values) == 1 else {"values": [_operand(value) for value in values]}


def _operand(operand: Operand) -> Json:
    if isinstance(operand, ListOf):
        return {"values": [_operand(value) for value in operand.values], "encodedOperand": operand.encoded}
    if isinstance(operand, Function):
        return {
            "function": operand.name,
            "arguments": list(operand.arguments),
            "encodedOperand": operand.encoded,
        }
    if isinstance(operand, Empty):
        return {"keyword": "empty"}
    return {"value": operand.text, "encodedValue": operand.encoded}
