"""Fictional names and texts for the seeded site."""

from __future__ import annotations

from typing import Any

FIRST_NAMES = (
    "Amaru Bente Caius Dilnoza Edda Farouk Gwenda Hanno Ilmari Jovita Kesi Leocadia Milou Nerys Odalys Piritta "
    "Quillan Rune Saoirse Tamsin Ulrike Vesna Wanjiru Xanthe Yaraslau Zephyr Anouk Bronte Cosima Dagny Elio Fenja"
).split()
LAST_NAMES = (
    "Abendroth Brackwater Copperfield Dunmorrow Elderbrook Fairweather Greywillow Hollowell Ironwood Juniperus "
    "Kestrelby Lanternlight Marrowfield Nettlecombe Oakenshaw Pennywhistle Quarrystone Ravensmoor Silverthorne "
    "Thistledown Underhay Vanterpool Whitlockson Yarrowby Zimmerwald Ashgrove Birchmere Cloudesly"
).split()
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "UTC",
    "America/Sao_Paulo",
    "Europe/London",
    "America/Los_Angeles",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Africa/Nairobi",
    "America/St_Johns",
)
LOCALES = ("en_US", "de_DE", "en_UK", "pt_BR", "fr_FR", "ja_JP")

VERBS = "Fix Improve Plan Review Test Document Migrate Measure Simplify Replace Prepare Investigate".split()
THINGS = (
    "the refund flow",
    "login on slow networks",
    "the invoice template",
    "search results",
    "the nightly import",
    "alert thresholds",
    "the onboarding checklist",
    "address validation",
    "the currency table",
    "keyboard focus in dialogs",
    "the release calendar",
    "cache expiry",
    "database backups",
    "the price list",
    "error messages at checkout",
    "the audit trail",
)
PLACES = (
    "",
    "",
    "",
    " for new customers",
    " in the admin area",
    " on tablets",
    " after the upgrade",
    " before launch",
)

AWKWARD_SUMMARIES = (
    'Escape <b>bold</b> & "quoted" text in the <script>alert(1)</script> banner',
    "🚀 Launch checklist 🧪 — naïve façade, Ünïcödé and 漢字",
    "تحديث صفحة الدفع للعملاء الجدد",
    "שיפור מהירות החיפוש - phase 2",
    "A very long summary that goes on and on " + "about the same thing again and " * 6 + "ends here",
    "=SUM(A1:A9) looks like a formula",
    "   spaces, 'apostrophes', \\backslashes\\ and {{ braces }} ${kept}  ",
)

EPICS = ("Checkout renewal", "Faster search", "Accessibility", "Cost of running", "Partner interface")
LABELS = ("backend", "frontend", "research", "support", "debt")

NOTES = (
    "Pairing on the tricky part",
    "Wrote tests and cleaned up",
    "Meeting notes and follow-ups",
    "Chased a flaky failure",
    "Review comments worked in",
    "Call with the customer",
)


def _text(text: str, *marks: str) -> dict[str, Any]:
    node: dict[str, Any] = {"type": "text", "text": text}
    return node | {"marks": [{"type": mark} for mark in marks]} if marks else node


def _block(kind: str, *content: dict[str, Any], **attrs: Any) -> dict[str, Any]:
    node: dict[str, Any] = {"type": kind, "content": list(content)}
    return node | {"attrs": attrs} if attrs else node


def _inline(kind: str, **attrs: Any) -> dict[str, Any]:
    return {"type": kind, "attrs": attrs}


def _document(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def comment_documents(mention_id: str, mention_name: str) -> list[dict[str, Any]]:
    """Return plain and rich comments to share between worklogs; nothing may change them."""

    def item(text: str) -> dict[str, Any]:
        return _block("listItem", _block("paragraph", _text(text)))

    mention = _inline("mention", id=mention_id, text=f"@{mention_name}", accessLevel="")
    rich = [
        _document(
            _block("paragraph", _text("Two things: "), _text("urgent", "strong"), _text(" and "), mention)
        ),
        _document(
            _block("paragraph", _text("Done today")),
            _block("bulletList", item("read the logs"), item("tried <b>three</b> fixes & kept one")),
        ),
        _document(_block("orderedList", item("first"), item("second"), order=3)),
        _document(
            _block("panel", _block("paragraph", _text("Blocked by the vendor")), panelType="warning"),
            _block(
                "paragraph",
                _inline("status", text="WAITING", color="yellow", localId="s-1"),
                _text(" see above"),
            ),
        ),
        _document(_block("codeBlock", _text("SELECT 1;\n-- <ok>"), language="sql")),
        _document(
            _block(
                "paragraph",
                _inline("emoji", shortName=":tada:", id="1f389", text="🎉"),
                _text(" shipped "),
                _inline("inlineCard", url="https://example.com/report"),
                {"type": "hardBreak"},
                _inline("date", timestamp="1767225600000"),
            )
        ),
        _document(
            _block(
                "table",
                _block("tableRow", _block("tableCell", _block("paragraph", _text("a")))),
                isNumberColumnEnabled=False,
                layout="default",
            ),
            _block(
                "futureNode", _block("paragraph", _text("a node that editors of today do not know")), level=7
            ),
        ),
    ]
    return [_document(_block("paragraph", _text(note))) for note in NOTES] + rich
