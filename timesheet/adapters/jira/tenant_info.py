"""The cloud id of a site, from the address that every Jira Cloud site has for it."""

from __future__ import annotations

import re

import orjson
import requests

from timesheet.adapters.http.session import BodyTooLarge, read_body
from timesheet.domain.site import Site

PATH = "/_edge/tenant_info"
TIMEOUT, WHOLE_SECONDS = (3, 5), 6
LARGEST = 16_384
_CLOUD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


class TenantInfo:
    """Implements CloudIdReader. The call needs no token, and goes to the address that the site was installed with."""

    def __init__(self, http: requests.Session) -> None:
        self._http = http

    def read(self, site: Site) -> str | None:
        """See CloudIdReader."""
        try:
            with self._http.get(
                site.base_url + PATH,
                headers={"Accept": "application/json"},
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = read_body(answer, LARGEST, WHOLE_SECONDS) if answer.status_code == 200 else b""
            found = orjson.loads(body)
        except (requests.RequestException, BodyTooLarge, ValueError):
            return None
        cloud_id = found.get("cloudId") if isinstance(found, dict) else None
        return cloud_id if isinstance(cloud_id, str) and _CLOUD.fullmatch(cloud_id) else None
