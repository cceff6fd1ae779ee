"""Refusals in Jira's form."""

from __future__ import annotations

from jira_emulator.language.translate import translate
from jira_emulator.model import Json

UNAUTHENTICATED = "Client must be authenticated to access this resource."


class ApiError(Exception):
    """An answer other than success: ``messages`` concern the whole call, ``errors`` single fields."""

    def __init__(self, status: int, *messages: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.messages = list(messages)
        self.errors = errors or {}

    def body(self, language: str) -> Json:
        """Jira's error collection in a language."""
        return {
            "errorMessages": [translate(message, language) for message in self.messages],
            "errors": {name: translate(sentence, language) for name, sentence in self.errors.items()},
        }


def bad_payload() -> ApiError:
    """The body is not what the resource takes."""
    return ApiError(400, "Invalid request payload. Refer to the REST API documentation and try again.")


def no_worklog_made(field: str, sentence: str) -> ApiError:
    """Jira's refusal of a duration, date or estimate: the reason stands under the field, the message says nothing."""
    return ApiError(400, "Worklog must not be null.", errors={field: sentence})


def no_issue() -> ApiError:
    """There is no such issue for this caller."""
    return ApiError(404, "Issue does not exist or you do not have permission to see it.")


def no_worklog(worklog_id: object) -> ApiError:
    """There is no such worklog for this caller."""
    return ApiError(404, f"Cannot find worklog with id: '{worklog_id}'.")
