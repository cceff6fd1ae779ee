from __future__ import annotations

from tools import locks

GOOD = """\
flask==3.1.3 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via
    #   -r requirements/app.in
pyjwt[crypto]==2.15.1 ; python_version >= '3.11' \\
    --hash=sha256:cc
"""


def test_pins_are_read_with_extras_and_markers() -> None:
    assert locks.pins(GOOD) == {"flask": "3.1.3", "pyjwt": "2.15.1"}
    assert locks.unhashed(GOOD) == []
    assert locks.addresses(GOOD) == []


def test_a_pin_without_a_hash_is_found() -> None:
    assert locks.unhashed(GOOD + "idna==3.11\n") == ["idna==3.11\n"]


def test_an_address_is_found_in_either_kind_of_lock() -> None:
    assert locks.addresses("--index-url https://index.example/simple\n" + GOOD) != []
    assert locks.addresses('  "resolved": "file.tgz"') != []
    assert locks.addresses('  "url": "https://opencollective.com/x"') == []


def test_the_app_lock_must_be_part_of_the_dev_lock() -> None:
    assert locks.disagreements(GOOD, GOOD) == []
    assert locks.disagreements(GOOD, GOOD.replace("3.1.3", "3.1.4")) == ["flask 3.1.3"]


def test_the_committed_locks_are_in_order() -> None:
    assert locks.problems() == []
