"""Read public keys from the servers on which Atlassian publishes them."""

from __future__ import annotations

import requests

from timesheet.adapters.http.session import BodyTooLarge, read_body

TIMEOUT, WHOLE_SECONDS = (3, 5), 8
NO_ANSWER = 0


def read_key(http: requests.Session, address: str, largest: int) -> tuple[int, bytes]:
    """Return status and body of what is at ``address``; the body is empty unless the status is 200.

    The status is NO_ANSWER if the server does not respond within eight seconds, or with more than ``largest`` bytes.
    """
    try:
        with http.get(address, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
            if answer.status_code != 200:
                return answer.status_code, b""
            return 200, read_body(answer, largest, WHOLE_SECONDS)
    except (requests.RequestException, BodyTooLarge):
        return NO_ANSWER, b""
