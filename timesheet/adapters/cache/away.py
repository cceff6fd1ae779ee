"""The error of a cache server that cannot be used now; apart, so that who has no server loads nothing of it."""

from __future__ import annotations


class Away(Exception):
    """The server cannot be used now."""
