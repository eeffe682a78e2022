"""Bytes to text for documents whose headers and declarations may both be wrong."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._-]{1,40})", re.IGNORECASE)
_START = re.compile(r"<\?xml\b|<!DOCTYPE\b|<rss\b|<feed\b|<rdf:RDF\b")
_PAGE = re.compile(
    r"(?:<\?xml[^>]*>|<!--.*?-->|\s)*(?:<!doctype\s+html\b|<(?:html|head|body)\b)", re.IGNORECASE | re.DOTALL
)
_LOOKED_AT = 5_000  # characters
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def without_control(text: str) -> str:
    """The text without characters that XML forbids (a `&#1;` brings them back) and without halves of surrogates."""
    return _CONTROL.sub("", text)


def decoded(body: bytes, content_type: str | None) -> str:
    """The text from its `<?xml` or its root element on, without control characters.

    UTF-8 wherever the bytes are valid UTF-8, whatever header and declaration say; else what these say; else
    Windows-1252.
    """
    return divided(body, content_type)[1]


def divided(body: bytes, content_type: str | None) -> tuple[str, str]:
    """What stands before the document (a warning of PHP, a blank line), and the document as `decoded` gives it."""
    text = _clean_utf8(body)
    text = without_control(_text(body, content_type)) if text is None else text
    start = None if is_page(text) else _START.search(text)
    return (text[: start.start()], text[start.start() :]) if start else ("", text)


def _clean_utf8(body: bytes) -> str | None:
    """The text of UTF-8 in which no byte can be part of a character that XML forbids: quicker seen than in the text."""
    if len(body.translate(None, _CONTROL_BYTES)) != len(body):
        return None
    try:
        text = body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeError:
        return None
    return None if "\ufffe" in text or "\uffff" in text else text


def is_page(text: str) -> bool:
    """Whether this is a web page (an error page, a login, a challenge), no feed."""
    return _PAGE.match(text[:_LOOKED_AT]) is not None


def _text(body: bytes, content_type: str | None) -> str:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, errors="replace")
    for name in ("utf-8", *_declared(body, content_type)):
        try:
            return body.decode(name)
        except (UnicodeError, LookupError):
            continue
    return body.decode("windows-1252", errors="replace")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    header = _CHARSET.search(content_type or "")
    declaration = _DECLARED.search(body[:1000])
    names = [header[1] if header else "", declaration[1].decode("ascii") if declaration else ""]
    return [name for name in names if name and _is_text(name)]


def _is_text(name: str) -> bool:
    """Python also knows codecs that are no character sets (`hex`, `rot13`)."""
    try:
        return codecs.lookup(name)._is_text_encoding  # noqa: SLF001 — the only place where it says so
    except LookupError:
        return False
