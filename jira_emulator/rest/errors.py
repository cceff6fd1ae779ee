"""Errors in Jira's format."""

from __future__ import annotations

from jira_emulator.language.translate import translate
from jira_emulator.model import Json

UNAUTHENTICATED = "Client must be authenticated to access this resource."
UNREAD_TOKEN = {"error": "Failed to parse Connect Session Auth Token"}
"""The body of the 403 with which a site refuses every access token that it does not know."""
GATEWAY_REFUSAL = {"code": 401, "message": "Unauthorized"}
"""The body of the 401 with which Atlassian's gateway in front of the sites refuses a token."""


NO_WORKLOG = "Worklog must not be null."
"""The error that Jira adds to every refusal of a worklog, because none was made."""


class ApiError(Exception):
    """An unsuccessful response: ``messages`` concern the whole call, ``errors`` single fields."""

    def __init__(self, status: int, *messages: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.messages = list(messages)
        self.errors = errors or {}

    def body(self, language: str) -> Json:
        """Return Jira's error collection in a language."""
        return {
            "errorMessages": [translate(message, language) for message in self.messages],
            "errors": {name: translate(sentence, language) for name, sentence in self.errors.items()},
        }


def bad_payload() -> ApiError:
    """Return an error: the body is not what the resource accepts."""
    return ApiError(400, "Invalid request payload. Refer to the REST API documentation and try again.")


def no_worklog_made(field: str, sentence: str) -> ApiError:
    """Return Jira's refusal of a duration, date, or estimate: the reason is under the field, the message is generic."""
    return ApiError(400, NO_WORKLOG, errors={field: sentence})


def no_issue() -> ApiError:
    """Return an error: there is no such issue for this caller."""
    return ApiError(404, "Issue does not exist or you do not have permission to see it.")


def no_worklog(worklog_id: object) -> ApiError:
    """Return an error: there is no such worklog for this caller."""
    return ApiError(404, f"Cannot find worklog with id: '{worklog_id}'.")
