"""Parts of the app that are made once for a test run: templates, statements, routes, static files.

Each test has an app of its own, and making the same things again takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import CodeType, MethodType
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Mapper
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from timesheet.web.middleware import assets
from tools.project import ROOT

STATIC = str(ROOT / "static")
"""The files that do not change while tests run. Tests with files of their own have them elsewhere."""


class SharedTemplates(BytecodeCache):
    """Compiled templates in memory, by name and content."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """See Jinja."""
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See Jinja."""
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


class SharedStatements:
    """Compiled statements of all engines whose dialects compile in the same way, as each engine keeps its own."""

    def __init__(self) -> None:
        self._compiled = LRUCache[Any, Any](10_000)

    def get(self, key: tuple[Any, ...]) -> object:
        """Return a compiled statement; the first part of a key is the engine's dialect."""
        return self._compiled.get((likeness(key[0]), *key[1:]))

    def __setitem__(self, key: tuple[Any, ...], compiled: object) -> None:
        self._compiled[likeness(key[0]), *key[1:]] = compiled


def likeness(dialect: Any) -> tuple[object, ...]:
    """Return everything about a dialect that the text of a statement or the conversion of its values depends on."""
    return (
        *(type(dialect), dialect.paramstyle, dialect.server_version_info, dialect.default_schema_name),
        *(dialect.label_length, dialect.max_identifier_length, dialect.supports_native_boolean),
        *(dialect.use_insertmanyvalues, dialect.insertmanyvalues_page_size),
        *(dialect._json_serializer, dialect._json_deserializer),
    )


def share_routes(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """Return werkzeug's method with a memory. What it builds takes its rule as an argument, so equal rules share it."""
    built: dict[object, Any] = {}

    def shared(rule: Any) -> None:
        if rule.defaults or rule.map.host_matching:
            compile_rule(rule)
            return
        key = (rule.rule, rule.subdomain, rule.merge_slashes, *rule.map.converters.items())
        known = built.get(key)
        if known is None:
            compile_rule(rule)
            built[key] = rule
            return
        rule._parts, rule._trace, rule._converters = known._parts, known._trace, known._converters
        rule.arguments = known.arguments
        rule._build = MethodType(known._build.__func__, rule)
        rule._build_unknown = MethodType(known._build_unknown.__func__, rule)

    return shared


def share_server(initialize: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Return the method of PostgreSQL's dialect that asks a server for its version and abilities, with a memory."""
    known: dict[object, dict[str, object]] = {}

    def shared(dialect: Any, connection: Any) -> None:
        server = (type(dialect), str(connection.engine.url.set(database="")))
        if server not in known:
            before = dict(vars(dialect))
            initialize(dialect, connection)
            found = vars(dialect).items()
            known[server] = {
                name: value for name, value in found if name not in before or before[name] is not value
            }
        vars(dialect).update(known[server])

    return shared


def share_folder(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return this function with a memory for the app's own static files."""
    shared = cache(make)
    return lambda folder: shared(folder) if str(folder).rstrip("/") == STATIC else make(folder)


def share_files(add: Callable[..., None]) -> Callable[..., None]:
    """Return WhiteNoise's method with a memory for the app's own static files, by all that their headers depend on."""
    known: dict[object, dict[str, object]] = {}

    def shared(server: WhiteNoise, folder: str, prefix: str) -> None:
        if folder.rstrip("/") != STATIC:
            add(server, folder, prefix)
            return
        key = (prefix, server.max_age, server.allow_all_origins, server.immutable_file_test(folder, prefix))
        if key not in known:
            there, server.files = server.files, {}
            add(server, folder, prefix)
            known[key], server.files = server.files, there
        server.files |= known[key]

    return shared


@contextmanager
def building_once() -> Iterator[None]:
    """Let all apps made inside this block share what they compile."""
    statements = SharedStatements()
    with pytest.MonkeyPatch.context() as patch:
        options: dict[str, Any] = {**Flask.jinja_options, "bytecode_cache": SharedTemplates()}
        patch.setattr(Flask, "jinja_options", options)
        patch.setattr(Rule, "compile", share_routes(Rule.compile))
        # An engine keeps its own unused; a mapper has what its objects write.
        shared = property(lambda _: statements, lambda engine, own: vars(engine).update(_compiled_cache=own))
        patch.setattr(Engine, "_compiled_cache", shared, raising=False)
        patch.setattr(Mapper, "_compiled_cache", shared)
        patch.setattr(PGDialect_psycopg, "initialize", share_server(PGDialect_psycopg.initialize))
        patch.setattr(WhiteNoise, "update_files_dictionary", share_files(WhiteNoise.update_files_dictionary))
        patch.setattr(assets, "folder_hash", share_folder(assets.folder_hash))
        patch.setattr(assets, "_bundles", share_folder(assets._bundles))
        yield
