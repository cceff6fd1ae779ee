from __future__ import annotations

import pytest

from tools import licenses


@pytest.mark.parametrize(
    ("terms", "kind"),
    [
        ("MIT", "permissive"),
        ("BSD-3-Clause", "permissive"),
        ("LGPL-3.0-only", "weak copyleft"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "weak copyleft"),
        ("GPL-3.0-or-later", "refused"),
        ("GNU Affero General Public License v3", "refused"),
        ("", "unknown"),
    ],
)
def test_a_license_falls_into_one_kind(terms: str, kind: str) -> None:
    assert licenses.kind_of(terms) == kind


def test_refused_unknown_and_unnamed_licenses_are_problems() -> None:
    table = [
        ("good", "MIT", "permissive"),
        ("named", "MPL-2.0", "weak copyleft"),
        ("unnamed", "LGPL-3.0", "weak copyleft"),
        ("bad", "GPL-3.0", "refused"),
    ]
    found = licenses.problems(table, "We ship named.")
    assert [line.split(":")[0] for line in found] == ["bad", "unnamed"]


def test_every_license_of_the_app_is_known() -> None:
    table = licenses.rows()
    assert {"flask", "sqlalchemy"} <= {name for name, _, _ in table}
    assert [row for row in table if row[2] in {"refused", "unknown"}] == []
