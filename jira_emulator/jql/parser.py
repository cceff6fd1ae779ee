"""Parse JQL into a tree, with Jira's error messages."""

from __future__ import annotations

from jira_emulator.jql.ast import (
    Both,
    Changed,
    Clause,
    Either,
    Empty,
    Function,
    JqlError,
    ListOf,
    Node,
    Not,
    Operand,
    Order,
    Predicate,
    Query,
    Single,
    Value,
)
from jira_emulator.jql.lexer import Token, place, read_tokens

MAX_ORDER_FIELDS = 7
MAX_DEPTH = 100
_SIMPLE = frozenset(("=", "!=", "<", ">", "<=", ">=", "~", "!~"))
_KEYWORDS = frozenset("and or not in is empty null order by asc desc was changed".split())
_PREDICATES = frozenset(("from", "to", "by", "after", "before", "on", "during"))
_DATED = frozenset(("after", "before", "on"))
_OPERATORS = "'=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'"
_AND = frozenset(("and", "&&", "&"))
_OR = frozenset(("or", "||", "|"))


def parse_query(text: str) -> Query:
    """Return the tree of a query; empty text has no restriction, bare words search text. Raise JqlError."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = read_tokens(text)
        self.at = 0
        self.depth = 0

    def query(self) -> Query:
        bounded = self._peek().kind != "end" and not self._is("order")
        where = (self._bare_words() or self._either()) if bounded else None
        order = self._order_by() if self._is("order") else ()
        if self._peek().kind != "end":
            raise self._expecting("either 'OR' or 'AND'" if not order else "',' or the end of the query")
        return Query(where, order)

    def _bare_words(self) -> Node | None:
        """Return a text search for words without any operator."""
        end = next((n for n, token in enumerate(self.tokens) if _ends_words(token)), 0)
        words = self.tokens[:end]
        if any(token.kind == "symbol" or _is_keyword(token) for token in words):
            return None
        self.at = end
        text = " ".join(token.text for token in words)
        return Clause("text", "text", "~", Value(text, " ".join(token.encoded for token in words)))

    def _either(self) -> Node:
        parts = [self._both()]
        while self._skip(_OR):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Node:
        parts = [self._negation()]
        while self._skip(_AND):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _negation(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise JqlError("Error in the JQL Query: The query is nested too deeply.")
        found = self._unit()
        self.depth -= 1
        return found

    def _unit(self) -> Node:
        if self._skip(frozenset(("not", "!"))):
            return Not(self._negation())
        if not self._skip(frozenset("(")):
            return self._clause()
        inner = self._either()
        self._close()
        return inner

    def _clause(self) -> Node:
        name = self._field()
        if self._skip(frozenset(("changed",))):
            return Changed(name.text, name.encoded, self._predicates())
        operator = self._operator()
        return Clause(name.text, name.encoded, operator, self._operand(operator, name))

    def _field(self) -> Token:
        token = self._peek()
        if token.kind in ("end", "symbol") or _is_keyword(token):
            raise self._expecting("a field name")
        return self._take()

    def _operator(self) -> str:
        token = self._peek()
        word = token.text.lower() if token.kind != "string" else ""
        if word in _SIMPLE:
            self._take()
            return word
        if word == "in":
            self._take()
            return "in"
        if word == "is":
            self._take()
            return "is not" if self._skip(frozenset(("not",))) else "is"
        if word == "not" and self.tokens[self.at + 1].text.lower() == "in":
            self.at += 2
            return "not in"
        if word == "was":
            raise JqlError(
                f"Error in the JQL Query: History searches ('{word}') are not supported by this site."
            )
        if token.kind == "end":
            raise JqlError(
                f"Error in the JQL Query: Expecting operator before the end of the query. "
                f"The valid operators are {_OPERATORS}."
            )
        raise JqlError(
            f"Error in the JQL Query: Expecting operator but got '{token.text}'. "
            f"The valid operators are {_OPERATORS}. {place(self.text, token.position)}"
        )

    def _predicates(self) -> tuple[Predicate, ...]:
        found = []
        while self._peek().kind == "word" and self._peek().text.lower() in _PREDICATES:
            operator = self._take().text.lower()
            operand = self._list() if self._is("(") else self._single()
            values = operand.values if isinstance(operand, ListOf) else (operand,)
            if len(values) != 2 if operator == "during" else operator in _DATED and len(values) != 1:
                raise JqlError(f"Error in the JQL Query: '{operator}' has the wrong number of dates.")
            found.append(Predicate(operator, values))
        return tuple(found)

    def _operand(self, operator: str, name: Token) -> Operand:
        if operator in ("in", "not in"):
            if self._is("("):
                return self._list()
            single = self._single()
            if isinstance(single, Function):
                return single
            value = single.encoded if isinstance(single, Value) else "EMPTY"
            raise JqlError(
                f"Operator '{operator}' does not support the non-list value '{value}' for field '{name.text}'."
            )
        if self._is("("):
            raise JqlError(f"Operator '{operator}' does not support the list value for field '{name.text}'.")
        return self._single()

    def _list(self) -> ListOf:
        start = self._take().position
        values = [self._single()]
        while self._skip(frozenset(",")):
            values.append(self._single())
        self._close()
        end = self.tokens[self.at - 1]
        return ListOf(tuple(values), self.text[start : end.position + 1])

    def _single(self) -> Single:
        token = self._peek()
        if token.kind not in ("word", "string"):
            raise self._expecting("either a value, list or function")
        word = token.text.lower()
        if token.kind == "word" and word in ("empty", "null"):
            self._take()
            return Empty()
        if token.kind == "word" and word in _KEYWORDS:
            raise JqlError(
                f"Error in the JQL Query: Expecting either a value, list or function but got '{token.text}'. "
                f"You must surround '{token.text}' in quotation marks to use it as a value. "
                f"{place(self.text, token.position)}"
            )
        self._take()
        return self._function(token) if self._is("(") else Value(token.text, token.encoded)

    def _function(self, name: Token) -> Function:
        self._take()
        arguments = []
        while not self._is(")"):
            token = self._peek()
            if token.kind not in ("word", "string"):
                raise self._expecting("a function argument")
            arguments.append(self._take().text)
            if not self._skip(frozenset(",")):
                break
        self._close()
        end = self.tokens[self.at - 1].position
        return Function(name.text, tuple(arguments), self.text[name.position : end + 1])

    def _order_by(self) -> tuple[Order, ...]:
        self._take()
        if not self._skip(frozenset(("by",))):
            raise self._expecting("'BY'")
        order = [self._order()]
        while self._skip(frozenset(",")):
            order.append(self._order())
        if len(order) > MAX_ORDER_FIELDS:
            raise JqlError(f"A query can be ordered by {MAX_ORDER_FIELDS} fields at most.")
        return tuple(order)

    def _order(self) -> Order:
        name = self._field()
        direction = self._peek().text.lower()
        if self._peek().kind == "word" and direction in ("asc", "desc"):
            self._take()
            return Order(name.text, name.encoded, direction)
        return Order(name.text, name.encoded, None)

    def _peek(self) -> Token:
        return self.tokens[self.at]

    def _take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _is(self, text: str) -> bool:
        token = self._peek()
        return token.kind != "string" and token.text.lower() == text

    def _skip(self, texts: frozenset[str]) -> bool:
        token = self._peek()
        found = token.kind in ("word", "symbol") and token.text.lower() in texts
        self.at += found
        return found

    def _close(self) -> None:
        if not self._skip(frozenset(")")):
            raise self._expecting("')'")

    def _expecting(self, what: str) -> JqlError:
        token = self._peek()
        if token.kind == "end":
            return JqlError(f"Error in the JQL Query: Expecting {what} before the end of the query.")
        where = place(self.text, token.position)
        return JqlError(f"Error in the JQL Query: Expecting {what} but got '{token.text}'. {where}")


def _is_keyword(token: Token) -> bool:
    return token.kind == "word" and token.text.lower() in _KEYWORDS


def _ends_words(token: Token) -> bool:
    return token.kind == "end" or (token.kind == "word" and token.text.lower() == "order")
