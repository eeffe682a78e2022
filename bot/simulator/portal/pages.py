"""The portal's pages for people: home, articles, errors; and the page that asks whether you are human."""

from collections.abc import Iterable
from html import escape

from bot.simulator.portal.post import Post
from bot.simulator.portal.rss import Site, content, link

ROBOTS = "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n"
CHALLENGE = """<!DOCTYPE html>
<html lang="en-US"><head><title>Just a moment...</title><meta name="robots" content="noindex,nofollow">
<script>window._cf_chl_opt={cvId:'3'};</script></head>
<body><h1>Checking your browser before accessing the site.</h1>
<noscript>Enable JavaScript and cookies to continue</noscript></body></html>
"""
PHP_WARNING = (
    "<br />\n<b>Warning</b>:  Undefined array key 0 in "
    "<b>/home/portal/public_html/wp-content/plugins/share-bar/share.php</b> on line <b>41</b><br />\n"
)


def _page(site: Site, title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{site.language}">\n<head>\n<meta charset="UTF-8" />\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />\n'
        f"<title>{escape(title)}</title>\n"
        f'<link rel="alternate" type="application/rss+xml" title="{escape(site.name)} &raquo; Feed" '
        f'href="{site.home}/feed/" />\n</head>\n<body>\n'
        f'<header><a href="{site.home}/">{escape(site.name)}</a></header>\n<main>\n{body}\n</main>\n</body>\n</html>\n'
    )


def home(site: Site, posts: Iterable[Post]) -> str:
    """The front page."""
    rows = "\n".join(f'<li><a href="{link(site, post)}">{escape(post.title)}</a></li>' for post in posts)
    return _page(site, site.name, f"<ul>\n{rows}\n</ul>")


def article(site: Site, post: Post) -> str:
    """An article's page."""
    labels = " / ".join(escape(site.labels[slug]) for slug in post.categories)
    body = f"<article>\n<p>{labels}</p>\n<h1>{escape(post.title)}</h1>\n{content(post)}\n</article>"
    return _page(site, f"{post.title} - {site.name}", body)


def error(site: Site, status: int) -> str:
    """What a reader sees of an error."""
    words = {404: "Halaman tidak ditemukan.", 410: "Artikel ini sudah dicabut oleh redaksi."}
    return _page(site, str(status), f"<h1>{status}</h1>\n<p>{words.get(status, 'Terjadi kesalahan.')}</p>")
