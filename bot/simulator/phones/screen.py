"""What a phone shows, as plain values for the page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.simulator.portal import Post
from bot.simulator.telegram import Button, Shown

Json = dict[str, Any]


def message(shown: Shown, posts: Iterable[Post], texts: Mapping[int, str]) -> Json:
    """One message for the page; `entities` keep Telegram's UTF-16 offsets, which are JavaScript's own.

    `texts` are those of the chat as it is now: a reply quotes what it replies to, also when that was edited or deleted.
    """
    return {
        "id": shown.message_id,
        "mine": not shown.from_bot,
        "text": shown.text,
        "entities": list(shown.entities),
        "rows": [[_button(button) for button in row] for row in shown.buttons],
        "edited": shown.edited,
        "at": shown.date.isoformat(),
        "quote": _quote(shown.reply_to, texts),
        "card": _card(shown, posts),
    }


def told(shown: Shown, posts: Sequence[Post]) -> frozenset[int]:
    """The posts that this message from the bot points to: one is a story, several are a list."""
    if not shown.from_bot:
        return frozenset()
    return frozenset(post.id for url in links(shown) if (post := post_of(url, posts)))


def links(shown: Shown) -> Iterator[str]:
    """Every address that the message leads to."""
    if shown.preview_url:
        yield shown.preview_url
    for entity in shown.entities:
        if entity.get("type") == "text_link":
            yield str(entity.get("url", ""))
    for row in shown.buttons:
        yield from (button.url for button in row if button.url)


def post_of(url: str, posts: Iterable[Post]) -> Post | None:
    """The post whose page this is, by its slug or by `?p=`."""
    parts = urlsplit(url)
    number = parse_qs(parts.query).get("p", [""])[0]
    slug = parts.path.rstrip("/").rpartition("/")[2]
    return next((post for post in posts if str(post.id) == number or (slug and post.slug == slug)), None)


def _quote(reply_to: int | None, texts: Mapping[int, str]) -> str | None:
    """The first line of what is replied to, "" when it is gone, None for what is no reply."""
    return None if reply_to is None else texts.get(reply_to, "").partition("\n")[0]


def _button(button: Button) -> Json:
    return {"label": button.label, "data": button.data, "url": button.url}


def _card(shown: Shown, posts: Iterable[Post]) -> Json | None:
    """The preview that Telegram would have drawn from the linked page."""
    post = post_of(shown.preview_url, posts) if shown.preview_url else None
    if post is None:
        return None
    return {"url": shown.preview_url, "title": post.title, "category": post.categories[0] if post.categories else ""}
