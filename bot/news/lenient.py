"""Feeds that are not well-formed, read by feedparser: patient, slow, and only ever in the sandbox's child."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import feedparser

from bot.errors import FeedError
from bot.news.raw import Entry, Picture, Raw, fullest_first

Fields = dict[str, Any]  # feedparser's own dictionaries are such, too

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_MEDIA = re.compile(r"\bxmlns:([\w.-]{1,30})\s*=\s*[\"']http://search\.yahoo\.com/mrss/?[\"']", re.IGNORECASE)
_KEPT = r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|"  # what stands in there is text
_BASE = re.compile(rf"{_KEPT}(<[a-zA-Z][^<>]*?)\sxml:base\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')", re.DOTALL)
_CAPTION = (
    r"()<media:description\b[^<>]*"
    r"(?:/>|>(?>(?:<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>|[^<]+)*)</media:description\s*>)"
)
_XHTML = "application/xhtml+xml"


def read(text: str) -> Raw:
    """What feedparser makes of the text, or FeedError `not_a_feed` where it gives up."""
    parsed = _parsed(_prepared(text))
    feed: Fields = parsed.feed
    raw = Raw(str(parsed.version or ""), _string(feed, "title"), _string(feed, "link"), _string(feed, "ttl"))
    raw.links = [(str(link.get("rel") or ""), str(link.get("href") or "")) for link in _dicts(feed, "links")]
    raw.entries = [_entry(entry) for entry in parsed.entries]
    if parsed.bozo:
        where = getattr(parsed.get("bozo_exception"), "getLineNumber", lambda: None)()
        raw.flaw = "the XML is malformed" + (f" at line {where}" if where else "") + "; what could be read was read"
    return raw


def _prepared(text: str) -> str:
    """Without what feedparser would take for something else.

    It takes the caption of a picture (media:description) for the story's body, and a base that an element names for the
    base of all that follow; links are made absolute elsewhere.
    """
    text = _DECLARATION.sub("", text, count=1)
    text = _BASE.sub(_kept, text) if "xml:base" in text else text
    for prefix in sorted(set(_MEDIA.findall(text)) | ({"media"} if "<media:" in text else set())):
        if f"<{prefix}:description" in text:
            caption = re.compile(_KEPT + _CAPTION.replace("media", re.escape(prefix)), re.DOTALL)
            text = caption.sub(_kept, text)
    return text


def _kept(match: re.Match[str]) -> str:
    """Of what matched, what stays: all of a text, the tag before an attribute, nothing of a caption."""
    return match[0] if match[1] is None else match[1]


def _parsed(text: str) -> Any:  # noqa: ANN401 — feedparser has no types
    """As a stream, so that no text is ever taken for a file's name or an address."""
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(  # noqa: TID251 — the one place that may
            BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False, response_headers=headers
        )
    except MemoryError:
        raise
    except Exception as error:  # feedparser's own handlers raise whatever a strange document makes them
        raise FeedError("not_a_feed", f"the document cannot be read as a feed ({type(error).__name__})") from error


def _entry(fields: Fields) -> Entry:
    try:
        return Entry(
            title=_string(fields, "title"), guid=_string(fields, "id"), link=_string(fields, "link"),
            published=_string(fields, "published"), updated=_string(fields, "updated"),
            created=_string(fields, "created"), bodies=_bodies(fields),
            labels=[str(tag.get("label") or tag.get("term") or "") for tag in _dicts(fields, "tags")],
            thumbnails=[str(thumbnail.get("url") or "") for thumbnail in _dicts(fields, "media_thumbnail")],
            pictures=[*_pictures(fields, "media_content"), *_pictures(fields, "links")],
        )  # fmt: skip
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 — one bad item never fails the feed
        return Entry(fault=type(error).__name__)


def _bodies(fields: Fields) -> list[str]:
    contents = [_markup(content, _string(content, "value")) for content in _dicts(fields, "content")]
    detail = dict.get(fields, "summary_detail")
    return fullest_first(contents, _markup(detail, _string(fields, "summary")))


def _markup(detail: object, value: str) -> str:
    """XHTML is handed out with `<br></br>`, which a reader of HTML takes for two breaks."""
    xhtml = isinstance(detail, dict) and dict.get(detail, "type") == _XHTML
    return value.replace("</br>", "") if xhtml else value


def _pictures(fields: Fields, name: str) -> Iterator[Picture]:
    for media in _dicts(fields, name):
        if name != "links" or media.get("rel") == "enclosure":
            kind = f"{media.get('medium') or ''} {media.get('type') or ''}".strip()
            yield Picture(str(media.get("url") or media.get("href") or ""), kind)


def _dicts(fields: Fields, name: str) -> list[Fields]:
    """A list of fields, whatever a strange document put in its place."""
    found = dict.get(fields, name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _string(fields: Fields, name: str) -> str:
    """The value as it stands; `dict.get` because feedparser's own answers with other fields in its place."""
    value = dict.get(fields, name)
    return value if isinstance(value, str) else ""
