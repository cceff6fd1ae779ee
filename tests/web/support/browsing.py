"""A person who uses the app over HTTP like htmx, and fills in the forms of its pages."""

from __future__ import annotations

from dataclasses import dataclass

import requests
from werkzeug.datastructures import MultiDict

from jira_emulator.model import Person
from jira_emulator.server import RunningSite
from tests.web.support.forms import Forms
from tools.stage import Stage

SECONDS = 20


@dataclass
class Browser:
    """One person of a site who uses the app."""

    stage: Stage
    site: RunningSite
    person: Person
    _session: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"HX-Request": "true", "Authorization": f"JWT {self._session}"}

    def sign_in(self) -> Browser:
        """Return a browser with a new session of a page that Jira shows."""
        token = self.site.context_token(self.person)
        address = f"{self.stage.base_url}/session"
        answer = requests.post(address, headers={"Authorization": f"JWT {token}"}, timeout=SECONDS)
        self._session = answer.json()["token"]
        return self

    def load(self, module: str) -> str:
        """Load the page itself, like Jira's frame."""
        return self._checked(requests.get(self.site.page_url(module, self.person), timeout=SECONDS), 200)

    def get(self, path: str, status: int = 200, **values: object) -> str:
        address = f"{self.stage.base_url}{path}"
        params = {name: str(value) for name, value in values.items()}
        answer = requests.get(address, params, headers=self.headers, timeout=SECONDS)
        return self._checked(answer, status)

    def post(self, path: str, values: MultiDict[str, str] | None = None, status: int = 200) -> str:
        address = f"{self.stage.base_url}{path}"
        pairs = list((values or MultiDict()).items(multi=True))
        answer = requests.post(address, pairs, headers=self.headers, timeout=SECONDS)
        return self._checked(answer, status)

    def fill(self, html: str, action: str = "", status: int = 200, **changes: object) -> str:
        """Send the first form of ``html`` for ``action``, with some of its fields changed; lists are repeated.

        A field's name may have ``__`` for a hyphen.
        """
        form = next(one for one in Forms(html).found if one.action and action in one.action)
        for name, value in ((name.replace("__", "-"), value) for name, value in changes.items()):
            form.fields.setlist(name, [str(one) for one in (value if isinstance(value, list) else [value])])
        return self.post(form.action, form.fields, status)

    def _checked(self, answer: requests.Response, status: int) -> str:
        assert answer.status_code == status, (answer.status_code, answer.text[:600])
        return str(answer.text)
