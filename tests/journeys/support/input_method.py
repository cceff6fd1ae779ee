"""An input method, with which people type Japanese, for example: what they type is composed until they choose it."""

from __future__ import annotations

from playwright.sync_api import Page

TAKEN = 229
"""The code of a key that an input method takes."""


class InputMethod:
    """The input method of a page, in whichever field has the focus."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def compose(self, text: str) -> None:
        """Show a text in the field that is not chosen yet."""
        end = len(text)
        self._session.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": end, "selectionEnd": end}
        )

    def press(self, *keys: str) -> None:
        """Press keys that the input method takes."""
        for key in keys:
            self._session.send(
                "Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": TAKEN}
            )

    def choose(self, text: str) -> None:
        """Put a text into the field in place of what was composed."""
        self._session.send("Input.insertText", {"text": text})
