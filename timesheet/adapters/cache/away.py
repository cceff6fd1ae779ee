"""The error of a cache server that cannot be used now.

It has its own module, so that an app without a server need not load the client.
"""

from __future__ import annotations


class Away(Exception):
    """The server cannot be used now."""
