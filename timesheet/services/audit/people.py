"""Verify that the people behind the references of audit events are those the events were recorded with."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

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


def check_index(
    referred: Set[str],
    references: Sequence[PersonReference],
    read_again: Callable[[], Sequence[PersonReference]],
    erased: Set[str],
    *,
    exact: bool,
) -> str:
    """Return what is wrong with the rows of the index of people, ``references``, or an empty string.

    ``referred`` are the references in the verified events, ``erased`` those of erased people. Events may have
    been recorded since the index was read, so a missing row is looked up in the current index too. With
    ``exact`` these are all events, so every row must belong to one of them.
    """
    for ref, account, salt in references:
        if (account is None) != (salt is None) or (account is None and ref not in erased):
            return message(EMPTIED, ref=ref)
        if account is not None and ref in erased:
            return message(RESTORED, ref=ref)
        if account is not None and salt is not None and reference_of(account, salt) != ref:
            return message(SOMEBODY_ELSE, ref=ref)
    rows = {ref for ref, _, _ in references}
    missing = referred - rows
    if missing and (missing := missing - {ref for ref, _, _ in read_again()}):
        return message(NO_ROW, ref=min(missing))
    unused = rows - referred if exact else ()
    return message(UNUSED, ref=min(unused)) if unused else ""
