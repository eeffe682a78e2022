"""An invented regional newsroom: sample articles with the clutter that a real portal's editors leave in them.

The articles lie as plain text in `articles/`, one file a category: a title after `# `, a few `key: value` lines, then
paragraphs. `{hari}` in a paragraph becomes the weekday and date of publication. Nothing and nobody in them is real.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from html import escape
from importlib.resources import files

NEWSROOM = "Kabar Pendopo"
HOST = "kabarpendopo.example"
WIB = timezone(timedelta(hours=7), "WIB")
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Category:
    """A category as the portal has it (slug and label) and as residents read it (names)."""

    id: str
    slug: str
    label: str
    name_id: str
    name_en: str


CATEGORIES = (
    Category("utama", "berita-utama", "BERITA UTAMA", "Berita Utama", "Top News"),
    Category("hukrim", "hukrim", "HUKRIM", "Hukum & Kriminal", "Law & Crime"),
    Category("kesehatan", "kesehatan", "KESEHATAN", "Kesehatan", "Health"),
    Category("daerah", "daerah", "DAERAH", "Daerah", "Regional"),
    Category("budaya", "budaya", "BUDAYA", "Budaya", "Culture"),
    Category("investigasi", "investigasi", "INVESTIGASI", "Investigasi", "Investigation"),
)
BY_ID = {category.id: category for category in CATEGORIES}


@dataclass(frozen=True, slots=True)
class Sample:
    """One article before it is dressed up; `categories` are ids, the first is the file it lies in."""

    number: int  # its place in `samples()`; decides which clutter it gets
    title: str
    place: str
    caption: str
    categories: tuple[str, ...]
    paragraphs: tuple[str, ...]

    @property
    def slugs(self) -> tuple[str, ...]:
        """Its categories as the portal names them."""
        return tuple(BY_ID[category].slug for category in self.categories)


@cache
def samples() -> tuple[Sample, ...]:
    """All articles, the categories taking turns, so that any stretch of six has one of each."""
    folder = files("bot.simulator") / "articles"
    shelves = [_read((folder / f"{category.id}.txt").read_text("utf-8")) for category in CATEGORIES]
    turns = [article for turn in zip(*shelves, strict=True) for article in turn]
    return tuple(
        Sample(number, title, fields["tempat"], fields["foto"], _ids(fields["kategori"]), paragraphs)
        for number, (title, fields, paragraphs) in enumerate(turns)
    )


def body(sample: Sample, published: datetime) -> str:
    """The article's HTML as an editor would have left it: caption, dateline, byline, "Baca Juga", share bar."""
    day = published.astimezone(WIB)
    hari = f"{DAYS[day.weekday()]} ({day.day}/{day.month})"
    paragraphs = [escape(text.replace("{hari}", hari), quote=False) for text in sample.paragraphs]
    paragraphs[0] = _dateline(sample, day) + paragraphs[0]
    paragraphs[-1] += _byline(sample.number)
    blocks = [f"<p>{text}</p>" for text in paragraphs]
    blocks.insert(min(2, len(blocks) - 1), _read_also(sample))
    return "\n".join([*_head(sample), *blocks, *_foot(sample.number)])


def plain_body(text: str) -> str:
    """What an editor typed at the desk, as paragraphs of escaped HTML."""
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return "\n".join(f"<p>{escape(part, quote=False)}</p>" for part in parts if part)


def _read(text: str) -> list[tuple[str, dict[str, str], tuple[str, ...]]]:
    return [_article(part.strip()) for part in re.split(r"^# ", text, flags=re.MULTILINE) if part.strip()]


def _article(text: str) -> tuple[str, dict[str, str], tuple[str, ...]]:
    head, *paragraphs = text.split("\n\n")
    title, *lines = head.splitlines()
    fields = {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return title, fields, tuple(" ".join(paragraph.split()) for paragraph in paragraphs)


def _ids(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _dateline(sample: Sample, day: datetime) -> str:
    date = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    forms = (
        f"{sample.place} {HOST}({date}) ",
        f"<strong>{sample.place.upper()}, {HOST}</strong> – ",
        f"{sample.place}, {HOST} ({date}) – ",
    )
    return forms[sample.number % len(forms)]


def _byline(number: int) -> str:
    return ("(redaksi)", " (tim/red)", "", " <em>(red)</em>")[number % 4]


def _head(sample: Sample) -> Sequence[str]:
    """The photo with its caption in WordPress's two shapes; every third article repeats its title first."""
    image = f'<img src="/wp-content/uploads/{sample.number + 1}.jpg" alt="{escape(sample.caption)}" width="780" />'
    note = f"{escape(sample.caption)}. (Foto: dok. {NEWSROOM})"
    block = f'<figure class="wp-block-image size-large">{image}<figcaption>{note}</figcaption></figure>'
    classic = f'<div class="wp-caption aligncenter">{image}<p class="wp-caption-text">{note}</p></div>'
    photo = block if sample.number % 2 else classic
    return [f"<p><strong>{escape(sample.title)}</strong></p>", photo] if sample.number % 3 == 0 else [photo]


def _read_also(sample: Sample) -> str:
    """A link to another article in the middle of this one."""
    other = samples()[(sample.number + 5) % len(samples())].title
    link = f'<a href="/?s={sample.number}">{escape(other)}</a>'
    if sample.number % 2:
        return f"<p><strong>Baca Juga:</strong> {link}</p>"
    return f'<div class="baca-juga"><h4>Baca Juga</h4><ul><li>{link}</li></ul></div>'


def _foot(number: int) -> Sequence[str]:
    reporter = "<p><strong>Reporter:</strong> Tim Liputan | <strong>Editor:</strong> Meja Redaksi</p>"
    return ([], ["<p>&nbsp;</p>", "<p>Share :</p>"], [reporter], ["<p>Share :</p>"])[number % 4]
