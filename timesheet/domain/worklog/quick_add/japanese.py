"""Find the parts of a typed line between which Japanese has no spaces, as in “PAY-12昨日14時から1時間30分”."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from timesheet.domain.worklog.quick_add.day import DayWords

_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_LONGEST = 60
# Of “PAY-1230分”, nobody knows where the key ends.
_KEY = r"[A-Za-zＡ-Ｚａ-ｚ][A-Za-z0-9_Ａ-Ｚａ-ｚ０-９＿]+[-－]\d{1,10}(?![\d年月日週時分:：/／.．])"
_CLOCK = r"(?:午[前後])?\d{1,2}(?:時(?!間)(?:\d{1,2}分|半)?|[:：]\d\d)"
_DASH = "[-－–—~〜～]"
_RANGE = rf"{_CLOCK}(?:から|{_DASH}){_CLOCK}(?:まで)?"
_START = rf"{_CLOCK}(?:から|に)?"
_SPENT = r"\d{1,4}(?:[.．]\d{1,2})?(?:時間(?:半|\d{1,2}分)?|[hｈ](?:\d{1,2}m?)?(?![A-Za-z]))|\d{1,3}分間?"
_DATE = (
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:[(（][^\W\d_]{1,3}[)）])?|\d{1,4}/\d{1,2}(?:/\d{1,2})?|\d{1,2}日(?=\d)"
)
# Before text, “30分前” is another time, and “1時間以内” says something about it.
_NOT_SPENT = re.compile("[前後以毎目弱強超未程のごおくほ]")
_NOT_LOGGED_FOR = re.compile("曜|明|あした|あさって|後|[(（]")
_PARTICLE = re.compile("[のをにではも]")
_DAYS_APART = re.compile(rf"から|{_DASH}")
_PAUSE, _LISTING = re.compile("[、，,。：:]"), re.compile("[、，,。]")
_ONE_KEY = re.compile(rf"{_KEY}[、，,：:]?")
_LAST = re.compile(
    rf"(?P<text>(?:.*?[^\d.．:：をにで、(（])?)[をにで、：(（]?"
    rf"(?:(?P<start>{_START})?(?P<spent>{_SPENT})|(?P<range>{_RANGE}))[)）]?"
)
# The same numbers are no time spent: what “約” (about) and “残り” (left) say is part of the text. Of two times in a
# list, neither is that of the line.
_OTHER_NUMBER = re.compile(rf"(?:約|残り|あと|最大|最低)$|(?:{_SPENT})[、，,。]")


class _Part(NamedTuple):
    """A part of a word, with the place at which what follows begins."""

    kind: str
    text: str
    end: int


def spaced(text: str, words: DayWords, *, eager: bool = False) -> str:
    """Return a line with spaces between its parts where Japanese has none.

    A time spent that touches a word of the comment, as in “30分レビュー”, is only a part if the reader is ``eager``.
    """
    if not _JAPANESE.search(text):
        return text
    typed = text.split()
    # Of “PAY-12 UTF-8対応”, UTF-8 is no issue.
    pattern = _pattern(_named_days(words), keys=not any(map(_ONE_KEY.fullmatch, typed)))
    return " ".join(part for word in typed for part in _parts_of(word, pattern, eager=eager))


def _parts_of(word: str, pattern: re.Pattern[str], *, eager: bool) -> list[str]:
    if len(word) > _LONGEST or not _JAPANESE.search(word):
        return [word]
    found, at = list[_Part](), 0
    while match := pattern.match(word, at):
        kind, at = str(match.lastgroup), match.end()
        joined = _joint(word, at, kind, pattern, loose=eager or bool(found))
        # A pause after a time may be that of a list, as the comma in “call 20m, mail 10m”.
        pause = word[at] if joined and kind in ("spent", "range") and _LISTING.match(word, at) else ""
        text = match.group()
        if kind == "days":
            text = _DAYS_APART.sub(r" \g<0> ", text.removesuffix("まで"))
        found.append(_Part(kind, text + pause, at + joined))
        at += joined
    while found and not _ends_well(found, word, eager=eager):
        found.pop()
    rest = word[found[-1].end :] if found else word
    parts = [part.text for part in found]
    if eager and (last := _LAST.fullmatch(rest)) and not _OTHER_NUMBER.search(last["text"]):
        return [*parts, *filter(None, (last["text"], last["start"], last["spent"], last["range"]))]
    return [*parts, rest] if rest else parts


def _joint(word: str, at: int, kind: str, pattern: re.Pattern[str], *, loose: bool) -> int:
    """Return how many characters after a part only join it to what follows: 0 or 1."""
    after = word[at : at + 1]
    if not after or not (_PAUSE.match(after) or _PARTICLE.match(after)):
        return 0
    of = (kind == "key" and after in "のを") or (loose and kind == "spent" and after in "ので")
    return 1 if of or _PAUSE.match(after) or pattern.match(word, at + 1) else 0


def _ends_well(found: list[_Part], word: str, *, eager: bool) -> bool:
    """Return True if the text after the last part can be a word that does not change what the part means."""
    last, before = found[-1], word[found[-1].end - 1]
    rest = word[last.end :]
    if not rest or last.kind == "key" or _PAUSE.match(before):
        return True
    if last.kind in ("day", "days"):
        # “昨日会議” is yesterday and a meeting; “月曜会議” may be its name, and “明日会議” what is prepared.
        likely = found[0].kind == "key" or (eager and not _NOT_LOGGED_FOR.search(last.text))
        return likely and not _PARTICLE.match(rest)
    if last.kind == "spent" and _NOT_SPENT.match(rest):
        return False
    return eager or len(found) > 1


def _named_days(words: DayWords) -> tuple[str, ...]:
    """Return patterns of the Japanese words for days, longest first."""
    weekdays = "|".join(sorted((name for name in words.weekdays if "曜" in name), key=len, reverse=True))
    if not weekdays:
        return ()
    before = "|".join((*filter(_JAPANESE.match, words.weeks), *filter(_JAPANESE.match, words.offsets)))
    days = sorted((name for name in words.days if _JAPANESE.search(name)), key=len, reverse=True)
    names = (name.replace("#", r"\d{1,3}") for name in days)
    return (
        rf"(?:(?:{before})の?)?(?:{weekdays})",
        rf"[(（](?:{'|'.join(name for name in words.weekdays if len(name) == 1)})[)）]",
        *names,
    )


@lru_cache(maxsize=64)
def _pattern(named: tuple[str, ...], *, keys: bool) -> re.Pattern[str]:
    key = rf"(?P<key>{_KEY})|" if keys else ""
    day = "|".join((*named, _DATE))
    days = rf"(?P<days>(?:{day}|\d{{1,2}}日)(?:から|{_DASH})(?:{day}|\d{{1,2}}日)(?:まで)?)"
    return re.compile(
        rf"{key}{days}|(?P<day>{day})|(?P<range>{_RANGE})|(?P<spent>{_SPENT})|(?P<start>{_START})"
    )
