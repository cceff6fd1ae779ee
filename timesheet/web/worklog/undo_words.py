"""The sentences about the result of an undo, and of a redo, in the language of the request."""

from __future__ import annotations

from timesheet.web.http.language import _, _n


class UndoWords:
    """The sentences about an undo."""

    def nothing_done(self) -> str:
        """Return the sentence for no reversed write."""
        return _("Nothing was undone.")

    def done(self) -> str:
        """Return the sentence for one reversed write, if there is nothing more to say about it."""
        return _("Undone.")

    def changes_done(self, count: int) -> str:
        """Return how many writes were reversed."""
        return _n("{count} change undone.", "{count} changes undone.", count)

    def not_done(self, count: int, reason: str) -> str:
        """Return how many writes were not reversed, and why."""
        return _n("{count} not undone: {reason}", "{count} not undone: {reason}", count, reason=reason)

    def failed_heading(self, count: int) -> str:
        """Return the sentence before the list of the writes that were not reversed."""
        return _n("{count} change was not undone:", "{count} changes were not undone:", count)

    def failed_title(self) -> str:
        """Return the title of a dialog with that list."""
        return _("Some changes were not undone")

    def rest_button(self) -> str:
        """Return the text of the button that reverses the rest."""
        return _("Undo the rest")

    def unknown(self, *, rest: bool) -> str:
        """Return the sentence for a lost answer: about the ``rest`` of several writes, or about the only one."""
        if rest:
            return _("It is not known yet whether the rest was undone.")
        return _("It is not known yet whether this was undone.")

    def progress_title(self) -> str:
        """Return the title of the progress."""
        return _("Undoing changes")


class RedoWords(UndoWords):
    """The sentences about a redo."""

    def nothing_done(self) -> str:
        return _("Nothing was redone.")

    def done(self) -> str:
        return _("Redone.")

    def changes_done(self, count: int) -> str:
        return _n("{count} change redone.", "{count} changes redone.", count)

    def not_done(self, count: int, reason: str) -> str:
        return _n("{count} not redone: {reason}", "{count} not redone: {reason}", count, reason=reason)

    def failed_heading(self, count: int) -> str:
        return _n("{count} change was not redone:", "{count} changes were not redone:", count)

    def failed_title(self) -> str:
        return _("Some changes were not redone")

    def rest_button(self) -> str:
        return _("Redo the rest")

    def unknown(self, *, rest: bool) -> str:
        if rest:
            return _("It is not known yet whether the rest was redone.")
        return _("It is not known yet whether this was redone.")

    def progress_title(self) -> str:
        return _("Redoing changes")
