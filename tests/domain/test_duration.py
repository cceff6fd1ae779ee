from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.duration import (
    UNITS,
    day_warning,
    describe_units,
    format_hm,
    format_wait,
    parse_duration,
    read_duration,
    same_minutes,
    whole_minutes,
)
from timesheet.domain.english import describe
from timesheet.domain.errors import InvalidInput
from timesheet.domain.figures import Figures
from timesheet.domain.identity import TimeTracking

EIGHT = TimeTracking(True, 8 * 3600, 40 * 3600)
SEVEN_AND_A_HALF = TimeTracking(True, 27000, 135000)
HALF_PAST_ONE = 5400


@pytest.mark.parametrize(
    "text",
    [
        "1.5", "1,5", "1:30", "01:30", "1:30:00", "1:30h", "90m", "90 min", "1h30", "1h30m", "1h 30m", "1h 30",
        "1 h 30 m", "30m 1h", "1.5h", "1,5 h", " 1.5 ", "1\u00a0h\u202f30\u2009m", "1½", "1 ½", "1½h", "1H 30M",
        "１．５", "１：３０", "１ｈ３０ｍ", "١:٣٠", "١٫٥", "१:३०", "0d 1.5h", "1h,30m", "1 h, 30 min",
        "1 hour, 30 minutes", "1h ,30m", "\u200e1h 30m", "\ufeff1:30", "1h\u200b30m", "1.50000000000000",
    ],
)  # fmt: skip
def test_t13_forms_of_an_hour_and_a_half(text: str) -> None:
    assert parse_duration(text, EIGHT) == HALF_PAST_ONE


@pytest.mark.parametrize(
    "text",
    [
        "1 Std 30 Min", "1 Std. 30 Min.", "1Std.30Min.", "1 Std. 30", "1h30mn", "1 hs 30 min",
        "1 Stunde 30 Minuten", "1 heure 30 minutes", "1 hora 30 minutos",
        "1 ora 30 minuti", "1 u 30 min", "1 uur 30 minuten", "1時間30分", "1時間半", "1 hour 30 minutes", "1hr 30mins",
        "1 hour and 30 minutes", "1 Stunde und 30 Minuten", "1 heure et 30 minutes", "1 hora y 30 minutos",
        "1 hora e 30 minutos", "1:30 Std.", "1:30 heures", "90分間", "1時間、30分",
        "1 heure et demie", "1h et demie", "1 hora y media", "1 hora e meia", "1,5 Stdn.",
    ],
)  # fmt: skip
def test_t13_units_in_many_languages(text: str) -> None:
    assert parse_duration(text, EIGHT) == HALF_PAST_ONE


def test_what_is_no_duration_is_shown_as_it_was_typed() -> None:
    with pytest.raises(InvalidInput, match="“1 Stunde und” is not a duration"):
        parse_duration(" 1 Stunde und ", EIGHT)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("½", 1800),
        (".5", 1800),
        (",5h", 1800),
        (",25", 900),
        ("0", 0),
        ("2.", 7200),
        ("1.3333333333333333", 4800),
        (":30", 1800),
        ("2日間", 16 * 3600),
        ("1:59", 7140),
        ("1h59", 7140),
        ("1d 1h 30", 34200),
        ("5,m", 300),
        ("1.5" + "0" * 57, 5400),
        ("8784", 366 * 86400),
    ],
)
def test_short_forms_are_read(text: str, seconds: int) -> None:
    assert parse_duration(text, EIGHT) == seconds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type how long"), ("   ", "Type how long"), ("-1", "negative"), ("−2h", "negative"), ("–1", "negative"),
        ("1:75", "59 minutes"), ("1h75", "59 minutes"), ("1:3", "1:03 or 1:30"), ("1:30:75", "59 minutes"),
        ("1:7", "such as 1:07"),
        ("1:60", "59 minutes"), ("1h60", "59 minutes"), ("1:30:60", "59 minutes"), ("8784:01", "more than a year"),
        ("1,5 h et demie", "not a duration"),
        ("1h 2d 5", "not a duration"), ("30m 1h 5", "not a duration"), (".", "“.” is not a duration"),
        ("h", "not a duration"), ("h 30m", "not a duration"), ("1h m", "not a duration"), ("1 2", "not a duration"),
        ("1.5.2", "not a duration"), ("1,000.5", "not a duration"), ("1h 1h", "twice"), ("1d 2", "not a duration"),
        ("90s", "not a unit"), ("1e3", "not a unit"), ("0x10", "not a unit"), ("nan", "not a duration"),
        ("1h½", "not a duration"), ("1h,,30m", "not a duration"), ("1h,5", "not a duration"),
        ("1h.5", "not a duration"), ("1 Std.30", "not a duration"),
        ("1:00²", "not a duration"), ("⅓", "not a duration"), ("1㏠", "not a duration"),
        ("½2", "not a duration"), ("1½30m", "not a duration"), ("¼ 5", "not a duration"),
        ("½\u200b２", "not a duration"), ("1⁄2", "not a duration"), ("1'30", "not a duration"),
        ("+1", "not a duration"),
        ("0.001", "half a minute"), ("999999", "more than a year"), ("1" * 61, "too long"), ("<b>1</b>", "not a"),
    ],
)  # fmt: skip
def test_t13_refusals_say_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        parse_duration(text, EIGHT)
    assert refused.value.field == "duration"


