"""What can go wrong, as types.

    TimesheetError
    |- InvalidInput            what was typed cannot be used (422)
    |- NotAllowed              a layer of permissions refuses (403)
    |- NotFound                does not exist, or is hidden from the viewer (404)
    |- Conflict                somebody else changed it meanwhile (409)
    |- Unauthenticated         the token proves nothing (401)
    |- JiraUnavailable         Jira gave no answer, or a broken one (502, 503, 504)
       |- JiraBusy             Jira asked for patience: 429 or 503 with Retry-After (503)
          |- AppBusy           Jira was not asked: too many requests of this app wait for it already (503)

Each carries one clear sentence for the person; the web layer adds the request id.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False)
class TimesheetError(Exception):
    """Base of all errors a person may see. ``sentence`` says what happened and what to do."""

    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(eq=False)
class InvalidInput(TimesheetError):
    """The named ``field`` holds something that cannot be used."""

    field: str = ""


@dataclass(eq=False)
class NotAllowed(TimesheetError):
    """``layer`` (jira, visibility, site, team) refuses for want of ``permission``."""

    layer: str = "jira"
    permission: str = ""


@dataclass(eq=False)
class NotFound(TimesheetError):
    """Does not exist, or Jira hides it from the viewer: the two are not told apart."""


@dataclass(eq=False)
class Conflict(TimesheetError):
    """Another change came first: ``theirs`` is the value now, ``yours`` the one refused."""

    theirs: str = ""
    yours: str = ""
    current: object = None


@dataclass(eq=False)
class Unauthenticated(TimesheetError):
    """The request proves no identity. ``reason`` is a code for the log; the page learns of "expired" only.

    ``site`` is the key of the known site that the request claims to come from or speaks of: unproven, good for
    raising an alarm and nothing else.
    """

    sentence: str = "Jira did not vouch for this request. Reload the page in Jira."
    reason: str = ""
    site: str = ""

    @property
    def expired(self) -> bool:
        """True when the token was a good one that is over: a page may fetch a fresh one by itself."""
        return self.reason == "expired"


@dataclass(eq=False)
class JiraUnavailable(TimesheetError):
    """Jira could not be reached or its answer could not be read. ``wrote_maybe``: a write may have arrived."""

    status: int = 502
    wrote_maybe: bool = False


@dataclass(eq=False)
class JiraBusy(JiraUnavailable):
    """Jira limits the calls for now; ``retry_after`` in seconds, ``reason`` as Jira names it."""

    status: int = 503
    retry_after: int = 0
    reason: str = ""


@dataclass(eq=False)
class AppBusy(JiraBusy):
    """The app's own limit: so many requests may wait for Jira at once. Says nothing about Jira, which was not asked."""


@dataclass(eq=False)
class TimeTrackingOff(TimesheetError):
    """The site has switched Jira's time tracking off, so there is nowhere to log."""

    sentence: str = field(
        default="Time tracking is switched off in this Jira. A Jira admin can switch it on "
        "under Settings, Issues, Time tracking."
    )
