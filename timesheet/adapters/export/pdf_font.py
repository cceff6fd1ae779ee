"""The fonts of PDF files: which one has a character, how wide it is, and the subset that a file embeds.

They are in ``fonts`` next to this module, unchanged, each with its license. Text in a script that none of
them has is replaced by the name of the script.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "fonts"
REGULAR, BOLD, JAPANESE = "NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansJP-Regular.ttf"
EM = 1000
"""PDF measures glyphs in thousandths of the size of the text."""
MOST_WIDTHS = 10_000
"""Widths of texts that are remembered; the same ones come again in many rows."""
UNUSED_TABLES = ("GSUB", "GPOS", "GDEF", "BASE", "STAT", "VORG", "vhea", "vmtx", "cmap", "post", "OS/2")
"""Parts of a font file that PDF does not read."""
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Characters that show nothing, for some of which a font has a box or a wide gap."""
SYMBOLS = "Zsym"
SCRIPTS: Mapping[str, str] = {
    "ARABIC": "Arab", "ARMENIAN": "Armn", "BENGALI": "Beng", "BOPOMOFO": "Bopo", "CHEROKEE": "Cher",
    "CJK": "Hani", "COPTIC": "Copt", "DEVANAGARI": "Deva", "ETHIOPIC": "Ethi", "GEORGIAN": "Geor",
    "GUJARATI": "Gujr", "GURMUKHI": "Guru", "HANGUL": "Hang", "HEBREW": "Hebr", "KANNADA": "Knda", "KHMER": "Khmr",
    "LAO": "Laoo", "MALAYALAM": "Mlym", "MONGOLIAN": "Mong", "MYANMAR": "Mymr", "ORIYA": "Orya", "SINHALA": "Sinh",
    "SYRIAC": "Syrc", "TAMIL": "Taml", "TELUGU": "Telu", "THAANA": "Thaa", "THAI": "Thai", "TIBETAN": "Tibt",
}  # fmt: skip
"""Scripts by the first word of the names of their characters in Unicode, as ISO 15924 codes."""


class Glyph(NamedTuple):
    """One glyph: its number as PDF writes it, and its width."""

    code: str
    width: int


@dataclass(frozen=True)
class Font:
    """One font file. ``glyphs`` are by character."""

    name: str
    file: str
    glyphs: Mapping[int, Glyph]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int

    def subset(self, glyphs: Iterable[int]) -> bytes:
        """Return the font's file with these glyphs only, under their old numbers."""
        # Loaded with the first PDF, like below: fontTools takes 9 MiB, and few processes ever write one.
        from fontTools.subset import Options, Subsetter  # noqa: PLC0415
        from fontTools.ttLib import TTFont  # noqa: PLC0415

        options = Options(
            retain_gids=True,
            hinting=False,
            layout_features=[],
            notdef_outline=True,
            name_IDs=[],
            drop_tables=[*Options().drop_tables, *UNUSED_TABLES],
        )
        made = Subsetter(options)
        with TTFont(FOLDER / self.file, lazy=True) as font:
            made.populate(gids=sorted({0, *glyphs}))
            made.subset(font)
            file = BytesIO()
            font.save(file)
        return file.getvalue()


@lru_cache(maxsize=8)
def open_font(file: str) -> Font:
    """Return a font by the name of its file; it is read once."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    with TTFont(FOLDER / file, lazy=True) as font:
        scale = EM / font["head"].unitsPerEm
        widths, numbers = font["hmtx"].metrics, font.getReverseGlyphMap()
        glyphs = {
            char: Glyph(f"{numbers[name]:04X}", round(widths[name][0] * scale))
            for char, name in font.getBestCmap().items()
            if unicodedata.category(chr(char)) not in INVISIBLE
        }
        head, lines = font["head"], font["hhea"]
        box = tuple(round(edge * scale) for edge in (head.xMin, head.yMin, head.xMax, head.yMax))
        return Font(
            file.partition(".")[0],
            file,
            glyphs,
            box,
            round(lines.ascent * scale),
            round(lines.descent * scale),
        )


class GlyphRun(NamedTuple):
    """A part of a text in one font: its glyphs in hexadecimal, and its width in thousandths of its size."""

    font: str
    codes: str
    width: int


class Typesetter:
    """Finds the font of each character of one file, and remembers which glyphs and missing scripts the file has.

    ``named`` returns the words that replace a text in a script without a font.
    """

    def __init__(self, named: Callable[[str], str]) -> None:
        self._named = named
        self.used: dict[str, dict[int, str]] = {}
        self.missing: set[str] = set()
        self._widths: dict[tuple[str, bool], int] = {}

    def runs(self, text: str, *, bold: bool = False) -> list[GlyphRun]:
        """Return a text as runs, each in the first font that has all of its characters."""
        first = BOLD if bold else REGULAR
        glyphs = open_font(first).glyphs
        if all(map(glyphs.__contains__, map(ord, text))):
            return [self._run(first, text)]
        scripts = self._named_scripts(text, first)
        parts = groupby(scripts, lambda char: first if ord(char) in glyphs else JAPANESE)
        return [self._run(file, "".join(chars)) for file, chars in parts]

    def width(self, text: str, *, bold: bool = False) -> int:
        """Return the width of a text in thousandths of its size."""
        key = text, bold
        if key not in self._widths:
            if len(self._widths) >= MOST_WIDTHS:
                self._widths.clear()
            self._widths[key] = sum(run.width for run in self.runs(text, bold=bold))
        return self._widths[key]

    def _run(self, file: str, text: str) -> GlyphRun:
        glyphs, used = open_font(file).glyphs, self.used.setdefault(file, {})
        found = [glyphs[ord(char)] for char in text]
        for char in set(text):
            used.setdefault(int(glyphs[ord(char)].code, 16), char)
        return GlyphRun(file, "".join(glyph.code for glyph in found), sum(glyph.width for glyph in found))

    def _named_scripts(self, text: str, first: str) -> str:
        """Return a text with the names of scripts that no font has, without invisible characters.

        Tabs and line breaks are spaces, as on a page.
        """
        latin, japanese = open_font(first).glyphs, open_font(JAPANESE).glyphs
        text = "".join(
            " " if char.isspace() and _script(char, latin, japanese) is not None else char for char in text
        )
        found: list[str] = []
        for script, chars in groupby(text, lambda char: _script(char, latin, japanese)):
            if script is None:
                found += chars
            elif script:
                self.missing.add(script)
                name = self._writable(self._named(script))
                # Several words in a row have one name.
                if found[-2:] == [name, " "]:
                    found.pop()
                else:
                    found.append(name)
        return "".join(found)

    def _writable(self, words: str) -> str:
        """Return words that name a script, or its code if they cannot be written either."""
        glyph_sets = (open_font(REGULAR).glyphs, open_font(BOLD).glyphs, open_font(JAPANESE).glyphs)
        plain = all(
            (ord(char) in glyph_sets[0] and ord(char) in glyph_sets[1]) or ord(char) in glyph_sets[2]
            for char in words
        )
        return words if plain else "[?]"


def _script(char: str, *fonts: Mapping[int, Glyph]) -> str | None:
    """Return the script that a font is missing for, empty for a character that shows nothing, None if one has it."""
    if any(ord(char) in glyphs for glyphs in fonts):
        return None
    if unicodedata.category(char)[0] == "C" or unicodedata.category(char) in ("Mn", "Me"):
        word = unicodedata.name(char, "").split(" ")[0]
        return SCRIPTS.get(word, "")
    return SCRIPTS.get(unicodedata.name(char, "").split(" ")[0].partition("-")[0], SYMBOLS)
