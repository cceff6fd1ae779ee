"""The errors of the app.

    TimesheetError
    |- InvalidInput            a value cannot be used (422)
       |- Question             nothing is wrong, but something must be answered first (422; 200 for a form)
    |- NotAllowed              a permission layer refuses (403)
       |- PeriodClosed         a closed period forbids the change (403)
    |- NotFound                does not exist, or is hidden from the viewer (404)
    |- Conflict                somebody else changed it first (409)
       |- DeletedWhileRead     what was read refers to something deleted meanwhile (409; a page is read again)
    |- Unauthenticated         the token proves no identity (401)
    |- JiraUnavailable         Jira sent no response, or an invalid one (502, 503, 504)
       |- JiraBusy             Jira limits calls: 429, or 503 with Retry-After (503)
          |- AppBusy           Jira was not called: too many requests of this app wait for it already (503)
    DatabaseBusy               the database did not respond in time (503)

Each has one clear sentence for the person; the web layer adds the request id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from timesheet.domain.message import message


@dataclass(eq=False)
class TimesheetError(Exception):
    """Base class of all errors that a person may see. ``sentence`` says what happened and what to do."""

    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(eq=False)
class InvalidInput(TimesheetError):
    """The value of the named ``field`` cannot be used. ``others`` are further fields that were checked with it."""

    field: str = ""
    others: Sequence[InvalidInput] = dataclass_field(default=(), kw_only=True)


@dataclass(eq=False)
class Question(InvalidInput):
    """The change depends on an answer that has not been given: the form asks for it in the named ``field``."""


@dataclass(eq=False)
class NotAllowed(TimesheetError):
    """A layer (``layer``: jira, visibility, site, team) refuses because ``permission`` is missing.

    Jira also refuses for other reasons, such as a closed status or an archived project.
    """

    layer: str = "jira"
    permission: str = ""


@dataclass(eq=False)
class PeriodClosed(NotAllowed):
    """A closed period forbids the change. It may have been closed after the page was read."""


@dataclass(eq=False)
class NotFound(TimesheetError):
    """The object does not exist, or Jira hides it from the viewer; the two cases are not distinguished."""


@dataclass(eq=False)
class Conflict(TimesheetError):
    """The object was changed first: ``theirs`` is its value now as text, ``current`` the object itself."""

    theirs: str = ""
    current: object = None


NEWER = message(
    "This was changed in the meantime, by somebody else or in another tab. Look at the changes first."
)
DELETED = message("This or something it needs was deleted in the meantime. Reload to see what is there now.")


@dataclass(eq=False)
class DeletedWhileRead(Conflict):
    """Data that was read refers to something that was deleted before it was read too; reading again helps."""

    sentence: str = DELETED


@dataclass(eq=False)
class Unauthenticated(TimesheetError):
    """The request proves no identity. ``reason`` is a code for the log; the page only learns whether it may renew it.

    ``site`` is the key of the known site that the request claims to come from. It is unverified and only used
    to raise alerts. ``of_session`` says that the token is one of the app's own sessions.
    """

    sentence: str = message("This request does not come from Jira. Reload the page in Jira.")
    reason: str = ""
    site: str = ""
    of_session: bool = False

    @property
    def expired(self) -> bool:
        """Return True if the token was valid but has expired."""
        return self.reason == "expired"

    @property
    def renewable(self) -> bool:
        """Return True if the page may fetch a new token automatically, which proves the viewer anew.

        A session ends early when the site gets a new secret, such as when it is renamed, or the app a new key. One of
        somebody else is of no use to the page, but the person who opened it may have signed in again.
        """
        return self.reason in ("expired", "other-person") or (
            self.of_session and self.reason == "bad-signature"
        )


@dataclass(eq=False)
class JiraUnavailable(TimesheetError):
    """Jira could not be reached or its answer could not be read. ``wrote_maybe``: a write may have arrived."""

    status: int = 502
    wrote_maybe: bool = False


@dataclass(eq=False)
class NotHere(JiraUnavailable):
    """The server does not know a path that every Jira has."""


@dataclass(eq=False)
class JiraBusy(JiraUnavailable):
    """Jira limits calls at the moment; ``retry_after`` is in seconds, ``reason`` is Jira's name for it."""

    status: int = 503
    retry_after: int = 0
    reason: str = ""


@dataclass(eq=False)
class AppBusy(JiraBusy):
    """Too many requests of this app wait for Jira already. Says nothing about Jira, which was not called."""


@dataclass(eq=False)
class DatabaseBusy(Exception):
    """The database did not respond in time; ``retry_after`` is in seconds.

    Not a TimesheetError: code that continues after a refusal of Jira must not continue after this.
    """

    sentence: str
    retry_after: int = 5

    def __str__(self) -> str:
        return self.sentence


@dataclass(eq=False)
class TimeTrackingOff(TimesheetError):
    """The site has turned off Jira's time tracking, so time cannot be logged."""

    sentence: str = dataclass_field(
        default=message(
            "Time tracking is switched off in this Jira. A Jira admin can switch it on "
            "under Settings, Issues, Time tracking."
        )
    )


def root_cause(error: BaseException) -> str:
    """Return the class name of the error that began the chain of this one, such as ``gaierror``; empty without a chain.

    It is all of the chain that a log may name: texts of errors quote addresses and what Jira sent.
    """
    first, seen = error, set[int]()
    while id(first) not in seen:
        seen.add(id(first))
        first = first.__cause__ or (None if first.__suppress_context__ else first.__context__) or first
    return "" if first is error else type(first).__name__
