"""Stories as readers see them: the message that is sent, lists of titles, and the way to get less of something."""

from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlencode

from bot.chat.fit import cut, fitted, mark_of
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.scene import Scene
from bot.chat.screens import button
from bot.chat.texts import Voice, joined
from bot.chat.turn import Board, Place
from bot.news.item import Story

LONGEST_TITLE: Final = 300
LONGEST_SUMMARY: Final = 640  # the desk makes 320; what the store holds is not trusted to
LONGEST_LISTED: Final = 160
LONGEST_LINE: Final = 110
LONGEST_URL: Final = 2000  # what platforms take behind a button
LONGEST_LISTED_URL: Final = 240  # ten of them, escaped, beside their texts: Telegram takes 32 KB of markup
MOST_HASHTAGS: Final = 3
MOST_PORTALS: Final = 3
LONGEST_PORTAL: Final = 40
MORE: Final = 10  # stories of a further list
_SHARE: Final = "https://t.me/share/url?"
_DROPS_A_ROW: Final = 3
_PUBLISHED_MEANWHILE: Final = 30  # stories that may come between a list and its next part


def story_message(
    story: Story, language: str, board: Board, *, share: bool = True, note: tuple[Span, ...] = ()
) -> Message:
    """One story for all of its readers in one language.

    `share` adds the button that only Telegram understands; `note` is what the newsroom adds to the story.
    """
    say = board.texts.voice(language)
    title = (Span(cut(story.title, LONGEST_TITLE), bold=True),)
    summary = (Span(cut(story.summary, LONGEST_SUMMARY)),) if story.summary else ()
    text = joined("\n\n", title, summary, note, (Span(_source_line(story, say, board)),))
    link = usable(story.link)
    return fitted(Message(text, _story_rows(story, say, link, share=share), preview=link or None))


def hashtag(name: str) -> str:
    """A topic's name as one word: `Hukum & Kriminal` becomes `#HukumKriminal`."""
    words = "".join(c if c.isalnum() else " " for c in name).split()
    joined_up = "".join(word[:1].upper() + word[1:] for word in words)
    return f"#{joined_up[:50]}" if joined_up else ""


def _source_line(story: Story, say: Voice, board: Board) -> str:
    topics = [hashtag(c.name(say.language)) for c in board.categories if c.id in story.categories]
    tags = " ".join([tag for tag in topics if tag][:MOST_HASHTAGS])
    # One text that two portals published is told once, and names both.
    whose = ", ".join(cut(portal, LONGEST_PORTAL) for portal in story.portals[:MOST_PORTALS]) or board.host
    return " · ".join(part for part in (tags, say.moment(story.published, board.timezone), whose) if part)


def _story_rows(story: Story, say: Voice, link: str, *, share: bool) -> Rows:
    keep, less = Button(say.t("button.save"), f"save:{story.id}"), Button(say.t("button.less"), f"less:{story.id}")
    if not link:
        return ((keep, less),)
    address = _SHARE + urlencode(
        {"url": link, "text": cut(story.title, LONGEST_LISTED)}, quote_via=quote, errors="replace"
    )
    sharing = (Button(say.t("button.share"), url=address),) if share and len(address) <= LONGEST_URL else ()
    return ((Button(say.t("button.read"), url=link),), (keep, *sharing, less))


def usable(link: str) -> str:
    """A link that a button can carry, else nothing."""
    return link if link.startswith(("https://", "http://")) and len(link) <= LONGEST_URL else ""


def listed_link(link: str) -> str | None:
    """A link that a list can carry behind a title, else nothing."""
    return usable(link) or None if len(link) <= LONGEST_LISTED_URL else None


# Lists --------------------------------------------------------------------------------------------------------------


def latest(scene: Scene, found: tuple[Story, ...]) -> Message:
    """The newest stories of somebody's topics, or of all for a stranger."""
    home = button(scene, "button.menu", "menu") if scene.active else button(scene, "button.choose", "start")
    if not found:
        empty = "latest.none_yours" if scene.active else "latest.none"
        return Message(joined("\n\n", late(scene), scene.say.rich(empty)), ((home,),))
    heading = scene.say.rich("latest.yours" if scene.active else "latest.all", portal=scene.board.portal)
    return Message(joined("\n\n", late(scene), heading, *listed(scene, found)), ((home,),))


def late(scene: Scene) -> tuple[Span, ...]:
    """That news comes late while the portal cannot be reached; nothing otherwise."""
    return scene.say.rich("error.portal") if scene.board.out_of_reach else ()


def more_action(place: Place) -> str:
    """The action of a button that leads on from here."""
    return f"more:{place.story_id}:{place.shown}"


