"""Protocols for the people, groups, and projects on a Jira site, and the number of issues that a JQL finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from timesheet.domain.person import JiraGroup, Person, Project


class Directory(Protocol):
    """One Jira site as one viewer sees it. Every method may raise JiraUnavailable, JiraBusy, or NotAllowed."""

    def read_people(self, account_ids: Sequence[str]) -> Mapping[str, Person]:
        """Return these people; accounts that Jira does not know are absent."""

    def read_own_groups(self) -> frozenset[str]:
        """Return the ids of the viewer's own groups."""

    def find_people(self, text: str) -> Sequence[Person]:
        """Return active people whose name begins with the text; none without *Browse users and groups*."""

    def find_groups(self, text: str) -> Sequence[JiraGroup]:
        """Return groups whose name contains the text; none without *Browse users and groups*."""

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the names of these groups by id; groups that no longer exist in Jira are absent.

        If the viewer cannot see all groups, the id is used as the name of a group that may be among the
        others.
        """

    def find_projects(self, text: str) -> Sequence[Project]:
        """Return the first projects by key whose key or name contains the text."""

    def read_projects(self, ids: Sequence[int]) -> Mapping[int, Project]:
        """Return those of these projects that the viewer may browse."""

    def check_jql(self, jql: str) -> None:
        """Raise InvalidInput with Jira's own message for broken JQL, and for JQL that names people or fields
        unknown to Jira, because a search would ignore them and find nothing.
        """

    def count_issues(self, jql: str) -> int:
        """Return approximately how many issues a JQL finds for the viewer. Raise InvalidInput as check_jql does."""


class GroupNames(Protocol):
    """A source of group names."""

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the names of these groups by id; groups that no longer exist in Jira are absent."""


class GroupReader(GroupNames, Protocol):
    """Groups as the app itself sees them.

    So a sync does not depend on a person's permissions. Every method raises NotAllowed until Jira grants the
    scope.
    """

    def read_group(self, group_id: str) -> Sequence[Person] | None:
        """Return all people in a group, including deactivated ones; None for a group that no longer exists in Jira.

        Apps and customers of Jira Service Management are left out, because nobody plans with them.
        """


class Names(Protocol):
    """The names of people known so far, for reads that find people in their results."""

    def unknown(self, account_ids: Iterable[str]) -> Sequence[str]:
        """Return those of these people whose names must be read from Jira."""

    def note(self, people: Iterable[Person]) -> None:
        """Store the names of these people as Jira returned them."""
