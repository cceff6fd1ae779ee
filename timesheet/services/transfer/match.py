"""Match objects of a file with those of this site, and find free names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")
ID_LENGTH = 32


def match(
    current: Iterable[T], imported: Iterable[T], id_of: Callable[[T], str], name_of: Callable[[T], str]
) -> Mapping[str, T]:
    """Return the site's object for each imported one, by its id in the file: the one with its id, else with its name.

    Each of the site's objects matches once. An imported object that is absent from the result is new here.
    """
    free = {id_of(thing): thing for thing in current}
    offered_things = list(imported)
    found = {id_of(thing): free.pop(id_of(thing)) for thing in offered_things if id_of(thing) in free}
    named = {name_of(thing).casefold(): id_of(thing) for thing in reversed(list(free.values()))}
    for thing in offered_things:
        if id_of(thing) in found:
            continue
        stored = named.pop(" ".join(name_of(thing).split()).casefold(), None)
        if stored is not None:
            found[id_of(thing)] = free.pop(stored)
    return found


def fresh_id(id_: str, taken: Collection[str], *where: str) -> str:
    """Return the id of a new object: its own if it is free, otherwise one that the same file always produces."""
    text, number = id_, 0
    while text in taken:
        number += 1
        text = sha256("\n".join((id_, *where, str(number))).encode()).hexdigest()[:ID_LENGTH]
    return text


def free_name(name: str, taken: Iterable[str], longest: int) -> str:
    """Return the name, followed by a number if another object has it already."""
    used = {other.casefold() for other in taken}
    candidate, number = name, 1
    while candidate.casefold() in used:
        number += 1
        ending = f" ({number})"
        candidate = name[: longest - len(ending)].rstrip() + ending
    return candidate


def free_letter(letter: str, taken: Iterable[str]) -> str:
    """Return the letter of a legend, followed by a digit if another legend has it; unchanged if none is free."""
    used = {other.casefold() for other in taken}
    candidates = (letter, *(f"{letter[:1]}{digit}" for digit in range(2, 10)))
    return next((one for one in candidates if one.casefold() not in used), letter)
