"""Connect scopes and what each one implies."""

from __future__ import annotations

from collections.abc import Iterable

_CHAIN = ("READ", "WRITE", "DELETE", "PROJECT_ADMIN", "ADMIN")
ACT_AS_USER = "ACT_AS_USER"
ALONE = ("NONE", "SPACE_ADMIN", ACT_AS_USER, "ACCESS_EMAIL_ADDRESSES")
ALL = frozenset(_CHAIN + ALONE)


def with_implied(scopes: Iterable[str]) -> frozenset[str]:
    """Return the scopes and all lower ones they imply: DELETE implies WRITE, WRITE implies READ."""
    granted = {scope.upper() for scope in scopes}
    for position in range(len(_CHAIN) - 1, 0, -1):
        if _CHAIN[position] in granted:
            granted.add(_CHAIN[position - 1])
    return frozenset(granted)
