from __future__ import annotations

import pytest

from tools import licences


@pytest.mark.parametrize(
    ("licence", "kind"),
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
def test_a_licence_falls_into_one_kind(licence: str, kind: str) -> None:
    assert licences.kind_of(licence) == kind


def test_refused_unknown_and_unnamed_licences_are_problems() -> None:
    table = [
        ("good", "MIT", "permissive"),
        ("named", "MPL-2.0", "weak copyleft"),
        ("unnamed", "LGPL-3.0", "weak copyleft"),
        ("bad", "GPL-3.0", "refused"),
    ]
    found = licences.problems(table, "We ship named.")
    assert [line.split(":")[0] for line in found] == ["bad", "unnamed"]


def test_every_licence_of_the_app_is_known() -> None:
    table = licences.rows()
    assert {"flask", "sqlalchemy"} <= {name for name, _, _ in table}
    assert [row for row in table if row[2] in {"refused", "unknown"}] == []
