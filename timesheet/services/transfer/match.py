"""Which thing of a file is which thing of this site, and names that are free here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")
ID_LENGTH = 32


def match(
    held: Iterable[T], offered: Iterable[T], id_of: Callable[[T], str], name_of: Callable[[T], str]
) -> Mapping[str, T]:
    """What of this site each offered thing is, by its id in the file: the one with its id, else with its name.

    Each of the site's is taken once. An offered thing that is absent from the result is new here.
    """
    free = {id_of(thing): thing for thing in held}
    wanted = list(offered)
    found = {id_of(thing): free.pop(id_of(thing)) for thing in wanted if id_of(thing) in free}
    named = {name_of(thing).casefold(): id_of(thing) for thing in reversed(list(free.values()))}
    for thing in wanted:
        if id_of(thing) in found:
            continue
        here = named.pop(" ".join(name_of(thing).split()).casefold(), None)
        if here is not None:
            found[id_of(thing)] = free.pop(here)
    return found


def fresh_id(wanted: str, taken: Collection[str], *where: str) -> str:
    """The id that a new thing of a file gets: its own where it is free, else one that the same file makes again."""
    text, number = wanted, 0
    while text in taken:
        number += 1
        text = sha256("\n".join((wanted, *where, str(number))).encode()).hexdigest()[:ID_LENGTH]
    return text


def free_name(name: str, taken: Iterable[str], longest: int) -> str:
    """The name, with a number behind it where something else has it already."""
    used = {other.casefold() for other in taken}
    candidate, number = name, 1
    while candidate.casefold() in used:
        number += 1
        ending = f" ({number})"
        candidate = name[: longest - len(ending)].rstrip() + ending
    return candidate


def free_letter(letter: str, taken: Iterable[str]) -> str:
    """The letter of a legend, with a digit behind it where another legend has it; as it is when none is free."""
    used = {other.casefold() for other in taken}
    candidates = (letter, *(f"{letter[:1]}{digit}" for digit in range(2, 10)))
    return next((one for one in candidates if one.casefold() not in used), letter)