def reach(place: Place) -> int:
    """How many of the newest stories to look through for those that come after this place."""
    return place.shown + MORE + _PUBLISHED_MEANWHILE


def more(scene: Scene, found: tuple[Story, ...], place: Place) -> Message:
    """The next part of a list: `found` are the newest `reach(place)` stories, of which the first are known already."""
    home = button(scene, "button.menu", "menu") if scene.active else button(scene, "button.choose", "start")
    begin, cut_off = _next(found, place), len(found) == reach(place)
    part = found[begin : begin + MORE]
    if not part:
        return Message(scene.say.rich("more.none"), ((home,),))
    text = joined("\n\n", scene.say.rich("more.yours" if scene.active else "more.all"), *listed(scene, part))
    if begin + MORE >= len(found) and not cut_off:
        return Message(text, ((home,),))
    onward = button(scene, "button.see_more", more_action(Place(part[-1].id, begin + len(part))))
    return Message(text, ((onward,), (home,)))


def _next(found: tuple[Story, ...], place: Place) -> int:
    """Where the list goes on: after the place, or where that is out of sight from its beginning: nothing is missed."""
    ids = [story.id for story in found]
    within = ids[:-1] if len(found) == reach(place) else ids
    return within.index(place.story_id) + 1 if place.story_id in within else 0


def saved(scene: Scene, found: tuple[Story, ...]) -> Message:
    """What somebody kept, with a way to let each go."""
    home = (button(scene, "button.menu", "menu"),)
    if not found:
        return Message(scene.say.rich("saved.none"), (home,))
    drops = [Button(scene.say.t("button.drop", number=n), f"drop:{s.id}") for n, s in enumerate(found, 1)]
    rows = tuple(tuple(drops[i : i + _DROPS_A_ROW]) for i in range(0, len(drops), _DROPS_A_ROW))
    return Message(joined("\n\n", scene.say.rich("saved.yours"), *listed(scene, found)), (*rows, home))


def listed(scene: Scene, found: tuple[Story, ...], first: int = 1) -> list[tuple[Span, ...]]:
    """Stories as a list shows them, numbered from `first`."""
    return [(Span(f"{n}. "), *_entry(scene, story)) for n, story in enumerate(found, first)]


def _entry(scene: Scene, story: Story) -> tuple[Span, ...]:
    title = (Span(cut(story.title, LONGEST_LISTED), link=listed_link(story.link)),)
    line = (Span(cut(story.summary, LONGEST_LINE)),) if story.summary else ()
    date = (Span(scene.say.moment(story.published, scene.board.timezone), italic=True),)
    return joined("\n", title, line, date)


# Less of this -------------------------------------------------------------------------------------------------------


def less(scene: Scene, story: Story, words: tuple[str, ...] = ()) -> Message:
    """Which of the story's topics and followed words somebody wants no more, and what else may be on their mind."""
    message = _less(scene, story, words)
    why, wrong = button(scene, "button.why", f"why:{story.id}"), button(scene, "button.report", f"wrong:{story.id}")
    return replace(message, rows=(*message.rows, (why,), (wrong,)))


def _less(scene: Scene, story: Story, words: tuple[str, ...]) -> Message:
    say, stay = scene.say, button(scene, "button.stay", "stay")
    dropped = tuple(
        (Button(say.t("words.button_let_go", word=word), f"unword:{mark_of(word)}"),)
        for word in words if word in scene.person.words
    )  # fmt: skip
    followed = [c for c in scene.board.categories if c.id in story.categories and c.id in scene.choice.ids]
    if len(followed) == 1 and scene.choice.ids == {followed[0].id} and not dropped:
        return last_topic(scene, followed[0].name(say.language))
    if followed or dropped:
        lets_go = tuple((Button(c.name(say.language), f"un:{c.id}:{story.id}"),) for c in followed)
        title = cut(story.title, LONGEST_LISTED)
        return Message(say.rich("less.ask", title=title), (*lets_go, *dropped, (stay,)))
    # Stories without a topic go to those who follow all; everybody else has already let its topics go.
    key = "less.no_topic" if scene.choice.everything else "less.not_followed"
    return Message(say.rich(key), ((button(scene, "button.change_topics", "topics"), stay),))


def last_topic(scene: Scene, name: str) -> Message:
    """Without their only topic a reader would get nothing: other topics or stopping, one tap each."""
    change, end = button(scene, "button.change_topics", "topics"), button(scene, "button.stop", "stop")
    return Message(scene.say.rich("less.last", topic=name), ((change, end), (button(scene, "button.stay", "stay"),)))
