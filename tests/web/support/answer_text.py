"""The text of any response: of pages as it is, of workbooks and PDF as other programs read it."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from pypdf import PdfReader
from werkzeug.test import TestResponse


def text_of(answer: TestResponse) -> str:
    """Return what a person can read in a response."""
    if answer.mimetype == "application/pdf":
        reader = PdfReader(BytesIO(answer.data))
        title = reader.metadata.title if reader.metadata else None
        return "\n".join([title or "", *(page.extract_text() for page in reader.pages)])
    if answer.data.startswith(b"PK"):
        with ZipFile(BytesIO(answer.data)) as packed:
            return "\n".join(packed.read(name).decode() for name in packed.namelist())
    return answer.get_data(as_text=True)
