"""An app's iframe: its signed address, and the tokens for the page inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from jira_emulator.connect.descriptor import Module
from jira_emulator.connect.installation import Installation
from jira_emulator.connect.qsh import CONTEXT_QSH, query_string_hash
from jira_emulator.connect.tokens import CONTEXT_SECONDS, PAGE_SECONDS, sign_shared, times
from jira_emulator.connect.url_template import fill
from jira_emulator.model import Issue, Person, Project
from jira_emulator.tenant import Tenant

CONNECT_VERSION = "1001.0.0-SNAPSHOT"


@dataclass(frozen=True)
class Place:
    """The place in Jira where a module is shown; ``custom`` has the ``ac.*`` values of the page URL without
    the prefix.
    """

    issue: Issue | None = None
    project: Project | None = None
    custom: Mapping[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """Return values for a module's URL template."""
        values = {f"ac.{name}": value for name, value in self.custom.items()}
        project = self.issue.project if self.issue is not None else self.project
        if self.issue is not None:
            values |= {
                "issue.id": str(self.issue.id),
                "issue.key": self.issue.key,
                "issuetype.id": str(self.issue.type.id),
            }
        if project is not None:
            values |= {"project.id": str(project.id), "project.key": project.key}
        return values

    def context(self) -> dict[str, Any]:
        """Return the ``context`` claim, which is also the result of ``AP.context.getContext``."""
        project = self.issue.project if self.issue is not None else self.project
        jira: dict[str, Any] = {}
        if self.issue is not None:
            jira["issue"] = {
                "id": str(self.issue.id),
                "key": self.issue.key,
                "issuetype": {"id": str(self.issue.type.id)},
            }
        if project is not None:
            jira["project"] = {"id": str(project.id), "key": project.key}
        return {"jira": jira} if jira else {}


def channel(app: Installation, module: Module) -> str:
    """Return the name of the conversation between host page and iframe."""
    return f"channel-{app.key}__{module.key}"


def page_url(tenant: Tenant, app: Installation, module: Module, person: Person | None, place: Place) -> str:
    """Return the address of the iframe with a new token; its query is signed as it is."""
    url = app.address(fill(module.url, place.variables()))
    parameters = {
        "xdm_e": tenant.display_url,
        "xdm_c": channel(app, module),
        "cp": "",
        "xdm_deprecated_addon_key_do_not_use": app.key,
        "lic": "none",
        "cv": CONNECT_VERSION,
    }
    url += ("&" if "?" in url else "?") + urlencode(parameters, quote_via=quote)
    claims = _claims(tenant, person, place, PAGE_SECONDS)
    claims["qsh"] = query_string_hash("GET", url, app.base_path)
    return f"{url}&jwt={sign_shared(claims, app.shared_secret)}"


def context_token(tenant: Tenant, app: Installation, person: Person | None, place: Place) -> str:
    """Return the result of ``AP.context.getToken``: a token that is not tied to a URL."""
    claims = _claims(tenant, person, place, CONTEXT_SECONDS)
    return sign_shared({**claims, "qsh": CONTEXT_QSH}, app.shared_secret)


def _claims(tenant: Tenant, person: Person | None, place: Place, seconds: int) -> dict[str, Any]:
    claims: dict[str, Any] = {"iss": tenant.site.client_key, "context": place.context()}
    if person is not None:
        claims["sub"] = person.account_id
    return {**claims, **times(tenant.cloud.clock(), seconds)}
