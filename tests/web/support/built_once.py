"""What every app of a test run would make again for itself: templates, functions that build addresses, static files.

Each test has an app of its own, and making the same things again takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from timesheet.web.middleware import assets
from tools.project import ROOT

STATIC = str(ROOT / "static")
"""The files that do not change while tests run. Tests with files of their own have them elsewhere."""

Build = Callable[..., tuple[str, str]]


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


def share_routes(compile_builder: Callable[[Rule, bool], Build]) -> Callable[[Rule, bool], Build]:
    """Return werkzeug's method with a memory. What it builds takes its rule as an argument, so equal rules share it."""
    built: dict[object, Build] = {}

    def shared(rule: Rule, append_unknown: bool = True) -> Build:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in built:
            built[key] = compile_builder(rule, append_unknown)
        return built[key]

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


@contextmanager
def building_once() -> Iterator[None]:
    """Let all apps made inside this block share what they compile."""
    with pytest.MonkeyPatch.context() as patch:
        options: dict[str, Any] = {**Flask.jinja_options, "bytecode_cache": SharedTemplates()}
        patch.setattr(Flask, "jinja_options", options)
        patch.setattr(Rule, "_compile_builder", share_routes(Rule._compile_builder))
        patch.setattr(WhiteNoise, "get_static_file", share_files(WhiteNoise.get_static_file))
        patch.setattr(assets, "folder_hash", share_folder(assets.folder_hash))
        patch.setattr(assets, "_bundles", share_folder(assets._bundles))
        yield
