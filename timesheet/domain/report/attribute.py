"""The groups of a report by an attribute of worklogs, and filters by an attribute."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from timesheet.domain.alphabet import alphabetical, contains
from timesheet.domain.attribute.attribute import YES, Attribute, AttributeValue, Kind, number_text
from timesheet.domain.attribute.values import AttributeValues
from timesheet.domain.message import message
from timesheet.domain.report.group import Group, Groups
from timesheet.domain.report.query import Filter

NO = "no"
"""The id of the group of boxes that are not checked; the one of the others is YES."""
ANSWERS = (Group(YES, message("Yes"), order=(0,)), Group(NO, message("No"), order=(1,)))
TEXT_ID_LENGTH = 24


def attribute_groups(
    attribute: Attribute, values: Sequence[AttributeValues], places: Iterable[int]
) -> Groups:
    """Return the group of each of these places in ``values``; none for worklogs without a value."""
    by_value: dict[tuple[type, AttributeValue | None], Sequence[Group]] = {}
    found: dict[int, Sequence[Group]] = {}
    for place in places:
        value = values[place].get(attribute.id)
        # True and 1 are equal, and not the same answer.
        key = type(value), value
        if key not in by_value:
            by_value[key] = _groups(attribute, value)
        found[place] = by_value[key]
    return found


def choices_of(attribute: Attribute) -> Sequence[Group]:
    """Return the groups that a filter can be chosen from: the answers of a box, or the options of a list.

    Removed options are among them, after the others, because worklogs still have them.
    """
    if attribute.kind.answers:
        return ANSWERS
    options = sorted(attribute.options, key=lambda option: option.removed)
    return [_option(attribute, option.id) for option in options]


def choosable(attribute: Attribute) -> frozenset[str]:
    """Return the ids that a filter may have, also those of removed options; an empty one is for no value.

    Texts and numbers are not among them: a filter is stored with a saved view, and values are only in Jira.
    """
    if attribute.kind.answers:
        return frozenset({"", YES, NO})
    return frozenset({"", *(option.id for option in attribute.options)})


def passing(
    one: Filter, attribute: Attribute, values: Sequence[AttributeValues], places: Iterable[int]
) -> frozenset[int]:
    """Return those of these places in ``values`` that a filter by the attribute keeps."""
    groups = attribute_groups(attribute, values, places)
    return frozenset(
        place
        for place, found in groups.items()
        if _chosen(one, found) or _fits(one, values[place].get(attribute.id))
    )


def filter_words(one: Filter, attribute: Attribute) -> tuple[str, ...]:
    """Return the values that a filter keeps, in words; an empty text is for worklogs without a value."""
    names = {group.id: group.text for group in choices_of(attribute)}
    names |= {id_: _option(attribute, id_).text for id_ in one.values - names.keys() if id_}
    ids = sorted(one.values, key=lambda id_: (not id_, alphabetical(names.get(id_, ""))))
    words = [names.get(id_, "") for id_ in ids]
    if one.text:
        words.insert(0, message("contains “{text}”", text=one.text))
    least, most = (None if bound is None else number_text(bound) for bound in (one.least, one.most))
    if least is not None and most is not None:
        words.insert(0, message("{least} to {most}", least=least, most=most))
    elif least is not None:
        words.insert(0, message("at least {least}", least=least))
    elif most is not None:
        words.insert(0, message("at most {most}", most=most))
    return tuple(words)


def _chosen(one: Filter, groups: Sequence[Group]) -> bool:
    return groups[0].id in one.values if groups else "" in one.values


def _fits(one: Filter, value: AttributeValue | None) -> bool:
    """Return True for a text that contains the wanted one, or a number between the bounds."""
    if one.text and isinstance(value, str):
        return contains(value, one.text)
    if (one.least is None and one.most is None) or isinstance(value, bool | str) or value is None:
        return False
    return (one.least is None or value >= one.least) and (one.most is None or value <= one.most)


def _groups(attribute: Attribute, value: AttributeValue | None) -> Sequence[Group]:
    if attribute.kind.answers:
        return ANSWERS[:1] if value is True else ANSWERS[1:]
    if value is None:
        return ()
    if attribute.kind is Kind.SELECT:
        return (_option(attribute, str(value)),)
    if isinstance(value, str | bool):
        text, id_ = str(value), _id_of(str(value))
        return (Group(id_, text, order=(1, alphabetical(text), id_)),)
    return (Group(number_text(value), number_text(value), order=(0, value)),)


def _option(attribute: Attribute, id_: str) -> Group:
    places: Mapping[str, int] = {option.id: place for place, option in enumerate(attribute.options)}
    if id_ not in places:
        return Group(_id_of(id_), message("{name} (removed)", name=id_), order=(len(places), id_))
    option = attribute.options[places[id_]]
    name = message("{name} (removed)", name=option.name) if option.removed else option.name
    return Group(id_, name, order=(places[id_], id_))


def _id_of(text: str) -> str:
    """Return a short id that has no comma and no slash, so that no address of a row contains the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:TEXT_ID_LENGTH]
