"""Feeds in the shape that WordPress gives them, down to its odd white space."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from bot.simulator.portal.post import Post

GENERATOR = "https://wordpress.org/?v=6.8.3"
_EXCERPT_WORDS = 55
_TAG = re.compile(r"<[^>]*>")
_DRESSED = {ord(c): f"&#{ord(c)};" for c in "–—‘’“”…"}
_CLOSINGS = {
    "en": 'The post <a href="{link}">{title}</a> appeared first on <a href="{home}">{name}</a>.',
    "id": 'Artikel <a href="{link}">{title}</a> pertama kali tampil pada <a href="{home}">{name}</a>.',
}
_NAMESPACES = "".join(
    f'\n\txmlns:{name}="{address}"'
    for name, address in (
        ("content", "http://purl.org/rss/1.0/modules/content/"),
        ("wfw", "http://wellformedweb.org/CommentAPI/"),
        ("dc", "http://purl.org/dc/elements/1.1/"),
        ("atom", "http://www.w3.org/2005/Atom"),
        ("sy", "http://purl.org/rss/1.0/modules/syndication/"),
        ("slash", "http://purl.org/rss/1.0/modules/slash/"),
    )
)


@dataclass(frozen=True, slots=True)
class Site:
    """What every feed says about the portal."""

    name: str
    home: str  # its address, no slash at the end
    language: str
    closing: str  # the language of "The post … appeared first on …", "" for none
    labels: Mapping[str, str]  # category slug -> label


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed says to whoever comes again."""

    ttl: int | None = None  # minutes
    hub: str = ""

    def lines(self) -> str:
        """As elements of the channel."""
        ttl = "" if self.ttl is None else f"\t<ttl>{self.ttl}</ttl>\n"
        return ttl + (f'\t<atom:link href="{escape(self.hub)}" rel="hub" />\n' if self.hub else "")


NO_HINTS = Hints()


def rss_date(moment: datetime) -> str:
    """A date as WordPress writes it: RFC 822 in UTC."""
    return format_datetime(moment.astimezone(UTC))


def dressed(text: str) -> str:
    """Text escaped as WordPress does it: typographic marks and & as numbers."""
    return escape(text, quote=False).replace("&amp;", "&#038;").translate(_DRESSED)


def feed(
    site: Site, posts: Iterable[Post], *, path: str, title: str, built: datetime, hints: Hints = NO_HINTS
) -> str:  # fmt: skip
    """An RSS 2.0 document."""
    items = "".join(_item(site, post) for post in posts)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"{_NAMESPACES}\n\t>\n\n<channel>\n'
        f"\t<title>{dressed(title)}</title>\n"
        f'\t<atom:link href="{site.home}{path}" rel="self" type="application/rss+xml" />\n'
        f"{hints.lines()}\t<link>{site.home}</link>\n"
        f"\t<description>{dressed(site.name)}</description>\n"
        f"\t<lastBuildDate>\n\t{rss_date(built)}\t</lastBuildDate>\n"
        f"\t<language>{site.language}</language>\n"
        "\t<sy:updatePeriod>\n\thourly\t</sy:updatePeriod>\n\t<sy:updateFrequency>\n\t1\t</sy:updateFrequency>\n"
        f"\t<generator>{GENERATOR}</generator>\n{items}</channel>\n</rss>\n"
    )


def _item(site: Site, post: Post) -> str:
    labels = "".join(f"\t\t<category><![CDATA[{site.labels[slug]}]]></category>\n" for slug in post.categories)
    closing = _closing(site, post)
    return (
        f"\t<item>\n\t\t<title>{dressed(post.title)}</title>\n"
        f"\t\t<link>{link(site, post)}</link>\n\t\t\n\t\t\n"
        f"\t\t<dc:creator><![CDATA[{post.author}]]></dc:creator>\n"
        f"\t\t<pubDate>{rss_date(post.published)}</pubDate>\n{labels}"
        f'\t\t<guid isPermaLink="false">{guid(site, post)}</guid>\n\n'
        f"\t\t\t\t\t<description><![CDATA[<p>{excerpt(post)}</p>\n{closing}]]></description>\n"
        f"\t\t\t\t\t\t\t\t\t\t<content:encoded><![CDATA[{_cdata(content(post))}\n{closing}]]></content:encoded>\n"
        "\t\t\t\t\t\n\t\t\n\t\t\n\t\t\t</item>\n"
    )


def link(site: Site, post: Post) -> str:
    """The article's address."""
    return f"{site.home}/{post.slug}/"


def guid(site: Site, post: Post) -> str:
    """WordPress's own mark of a post; it never changes, whatever the title."""
    return f"{site.home}/?p={post.id}"


def content(post: Post) -> str:
    """The body as the theme shows it, its picture first."""
    if post.image is None:
        return post.body_html
    picture = f'<img fetchpriority="high" class="size-large wp-post-image" src="{escape(post.image)}" alt="" />'
    return f'<figure class="wp-block-image">{picture}</figure>\n{post.body_html}'


def excerpt(post: Post) -> str:
    """The given excerpt, else the first 55 words."""
    if post.excerpt is not None:
        return escape(post.excerpt, quote=False)
    words = _TAG.sub(" ", post.body_html).replace("]]>", "").split()
    return " ".join(words[:_EXCERPT_WORDS]) + (" [&#8230;]" if len(words) > _EXCERPT_WORDS else "")


def _closing(site: Site, post: Post) -> str:
    if not site.closing:
        return ""
    words = _CLOSINGS[site.closing].format(
        link=link(site, post), title=dressed(post.title), home=site.home, name=dressed(site.name)
    )
    return f"<p>{words}</p>\n"


def _cdata(html: str) -> str:
    return html.replace("]]>", "]]&gt;")
