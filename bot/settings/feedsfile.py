"""feeds.yaml: the portal, its categories and its feeds."""

import re
import zoneinfo
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from bot.errors import SettingsError
from bot.ports import DeclaredFeed
from bot.settings.model import CategorySettings, Portal
from bot.settings.words import boolean, duration, quiet_hours, web_address
from bot.settings.yamltree import YamlFile, is_null, quoted, suggestion

RESERVED = {"semua", "undang"}  # words of the deep links
QUIET: tuple[int, int] | None = (21 * 60, 5 * 60)
ZONES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
FEED_EXAMPLE = "https://target-24jam.com/feed/"


@dataclass(frozen=True, slots=True)
class FeedsFile:
    """What the file declares."""

    portal: Portal
    categories: tuple[CategorySettings, ...]
    feeds: tuple[DeclaredFeed, ...]
    quiet: tuple[int, int] | None
    daily_limit: int | None  # None: no limit


def read_feeds_file(path: Path) -> FeedsFile:
    """The file's content; SettingsError with every fault in it, from top to bottom."""
    file = YamlFile(path)
    root = file.root()
    content = read_root(file, root) if root is not None else None
    if faults := file.faults():
        raise SettingsError(faults)
    assert content is not None
    return content


def read_root(file: YamlFile, root: yaml.Node) -> FeedsFile:
    """All four blocks, each read as far as it can be."""
    blocks = file.mapping(root, "the file", ("portal", "defaults", "categories", "feeds"))
    examples = {
        "portal": "`portal:` with name and url",
        "categories": "`categories:` with a list",
        "feeds": "`feeds: []`",
    }
    file.required(root, blocks, "the file", examples)
    portal = read_portal(file, blocks.get("portal"))
    quiet, limit = read_defaults(file, blocks.get("defaults"))
    categories = read_categories(file, blocks.get("categories"), portal.language)
    feeds = read_feeds(file, blocks.get("feeds"), {c.id for c in categories})
    return FeedsFile(portal, categories, feeds, quiet, limit)


# Portal and defaults ------------------------------------------------------------------------------------------------


def read_portal(file: YamlFile, node: yaml.Node | None) -> Portal:
    """The portal's block."""
    fields = file.mapping(node, "portal", ("name", "url", "area", "language", "timezone")) if node else {}
    if node:
        file.required(node, fields, "portal", {"name": "Target 24 Jam", "url": "https://target-24jam.com"})
    name = file.text(fields.get("name"), "portal name", example="Target 24 Jam") or ""
    area = fields.get("area")
    url = file.word(fields.get("url"), "portal url", address, "", example="https://target-24jam.com")
    return Portal(
        name=name,
        url=url.rstrip("/"),
        host=(web_address(url).hostname or "").removeprefix("www.") if url else "",
        area="" if area is None or is_null(area) else file.text(area, "portal area", example="Mojokerto") or "",
        language=file.word(fields.get("language"), "portal language", language, "id", example="id"),
        timezone=file.word(
            fields.get("timezone"), "portal timezone", timezone, ZoneInfo("Asia/Jakarta"), example="Asia/Jakarta"
        ),
    )


def address(text: str) -> str:
    """The text, if it is a web address."""
    web_address(text)
    return text


def language(text: str) -> str:
    """A language's short code."""
    if not re.fullmatch(r"[a-z]{2,3}", text):
        raise ValueError("must be a language's two letters; write for example id or en")
    return text


def timezone(text: str) -> ZoneInfo:
    """A time zone by its official name."""
    try:
        return ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        likely = ZONES.get(text.lower())
        hint = f"write {likely}" if likely else suggestion(text, zoneinfo.available_timezones())
        raise ValueError(f"is no time zone; {hint if len(hint) < 60 else 'write for example Asia/Jakarta'}") from None  # noqa: PLR2004


def read_defaults(file: YamlFile, node: yaml.Node | None) -> tuple[tuple[int, int] | None, int | None]:
    """Quiet hours and the daily limit of new subscribers."""
    fields = file.mapping(node, "defaults", ("quiet", "daily_limit")) if node and not is_null(node) else {}
    quiet = file.word(fields.get("quiet"), "quiet", quiet_hours, QUIET, example='"21.00-05.00" or off')
    return quiet, file.word(fields.get("daily_limit"), "daily_limit", daily_limit, None, example="12 or off")


def daily_limit(text: str) -> int | None:
    """Stories a day, what is more goes into a digest; None from `off`, which YAML may have made a boolean."""
    if text.strip().lower() in {"off", "no", "false"}:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text):
        raise ValueError("must be a whole number from 1 to 999, or off; write for example 12")
    return int(text)


