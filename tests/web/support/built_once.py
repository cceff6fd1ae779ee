"""What every app of a test run would make again for itself: templates, routes, statements in SQL, static files.

Each test has an app of its own, and making the same things again takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, MethodType
from typing import Any, cast

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Dialect, Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from timesheet.web.middleware import assets
from tools.project import ROOT

STATIC = str(ROOT / "static")
"""The files that do not change while tests run. Tests with files of their own have them elsewhere."""

STATEMENTS = 5_000
"""More than the app has."""


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


def share_routes(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """Return werkzeug's method with a memory: rules of the same address share what it makes, bound to each of them."""
    compiled: dict[object, Rule] = {}

    def shared(rule: Rule) -> None:
        if rule.defaults or rule.subdomain or rule.host:
            compile_rule(rule)
            return
        first = compiled.setdefault((rule.rule, rule.merge_slashes), rule)
        if first is rule:
            compile_rule(rule)
            return
        rule._parts, rule._trace, rule._converters = first._parts, first._trace, first._converters
        rule.arguments |= first.arguments
        build, build_unknown = cast(MethodType, first._build), cast(MethodType, first._build_unknown)
        rule._build = MethodType(build.__func__, rule)
        rule._build_unknown = MethodType(build_unknown.__func__, rule)

    return shared


def share_folder(make: Callable[[Path], Any]) -> Callable[[Path], Any]:
    """Return this function with a memory for the app's own static files."""
    shared = cache(make)
    return lambda folder: shared(folder) if str(folder) == STATIC else make(folder)


def share_files(read: Callable[..., object]) -> Callable[..., object]:
    """Return WhiteNoise's method with a memory for the app's own static files, by all that their headers depend on."""
    known: dict[object, object] = {}

    def shared(server: WhiteNoise, path: str, url: str, stat_cache: object = None) -> object:
        if not path.startswith(STATIC):
            return read(server, path, url, stat_cache)
        key = (path, url, server.max_age, server.allow_all_origins, server.immutable_file_test(path, url))
        if key not in known:
            known[key] = read(server, path, url, stat_cache)
        return known[key]

    return shared


def same_kind(dialect: Dialect, other: object) -> bool:
    """Return whether both compile a statement to the same text."""
    if type(dialect) is not type(other):
        return False
    return dialect.server_version_info == other.server_version_info


@contextmanager
def building_once() -> Iterator[None]:
    """Let all apps made inside this block share what they compile."""
    with pytest.MonkeyPatch.context() as patch:
        options: dict[str, Any] = {**Flask.jinja_options, "bytecode_cache": SharedTemplates()}
        patch.setattr(Flask, "jinja_options", options)
        patch.setattr(Rule, "compile", share_routes(Rule.compile))
        patch.setattr(WhiteNoise, "get_static_file", share_files(WhiteNoise.get_static_file))
        patch.setattr(assets, "folder_hash", share_folder(assets.folder_hash))
        patch.setattr(assets, "_bundles", share_folder(assets._bundles))
        compiled: LRUCache[Any, Any] = LRUCache(STATEMENTS)
        patch.setattr(Engine, "_compiled_cache", property(lambda _: compiled, lambda *_: None), raising=False)
        patch.setattr(DefaultDialect, "__eq__", same_kind)
        patch.setattr(DefaultDialect, "__hash__", lambda dialect: hash(type(dialect)))
        yield
