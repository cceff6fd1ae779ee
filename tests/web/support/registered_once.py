"""The blueprints of all features, registered once for all apps of a test run: that takes a third of making an app."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Blueprint, Flask
from werkzeug.routing.matcher import State

from timesheet.bootstrap import app as app_module
from timesheet.web.features import BLUEPRINTS

REGISTRIES = (
    *("blueprints", "view_functions", "error_handler_spec", "template_context_processors"),
    *("url_default_functions", "url_value_preprocessors"),
    *("before_request_funcs", "after_request_funcs", "teardown_request_funcs"),
)
"""The parts of an app to which a blueprint adds, besides routes and the names of templates."""


class RegisteredOnce:
    """Blueprints in the place of one: they are registered on an app of their own, and each other app gets a copy."""

    def __init__(self, blueprints: Iterable[Blueprint]) -> None:
        self._app = Flask("registered once", static_folder=None)
        environment = self._app.jinja_env
        filters, names = dict(environment.filters), dict(environment.globals)
        for blueprint in blueprints:
            self._app.register_blueprint(blueprint)
        assert not self._app.cli.commands
        self._filters = added(environment.filters, filters)
        self._names = added(environment.globals, names)

    def register(self, app: Flask, _options: object) -> None:
        """See Flask."""
        app.jinja_env.filters |= self._filters
        app.jinja_env.globals |= self._names
        for name in REGISTRIES:
            merge(getattr(app, name), getattr(self._app, name))
        into, url_map = app.url_map, self._app.url_map
        merge(into._rules_by_endpoint, url_map._rules_by_endpoint)
        merge_rules(into._matcher._root, url_map._matcher._root)
        into._remap = True


def added(names: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in names.items() if name not in before}


def merge(into: dict[Any, Any], registry: Mapping[Any, Any]) -> None:
    """Add a copy of what is registered, except the values that stand there."""
    for key, value in registry.items():
        if isinstance(value, dict):
            merge(into[key], value)
        elif isinstance(value, list):
            there = into.get(key, [])
            into[key] = there + [entry for entry in value if entry not in there]
        else:
            into[key] = value


def merge_rules(into: State, state: State) -> None:
    """Add the rules that are reached from one state of werkzeug's matcher to those of another matcher."""
    into.rules.extend(state.rules)
    for text, following in state.static.items():
        merge_rules(into.static.setdefault(text, State()), following)
    for part, following in state.dynamic:
        there = next((known for other, known in into.dynamic if other == part), None)
        if there is None:
            there = State()
            into.dynamic.append((part, there))
        merge_rules(there, following)


@contextmanager
def registering_once() -> Iterator[None]:
    """Let all apps made inside this block get a copy of what registering the features adds to an app."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_module, "BLUEPRINTS", [RegisteredOnce(BLUEPRINTS)])
        yield