# Categories ---------------------------------------------------------------------------------------------------------


def read_categories(file: YamlFile, node: yaml.Node | None, portal_language: str) -> tuple[CategorySettings, ...]:
    """The list of categories, ids unique."""
    found: dict[str, tuple[int, CategorySettings]] = {}
    for entry in file.entries(node, "categories"):
        category = read_category(file, entry, portal_language)
        if category is None:
            continue
        if category.id in found:
            first = found[category.id][0]
            file.fault(entry, f"category id {quoted(category.id)} stands in line {first} already; give one another id")
        found.setdefault(category.id, (entry.start_mark.line + 1, category))
    if node is not None and not file.faults() and not found:
        file.fault(node, "categories is empty; write at least one, with id and name")
    return tuple(category for _, category in found.values())


def read_category(file: YamlFile, node: yaml.Node, portal_language: str) -> CategorySettings | None:
    """One category, or None when it has no usable id."""
    fields = file.mapping(node, "a category", ("id", "name", "labels"))
    file.required(node, fields, "a category", {"id": "`id: hukrim`", "name": "`name: {id: Hukum, en: Law}`"})
    name = file.word(fields.get("id"), "category id", category_id, None, example="hukrim")
    names = read_names(file, fields.get("name"), portal_language)
    labels = [file.text(label, "a label", example="HUKRIM") for label in file.entries(fields.get("labels"), "labels")]
    return CategorySettings(name, names, tuple(label for label in labels if label)) if name else None


def category_id(text: str) -> str | None:
    """An id as deep links can carry it."""
    if text in RESERVED:
        raise ValueError("is a word of the deep links; write another one")
    if not re.fullmatch(r"[a-z0-9_]{1,20}", text):
        example = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:20].strip("_")
        example = "hukrim" if not example or example in RESERVED else example
        raise ValueError(f"must be 1 to 20 of a-z, 0-9 and _; write for example {example}")
    return text


def read_names(file: YamlFile, node: yaml.Node | None, portal_language: str) -> dict[str, str]:
    """The names by language; a plain text is the name in the portal's language."""
    if node is None:
        return {}
    example = "`name: {id: Hukum, en: Law}`"
    if not isinstance(node, yaml.MappingNode):
        text = file.text(node, "a category's name", example=example)
        return {portal_language: text} if text else {}
    names: dict[str, str] = {}
    for key, value in node.value:
        code = file.word(key, "a name's language", language, "", example=example)
        text = file.text(value, f"the name in {quoted(code)}", example=example)
        if code in names:
            file.fault(key, f"a category has two names in {quoted(code)}; leave one of them out")
        elif code and text:
            names[code] = text
    if not node.value:
        file.fault(node, f"a category's name is empty; write for example {example}")
    return names


# Feeds --------------------------------------------------------------------------------------------------------------


def read_feeds(file: YamlFile, node: yaml.Node | None, known: Collection[str]) -> tuple[DeclaredFeed, ...]:
    """The list of feeds, addresses unique."""
    found: dict[str, tuple[int, DeclaredFeed]] = {}
    for entry in file.entries(node, "feeds"):
        feed = read_feed(file, entry, known)
        if feed.url in found:
            file.fault(entry, f"feed {feed.url} stands in line {found[feed.url][0]} already; leave one of them out")
        elif feed.url:
            found[feed.url] = (entry.start_mark.line + 1, feed)
    return tuple(feed for _, feed in found.values())


def read_feed(file: YamlFile, node: yaml.Node, known: Collection[str]) -> DeclaredFeed:
    """One feed; its url is "" when that is at fault."""
    fields = file.mapping(node, "a feed", ("url", "every", "categories", "paused"))
    file.required(node, fields, "a feed", {"url": f"`url: {FEED_EXAMPLE}`"})
    every: Callable[[str], float | None] = duration
    ids = [
        file.word(entry, "category", known_category(known), "", example="[hukrim]")
        for entry in file.entries(fields.get("categories"), "a feed's categories")
    ]
    return DeclaredFeed(
        url=file.word(fields.get("url"), "feed url", address, "", example=FEED_EXAMPLE),
        every=file.word(fields.get("every"), "every", every, None, example="5m"),
        categories=tuple(dict.fromkeys(id_ for id_ in ids if id_)),
        paused=file.word(fields.get("paused"), "paused", boolean, False, example="true"),
    )


def known_category(known: Collection[str]) -> Callable[[str], str]:
    """Reads a category id that must be declared."""

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(
                f"is not declared under categories; {suggestion(text, known) if known else 'declare it there'}"
            )
        return text

    return read
