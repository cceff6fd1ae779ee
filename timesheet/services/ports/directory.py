"""Who and what there is on a Jira site: people, groups, projects, and how many issues a JQL finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from timesheet.domain.person import Group, Person, Project


class Directory(Protocol):
    """One Jira site as one viewer sees it. Every method may raise JiraUnavailable, JiraBusy or NotAllowed."""

    def read_people(self, account_ids: Sequence[str]) -> Mapping[str, Person]:
        """These people; accounts that Jira does not know are absent."""

    def read_own_groups(self) -> frozenset[str]:
        """The ids of the viewer's own groups."""

    def find_people(self, text: str) -> Sequence[Person]:
        """Active people whose name begins with the text; none without *Browse users and groups*."""

    def find_groups(self, text: str) -> Sequence[Group]:
        """Groups whose name contains the text; none without *Browse users and groups*."""

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        """The names of these groups by id; groups that Jira does not have any more are absent.

        Where the viewer is not shown all groups, an id is the name of a group that may be among the others.
        """

    def find_projects(self, text: str) -> Sequence[Project]:
        """The first projects by key whose key or name contains the text."""

    def read_projects(self, ids: Sequence[int]) -> Mapping[int, Project]:
        """These projects, as far as the viewer may browse them."""

    def count_issues(self, jql: str) -> int:
        """About how many issues a JQL finds for the viewer.

        InvalidInput in Jira's own words for a broken one, and for one that names people or fields which Jira does not
        know: a search would pass over them and find nothing.
        """


class GroupNames(Protocol):
    """Whoever knows the names of groups."""

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        """The names of these groups by id; groups that Jira does not have any more are absent."""


class GroupReader(GroupNames, Protocol):
    """Groups as the app itself sees them, so that a sync needs nobody's rights; NotAllowed until Jira lets it."""

    def read_group(self, group_id: str) -> Sequence[Person] | None:
        """All members, deactivated ones too; None for a group that Jira does not have any more."""


class Names(Protocol):
    """The names of people that are known already, for readings that meet people on the way."""

    def unknown(self, account_ids: Iterable[str]) -> Sequence[str]:
        """Those of these people whose names Jira is to be asked for."""

    def note(self, people: Iterable[Person]) -> None:
        """Take in what Jira calls these people."""
