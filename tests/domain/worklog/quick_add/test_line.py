"""The meaning of a typed line: its parts in any order, everything else as comment, and a reading for every text."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.duration import DAY, MINUTE
from timesheet.domain.identity import TimeTracking
from timesheet.domain.worklog.quick_add.day import DayWords
from timesheet.domain.worklog.quick_add.line import (
    NO_ISSUE,
    NO_MEANING,
    NO_TIME,
    TOO_SHORT,
    QuickLine,
    in_zone,
    mistyped_colon,
    read_line,
    split_comment,
    split_lines,
)

UNITS = TimeTracking(True, 8 * 3600, 40 * 3600)
TODAY = date(2026, 11, 26)  # a Thursday
HOUR = 3600
WORDS = DayWords(
    {"yesterday": -1, "today": 0, "tomorrow": 1},
    {"monday": 0, "mon": 0, "tuesday": 1, "thursday": 3, "friday": 4, "so.": 6},
    {"november": 11, "nov": 11, "may": 5},
    month_first=True,
    halves=True,
)
EUROPE = DayWords(
    {"gestern": -1, "morgen": 1, "mañana": 1},
    {"montag": 0},
    {"november": 11, "nov": 11, "novembre": 11, "noviembre": 11, "novembro": 11},
)


def read(text: str, words: DayWords = WORDS) -> QuickLine:
    return read_line(text, UNITS, TODAY, words)


@pytest.mark.parametrize(
    ("text", "words", "seconds"),
    [
        ("PAY-12 two hours yesterday 9:00 parser", WORDS, 2 * HOUR),
        ("PAY-12 yesterday 9:00 two hours parser", WORDS, 2 * HOUR),
        ("PAY-12 anderthalb Stunden gestern 9:00 parser", EUROPE, 5400),
    ],
)
def test_a_time_after_a_day_is_the_start_of_a_time_in_words(text: str, words: DayWords, seconds: int) -> None:
    expected = QuickLine("PAY-12", seconds, TODAY - timedelta(days=1), time(9), "parser")
    assert read(text, words) == expected


@pytest.mark.parametrize(
    "text",
    [
        "PAY-12 two hours yesterday 1:30",
        "PAY-12 two hours yesterday 9:00 10:00",
        "PAY-12 yesterday two hours 9:00",
    ],
)
def test_other_times_beside_a_time_in_words_are_two_times(text: str) -> None:
    assert read(text).problem


@pytest.mark.parametrize(
    ("text", "words", "days"),
    [
        ("PAY-12 2h vom 1. November bis 3. November", EUROPE, "1. November and 3. November"),
        ("PAY-12 2h du 1 novembre au 3 novembre", EUROPE, "1 novembre and 3 novembre"),
        ("PAY-12 2h moved from monday to friday", WORDS, "monday and friday"),
        ("PAY-12 2h between monday and friday", WORDS, "monday and friday"),
        ("PAY-12 2h 3 November – 5 November parser", WORDS, "3 November and 5 November"),
        ("PAY-12 2h November 3 to 5", WORDS, "November 3 and 5"),
        ("PAY-12 2h vom 1. bis zum 3. November", EUROPE, "1. and 3. November"),
        ("PAY-12 2h 1.11. bis 3.11.", EUROPE, "1.11 and 3.11"),
        ("PAY-12 2h del 1 al 3 de noviembre", EUROPE, "1 and 3 de noviembre"),
        ("PAY-12 2h entre el 1 y el 3 de noviembre", EUROPE, "1 and 3 de noviembre"),
        ("PAY-12 2h du 1er au 3 novembre", EUROPE, "1er and 3 novembre"),
        ("PAY-12 2h de 1 a 3 de novembro", EUROPE, "1 and 3 de novembro"),
        ("PAY-12 2h de 1º a 3 de novembro", EUROPE, "1º and 3 de novembro"),
    ],
)
def test_a_range_of_days_is_not_logged_on_its_last_one(text: str, words: DayWords, days: str) -> None:
    assert read(text, words).problem.startswith(f"This line has two days, {days}.")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("PAY-12 2h 32 to 3 November", date(2026, 11, 3)),
        ("PAY-12 2 a 3 de noviembre", date(2026, 11, 3)),
        ("PAY-12 2h November 3 to 35", date(2026, 11, 3)),
    ],
)
def test_a_number_that_is_no_day_makes_no_range(text: str, day: date) -> None:
    line = read(text, EUROPE if "de" in text else WORDS)
    assert (line.day, line.seconds, line.problem) == (day, 2 * HOUR, "")


def test_the_parts_of_a_line() -> None:
    assert read("PAY-12 1h30 yesterday 9:00 fixed the parser #billable") == QuickLine(
        "PAY-12", 5400, date(2026, 11, 25), time(9), "fixed the parser", ("billable",)
    )


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("#distance=12.5", "distance=12.5"),
        ("#distance=12,5,", "distance=12,5"),
        ("#distance:12.5", "distance:12.5"),
        ("#distance：-12,5", "distance：-12,5"),
        ("＃distance＝12.5", "distance＝12.5"),
        ("#ticket=AB/12", "ticket=AB/12"),
        ('#ticket="AB 12"', "ticket=AB 12"),
        ("#ticket=„AB 12 45m yesterday“", "ticket=AB 12 45m yesterday"),
        ("#ticket=「AB」", "ticket=AB"),
        ('#ticket:"AB 12".', "ticket:AB 12"),
    ],
)
def test_a_tag_may_have_a_value(typed: str, tag: str) -> None:
    line = read(f"PAY-12 {typed} 1h fixed it")
    assert (line.tags, line.seconds, line.comment, line.problem) == ((tag,), HOUR, "fixed it", "")


@pytest.mark.parametrize("typed", ['#ticket="AB 12', '#ticket="" 12', "#ticket= 12", '#ticket="AB"12'])
def test_a_tag_without_a_whole_value_stays_in_the_comment(typed: str) -> None:
    line = read(f"PAY-12 1h fixed {typed}")
    assert (line.tags, line.comment) == ((), f"fixed {typed}")


@pytest.mark.parametrize(
    ("text", "issue", "seconds", "comment"),
    [
        ("PAY-12 1:30 fixed", "PAY-12", 5400, "fixed"),
        ("pay-12: 45m", "PAY-12", 2700, ""),
        ("fixed the parser yesterday PAY-12 1h 30m", "PAY-12", 5400, "fixed the parser"),
        ("(PAY-12), 45m,", "PAY-12", 2700, ""),
        ("PAY-12, 1.5, fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 1½h fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 2 fixed", "PAY-12", 2 * HOUR, "fixed"),
        ("PAY-12 1½ fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 1 ½ fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 90 min. fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 1 Std. 30 Min. Parser", "PAY-12", 5400, "Parser"),
        ("PAY-12 1時間30分 テスト", "PAY-12", 5400, "テスト"),
        ("PAY-12 1:30h fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 1h 2 bugs fixed", "PAY-12", HOUR, "2 bugs fixed"),
        ("PAY-12 1h fixed 2 bugs", "PAY-12", HOUR, "fixed 2 bugs"),
        ("PAY-12 1:30 2 bugs", "PAY-12", 5400, "2 bugs"),
        ("PAY-12 spent 2h on it", "PAY-12", 2 * HOUR, "spent on it"),
        ("PAY-12 worked 1:30 on it", "PAY-12", 5400, "worked on it"),
        ("worked on PAY-12 for 2h", "PAY-12", 2 * HOUR, "worked on"),
        ("PAY-12 1h fixed UTF-8 decoding", "PAY-12", HOUR, "fixed UTF-8 decoding"),
        ("PAY-12 1h utf-8", "PAY-12", HOUR, "utf-8"),
        ("PAY-12 1h review PAY-13 draft", "PAY-12", HOUR, "review PAY-13 draft"),
        ("https://x.atlassian.net/browse/PAY-12?focusedId=3 45m", "PAY-12", 2700, ""),
        ("https://x.atlassian.net/jira/software/c/boards/1?selectedIssue=PAY-12 45m", "PAY-12", 2700, ""),
        ("PAY-12 https://x.atlassian.net/browse/PAY-12 45m", "PAY-12", 2700, ""),
        ("PAY-12 1h see https://example.com/page", "PAY-12", HOUR, "see https://example.com/page"),
        ("PAY-12 1h merged #123", "PAY-12", HOUR, "merged #123"),
        ("PAY-12 1h; on Monday: 2h with PAY-13", "PAY-12", HOUR, "on Monday: 2h with PAY-13"),
        ("PAY-12 1h review； 30m", "PAY-12", HOUR, "review; 30m"),
        ("PAY-12 1h prepare Monday meeting", "PAY-12", HOUR, "prepare Monday meeting"),
        ("PAY-12 1h so it works", "PAY-12", HOUR, "so it works"),
        ("PAY-12 1h 4x4 grid", "PAY-12", HOUR, "4x4 grid"),
        ("PAY-12 1 h 30 fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 1h 30", "PAY-12", 5400, ""),
        ("PAY-12 1 Std. 30 yesterday fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 1h 30 on Monday fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 1h 30 bugs fixed", "PAY-12", HOUR, "30 bugs fixed"),
        ("PAY-12 1 h 30 min fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 1h 30 Nov fixed", "PAY-12", HOUR, "fixed"),
        ("PAY-12 1時間半 テスト", "PAY-12", 5400, "テスト"),
        ("ＰＡＹ－１２　１．５　テスト", "PAY-12", 5400, "テスト"),
        ("PAY-12 1 hour and 30 minutes fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 2 Stunden und 30 Minuten", "PAY-12", 9000, ""),
        ("PAY-12 1 hora y media pruebas", "PAY-12", 5400, "pruebas"),
        ("PAY-12 1h et demie", "PAY-12", 5400, ""),
        ("PAY-12 1h and 2 bugs", "PAY-12", HOUR, "and 2 bugs"),
        ("PAY-12 1 ½ h fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 1 1/2 h fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 1/2 h", "PAY-12", 1800, ""),
        ("PAY-12 8:30 Std. fixed", "PAY-12", 510 * 60, "fixed"),
        ("PAY-12 8h - 2 bugs fixed", "PAY-12", 8 * HOUR, "2 bugs fixed"),
        ("PAY-12 2h: fixed - and tested", "PAY-12", 2 * HOUR, "fixed - and tested"),
        ("PAY-12 2h –", "PAY-12", 2 * HOUR, "–"),
        ("PAY-12 half an hour fixed", "PAY-12", 1800, "fixed"),
        ("PAY-12 uma hora e meia", "PAY-12", 5400, ""),
        ("PAY-12 1 and a half hours fixed", "PAY-12", 5400, "fixed"),
        ("PAY-12 2h an hour late", "PAY-12", 2 * HOUR, "an hour late"),
        ("PAY-12 two hours fixed", "PAY-12", 2 * HOUR, "fixed"),
        ("PAY-12 two and a half hours", "PAY-12", 9000, ""),
        ("PAY-12 two hours thirty minutes", "PAY-12", 9000, ""),
        ("PAY-12 two hours and thirty minutes", "PAY-12", 9000, ""),
        ("PAY-12 2 hours and thirty minutes", "PAY-12", 9000, ""),
        ("PAY-12 an hour and fifteen minutes", "PAY-12", 4500, ""),
        ("PAY-12 forty-five minutes", "PAY-12", 2700, ""),
        ("PAY-12 half an hour of tests", "PAY-12", 1800, "of tests"),
        ("PAY-12 two hours to fix it", "PAY-12", 2 * HOUR, "to fix it"),
        ("PAY-12 zweieinhalb Stunden Parser", "PAY-12", 9000, "Parser"),
        ("PAY-12 deux heures et demie", "PAY-12", 9000, ""),
        ("PAY-12 dos horas y media", "PAY-12", 9000, ""),
        ("PAY-12 duas horas", "PAY-12", 2 * HOUR, ""),
        ("PAY-12 2h two hours late", "PAY-12", 2 * HOUR, "two hours late"),
        ("PAY-12 3 fixed five minute breaks", "PAY-12", 3 * HOUR, "fixed five minute breaks"),
        ("PAY-12 3 after two hours waiting", "PAY-12", 3 * HOUR, "after two hours waiting"),
        ("PAY-12 2 heures 30 corrections", "PAY-12", 9000, "corrections"),
        ("PAY-12 1 journée", "PAY-12", 8 * HOUR, ""),
        ("PAY-12 1:30 - 2 bugs fixed", "PAY-12", 5400, "2 bugs fixed"),
        ("PAY-12 a 2h call", "PAY-12", 2 * HOUR, "a call"),
        ("PAY-12 2h scaled from 10 to 20", "PAY-12", 2 * HOUR, "scaled from 10 to 20"),
        ("PAY-12 1h fixed 3 may bugs", "PAY-12", HOUR, "fixed 3 may bugs"),
        ("PAY-12 wrote up the 2h meeting 30m", "PAY-12", 1800, "wrote up the 2h meeting"),
        ("PAY-12 2h fixed the 5m, and other charts", "PAY-12", 2 * HOUR, "fixed the 5m, and other charts"),
        (
            "PAY-12 2h fixed the 5m, waited half an hour",
            "PAY-12",
            2 * HOUR,
            "fixed the 5m, waited half an hour",
        ),
        ("PAY-12 yesterday 9-11 fixed 10-15 bugs", "PAY-12", 2 * HOUR, "fixed 10-15 bugs"),
        ("PAY-12 2h passage à 11", "PAY-12", 2 * HOUR, "passage à 11"),
    ],
)
def test_issue_time_and_comment(text: str, issue: str, seconds: int, comment: str) -> None:
    line = read(text)
    assert (line.issue, line.seconds, line.comment, line.problem) == (issue, seconds, comment, "")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", date(2026, 11, 25)),
        ("TODAY", TODAY),
        ("tomorrow", date(2026, 11, 27)),
        ("monday", date(2026, 11, 23)),
        ("on Monday", date(2026, 11, 23)),
        ("Mon.", date(2026, 11, 23)),
        ("thursday", TODAY),
        ("friday", date(2026, 11, 20)),
        ("So.", date(2026, 11, 22)),
        ("2026-11-02", date(2026, 11, 2)),
        ("2.11.", date(2026, 11, 2)),
        ("2. 11. 2026", date(2026, 11, 2)),
        ("on 2. 11. 2026.", date(2026, 11, 2)),
        ("2026. 11. 2.", date(2026, 11, 2)),
        ("11-02-2026", date(2026, 11, 2)),
        ("11\u200f/2\u200f/2026", date(2026, 11, 2)),
        ("02.11.2025", date(2025, 11, 2)),
        ("02.11.25", date(2025, 11, 2)),
        ("11/2", date(2026, 11, 2)),
        ("11/2/2025", date(2025, 11, 2)),
        ("2025/11/2", date(2025, 11, 2)),
        ("11月2日", date(2026, 11, 2)),
        ("2025年11月2日", date(2025, 11, 2)),
        ("5.1.", date(2027, 1, 5)),
        ("Nov 2", date(2026, 11, 2)),
        ("on Nov. 2nd, 2025", date(2025, 11, 2)),
        ("2 November 2025", date(2025, 11, 2)),
        ("2nd of November", date(2026, 11, 2)),
    ],
)
def test_the_day_of_a_line_is_read(text: str, day: date) -> None:
    line = read(f"PAY-12 1h {text}")
    assert (line.day, line.comment, line.problem) == (day, "", "")


def test_days_of_other_languages() -> None:
    assert read("PAY-12 1h 2/11", EUROPE).day == date(2026, 11, 2)
    assert read("PAY-12 1h 02-11-2026", EUROPE).day == date(2026, 11, 2)
    assert "“11-24-2026” is not a date" in read("PAY-12 1h 11-24-2026", EUROPE).problem
    assert read("PAY-12 1h upgraded to 2026.1.2", EUROPE).comment == "upgraded to 2026.1.2"
    assert read("\u200ePAY-12 \u200e1h", EUROPE) == QuickLine("PAY-12", HOUR, TODAY)
    for text in ("am Morgen", "por la mañana"):
        assert read(f"PAY-12 1h {text}", EUROPE) == QuickLine("PAY-12", HOUR, TODAY, comment=text)
    assert read("PAY-12 1h 9 am Montag", EUROPE) == QuickLine("PAY-12", HOUR, date(2026, 11, 23), comment="9")
    assert read("PAY-12 1h am Montag", EUROPE) == QuickLine("PAY-12", HOUR, date(2026, 11, 23))
    assert read("PAY-12 1h gestern", EUROPE).day == date(2026, 11, 25)
    for text in ("am 2. Nov.", "2. November 2026", "le 2 novembre", "el 2 de noviembre de 2026"):
        assert read(f"PAY-12 1h {text}", EUROPE) == QuickLine("PAY-12", HOUR, date(2026, 11, 2))


@pytest.mark.parametrize(
    ("text", "start", "seconds"),
    [
        ("1h 9:00", time(9), HOUR),
        ("9:00 1h", time(9), HOUR),
        ("9:00 1.5", time(9), 5400),
        ("2 9:00", time(9), 2 * HOUR),
        ("1:30 9:00", time(9), 5400),
        ("1h @9", time(9), HOUR),
        ("1h @9:15", time(9, 15), HOUR),
        ("1h at 9:15", time(9, 15), HOUR),
        ("1h a las 9:15", time(9, 15), HOUR),
        ("1h 9am", time(9), HOUR),
        ("1h 12:15am", time(0, 15), HOUR),
        ("1h 9:15 pm", time(21, 15), HOUR),
        ("1h 9:15 Uhr", time(9, 15), HOUR),
        ("1h 9時", time(9), HOUR),
        ("1h 9時15分", time(9, 15), HOUR),
        ("9:00-10:30", time(9), 5400),
        ("9–10:30", time(9), 5400),
        ("9:00 - 10:30", time(9), 5400),
        ("23:30-0:15", time(23, 30), 2700),
        ("from 9:00 to 10:30", time(9), 5400),
        ("von 9:00 bis 10:30 Uhr", time(9), 5400),
        ("9am-5pm", time(9), 8 * HOUR),
        ("from 9:15am to 12:15pm", time(9, 15), 3 * HOUR),
        ("9-11 Uhr", time(9), 2 * HOUR),
        ("9 bis 11 Uhr", time(9), 2 * HOUR),
        ("de 9h à 10h30", time(9), 5400),
        ("9h-10h30", time(9), 5400),
        ("das 9:00 às 10:30", time(9), 5400),
        ("9:00〜10:30", time(9), 5400),
        ("9時から10時半まで", time(9), 5400),
        ("1h à 9h", time(9), HOUR),
        ("1h30 às 9h15", time(9, 15), 5400),
        ("1:30 à 9:00", time(9), 5400),
        ("1h 9 Uhr", time(9), HOUR),
        ("1h 9時半", time(9, 30), HOUR),
        ("at 9:00 1:30", time(9), 5400),
        ("9 am - 5 pm", time(9), 8 * HOUR),
        ("9:00 a.m. to 5:00 p.m.", time(9), 8 * HOUR),
        ("1h 9 am", time(9), HOUR),
        ("9-5pm", time(9), 8 * HOUR),
        ("11-1pm", time(11), 2 * HOUR),
        ("2-3pm", time(14), HOUR),
        ("9am-11", time(9), 2 * HOUR),
        ("11pm-1", time(23), 2 * HOUR),
        ("von 9 bis 11", time(9), 2 * HOUR),
        ("from 9:30 until 11", time(9, 30), 5400),
        ("9:30 - 11", time(9, 30), 5400),
        ("14 - 16 h", time(14), 2 * HOUR),
        ("von 9 Uhr bis 11.30 Uhr", time(9), 9000),
        ("9.30-11.00 Uhr", time(9, 30), 5400),
        ("1h 9.30 Uhr", time(9, 30), HOUR),
        ("1h um 9 Uhr 30", time(9, 30), HOUR),
        ("de 9 h 30 à 11 h", time(9, 30), 5400),
        ("1h à 9 h 30", time(9, 30), HOUR),
        ("entre 14h et 15h30", time(14), 5400),
        ("desde las 9:00 hasta las 11:30", time(9), 9000),
        ("das 9 às 11h", time(9), 2 * HOUR),
        ("午後2時から4時", time(14), 2 * HOUR),
        ("午前9時から午後5時", time(9), 8 * HOUR),
        ("午後0時〜1時", time(12), HOUR),
        ("0:00-24:00", time(0), 24 * HOUR),
        ("from 9 to 5", time(9), 8 * HOUR),
        ("9:00-5:00", time(9), 8 * HOUR),
        ("11:30-1", time(11, 30), 5400),
        ("12:30-1:15", time(12, 30), 2700),
        ("9時から5時", time(9), 8 * HOUR),
        ("11:30-0:15", time(11, 30), 12 * HOUR + 2700),
        ("13:00-1:00", time(13), 12 * HOUR),
        ("22:00-6:00", time(22), 8 * HOUR),
        ("10pm-6am", time(22), 8 * HOUR),
        ("9pm-8pm", time(21), 23 * HOUR),
        ("1h at 9", time(9), HOUR),
        ("1h a las 9", time(9), HOUR),
        ("1h a las 9 y media", time(9, 30), HOUR),
        ("1h às 14 e meia", time(14, 30), HOUR),
        ("1h um halb 10", time(9, 30), HOUR),
        ("a partir de las 9 2h", time(9), 2 * HOUR),
        ("1h um 14", time(14), HOUR),
        ("1h às 14", time(14), HOUR),
        ("1h à partir de 14h", time(14), HOUR),
        ("desde las 9 2h", time(9), 2 * HOUR),
        ("2h halb 10", time(9, 30), 2 * HOUR),
        ("halb 10 2h", time(9, 30), 2 * HOUR),
        ("at noon 2h", time(12), 2 * HOUR),
        ("2h mittags", time(12), 2 * HOUR),
        ("2h gegen Mittag", time(12), 2 * HOUR),
        ("2h à midi", time(12), 2 * HOUR),
        ("2h al mediodía", time(12), 2 * HOUR),
        ("2h ao meio-dia", time(12), 2 * HOUR),
        ("正午から 2時間", time(12), 2 * HOUR),
        ("9 to noon", time(9), 3 * HOUR),
        ("9-noon", time(9), 3 * HOUR),
        ("from noon to 2pm", time(12), 2 * HOUR),
        ("noon-1", time(12), HOUR),
        ("2h until noon", time(10), 2 * HOUR),
        ("2 until noon", time(10), 2 * HOUR),
        ("1h30 to noon", time(10, 30), 5400),
        ("2h until 12:00", time(10), 2 * HOUR),
        ("2h until 12h", time(10), 2 * HOUR),
        ("8h until 12:00", time(8), 4 * HOUR),
        ("2h until 6h", time(2), 4 * HOUR),
        ("2:00 until 12:00", time(2), 10 * HOUR),
        ("2h bis Mittag", time(10), 2 * HOUR),
        ("2h jusqu'à midi", time(10), 2 * HOUR),
        ("2h hasta el mediodía", time(10), 2 * HOUR),
        ("2h até o meio-dia", time(10), 2 * HOUR),
        ("de 9 al mediodía", time(9), 3 * HOUR),
        ("das 9h ao meio-dia", time(9), 3 * HOUR),
        ("yesterday noon 2h", time(12), 2 * HOUR),
        ("2026-11-24T09:00 2h", time(9), 2 * HOUR),
        ("2h, 2026-11-24T09:00:00", time(9), 2 * HOUR),
        ("14:00から 1時間", time(14), HOUR),
        ("14時に 1時間", time(14), HOUR),
    ],
)
def test_the_start_of_a_line_is_read(text: str, start: time, seconds: int) -> None:
    line = read(f"PAY-12 {text}")
    assert (line.start, line.seconds, line.comment, line.problem) == (start, seconds, "", "")


@pytest.mark.parametrize(
    ("text", "either", "other"),
    [
        ("9h à 11h", "9:00-11:00", "9h @11:00"),
        ("8h30 às 12h", "8:30-12:00", "8h30 @12:00"),
        ("9 h 30 à 11 h 15", "9:30-11:15", "9 h 30 @11:15"),
        ("9:00 às 11:00", "9:00-11:00", "9:00 @11:00"),
        ("9 às 11", "9:00-11:00", "9 @11:00"),
        ("8:30 a 17:30", "8:30-17:30", "8:30 @17:30"),
        ("9h a 11h", "9:00-11:00", "9h @11:00"),
        ("9h al mediodía", "9:00-12:00", "9h @12:00"),
        ("pour 9h à 11h", "9:00-11:00", "pour 9h @11:00"),
    ],
)
def test_hours_before_a_start_that_may_be_a_range_are_asked_about(text: str, either: str, other: str) -> None:
    assert read(f"PAY-12 {text}").problem == f"“{text}” can mean {either} or {other}. Type one of these."
    assert read(f"PAY-12 fixed {text} the parser").problem == read(f"PAY-12 {text}").problem
    assert (read(f"PAY-12 {text}").seconds, read(f"PAY-12 {text}").start) == (0, None)
    assert (read(f"PAY-12 {either}").problem, read(f"PAY-12 {other}").problem) == ("", "")
    assert read(f"PAY-12 {either}").start != read(f"PAY-12 {other}").start


@pytest.mark.parametrize(
    "text",
    ["2h à 9h", "5h às 14h", "8h à 7h", "9h um 11h", "90m à 11h", "1:30 a 9:00", "9:00 at 11:00", "2 às 9"],
)
def test_hours_that_can_be_no_range_are_a_time_spent(text: str) -> None:
    assert read(f"PAY-12 {text}").problem == ""


@pytest.mark.parametrize(
    "text",
    [
        "2h looked at 9 bugs",
        "2h at 3 sites",
        "2h at 10 min intervals; x",
        "2h um 10 % kleiner",
        "2h um 10 Prozent kleiner",
        "2h um 20 Euro billiger",
        "2h halb 10 Prozent kleiner",
        "2h noon sync",
        "2h après-midi",
        "2h log of 2026-11-24T09:00Z",
        "2h crash at 2026-11-24T09:00 in prod",
        "2h crash of 2026-11-24T09:00:00",
        "2h moved to 9am",
        "2 hours until 11:00",
        "2 Std. bis 11 Uhr",
        "2h 9 a 11 personas",
    ],
)
def test_a_number_after_at_that_is_no_likely_hour_belongs_to_the_comment(text: str) -> None:
    assert read(f"PAY-12 {text}").start is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NO_MEANING),
        ("no idea at all", NO_MEANING),
        ("1h fixed it", NO_ISSUE),
        ("PAY-12 fixed it", NO_TIME),
        ("PAY-12 0m", TOO_SHORT),
        ("PAY-12 9:00-9:00", TOO_SHORT),
        ("PAY-12 PAY-13 1h", "This line names two issues, PAY-12 and PAY-13."),
        ("PAY-12 1h yesterday 30m", "This line has two times spent, 1h and 30m."),
        ("PAY-12 1h 9:00-10:00", "This line has two times spent, 9:00-10:00 and 1h."),
        ("PAY-12 1h yesterday Monday", "This line has two days, yesterday and Monday."),
        ("PAY-12 1h 9:00 10:00", "This line has two starts, 9:00 and 10:00."),
        ("PAY-12 1h75", "There can be at most 59 minutes after the hours."),
        ("PAY-12 1h 1h", "Hours are given twice."),
        ("PAY-12 9000h", "That is more than a year."),
        ("PAY-12 1h 25:00", "“25:00” is not a time of day."),
        ("PAY-12 1h 13pm", "“13pm” is not a time of day."),
        ("PAY-12 1h @24", "“@24” is not a time of day."),
        ("PAY-12 9:00-26:00", "“9:00-26:00” is not a time of day."),
        ("PAY-12 1h 30.2.", "“30.2.” is not a date."),
        ("PAY-12 1h 0001-01-01", "“0001-01-01” is not a date."),
        ("PAY-12 9am-13pm", "“9am-13pm” is not a time of day."),
        ("PAY-12 9 - 11", NO_TIME),
        ("PAY-12 24.11 - 25.11", NO_TIME),
        ("PAY-12 at 9:00 fixed", NO_TIME),
        ("PAY-12 three quarters of an hour", NO_TIME),
        ("PAY-12 one hour fifteen", NO_TIME),
        ("PAY-12 forty five minutes", NO_TIME),
        ("PAY-12 soixante quinze minutes", NO_TIME),
        ("PAY-12 two to three hours", NO_TIME),
        ("PAY-12 à deux heures", NO_TIME),
        ("PAY-12 as duas horas", NO_TIME),
        ("PAY-12 vers deux heures", NO_TIME),
        ("PAY-12 de huit heures à dix heures", NO_TIME),
        ("PAY-12 de dix heures à midi", NO_TIME),
        ("PAY-12 dos a tres horas", NO_TIME),
        ("PAY-12 review two hours ago", NO_TIME),
        ("PAY-12 eine Stunde dreißig", NO_TIME),
        ("PAY-12 zwei Stunden dreißig", NO_TIME),
        ("PAY-12 at 9 to 11", NO_TIME),
        ("PAY-12 at 9 - 11", NO_TIME),
        ("PAY-12 at 9 until 11:00", NO_TIME),
        ("PAY-12 às 9 até as 11", NO_TIME),
        ("PAY-12 9 a 11 reunión", NO_TIME),
        ("PAY-12 9 à 11 réunion", NO_TIME),
        ("PAY-12 halb 10 bis 11", NO_TIME),
        ("PAY-12 von halb 10 bis 11", NO_TIME),
        ("PAY-12 1h for 30m", "This line has two times spent, 1h and 30m."),
        ("PAY-12 two hours 9:00", "This line has two times spent, two hours and 9:00."),
        ("PAY-12 two hours five minutes late, two hours", "This line has two times spent,"),
        ("PAY-12 zwei und eine halbe Stunde", NO_TIME),
        ("PAY-12 une heure trente", NO_TIME),
        ("PAY-12 uma hora e quinze", NO_TIME),
        ("PAY-12 scaled from 10 to 20 users", NO_TIME),
        ("PAY-12 13-25pm", "“13-25pm” is not a time of day."),
        ("PAY-12 1h Tuesday Nov 2", "This line has two days, Tuesday and Nov 2."),
        ("PAY-12 1h 31 Nov", "“31 Nov” is not a date."),
        ("PAY-12 1h à 25h", "“à 25h” is not a time of day."),
        (
            "PAY-12 call 20 minutes, mail 10 minutes",
            "This line has two times spent, 20 minutes and 10 minutes.",
        ),
        ("PAY-12 call 20m and mail 10m", "This line has two times spent, 20m and 10m."),
        ("call 20m, mail 10m PAY-12", "This line has two times spent, 20m and 10m."),
        ("PAY-12 call 20m & mail 10m yesterday", "This line has two times spent, 20m and 10m."),
        (
            "PAY-12 call two hours, mail ten minutes",
            "This line has two times spent, two hours and ten minutes.",
        ),
        ("PAY-12 call 20m, mail 1h 30m", "This line has two times spent, 20m and 1h 30m."),
        ("PAY-12 call 1h. Mail 30m", "This line has two times spent, 1h and 30m."),
        ("PAY-12 call 1H. Mail 30M.", "This line has two times spent, 1H and 30M. Leave"),
        ("PAY-12 from 5m to 10m, 1h", "This line has two times spent, 10m and 1h."),
        ("PAY-12 電話 20分、 メール 10分", "This line has two times spent, 20分 and 10分."),
        ("PAY-12 電話 20 分、 メール 10 分", "This line has two times spent, 20 分 and 10 分."),
        ("PAY-12 電話 20分。メール 10分。", "This line has two times spent, 20分 and 10分."),
        ("PAY-12 電話 20分、メール 1時間、", "This line has two times spent, 20分 and 1時間."),
        ("PAY-12 call half an hour, mail 10m", "This line has two times spent, half an hour and 10m."),
        (
            "PAY-12 9:00-10:00 review 10:00-11:30 tests",
            "This line has two times spent, 9:00-10:00 and 10:00-11:30.",
        ),
        ("PAY-12 yesterday 9-11 review 13-15 tests", "This line has two times spent, 9-11 and 13-15."),
        ("PAY-12 passage à 11", NO_TIME),
        ("PAY-12 subida a 11", NO_TIME),
    ],
)
def test_a_line_that_is_not_clear_names_its_problem(text: str, problem: str) -> None:
    assert read(text).problem.startswith(problem)


@pytest.mark.parametrize(
    "text", ["PAY-12 1:5 fixed", "1:5, PAY-12", "PAY-12 fixed it 1:5", "PAY-12 yesterday １：５"]
)
def test_minutes_of_one_digit_are_asked_about_as_in_a_cell(text: str) -> None:
    line = read(text)
    assert (line.problem, line.seconds) == ("Is 1:5 meant as 1:05 or 1:50? Type both digits.", 0)


def test_other_figures_of_one_digit_after_a_colon_belong_to_the_comment() -> None:
    assert read("PAY-12 1:7").problem == "Type both digits of the minutes, such as 1:07."
    assert read("PAY-12 a ratio of 1:5 is enough").problem == NO_TIME
    assert read("PAY-12 1h 1:5 ratio").comment == "1:5 ratio"


def test_a_rounding_is_noted() -> None:
    assert read("PAY-12 1.33h").note.startswith("Jira stores whole minutes")


def test_lines_and_comments_are_split() -> None:
    assert split_lines("a\r\n\n  \rb\u2028c\n") == ["a", "b\u2028c"]
    assert split_comment(" 1h30 ; fixed; it ") == ("1h30", "fixed; it")
    assert split_comment("1h30") == ("1h30", None)
    assert split_comment("1h30；") == ("1h30", "")


@pytest.mark.parametrize(
    ("text", "typed", "first", "second"),
    [
        ("PAY-12 1;30", "1;30", "1:30", "1h; 30"),
        ("PAY-12 yesterday 2 ； 05", "2;05", "2:05", "2h; 05"),
        ("12;00", "12;00", "12:00", "12h; 00"),
    ],
)
def test_a_semicolon_typed_for_a_colon_is_a_question(text: str, typed: str, first: str, second: str) -> None:
    question = f"“{typed}” can mean {first} or {second}. Type one of these."
    assert str(mistyped_colon(*split_comment(text))) == question
    if "PAY" in text:
        assert (read(text).problem, read(text).seconds) == (question, 0)


@pytest.mark.parametrize(
    "text", ["1h;30", "1:00;30", "1;3", "1;60", "1;300", "1;30 tickets", "123;30", "1.5;30", "1;", "1"]
)
def test_other_comments_that_begin_with_a_number_are_comments(text: str) -> None:
    assert mistyped_colon(*split_comment(text)) is None


PIECES = [
    *("PAY-12", "pay-13", "UTF-8", "1h30", "1h", "30m", "1.5", "2", "½", "²", "9:00", "25:61", "@9", "9am"),
    *("99pm", "9時", "9:00-10:30", "-", "yesterday", "monday", "31.2.", "2/3", "2月31日", "#billable", "#1"),
    *("at", "a", "las", ";", "；", "fixed", "https://x/browse/PAY-1", "１ｈ", "٣", "h", "Uhr", "pm", "1:3"),
    *("昨日1時間", "レビュー1時間", "24日", "14h", "half", "an", "hour", "for", "partir", "2:", "に", "（火）"),
    *(":30", "1h1h", "\ud800", "x" * 70, "9" * 70, "30", "1", "9h", "à", "de", "to", "bis", "Nov", "2026", "半"),
]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)))
def test_every_text_has_a_reading(text: str) -> None:
    for words in (WORDS, EUROPE):
        line = read(text, words)
        assert line.seconds % MINUTE == 0
        assert line.problem or (line.issue and line.seconds >= MINUTE)


WORD = st.sampled_from(["fixed", "the", "parser", "with", "Łukasz", "and", "quickly", "müde", "テスト"])


@given(
    st.tuples(st.sampled_from(["PAY", "OPS_2"]), st.integers(1, 9999)).map(lambda key: f"{key[0]}-{key[1]}"),
    st.integers(1, DAY // MINUTE),
    st.dates(TODAY - timedelta(days=99), TODAY + timedelta(days=99)),
    st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.lists(WORD, max_size=4).map(" ".join),
    st.randoms(use_true_random=False),
)
def test_the_parts_are_found_in_any_order(
    issue: str, minutes: int, day: date, start: time | None, comment: str, random: object
) -> None:
    parts = [issue, f"{minutes}m", day.isoformat(), f"{start:%H:%M}" if start else "", comment]
    random.shuffle(parts)  # type: ignore[attr-defined]
    assert read(" ".join(parts)) == QuickLine(issue, minutes * MINUTE, day, start, comment)


@pytest.mark.parametrize(
    ("text", "hours", "note"),
    [
        ("PAY-12 22:00-6:00 28.3.2026", 7, True),
        ("PAY-12 22:00-6:00 24.10.2026", 9, True),
        ("PAY-12 1:30-2:30 29.3.2026", 1, False),
        ("PAY-12 22:00-6:00 29.3.2026", 8, False),
        ("PAY-12 8h 22:00 28.3.2026", 8, False),
    ],
)
def test_t06_a_range_on_the_clock_is_as_long_as_it_lasts(text: str, hours: int, note: bool) -> None:
    line = in_zone(read(text, EUROPE), ZoneInfo("Europe/Berlin"))
    assert (line.seconds, bool(line.note), line.problem) == (hours * HOUR, note, "")


def test_t06_a_range_that_the_clocks_skip_has_no_time() -> None:
    line = in_zone(read("PAY-12 2:00-3:00 29.3.2026", EUROPE), ZoneInfo("Europe/Berlin"))
    assert line.problem == TOO_SHORT


def test_t06_a_range_may_end_in_a_skipped_last_hour() -> None:
    line = in_zone(read("PAY-12 22:00-23:30 28.3.2026", EUROPE), ZoneInfo("America/Nuuk"))
    assert (line.seconds, line.note, line.problem) == (5400, "", "")
