"""Manage the reasons for non-working days."""

from __future__ import annotations

from collections.abc import Callable

from timesheet.domain.calendar.legend import Legend, check_deletable, checked_legend
from timesheet.domain.errors import NotFound
from timesheet.domain.message import message
from timesheet.services.calendar.command import DeleteLegend, SaveLegend
from timesheet.services.ports.stores import Stores


def find_legend(stores: Stores, legend_id: str) -> Legend:
    """Return one of the site's legends. Raise NotFound if somebody deleted it."""
    found = next((legend for legend in stores.legends.all() if legend.id == legend_id), None)
    if found is None:
        raise NotFound(message("This absence type no longer exists."))
    return found


def save_legend(stores: Stores, command: SaveLegend, shown: Callable[[str], str] = str) -> Legend:
    """Save a legend. Raise InvalidInput for title, letter, or color; Conflict with the stored one.

    ``shown`` returns a built-in letter in the language of who saves.
    """
    legend = Legend(command.id, command.title, command.color, command.letter, command.version)
    stores.lock_site()
    return stores.legends.save(checked_legend(legend, stores.legends.all(), shown))


def delete_legend(stores: Stores, command: DeleteLegend) -> Legend:
    """Delete one of the site's own legends; its days become unclassified."""
    legend = find_legend(stores, command.legend_id)
    check_deletable(legend)
    stores.legends.delete(legend.id)
    return legend
