"""Attributes of worklogs: what admins define, and the values that a worklog has in Jira."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from timesheet.domain.alphabet import name_order
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.name import check_unique, read_name
from timesheet.domain.typed_text import visible

BILLABLE = "billable"
"""The id of the built-in attribute."""
YES = "yes"
"""The value of a checked box in a form and as a default."""
LONGEST_ATTRIBUTE_NAME, LONGEST_OPTION, LONGEST_TEXT = 40, 60, 250
MOST_ATTRIBUTES, MOST_OPTIONS = 30, 100
DIGITS, DECIMALS = 10, 4
"""The most digits of a number before and after the point."""

NO_SUCH_OPTION = message("“{name}” has no such option anymore. Choose another.")
_WORD = re.compile(r"\w+")
_VALUE_SIGN = re.compile(r"[=:＝：]")
# A comma separates decimals in some languages and thousands in others, and so does a point. With a point, a number that
# this module writes, without zeros at its end, is what it says.
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3}|\.\d\d0)")
_NUMBER = re.compile(rf"-?\d{{1,{DIGITS}}}(?:\.\d{{0,{DECIMALS}}})?")


class Kind(StrEnum):
    """The kinds of attributes. A checkbox and a toggle have the same values and look different."""

    CHECKBOX = "checkbox"
    TOGGLE = "toggle"
    SELECT = "select"
    TEXT = "text"
    NUMBER = "number"

    @property
    def answers(self) -> bool:
        """Return True if the value is yes or no, so that there is always one."""
        return self in (Kind.CHECKBOX, Kind.TOGGLE)

    @property
    def longest(self) -> int:
        """Return how many characters can be typed. A number has a sign and a point besides its digits."""
        return DIGITS + DECIMALS + 2 if self is Kind.NUMBER else LONGEST_TEXT


KIND_NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.CHECKBOX: message("Checkbox"),
        Kind.TOGGLE: message("Toggle"),
        Kind.SELECT: message("Select list"),
        Kind.TEXT: message("Text"),
        Kind.NUMBER: message("Number"),
    }
)


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a select list. A removed one keeps its name for the worklogs that have it."""

    id: str
    name: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of worklogs. ``default`` is text: an option's id, a number, ``yes``; empty for none.

    ``everywhere``: everybody logs with it, not only members of the teams that chose it. A ``retired``
    attribute is no longer offered; worklogs that have a value keep it.
    """

    id: str
    name: str
    kind: Kind
    default: str = ""
    required: bool = False
    everywhere: bool = False
    retired: bool = False
    options: tuple[Option, ...] = ()
    version: int = 0

    @property
    def built_in(self) -> bool:
        """Return True for the attribute that every site has."""
        return self.id == BILLABLE

    @property
    def offered(self) -> tuple[Option, ...]:
        """Return the options that can be chosen."""
        return tuple(option for option in self.options if not option.removed)


BUILT_IN = (Attribute(BILLABLE, message("Billable"), Kind.CHECKBOX),)


def attributes_of(stored: Iterable[Attribute]) -> tuple[Attribute, ...]:
    """Return all attributes of a site: the built-in one with the site's changes, then the site's own by name."""
    by_id = {attribute.id: _with_own_name(attribute) for attribute in stored}
    built_in = tuple(by_id.pop(attribute.id, attribute) for attribute in BUILT_IN)
    return (*built_in, *sorted(by_id.values(), key=name_order))


def _with_own_name(stored: Attribute) -> Attribute:
    """Return a stored attribute; a built-in one that was never renamed has its name in every language."""
    built_in = next((one for one in BUILT_IN if one.id == stored.id), stored)
    return replace(stored, name=built_in.name) if stored.name == built_in.name else stored


def checked_attribute(attribute: Attribute, others: Iterable[Attribute]) -> Attribute:
    """Return the attribute with clean texts. Raise InvalidInput for name, options, or default.

    ``others`` are all attributes of the site. The kind of a stored attribute never changes.
    """
    by_id = {other.id: other for other in others}
    stored = by_id.pop(attribute.id, None)
    if stored and stored.kind is not attribute.kind:
        raise InvalidInput(
            message("Worklogs have values of this attribute, so it keeps its type."), field="kind"
        )
    if stored is None and len(by_id) >= MOST_ATTRIBUTES:
        raise InvalidInput(
            message("A site can have at most {most} attributes.", most=MOST_ATTRIBUTES), field="name"
        )
    name = read_name(attribute.name, "attribute", longest=LONGEST_ATTRIBUTE_NAME)
    check_unique(name, (other.name for other in by_id.values()), "attribute")
    options = _checked_options(attribute)
    required = attribute.required and not attribute.kind.answers
    checked = replace(attribute, name=name, options=options, required=required)
    return replace(checked, default=_read_default(checked))


def _read_default(attribute: Attribute) -> str:
    """Return the default as it is stored; a removed option counts as none.

    Raise InvalidInput for a text that is not a value of the attribute.
    """
    if attribute.default in {option.id for option in attribute.options if option.removed}:
        return ""
    try:
        value = read_value(attribute, attribute.default)
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field="default") from None
    if attribute.kind.answers:
        return YES if value else ""
    return "" if value is None else number_text(value) if isinstance(value, int | float) else str(value)


def _checked_options(attribute: Attribute) -> tuple[Option, ...]:
    if attribute.kind is not Kind.SELECT:
        return ()
    result = list[Option]()
    for option in attribute.options:
        name = read_name(option.name, "option", "options", LONGEST_OPTION)
        if not option.removed:
            check_unique(name, (other.name for other in result if not other.removed), "option", "options")
        result.append(replace(option, name=name))
    if not any(not option.removed for option in result):
        raise InvalidInput(message("Give the list at least one option."), field="options")
    if len(result) > MOST_OPTIONS:
        raise InvalidInput(
            message("A list can have at most {most} options, removed ones included.", most=MOST_OPTIONS),
            field="options",
        )
    return tuple(result)


AttributeValue = bool | int | float | str
"""A value as Jira keeps it: yes or no, a number, a text, or the id of an option."""


def read_value(attribute: Attribute, text: str) -> AttributeValue | None:
    """Return the value that was typed or chosen, None for none. Raise InvalidInput for anything else."""
    if attribute.kind.answers:
        return text not in ("", "0")
    if not text.strip():
        return None
    if attribute.kind is Kind.NUMBER:
        return _read_number(attribute, text)
    if attribute.kind is Kind.TEXT:
        return _read_text(attribute, text)
    if text not in {option.id for option in attribute.options}:
        raise InvalidInput(
            message(NO_SUCH_OPTION, name=attribute.name),
            field=field_of(attribute),
        )
    return text


def typed_text(value: AttributeValue | None) -> str:
    """Return the text from which ``read_value`` reads this value."""
    if value is None or isinstance(value, bool):
        return YES if value else ""
    return value if isinstance(value, str) else number_text(value)


def field_of(attribute: Attribute) -> str:
    """Return the name of the attribute’s field in forms."""
    return f"attribute-{attribute.id}"


def default_value(attribute: Attribute) -> AttributeValue | None:
    """Return the value of a new worklog for which nobody chose one; None for none."""
    if attribute.kind is Kind.SELECT and attribute.default not in {one.id for one in attribute.offered}:
        return None
    return read_value(attribute, attribute.default)


def number_text(value: int | float) -> str:
    """Return a number as it is typed in a form: with a point, and without an exponent."""
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _read_number(attribute: Attribute, text: str) -> float:
    # “12²” would become 122.
    raised = any(unicodedata.category(char) == "No" for char in text)  # not shown
    typed = unicodedata.normalize("NFKC", visible(text)).strip().replace("−", "-").replace("٫", ".")
    plain = typed.replace(",", ".")
    if _THOUSANDS.fullmatch(typed):
        raise InvalidInput(
            message(
                "“{name}”: {typed} can mean {whole} or {decimal}. Type one of these.",
                name=attribute.name,
                typed=typed,
                whole=plain.replace(".", ""),
                decimal=number_text(float(plain)),
            ),
            field=field_of(attribute),
        )
    if raised or not _NUMBER.fullmatch(plain):
        raise InvalidInput(
            message("“{name}” must be a number, such as 12 or 1.5.", name=attribute.name),
            field=field_of(attribute),
        )
    number = float(plain)
    return int(number) if number.is_integer() else number


def _read_text(attribute: Attribute, text: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in unicodedata.normalize("NFC", text))
    clean = " ".join(printable.split())
    if len(clean) > LONGEST_TEXT:
        raise InvalidInput(
            message("“{name}” can have at most {most} characters.", name=attribute.name, most=LONGEST_TEXT),
            field=field_of(attribute),
        )
    return clean


def options_of(
    options: Iterable[Option], lines: Iterable[str], new_id: Callable[[], str]
) -> tuple[Option, ...]:
    """Return the options after somebody edited them as lines of a text, one for each option that is offered.

    A line keeps the option with its name, even a removed one. If the number of lines stays the same, a
    changed line renames the option in its place. Options without a line are removed.
    """
    before, names = list(options), [name for line in lines if (name := " ".join(line.split()))]
    offered = [option for option in before if not option.removed]
    by_name = {option.name.casefold(): option for option in (*(o for o in before if o.removed), *offered)}
    matching = [by_name.get(name.casefold()) for name in names]
    used = {option.id for option in matching if option}
    same_count = len(offered) == len(names)
    result = list[Option]()
    for index, (name, option) in enumerate(zip(names, matching, strict=True)):
        renamed = offered[index] if same_count and offered[index].id not in used else None
        found = option or renamed
        result.append(Option(found.id if found else new_id(), name))
    now = {option.id for option in result}
    return (*result, *(replace(option, removed=True) for option in before if option.id not in now))


Tags = Mapping[str, tuple[str, str]]
"""The meaning of a tag in a typed line: the id of an attribute and the text of its value.

