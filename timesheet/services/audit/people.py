"""Verify that the people behind the references of audit events are those the events were recorded with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set

from timesheet.domain.audit.chain import reference_of
from timesheet.domain.message import message
from timesheet.services.ports.audit import PersonReference

SOMEBODY_ELSE = message("The reference {ref} was given to another person.")
NO_ROW = message("The index of people has no row for the reference {ref}.")
EMPTIED = message(
    "The index of people names nobody for the reference {ref}, and no event says that the person was erased."
)
RESTORED = message(
    "The index of people names somebody for the reference {ref}, whose data an event says was erased."
)
UNUSED = message("The index of people has a row for the reference {ref}, which no event names.")


def erased_in(references: Sequence[PersonReference]) -> frozenset[str]:
    """Return the references whose person was erased."""
    return frozenset(ref for ref, account, _ in references if account is None)


def index_problems(
    referred: Set[str],
    references: Sequence[PersonReference],
    read_again: Callable[[], Sequence[PersonReference]],
    erased: Set[str],
    *,
    exact: bool,
) -> Iterator[tuple[str, str]]:
    """Yield the references with which something is wrong in the index of people, ``references``, and what it is.

    ``referred`` are the references in the verified events, ``erased`` those of erased people. Events may have
    been recorded since the index was read, so a missing row is looked up in the current index too. With
    ``exact`` these are all events, so every row must belong to one of them.
    """
    for ref, account, salt in references:
        if (account is None) != (salt is None) or (account is None and ref not in erased):
            yield ref, message(EMPTIED, ref=ref)
        elif account is not None and ref in erased:
            yield ref, message(RESTORED, ref=ref)
        elif account is not None and salt is not None and reference_of(account, salt) != ref:
            yield ref, message(SOMEBODY_ELSE, ref=ref)
    rows = {ref for ref, _, _ in references}
    missing = referred - rows
    if missing:
        missing -= {ref for ref, _, _ in read_again()}
    yield from ((ref, message(NO_ROW, ref=ref)) for ref in missing)
    if exact:
        yield from ((ref, message(UNUSED, ref=ref)) for ref in rows - referred)
