"""The places at which Japanese lines, which have no spaces, are parted."""

from __future__ import annotations

import pytest

from timesheet.domain.worklog.quick_add.day import DayWords
from timesheet.domain.worklog.quick_add.japanese import spaced

WORDS = DayWords(
    {"昨日": -1, "明日": 1, "#日前": -1, "yesterday": -1},
    {"月曜日": 0, "月曜": 0, "月": 0, "火": 1, "金曜日": 4, "金曜": 4},
    offsets={"前": -1, "last": -1},
    weeks={"先週": -1, "week": None},
)


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("PAY-12明日1時間30分", "PAY-12 明日 1時間30分"),
        ("PAY-12のレビュー 1時間", "PAY-12 レビュー 1時間"),
        ("PAY-12 電話 1時間。", "PAY-12 電話 1時間。"),
        ("ＰＡＹ－１２、昨日、1時間、会議", "ＰＡＹ－１２ 昨日 1時間、 会議"),
        ("PAY-12 昨日14時から1時間半会議", "PAY-12 昨日 14時から 1時間半 会議"),
        ("PAY-12 昨日の9:00〜11:00会議", "PAY-12 昨日 9:00〜11:00 会議"),
        ("PAY-12 先週の金曜日に1時間", "PAY-12 先週の金曜日 1時間"),
        ("PAY-12 3日前に2h", "PAY-12 3日前 2h"),
        ("PAY-12 11月30日から12月3日まで 2h", "PAY-12 11月30日 から 12月3日 2h"),
        ("PAY-12 1日〜3日 2h", "PAY-12 1日 〜 3日 2h"),
        ("PAY-12 昨日から金曜日まで2時間会議", "PAY-12 昨日 から 金曜日 2時間 会議"),
        ("PAY-12 11月24日（火）9時から11時", "PAY-12 11月24日（火） 9時から11時"),
        ("PAY-12 11/24（火） 1時間", "PAY-12 11/24 （火） 1時間"),
        ("PAY-12 24日1時間", "PAY-12 24日 1時間"),
    ],
)
def test_parts_that_touch_are_parted(text: str, parted: str) -> None:
    assert spaced(text, WORDS) == parted


@pytest.mark.parametrize(
    "text",
    [
        "PAY-12 1h fixed",
        "PAY-12 1h UTF-8対応",
        "PAY-12 1時間 明日の会議",
        "PAY-12 1時間 30分前の障害",
        "PAY-12 1時間 30分レビュー",
        "PAY-12 1時間 月曜日の計画",
        "PAY-1230分",
        "PAY-1214時から1時間",
        "会" * 70,
    ],
)
def test_words_of_the_comment_stay_whole(text: str) -> None:
    assert spaced(text, WORDS) == text


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("PAY-12 30分レビュー", "PAY-12 30分 レビュー"),
        ("PAY-12 1時間のレビュー", "PAY-12 1時間 レビュー"),
        ("PAY-12レビューを1時間半", "PAY-12 レビュー 1時間半"),
        ("PAY-12 レビュー（1時間）", "PAY-12 レビュー 1時間"),
        ("PAY-12昨日レビュー30分", "PAY-12 昨日 レビュー 30分"),
        ("PAY-12 を1時間", "PAY-12 1時間"),
        ("PAY-12 会議14時から1時間", "PAY-12 会議 14時から 1時間"),
        ("PAY-12 会議 9時から11時", "PAY-12 会議 9時から11時"),
        ("PAY-12 会議9:00〜11:00", "PAY-12 会議 9:00〜11:00"),
        ("PAY-12 昨日会議1時間", "PAY-12 昨日 会議 1時間"),
        ("PAY-12 昨日の会議1時間", "PAY-12 昨日の会議 1時間"),
        ("PAY-12 月曜会議1時間", "PAY-12 月曜会議 1時間"),
        ("PAY-12 明日会議の準備30分", "PAY-12 明日会議の準備 30分"),
        ("PAY-12 1時間前の障害", "PAY-12 1時間前の障害"),
        ("PAY-12 残り1時間", "PAY-12 残り1時間"),
        ("PAY-12 テスト1時間、レビュー30分", "PAY-12 テスト1時間、レビュー30分"),
    ],
)
def test_an_eager_reader_also_parts_a_time_spent_from_the_comment(text: str, parted: str) -> None:
    assert spaced(text, WORDS, eager=True) == parted


def test_without_japanese_words_for_days_the_other_parts_are_found() -> None:
    assert spaced("PAY-12に1時間", DayWords({"yesterday": -1}, {"monday": 0})) == "PAY-12 1時間"
