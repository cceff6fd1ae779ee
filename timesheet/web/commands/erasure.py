"""``flask privacy reapply-erasures``: after a restore, erase people and uninstall sites again that are in the backup.

The database cannot know them: it is that of the backup, and erasing leaves nothing that leads to an account id. The
app's own log does: it has a line for each committed event ``person.erased`` with the site and the account id, and for
each ``site.uninstalled``, and it is outside of the database.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TextIO

import click
from flask.cli import with_appcontext

from timesheet.domain.audit.action import Action
from timesheet.services.audit.upkeep import LIFECYCLE
from timesheet.services.privacy.privacy import ErasureReason, SiteData, erase_stored
from timesheet.services.site.installation import uninstall_again
from timesheet.web.http.dependencies import dependencies

MOST_NAMED = 20
"""Line numbers that an error lists."""
REAPPLIED = (Action.PERSON_ERASED, Action.SITE_UNINSTALLED)


@dataclass(slots=True)
class LaterEvents:
    """The account ids that were erased since a backup, by site, and the last event of each site's installation."""

    erased: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    last: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    @property
    def uninstalled(self) -> dict[str, datetime]:
        """Return when sites uninstalled the app that have not installed it again."""
        return {key: at for key, (at, action) in self.last.items() if action == Action.SITE_UNINSTALLED}

    def add(self, event: Mapping[str, object], since: datetime) -> bool:
        """Add an event; return False for one that does not say whose it is or when it was."""
        action = str(event.get("action"))
        key, about, at = event.get("site"), event.get("object_id"), event.get("at")
        if action != Action.PERSON_ERASED and action not in LIFECYCLE:
            return True
        instant = _read_instant(at)
        if not (isinstance(key, str) and isinstance(about, str) and instant):
            return action not in REAPPLIED
        if instant >= since and action == Action.PERSON_ERASED:
            self.erased[key].add(about)
        elif instant >= since and (key not in self.last or instant >= self.last[key][0]):
            self.last[key] = instant, action
        return True


@click.command("reapply-erasures")
@click.argument("log", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option("--since", required=True, help="When the backup was made, e.g. 2026-11-24T03:00:00+00:00.")
@with_appcontext
def reapply_erasures(log: TextIO, since: str) -> None:
    """Erase and uninstall again all people and sites of which LOG says so since the backup (lines of the app's log)."""
    found = _found_since(log, _instant(since))
    if not found.erased:
        click.echo(f"Nobody was erased since {since}, as {log.name} says.")
    _erase_again(found.erased)
    _uninstall_again(found.uninstalled)


def _erase_again(erased: Mapping[str, set[str]]) -> None:
    deps = dependencies()
    for key, accounts in sorted(erased.items()):
        # A site that uninstalled is in the backup too, and gets its data back if it installs again.
        with deps.operation.transaction.within(key):
            if deps.sites.find(key) is None:
                click.echo(f"{key}: not stored here, so nobody was erased.")
                continue
            data = SiteData(
                deps.privacy.privacy_of(key), deps.audit.recorder_of(key), deps.operation.cache, key
            )
            count = erase_stored(data, accounts, ErasureReason.RESTORED)
            deps.operation.transaction.commit()
            others = "" if count == len(accounts) else "; nothing is stored about the others"
            click.echo(f"{key}: {count} of {len(accounts)} people erased again{others}.")


def _uninstall_again(uninstalled: Mapping[str, datetime]) -> None:
    deps = dependencies()
    for key, at in sorted(uninstalled.items()):
        with deps.operation.transaction.within(key):
            done = uninstall_again(deps.sites.install_authenticator, key, at)
            deps.operation.transaction.commit()
        if done:
            click.echo(f"{key}: uninstalled again, as of {at.isoformat()}.")


def _events_in(log: TextIO) -> Iterator[tuple[int, str, object]]:
    """Yield each line with its number and what its JSON says, None if it has none; empty lines are left out."""
    for number, line in enumerate(log, start=1):
        if line.strip():
            try:
                yield number, line, json.loads(line)
            except ValueError:
                yield number, line, None


def _found_since(log: TextIO, since: datetime) -> LaterEvents:
    """Return what is to be done again.

    Lines of other programs are skipped. Raise ClickException if there are only such lines, or if a line may be
    about an erasure or an uninstall and does not say whose or when. A file without lines has only those of these
    events, and there were none.
    """
    found, unreadable = LaterEvents(), list[int]()
    events = others = False
    for number, line, event in _events_in(log):
        if not isinstance(event, Mapping):
            others = True
            # A process that was killed, or a full disk, leaves a part of a line.
            if any(action in line for action in REAPPLIED) or line.startswith("{"):
                unreadable.append(number)
            continue
        events = True
        if not found.add(event, since):
            unreadable.append(number)
    if others and not events:
        raise click.ClickException(
            f"{log.name} has no line of the app's log: each is a JSON object, with nothing before it."
        )
    if unreadable:
        numbers = ", ".join(map(str, unreadable[:MOST_NAMED]))
        more = f", and {len(unreadable) - MOST_NAMED} more" if len(unreadable) > MOST_NAMED else ""
        raise click.ClickException(
            f"Nothing was changed, because these lines of {log.name} may be about an erasure or an uninstall and "
            f"cannot be read: {numbers}{more}. Complete each of them, or delete it if it is about something else."
        )
    return found


def _instant(text: str) -> datetime:
    if instant := _read_instant(text):
        return instant
    raise click.ClickException(f"“{text[:40]}” is not an instant such as 2026-11-24T03:00:00+00:00.")


def _read_instant(text: object) -> datetime | None:
    """Return the instant that a text says, in UTC unless it says another zone; None if it says none."""
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
