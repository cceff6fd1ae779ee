"""Authenticate signed invocations: find their person and site, and keep the tokens that they deliver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.errors import Conflict, NotAllowed, Unauthenticated
from timesheet.domain.identity import Identity
from timesheet.domain.message import message
from timesheet.domain.site import KEPT_AFTER_UNINSTALL, UNINSTALLED, Site
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.invocation import (
    DeliveredTokens,
    InstallationStore,
    Invocation,
    InvocationTokens,
)
from timesheet.services.site.authentication import ANONYMOUS, NOT_INSTALLED

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "avi:jira:created:worklog": "worklog_created",
        "avi:jira:updated:worklog": "worklog_updated",
        "avi:jira:deleted:worklog": "worklog_deleted",
        "avi:jira:updated:issue": "jira:issue_updated",
        "avi:jira:deleted:issue": "jira:issue_deleted",
    }
)


SILENT_NIGHTS = 7
"""The nights without a call after which an installation has ended. Only nights on which the app runs count."""

MOVE_FIRST = message(
    "This site used Timesheet before, and nothing of that is shown yet. "
    "A Jira admin who opens Timesheet can confirm that teams, calendars, and closed periods are kept."
)
TAKEN = message(
    "Another installation of Timesheet uses the data of this site, so nothing was shown or changed. "
    "Uninstall that one in Jira first, or try again in four hours if it is gone already."
)
CHOSEN = message(
    "Somebody has already chosen what happens to the data of this site. Reload the page to open Timesheet."
)


NO_EVENT = message("Only Jira itself may report this, so nothing was changed.")


@dataclass(eq=False)
class MoveFirst(NotAllowed):
    """Another installation used the app on this ``site`` before."""

    site: Site | None = None


@dataclass(frozen=True, slots=True)
class InvocationAuthenticator:
    """Verifies invocations by their tokens, finds the installation, and keeps the tokens for Jira."""

    tokens: InvocationTokens
    installations: InstallationStore
    delivered: DeliveredTokens
    recorder_of: Callable[[str], AuditRecorder]


def authenticate_invocation(authenticator: InvocationAuthenticator, text: str | None) -> Invocation:
    """Return the claims of an invocation. Raise Unauthenticated for a token that is missing or not genuine."""
    if text is None:
        raise Unauthenticated(reason="missing")
    return authenticator.tokens.verify(text)


def refuse_page(invocation: Invocation) -> None:
    """Raise NotAllowed for the call of a page: events, schedules, and uninstalls come from Atlassian alone."""
    if invocation.of_page:
        raise NotAllowed(NO_EVENT, layer="site")


def open_site(
    authenticator: InvocationAuthenticator,
    invocation: Invocation,
    site: Site | None,
    now: datetime,
    commit: Callable[[], None],
) -> Site:
    """Return the site of an invocation, which was found as ``site``; the first one of an installation adds its site.

    Atlassian's event about a new installation may be late or lost, and the token proves the same. Raise
    NotAllowed if the installation has ended, MoveFirst if the site used the app before and a Jira admin has
    not confirmed yet that its data is kept.
    """
    if site is None:
        # Another request of the installation may have added it by now.
        site = authenticator.installations.find_earlier(invocation)
        if site is not None and site.opened_by != invocation.installation:
            # No permission is missing: a decision is.
            raise MoveFirst(_refuse_taken(authenticator, site, now), layer="", site=site)
    if site is None or _outdated(site, invocation):
        _admit(authenticator, invocation, site, now)
        commit()
        site = authenticator.installations.find_installation(invocation.installation)
    if site is None or site.status == UNINSTALLED:
        raise NotAllowed(NOT_INSTALLED, layer="site")
    return site


def moving_site(earlier: Site, invocation: Invocation) -> Site:
    """Return the earlier site as the new installation sees it, to ask Jira there who administers it."""
    return replace(earlier, opened_by=invocation.installation, api_url=invocation.api_url, secret=None)


def claim_site(
    authenticator: InvocationAuthenticator, site: Site, invocation: Invocation, now: datetime
) -> None:
    """Move the data of an earlier installation to the new one, and record it in the chain of events.

    The caller is a Jira admin of the site. Raise Conflict if another request chose for this installation meanwhile,
    NotAllowed if another installation was faster.
    """
    if not authenticator.installations.claim(site.key, invocation, now):
        if authenticator.installations.find_installation(invocation.installation) is not None:
            raise Conflict(CHOSEN)
        raise NotAllowed(TAKEN, layer="site")
    after = {"base_url": invocation.site_url or site.display_url}
    record(authenticator.recorder_of(site.key), Action.SITE_MOVED, site.key, after=after)


def start_empty(
    authenticator: InvocationAuthenticator,
    earlier: Site,
    invocation: Invocation,
    now: datetime,
    outside: AbstractContextManager[None],
) -> None:
    """Create a new site for the new installation, and leave the earlier data to the earlier installation.

    The caller is a Jira admin of the site. Of two installations of this app on one site the earlier one has ended, so
    its data is due to be erased; a site with the Connect app keeps it. ``outside`` leaves the earlier site for the
    block that adds the other one. Raise Conflict if another request chose for this installation meanwhile.
    """
    if authenticator.installations.find_installation(invocation.installation) is not None:
        raise Conflict(CHOSEN)
    end_installation(authenticator, earlier, now)
    key, after = invocation.installation, {"base_url": invocation.site_url or invocation.api_url}
    with outside:
        changed, known = authenticator.installations.admit(invocation, now)
        if known or not changed:
            raise Conflict(CHOSEN)
        record(authenticator.recorder_of(key), Action.SITE_INSTALLED, key, after=after)


def viewer_of(site: Site, invocation: Invocation) -> Identity:
    """Return the person at the screen. Raise NotAllowed if the invocation names none."""
    if invocation.account_id is None:
        raise NotAllowed(ANONYMOUS, layer="site")
    return Identity(site.key, invocation.account_id)


def keep_delivered(
    authenticator: InvocationAuthenticator, site: Site, account_id: str | None, of_user: str, of_app: str
) -> None:
    """Store the tokens that an invocation delivered; empty ones were not sent.

    A person at the screen can send headers too, so with them comes no token that replaces the app's own.
    """
    if of_user and account_id is not None:
        authenticator.delivered.keep(site, account_id, of_user)
    if of_app:
        authenticator.delivered.keep(site, None, of_app, replaces=account_id is None)


def end_installation(authenticator: InvocationAuthenticator, site: Site, now: datetime) -> None:
    """Record that an installation ends: its tokens are deleted, and the data is due to be erased after 30 days."""
    erase_after = now + KEPT_AFTER_UNINSTALL
    authenticator.delivered.forget(site)
    if authenticator.installations.leave(site.key, now, erase_after):
        record(
            authenticator.recorder_of(site.key),
            Action.SITE_UNINSTALLED,
            site.key,
            after={"erased": stamp(erase_after)},
        )


def end_if_silent(authenticator: InvocationAuthenticator, site: Site, now: datetime) -> None:
    """End the site's installation on the last of seven nights without a call: an uninstall may cause no event.

    Atlassian calls every hour, each time with a token that is valid for hours. After an outage of this server the
    next night is only the first one, and until the last one somebody calls if the installation is still there.
    """
    only_here = site.opened_by is not None and site.secret is None
    if only_here and authenticator.installations.count_silence(site.key, now) >= SILENT_NIGHTS:
        end_installation(authenticator, site, now)


def usual_event_name(name: object) -> str | None:
    """Return the usual name of an event, as webhooks use it too; None for one that is not used."""
    return EVENTS.get(name) if isinstance(name, str) else None


def _refuse_taken(authenticator: InvocationAuthenticator, earlier: Site, now: datetime) -> str:
    """Return the sentence about the move; raise NotAllowed if another installation uses the site."""
    if not authenticator.installations.is_free(earlier.key, now):
        raise NotAllowed(TAKEN, layer="site")
    return MOVE_FIRST


def _outdated(site: Site, invocation: Invocation) -> bool:
    moved = invocation.site_url is not None and invocation.site_url != site.display_url
    return site.status == UNINSTALLED or site.api_url != invocation.api_url or moved


def _admit(
    authenticator: InvocationAuthenticator, invocation: Invocation, known: Site | None, now: datetime
) -> None:
    key = known.key if known else invocation.installation
    changed, upgrade = authenticator.installations.admit(invocation, now)
    if changed:
        action = Action.SITE_UPGRADED if upgrade else Action.SITE_INSTALLED
        after = {"base_url": invocation.site_url or invocation.api_url}
        record(authenticator.recorder_of(key), action, key, after=after)
