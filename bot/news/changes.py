"""What a poll means: which items are new stories, which are old acquaintances, which the portal has changed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from bot.news import identity
from bot.news.category import LabelMap
from bot.news.dates import clamp, dated
from bot.news.duplicates import Match
from bot.news.item import Item, Story
from bot.news.shingles import text_hash
from bot.news.summary import folded


@dataclass(frozen=True, slots=True)
class NewStory:
    """A story seen for the first time; not announced when it came with the feed's first import."""

    item: Item
    keys: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime
    announce: bool


@dataclass(frozen=True, slots=True)
class SeenStory:
    """A known story in this feed, with the keys and categories that are new about it.

    Announced only when another feed's first import took it in silently and it is news to this feed's readers.
    """

    story_id: int
    keys: tuple[str, ...]
    gained: tuple[str, ...]
    announce: bool


@dataclass(frozen=True, slots=True)
class Revised:
    """The portal changed the headline or the date; told to nobody again."""

    story_id: int
    item: Item


@dataclass(frozen=True, slots=True)
class SameStory:
    """A new item repeats the text of a known story: it is told once, names both, and this can be undone.

    Announced only when the story was never told: a first import elsewhere took it in without a word.
    """

    story_id: int
    portal: str
    item: Item
    keys: tuple[str, ...]
    categories: tuple[str, ...]  # the item's own
    gained: tuple[str, ...]  # those of them that the story had not
    published: datetime
    announce: bool
    match: Match


Intent = NewStory | SeenStory | Revised | SameStory


@dataclass(frozen=True, slots=True)
class Form:
    """The newest form of a story: since when the portal has shown it, and its text's hash."""

    since: datetime
    text_hash: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write down, oldest story first, the labels of new stories that no category means, and odd dates."""

    intents: tuple[Intent, ...]
    unmapped: tuple[str, ...]
    ahead: tuple[str, ...] = ()  # links of new stories that were dated in the future: taken as of now


@dataclass(frozen=True, slots=True)
class _Poll:
    """What is known while one document is judged."""

    known: Mapping[str, int]
    stories: Mapping[int, Story]
    seen: Collection[int]
    imported_at: datetime | None
    feed_categories: tuple[str, ...]
    mapping: LabelMap
    now: datetime
    copies: frozenset[str]
    forms: Mapping[int, Form]


@dataclass(frozen=True, slots=True)
class _Group:
    """The items of one document that are one story."""

    item: Item  # the first, completed from the others
    keys: tuple[str, ...]
    labels: tuple[str, ...]


def decide(
    items: Sequence[Item], *, known: Mapping[str, int], stories: Mapping[int, Story], seen: Collection[int],
    imported_at: datetime | None, feed_categories: Sequence[str], mapping: LabelMap, site: str, now: datetime,
    copies: Collection[str] = (), forms: Mapping[int, Form] = MappingProxyType({}),
) -> Decision:  # fmt: skip
    """Judge a document that was read.

    `known` says which identity keys lead to which of `stories`; `seen` are the stories that this feed has shown before;
    `imported_at` is its first successful poll (None: this is it); `copies` are those of the keys that came with another
    portal's copy of a story, which never revises it; `forms` say what is known of the stories' newest forms.
    """
    poll = _Poll(
        known, stories, frozenset(seen), imported_at, tuple(feed_categories), mapping, now, frozenset(copies), forms
    )
    intents: list[Intent] = []
    unmapped: list[str] = []
    ahead: list[str] = []
    for group in _oldest_first(_groups(items, site), now):
        story = _story(group.item, group.keys, poll)
        if story is None:
            new, strangers = _new(group, poll)
            intents.append(new)
            unmapped.extend(strangers)
            if dated(group.item.published, now).clamped:
                ahead.append(group.item.link)
        else:
            intents.extend(_again(group, story, poll))
    return Decision(tuple(intents), tuple(unmapped), tuple(ahead))


def same_story(new: NewStory, portal: str, match: Match, known: Story) -> SameStory:
    """What a new story becomes whose text the known one already has (`bot.news.duplicates`)."""
    gained = tuple(sorted({*new.categories} - {*known.categories}))
    announce = new.announce and not known.told
    return SameStory(
        known.id, portal, new.item, new.keys, new.categories, gained, new.published, announce, match
    )  # fmt: skip


def _new(group: _Group, poll: _Poll) -> tuple[NewStory, tuple[str, ...]]:
    ids, strangers = poll.mapping.map(group.labels)
    published = clamp(group.item.published, poll.now)
    announce = poll.imported_at is not None
    categories = tuple(sorted({*ids, *poll.feed_categories}))
    return NewStory(group.item, group.keys, categories, published, announce), strangers


def _again(group: _Group, story: Story, poll: _Poll) -> Iterator[Intent]:
    if poll.copies.isdisjoint(group.keys) and _changed(group.item, story, poll):
        yield Revised(story.id, group.item)  # first: what is announced next is already the new form
    ids, _ = poll.mapping.map(group.labels)
    gained = tuple(sorted({*ids, *poll.feed_categories} - set(story.categories)))
    fresh = tuple(key for key in group.keys if key not in poll.known)
    yield SeenStory(story.id, fresh, gained, _swallowed(story, poll))


def _swallowed(story: Story, poll: _Poll) -> bool:
    """A first import elsewhere took the story in without a word, but this feed's readers were waiting for it."""
    if story.told or story.id in poll.seen or poll.imported_at is None:
        return False
    return story.published > poll.imported_at


