"""A PDF file that is written page by page, with embedded fonts; only the offsets of its objects are kept.

ISO 32000-1: text is written as glyph numbers of composite fonts (9.7), which the file embeds with a table that gives
their characters back (9.10.3), so text can be searched and copied.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from timesheet.adapters.export.pdf_font import Font, Typesetter, open_font
from timesheet.domain.long_list import parts_of

CATALOG, PAGES, RESOURCES, COUNT, INFO = 1, 2, 3, 4, 5
RESERVED = 5
CHARS_A_BLOCK = 100


class PdfDocument:
    """Collects the bytes of one file; ``taken`` empties it, as often as a response wants a part."""

    def __init__(self, title: str, language: str, made_at: datetime, typesetter: Typesetter) -> None:
        self._title, self._language, self._made_at = title, language, made_at
        self._typesetter = typesetter
        self._parts: list[bytes] = []
        self._length = 0
        self._places: dict[int, int] = {}
        self._next = RESERVED + 1
        self._pages: list[int] = []
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    @property
    def pages(self) -> int:
        """Return how many pages it has."""
        return len(self._pages)

    def taken(self) -> bytes:
        """Return the bytes written since the last call."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data

    def page(self, content: str, width: float, height: float) -> None:
        """Add a page with this content. Its size is in points."""
        body = self._stream({}, content.encode("ascii"))
        page = self._number()
        self._pages.append(page)
        self._object(
            page,
            f"<</Type/Page/Parent {PAGES} 0 R/MediaBox[0 0 {width:g} {height:g}]"
            f"/Resources {RESOURCES} 0 R/Contents {body} 0 R>>".encode(),
        )

    def close(self, count: str) -> None:
        """End the file. ``count`` is the content that each page shows as the number of pages."""
        fonts = {name: self._font(open_font(name), chars) for name, chars in self._typesetter.used.items()}
        listed = "".join(f"/{font_key(name)} {number} 0 R" for name, number in fonts.items())
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._stream(
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": "[0 -50 200 50]",
                "Resources": f"<</Font<<{listed}>>>>",
            },
            count.encode("ascii"),
            COUNT,
        )
        self._object(RESOURCES, f"<</Font<<{listed}>>/XObject<</Count {COUNT} 0 R>>>>".encode())
        self._object(PAGES, f"<</Type/Pages/Count {len(self._pages)}/Kids[{kids}]>>".encode())
        self._object(
            CATALOG,
            f"<</Type/Catalog/Pages {PAGES} 0 R/Lang({self._language})"
            "/ViewerPreferences<</DisplayDocTitle true>>>>".encode(),
        )
        made = self._made_at.astimezone(UTC)
        self._object(INFO, f"<</Title {_text(self._title)}/CreationDate(D:{made:%Y%m%d%H%M%S}Z)>>".encode())
        self._end()

    def _end(self) -> None:
        start, size = self._length, self._next
        lines = "".join(f"{self._places[number]:010d} 00000 n \n" for number in range(1, size))
        self._write(
            f"xref\n0 {size}\n0000000000 65535 f \n{lines}"
            f"trailer\n<</Size {size}/Root {CATALOG} 0 R/Info {INFO} 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
        )

    def _font(self, font: Font, chars: Mapping[int, str]) -> int:
        """Write a font with the glyphs that were used, and return its number."""
        name = f"TSHEET+{font.name}"
        packed = font.subset(chars)
        file = self._stream({"Length1": str(len(packed))}, packed)
        described = self._number()
        box = " ".join(map(str, font.box))
        self._object(
            described,
            f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{box}]/ItalicAngle 0/Ascent {font.ascent}"
            f"/Descent {font.descent}/CapHeight {font.ascent}/StemV 80/FontFile2 {file} 0 R>>".encode(),
        )
        widths = "".join(f"{glyph}[{font.glyphs[ord(char)].width}]" for glyph, char in sorted(chars.items()))
        inner = self._number()
        self._object(
            inner,
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {described} 0 R/CIDToGIDMap/Identity/DW 1000/W[{widths}]>>".encode(),
        )
        back = self._stream({}, _characters(chars))
        outer = self._number()
        self._object(
            outer,
            f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"
            f"/DescendantFonts[{inner} 0 R]/ToUnicode {back} 0 R>>".encode(),
        )
        return outer

    def _stream(self, entries: Mapping[str, str], data: bytes, number: int = 0) -> int:
        number = number or self._number()
        packed = zlib.compress(data, 6)
        more = "".join(f"/{name} {value}" for name, value in entries.items())
        head = f"<</Length {len(packed)}/Filter/FlateDecode{more}>>\nstream\n".encode()
        self._object(number, head + packed + b"\nendstream")
        return number

    def _object(self, number: int, body: bytes) -> None:
        self._places[number] = self._length
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _write(self, data: bytes) -> None:
        self._parts.append(data)
        self._length += len(data)


def font_key(name: str) -> str:
    """Return the name of a font in the contents of pages."""
    return name.partition(".")[0].replace("-", "")


def _text(text: str) -> str:
    """Return a text of the document itself, which no font writes (ISO 32000-1, 7.9.2.2)."""
    return f"<FEFF{text.encode('utf-16-be').hex()}>"


def _characters(chars: Mapping[int, str]) -> bytes:
    """Return the table that gives the characters of glyphs back."""
    pairs: Sequence[str] = [
        f"<{glyph:04X}><{char.encode('utf-16-be').hex()}>" for glyph, char in sorted(chars.items())
    ]
    blocks = "".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n"
        for block in parts_of(pairs, CHARS_A_BLOCK)
    )
    return (
        "/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
        "/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n"
        f"{blocks}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()
