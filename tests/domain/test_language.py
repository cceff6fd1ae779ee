import pytest

from timesheet.domain.language import choose_language


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ((), "en"),
        (("",), "en"),
        (("de_DE",), "de"),
        (("de-AT",), "de"),
        (("pt_BR",), "pt_BR"),
        (("pt_PT",), "pt_BR"),
        (("ja_JP",), "ja"),
        (("en_GB",), "en"),
        (("nl_NL",), "en"),
        (("nl_NL", "fr"), "fr"),
        (("", "es_MX", "de"), "es"),
        (("nonsense", "DE"), "de"),
        (("en_XA", "de"), "en_XA"),
    ],
)
def test_the_first_wish_that_the_app_has_is_chosen(wishes: tuple[str, ...], language: str) -> None:
    assert choose_language(*wishes) == language
