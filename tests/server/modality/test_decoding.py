"""Bytes become text whatever they were written in."""

import codecs

import pytest

from anagnorisis.domain import Unreadable
from anagnorisis.modality.decoding import decode

WORDS = "Grüße – señor, 日本"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "utf-8"),
    ],
)
def test_a_mark_in_front_says_how_the_bytes_are_meant(mark: bytes, encoding: str) -> None:
    assert decode(mark + WORDS.encode(encoding)) == WORDS


@pytest.mark.parametrize(
    "head",
    [
        b"<?xml version='1.0' encoding='%s'?>",
        b'<meta charset="%s">',
        b"<meta content='text/html; charset=%s'>",
    ],
)
def test_a_page_may_declare_its_encoding(head: bytes) -> None:
    assert "Привет" in decode(head % b"windows-1251" + "Привет".encode("cp1251"), declared=True)


def test_only_pages_declare() -> None:
    assert decode("charset=windows-1251 ü".encode()) == "charset=windows-1251 ü"


def test_a_declaration_that_is_wrong_or_unknown_is_passed_over() -> None:
    assert "ü" in decode(b"<meta charset=no-such-thing>" + "ü".encode(), declared=True)
    assert "ü" in decode(b"<meta charset=ascii>" + "ü".encode(), declared=True)


def test_what_is_no_utf_8_is_read_as_windows_1252() -> None:
    assert decode(b"\x93caf\xe9\x94 \x81") == "“café” �"


def test_lines_end_in_one_newline() -> None:
    assert decode(b"a\r\nb\rc\n") == "a\nb\nc\n"


def test_bytes_that_are_no_text_are_refused_with_a_reason() -> None:
    with pytest.raises(Unreadable, match="not text"):
        decode(b"\x7fELF\0\0\1")
