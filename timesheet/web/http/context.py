"""The values that a view may use: everything of the viewer's own site, and nothing of any other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask, Response, g

from timesheet.domain.identity import Identity, Profile
from timesheet.domain.language import offered_language
from timesheet.domain.lazy import lazy
from timesheet.domain.permission import Decision, Module, Requester, SitePermissions
from timesheet.domain.site import Site
from timesheet.services.attribute.attribute import SiteAttributes
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.view import is_auditor
from timesheet.services.period.lock import PeriodLock
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.directory import Directory, GroupReader
from timesheet.services.ports.job import JobStore
from timesheet.services.ports.settings import PersonSettings, SettingsStore, SiteSettings
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.team_jira import WholeJira
from timesheet.services.ports.timer import TimerStore
from timesheet.services.resilience.priority import end_request
from timesheet.services.site.permission import may_enter
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.person import OwnAdmin, read_own_groups
from timesheet.services.viewer.profile import begin_profile, last_profile, read_profile
from timesheet.services.viewer.team_context import TeamContext
from timesheet.web.http.dependencies import AppDependencies, dependencies


class Context:
    """The values that the views of one request work with, created from the verified token alone."""

    def __init__(self, dependencies: AppDependencies, site: Site, identity: Identity) -> None:
        self._dependencies, self.site, self.identity = dependencies, site, identity
        self.cache, self.clock = dependencies.operation.cache, dependencies.operation.clock
        # Nearly every request reads both.
        self.settings: SettingsStore = dependencies.stores.settings_of(site.key)
        self.stores: Stores = dependencies.stores.stores_of(site.key)
        self._profile: Profile | None = None

    @lazy
    def timers(self) -> TimerStore:
        """Return the timers of this site's people."""
        return self._dependencies.stores.timers_of(self.site.key)

    @lazy
    def audit(self) -> AuditStore:
        """Return the audit events of this site."""
        return self._dependencies.audit.audit_of(self.site.key)

    @lazy
    def recorder(self) -> AuditRecorder:
        """Return the recorder for the events of this request."""
        return self._dependencies.audit.recorder_of(self.site.key)

    def read_settings(self) -> None:
        """Read the settings of this site and of the viewer, and with them the site's revision."""
        self.site_settings, self.person_settings = self.settings.read_both(self.identity.account_id)

    @lazy
    def site_settings(self) -> SiteSettings:
        """Return the settings that the site's admins chose."""
        self.read_settings()
        return self.site_settings

    @lazy
    def person_settings(self) -> PersonSettings:
        """Return the display settings of the viewer."""
        self.read_settings()
        return self.person_settings

    def choose(self, **settings: Any) -> None:
        """Save some of the viewer's display settings; what another page of theirs saves meanwhile stays."""
        before = self.person_settings
        self.person_settings = replace(before, **settings)
        self.settings.save_person(self.identity.account_id, self.person_settings, before)

    def profile(self) -> Profile:
        """Return the viewer's own zone, locale, and name."""
        self._profile = self._profile or read_profile(self)
        return self._profile

    def knows_profile(self) -> bool:
        """Return True if the viewer's account was read within the last minutes; otherwise begin to read it."""
        return self._profile is not None or begin_profile(self)

    def refresh_profile(self) -> None:
        """Read the viewer's zone, locale, and name again, because they may have changed in Jira."""
        self._profile = read_profile(self, refresh=True)

    def language_wishes(self) -> tuple[str, str, str]:
        """Return the languages that the viewer may want, best first: their choice, their Jira's, the site's.

        Jira is asked only if they have not chosen a language.
        """
        own, site = self.person_settings.language, self.site_settings.language
        return own, "" if offered_language(own) else self.profile().locale, site

    def cached_language_wishes(self) -> tuple[str, str, str]:
        """Return the languages that are known without a call: for first pages, and for pages about a failure."""
        read = "site_settings" in vars(self)
        site, person = (self.site_settings.language, self.person_settings.language) if read else ("", "")
        profile = self._profile or last_profile(self)
        return person, profile.locale if profile else "", site

    def prepare_language(self) -> bool:
        """Begin to read the viewer's account; return True if their language is known without it."""
        known = begin_profile(self)
        return bool(offered_language(self.person_settings.language)) or known

    @lazy
    def viewer_context(self) -> ViewerContext:
        """Return the context that a use case needs to act as the viewer."""
        viewer = self.identity.account_id
        lock = PeriodLock(self.stores, viewer, lambda: self.team_context, lambda: self.jira)
        journal = self._dependencies.stores.journal_of(self.site.key)
        attributes = SiteAttributes(self.stores)
        return ViewerContext(
            jira=self.jira,
            cache=self.cache,
            identity=self.identity,
            account=self.profile,
            clock=self.clock,
            lock=lock,
            journal=journal,
            attributes=attributes,
        )

    @lazy
    def jira(self) -> WholeJira:
        """Return this site's Jira, called as the viewer."""
        return self._dependencies.jira.jira_as(self.site, self.identity.account_id, self.site_settings)

    @lazy
    def directory(self) -> Directory:
        """Return the people, groups, and projects of this site, as the viewer sees them."""
        return self._dependencies.jira.directory_as(self.site, self.identity.account_id)

    @lazy
    def jobs(self) -> JobStore:
        """Return the jobs of this site."""
        return self._dependencies.jobs.jobs_of(self.site.key)

    @lazy
    def groups(self) -> GroupReader:
        """Return this site's groups as the app itself sees them."""
        return self._dependencies.jira.groups_of(self.site)

    @property
    def closing_key(self) -> bytes:
        """Return the key of the hashes in this site's closings."""
        return self._dependencies.stores.closing_key_of(self.site.key)

    @property
    def mark_key(self) -> bytes:
        """Return the key of the marks of the viewer's suggestions."""
        return self._dependencies.stores.mark_key_of(self.site.key, self.identity.account_id)

    @property
    def reading_key(self) -> bytes:
        """Return the key of the ids of this site's report readings."""
        return self._dependencies.stores.reading_key_of(self.site.key)

    @lazy
    def team_context(self) -> TeamContext:
        """Return the context that use cases about teams need."""
        site, viewer = self.site.key, self.identity.account_id
        return TeamContext(
            stores=self.stores,
            directory=self.directory,
            cache=self.cache,
            site=site,
            viewer=viewer,
            now=self.clock(),
            zone=self.site_settings.zone,
            permissions=self.permissions,
            requester=self.requester,
        )

    @lazy
    def permissions(self) -> SitePermissions:
        """Return the grants of this site."""
        return self.stores.permissions.read()

    def may_enter(self, *modules: Module) -> Decision:
        """Decide whether any of these parts of the app is open to the viewer."""
        return may_enter(self.permissions, modules, self.requester)

    @lazy
    def requester(self) -> Requester:
        """Return the viewer in the form that this site's grants are checked with."""
        return Requester(self.identity.account_id, self.own_groups, self.own_admin.read)

    @property
    def own_admin(self) -> OwnAdmin:
        """Return whether the viewer administers Jira; actions that only admins may do ask Jira itself."""
        site, viewer = self.site, self.identity.account_id
        ask = self._dependencies.jira.is_admin
        return OwnAdmin(self.cache, site.key, viewer, lambda: ask(site, viewer))

    @lazy
    def configures(self) -> bool:
        """Return whether pages link the configuration for the viewer; a wrong link only leads to a refusal."""
        return self.own_admin.guess(self.jira.begin)

    @lazy
    def audits(self) -> bool:
        """Return whether pages link the whole audit log for the viewer."""
        requester = Requester(self.identity.account_id, self.own_groups, lambda: self.configures)
        return is_auditor(self.permissions, requester)

    def own_groups(self) -> frozenset[str]:
        """Return the ids of the viewer's Jira groups."""
        return read_own_groups(self.directory, self.cache, self.site.key, self.identity.account_id)


def current() -> Context:
    """Return the context of this request; only if a viewer was verified."""
    context: Context | None = g.get("context")
    if context is None:
        context = g.context = Context(dependencies(), g.site, g.identity)
    return context


def init_app(app: Flask) -> None:
    """End each request's transaction, committed below status 400 and otherwise rolled back, and its wait for Jira."""

    @app.after_request
    def end_transaction(response: Response) -> Response:
        transaction = dependencies().operation.transaction
        if response.status_code >= 400:
            transaction.roll_back()
            return response
        try:
            transaction.commit()
        except Exception as error:  # noqa: BLE001  (it is answered like an error of the view)
            transaction.roll_back()
            return app.make_response(app.handle_user_exception(error))
        return response

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        dependencies().operation.bulkhead.end()
        end_request()
