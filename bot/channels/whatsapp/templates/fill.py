"""A content put into a template: its places filled within Meta's rules, its buttons given their actions."""

from typing import Final

from bot.channels.whatsapp.templates.clean import clean
from bot.channels.whatsapp.templates.model import PLACE, Json, Leads, Means, Template
from bot.channels.whatsapp.templates.rules import LONGEST_BODY
from bot.chat.fit import units
from bot.chat.stories import LONGEST_LISTED, more_action, usable
from bot.chat.texts import Voice
from bot.chat.turn import Board, Place
from bot.delivery.content import Content, Note
from bot.news.item import Story

LONGEST_LINK: Final = 240
# What a tap leads to, in the words of the conversation (bot.chat.answer.ACTIONS). "More" begins with the newest story
# of the reader's topics: what stood in the headlines can be opened there, and the rest follows it.
ACTIONS: Final = {Leads.MORE: more_action(Place(0, 0)), Leads.STOP: "stop"}
_LONG: Final = frozenset({Means.NEWS, Means.RIGHT})  # these take what room the others leave


def fields(template: Template, content: Content, board: Board) -> Json:
    """The message, but for whom; raises ValueError where the content is not what the template is for."""
    components: list[Json] = []
    values = _values(template, content, board)
    if values:
        components.append({"type": "BODY", "parameters": [{"type": "text", "text": value} for value in values]})
    components += [
        {"type": "button", "sub_type": "QUICK_REPLY", "index": n,
         "parameters": [{"type": "payload", "payload": ACTIONS[button.leads]}]}
        for n, button in enumerate(template.buttons)
    ]  # fmt: skip
    asked = {"name": template.name, "language": {"code": template.language}, "components": components}
    return {"type": "template", "template": asked}


def _values(template: Template, content: Content, board: Board) -> list[str]:
    """What stands in the places, in their order; the whole body keeps its length."""
    say, means = board.texts.voice(template.language), [parameter.means for parameter in template.parameters]
    room = LONGEST_BODY - units(PLACE.sub("", template.body))
    headlines = iter(_headlines(template, content))
    given = [
        "" if m in _LONG else next(headlines) if m is Means.HEADLINE else _short(m, content, say, board) for m in means
    ]
    left = room - sum(units(value) for value in given)
    long_ones = sum(m in _LONG for m in means)
    return [
        _long(m, content, say, left // long_ones) if m in _LONG else value
        for m, value in zip(means, given, strict=True)
    ]


def _headlines(template: Template, content: Content) -> list[str]:
    stories: tuple[Story, ...] = content.stories or ((content.story,) if content.story is not None else ())
    if len(stories) < template.use.headlines:
        raise ValueError(f"{template.name} shows {template.use.headlines} headlines, and there are {len(stories)}")
    return [clean(story.title, LONGEST_LISTED) for story in stories[: template.use.headlines]]


def _short(means: Means, content: Content, say: Voice, board: Board) -> str:
    if means is Means.MOMENT:
        return clean(say.moment(content.at, board.timezone), LONGEST_LISTED)
    before = content.original or Note("")
    of_story = content.story is not None and content.follows is None
    title = content.story.title if content.story is not None and of_story else before.title or before.text
    return clean(title, LONGEST_LISTED)


def _long(means: Means, content: Content, say: Voice, room: int) -> str:
    if content.note is None:
        raise ValueError("an alert without a text")
    return _news(content.note, say, room) if means is Means.NEWS else clean(content.note.text, room)


def _news(note: Note, say: Voice, room: int) -> str:
    """Place, title and text in one line; what is too long is cut from them, never from what closes them."""
    link = note.link if usable(note.link) and units(note.link) <= LONGEST_LINK else ""
    closing = " ".join(part for part in (say.t("broadcast.unverified") if note.unverified else "", link) if part)
    heading = ": ".join(part for part in (note.place.strip(), _sentence(note.title)) if part)
    text = " ".join(part for part in (heading, note.text) if part)
    return clean(f"{clean(text, room - units(closing) - 1)} {closing}", room)


def _sentence(title: str) -> str:
    """A title that can stand before other sentences."""
    title = title.strip()
    return title if not title or title.endswith((".", "?", "…", ":", "!")) else f"{title}."