def test_t11_days_and_weeks_are_as_long_as_the_site_says() -> None:
    assert parse_duration("1w 2d 4h 30m", EIGHT) == (40 + 16 + 4) * 3600 + 1800
    assert parse_duration("1d", SEVEN_AND_A_HALF) == 27000
    assert parse_duration("0.5d", SEVEN_AND_A_HALF) == 13500
    assert (
        parse_duration("1 Tag", EIGHT)
        == parse_duration("1 jour", EIGHT)
        == parse_duration("1日", EIGHT)
        == 28800
    )
    assert describe_units(SEVEN_AND_A_HALF) == "1d = 7h 30m, 1w = 37h 30m"


def test_t12_a_bare_number_is_hours() -> None:
    assert parse_duration("2", EIGHT) == 7200


def test_t12_more_than_a_day_is_flagged() -> None:
    assert parse_duration("25", EIGHT) == 90000
    assert day_warning(90000) == "That makes 25h on one day."
    assert day_warning(86400) == ""


def test_t14_decimals_lose_nothing() -> None:
    assert parse_duration("8.20", EIGHT) == 8 * 3600 + 12 * 60
    assert parse_duration("0.1", EIGHT) == 360
    for hundredths in range(0, 2500, 5):
        assert parse_duration(f"{hundredths // 100}.{hundredths % 100:02d}", EIGHT) == hundredths * 36


def test_finer_than_a_minute_is_rounded_and_said() -> None:
    assert read_duration("0.33", EIGHT).note == "Jira stores whole minutes: saved as 20m."
    assert read_duration("0.33", EIGHT).seconds == 1200
    assert read_duration("0.25", EIGHT).note == ""
    assert [read_duration(text, EIGHT).seconds for text in ("0:30:29", "0:30:30", "1:59:59")] == [
        1800,
        1860,
        7200,
    ]
    assert [whole_minutes(seconds) for seconds in (29, 30, 89, 90)] == [0, 60, 60, 120]
    assert (same_minutes(89, 60), same_minutes(90, 60)) == (True, False)


def test_t15_a_printed_total_is_the_sum_of_the_printed_rows() -> None:
    figures = Figures(decimal=True)
    rows = [1200, 1200, 1200]
    assert [figures.show(figures.units(row)) for row in rows] == ["0.33"] * 3
    assert figures.show(sum(map(figures.units, rows))) == "0.99"


def whole_minutes_or_a_sentence(text: str) -> bool:
    try:
        seconds = parse_duration(text, EIGHT)
    except InvalidInput as refused:
        return refused.field == "duration" and refused.sentence.endswith(".")
    return seconds >= 0 and seconds % 60 == 0


minutes = st.integers(0, 60 * 24 * 300)


@given(minutes)
def test_t16_what_is_shown_reads_back_as_the_same(value: int) -> None:
    seconds = value * 60
    assert parse_duration(format_hm(seconds), EIGHT) == seconds
    assert parse_duration(describe(seconds), EIGHT) == seconds
    for separator in ".,":
        figures = Figures(decimal=True, separator=separator)
        assert parse_duration(figures.show(figures.units(seconds)), EIGHT) == seconds


@given(st.text(max_size=70))
def test_t13_any_text_is_a_duration_or_a_sentence(text: str) -> None:
    assert whole_minutes_or_a_sentence(text)


@given(st.text(alphabet="0123456789.,: hmdwstnui½-", max_size=14))
def test_t13_near_misses_are_a_duration_or_a_sentence(text: str) -> None:
    assert whole_minutes_or_a_sentence(text)


@given(st.integers(0, 30), st.integers(0, 23), st.integers(0, 59), st.sampled_from(["", " "]))
def test_parts_add_up(days: int, hours: int, rest: int, space: str) -> None:
    text = f"{days}d{space}{hours}h{space}{rest}m"
    assert parse_duration(text, SEVEN_AND_A_HALF) == days * 27000 + hours * 3600 + rest * 60


@pytest.mark.parametrize(
    ("seconds", "shown", "words"),
    [
        (0, "0:00", "0m"),
        (60, "0:01", "1m"),
        (5400, "1:30", "1h 30m"),
        (36000, "10:00", "10h"),
        (-5400, "−1:30", "−1h 30m"),
        (29, "0:00", "0m"),
        (30, "0:01", "1m"),
        (-20, "0:00", "0m"),
    ],
)
def test_shown_as_hours_and_minutes(seconds: int, shown: str, words: str) -> None:
    assert format_hm(seconds) == shown
    assert describe(seconds) == words


def test_every_unit_word_means_one_thing() -> None:
    assert set(UNITS.values()) == {"week", "day", "hour", "minute"}
    for word, unit in UNITS.items():
        length = {"week": 144000, "day": 28800, "hour": 3600, "minute": 60}[unit]
        assert parse_duration(f"2 {word}", EIGHT) == 2 * length


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (2, "2 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (121, "3 minutes"),
        (3362, "57 minutes"),
        (3541, "1 hour"),
        (3600, "1 hour"),
        (3660, "1 hour and 1 minute"),
        (9000, "2 hours and 30 minutes"),
    ],
)
def test_a_wait_is_said_as_people_say_it(seconds: int, words: str) -> None:
    assert format_wait(seconds) == words