The name of a text or number attribute with an equals sign stands for it; the text of its value follows in the line.
"""


def tags_of(attributes: Iterable[Attribute], names: Mapping[str, Iterable[str]]) -> Tags:
    """Return the tags of checkboxes by their name, and those of options by their own name or with that of their list.

    Those of texts and numbers are their names with an equals sign. ``names`` are the names of an attribute in the
    reader's languages, by its id. A tag that could mean two options means none; tags with the name of the list are
    distinct.
    """
    boxes, options, lists, fields = (dict[str, tuple[str, str]]() for _ in range(4))
    twice = set[str]()
    for attribute in attributes:
        own = [tag_of(name) for name in (attribute.name, *names.get(attribute.id, ()))]
        if attribute.kind.answers:
            boxes |= dict.fromkeys(own, (attribute.id, YES))
        if attribute.kind in (Kind.TEXT, Kind.NUMBER):
            fields |= dict.fromkeys((f"{name}=" for name in own), (attribute.id, ""))
        for option in attribute.offered if attribute.kind is Kind.SELECT else ():
            tag, meant = tag_of(option.name), (attribute.id, option.id)
            twice |= {tag} & options.keys()
            options[tag] = meant
            lists |= {f"{name}-{tag}": meant for name in own}
    return {**{tag: meant for tag, meant in options.items() if tag not in twice}, **lists, **boxes, **fields}


def meaning_of(tag: str, tags: Tags) -> tuple[str, str] | None:
    """Return the attribute and the text of its value that a typed tag stands for, None for an unknown one.

    ``cost=12.5`` has a value of its own, which is empty in ``cost``, unless that is a box or an option too.
    """
    name, sign, value = _VALUE_SIGN.sub("=", tag, count=1).partition("=")
    field, other = tags.get(f"{tag_of(name)}="), tags.get(tag_of(tag))
    return (field[0], value.strip()) if field and (sign or not other) else other


def option_typed(attribute: Attribute, tag: str) -> str:
    """Return what a tag such as ``activity=design`` gives this select list, empty if it is not about it."""
    name, _, option = _VALUE_SIGN.sub("=", tag, count=1).partition("=")
    about = attribute.kind is Kind.SELECT and tag_of(name) == tag_of(attribute.name)
    return option.strip() if about else ""


def example_tag(attribute: Attribute) -> str:
    """Return a tag that gives an attribute which can be required a value; empty if no tag can."""
    option = next((tag_of(option.name) for option in attribute.offered), "")
    value = {Kind.SELECT: option, Kind.NUMBER: "12", Kind.TEXT: "…"}.get(attribute.kind)
    name = tag_of(attribute.name)
    return f"#{name}={value}" if name and value else ""


def tag_of(name: str) -> str:
    """Return a name as it is written in a tag: in lower case, with hyphens between words."""
    return "-".join(_WORD.findall(unicodedata.normalize("NFC", name).casefold()))