def _changed(item: Item, story: Story, poll: _Poll) -> bool:
    """Title, date, or the text where the portal says that it edited it: by themselves bodies change at every sighting.

    A date still in the future was clamped and says nothing.
    """
    if item.title != story.title:
        return True
    if item.published is not None and item.published <= poll.now and item.published != story.published:
        return True
    return _edited(item, poll.forms.get(story.id), poll.now)


def _edited(item: Item, form: Form | None, now: datetime) -> bool:
    if form is None or item.modified is None or not item.text:
        return False
    return form.since < item.modified <= now and text_hash(item.text) != form.text_hash


def _story(item: Item, keys: Sequence[str], poll: _Poll) -> Story | None:
    """The known story that this is: by guid, else by link, else by post id if headline or date and link agree."""
    for key in sorted(keys, key=_strength):
        story = poll.stories.get(poll.known.get(key, -1))
        if story is not None and (not _weak(key) or _agree(item, story, poll.now)):
            return story
    return None


def _groups(items: Sequence[Item], site: str) -> list[_Group]:
    """Items that share a key are one story, wherever they stand in the document."""
    groups: list[_Group] = []
    for item in items:
        keys = identity.keys(item, site)
        same = [group for group in groups if _meets(item, keys, group)]
        merged = _merge([*same, _Group(item, keys, item.labels)])
        if same:
            groups[groups.index(same[0])] = merged
            groups = [group for group in groups if group not in same[1:]]
        else:
            groups.append(merged)
    return groups


def _meets(item: Item, keys: Sequence[str], group: _Group) -> bool:
    shared = set(keys) & set(group.keys)
    if all(_weak(key) for key in shared):
        return bool(shared) and _agree(item, group.item, None)
    return True


def _merge(groups: Sequence[_Group]) -> _Group:
    """One group; the first item speaks, the others fill in what it leaves out (summary, text, picture, dates)."""
    item = groups[0].item
    for other in (group.item for group in groups[1:]):
        if not item.text:
            item = replace(item, text=other.text, summary=other.summary)
        item = replace(
            item, image=item.image or other.image, published=item.published or other.published,
            modified=item.modified or other.modified,
        )  # fmt: skip
    labels = tuple(dict.fromkeys(label for group in groups for label in group.labels))
    keys = tuple(dict.fromkeys(key for group in groups for key in group.keys))
    return _Group(replace(item, labels=labels), keys, labels)


def _oldest_first(groups: Sequence[_Group], now: datetime) -> list[_Group]:
    """By publication; of the same minute the one further down, because feeds list the newest first."""
    placed = sorted(enumerate(groups), key=lambda pair: (clamp(pair[1].item.published, now), -pair[0]))
    return [group for _, group in placed]


def _agree(item: Item, other: Item | Story, now: datetime | None) -> bool:
    """Whether two posts of the same number are the same, where a feed gathers several sites: numbers repeat there.

    By the headline, or by date and the end of the link: what portals schedule for six o'clock has one date.
    """
    if folded(item.title) == folded(other.title):
        return True
    mine = item.published if now is None or item.published is None else clamp(item.published, now)
    return mine is not None and mine == other.published and _slug(item.link) == _slug(other.link)


def _slug(link: str) -> str:
    return link.partition("?")[0].rstrip("/").rpartition("/")[2]


def _weak(key: str) -> bool:
    return key.startswith("p:")


def _strength(key: str) -> int:
    return "gilp".index(key[0])
