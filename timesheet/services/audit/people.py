"""Whether the people behind the references of audit events are those that the events were recorded with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from timesheet.domain.audit_chain import reference_of
from timesheet.services.ports.audit import Known

SOMEBODY_ELSE = "The reference {ref} was given to another person."
NO_ROW = "The index of people has no row for the reference {ref}."
EMPTIED = (
    "The index of people names nobody for the reference {ref}, and no event says that the person was erased."
)
RESTORED = "The index of people names somebody for the reference {ref}, whose data an event says was erased."
UNUSED = "The index of people has a row for the reference {ref}, which no event names."


def check_people(
    referred: frozenset[str],
    known: Sequence[Known],
    know_now: Callable[[], Sequence[Known]],
    erased: frozenset[str] | set[str],
    *,
    exact: bool,
) -> str:
    """What is wrong with the index of people ``known``, or nothing.

    ``referred`` are the references of the events that were looked at, ``erased`` those of erased people. Events may
    have been recorded since the index was read, so a row that is missing is looked for in the index of now as well.
    ``exact``: the events are all that there are, so every row is needed by one of them.
    """
    for ref, account, salt in known:
        if (account is None) != (salt is None) or (account is None and ref not in erased):
            return EMPTIED.format(ref=ref)
        if account is not None and ref in erased:
            return RESTORED.format(ref=ref)
        if account is not None and salt is not None and reference_of(account, salt) != ref:
            return SOMEBODY_ELSE.format(ref=ref)
    rows = {ref for ref, _, _ in known}
    missing = referred - rows
    if missing and (missing := missing - {ref for ref, _, _ in know_now()}):
        return NO_ROW.format(ref=min(missing))
    unused = rows - referred if exact else ()
    return UNUSED.format(ref=min(unused)) if unused else ""
