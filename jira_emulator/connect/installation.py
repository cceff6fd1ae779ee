"""An app on a site: its secrets, its state, and the paths of its callbacks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from jira_emulator.connect.descriptor import Descriptor
from jira_emulator.site import app_account_id


class State(StrEnum):
    """The state of an app on a site."""

    INSTALLING = "installing"
    ENABLED = "enabled"
    DISABLED = "disabled"
    UNINSTALLED = "uninstalled"


@dataclass
class Installation:
    """One app on one site."""

    descriptor: Descriptor
    descriptor_url: str
    shared_secret: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    oauth_client_id: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    state: State = State.INSTALLING

    @property
    def key(self) -> str:
        """Return the app key."""
        return self.descriptor.key

    @property
    def account_id(self) -> str:
        """Return the app's own user, who writes everything the app does not write as a person."""
        return app_account_id(self.key)

    @property
    def usable(self) -> bool:
        """Return whether Jira accepts the app's calls and shows its modules."""
        return self.state is State.ENABLED

    @property
    def origin(self) -> str:
        """Return scheme, host, and port of the app's pages."""
        parts = urlsplit(self.descriptor.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def base_path(self) -> str:
        """Return the path of the app's base URL, usually empty."""
        return urlsplit(self.descriptor.base_url).path

    def address(self, path: str) -> str:
        """Return the absolute address of a path of the descriptor."""
        return self.descriptor.base_url.rstrip("/") + path

    def new_secret(self) -> None:
        """Replace the shared secret."""
        self.shared_secret = secrets.token_urlsafe(48)

    def summary(self) -> Mapping[str, Any]:
        """Return what the control API shows of it, without the secret."""
        return {
            "key": self.key,
            "name": self.descriptor.name,
            "state": str(self.state),
            "baseUrl": self.descriptor.base_url,
            "descriptorUrl": self.descriptor_url,
            "oauthClientId": self.oauth_client_id,
            "accountId": self.account_id,
            "scopes": sorted(self.descriptor.scopes),
            "modules": [
                {"type": module.kind, "key": module.key, "name": module.name}
                for kind in self.descriptor.raw.get("modules", {})
                for module in self.descriptor.modules(kind)
                if module.key
            ],
        }
