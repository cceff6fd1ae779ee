from __future__ import annotations

import pytest

from timesheet.domain.errors import JiraUnavailable, root_cause


def raised(*, hide: bool = False) -> JiraUnavailable:
    """Return an error as it is raised where two errors led to it, one of them without ``from``."""
    try:
        try:
            try:
                raise ConnectionRefusedError("10.0.0.7 refuses")
            except ConnectionRefusedError:
                raise OSError("no connection")  # noqa: B904  (as the requests library does)
        except OSError as error:
            raise JiraUnavailable("Jira is not answering.") from (None if hide else error)
    except JiraUnavailable as error:
        return error


def test_the_cause_is_the_first_error_of_the_chain() -> None:
    assert root_cause(raised()) == "ConnectionRefusedError"


@pytest.mark.parametrize("error", [JiraUnavailable("Jira is not answering."), raised(hide=True)])
def test_an_error_without_a_chain_has_no_cause(error: JiraUnavailable) -> None:
    assert root_cause(error) == ""


def test_a_chain_that_leads_back_to_itself_ends() -> None:
    error, other = OSError("one"), ValueError("other")
    error.__cause__, other.__cause__ = other, error
    assert root_cause(error) in {"", "ValueError"}
