"""A content put into a template: its places filled within Meta's rules, its buttons given their actions."""

from typing import Final

from bot.channels.whatsapp.templates.clean import clean
from bot.channels.whatsapp.templates.model import PLACE, Json, Leads, Means, Template
from bot.channels.whatsapp.templates.rules import LONGEST_BODY
from bot.chat.broadcasts import invitation
from bot.chat.fit import units
from bot.chat.stories import LONGEST_LISTED, more_action, usable
from bot.chat.texts import Voice
from bot.chat.turn import Board, Place
from bot.delivery.content import Content, Note
from bot.news.item import Story

LONGEST_LINK: Final = 240
# What a tap leads to, in the words of the conversation (bot.chat.answer.ACTIONS). "More" begins with the newest story
# of the reader's topics: what stood in the headlines can be opened there, and the rest follows it.
STOP: Final = "stop"
ACTIONS: Final = {Leads.MORE: more_action(Place(0, 0)), Leads.STOP: STOP}
_ENDLESS: Final = 1 << 30
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


def is_cut(template: Template, content: Content, board: Board) -> bool:
    """Whether the template has no room for all of it: the rest comes when its reader writes."""
    say, (given, room) = board.texts.voice(template.language), _rooms(template, content, board)
    return any(units(_whole(m, content, say)) > room for m, _ in given if m in _LONG)


def _values(template: Template, content: Content, board: Board) -> list[str]:
    """What stands in the places, in their order; the whole body keeps its length."""
    say, (given, room) = board.texts.voice(template.language), _rooms(template, content, board)
    return [_long(m, content, say, room, _invites(template, say)) if m in _LONG else value for m, value in given]


def _rooms(template: Template, content: Content, board: Board) -> tuple[list[tuple[Means, str]], int]:
    """What stands in the short places, in order with empty long ones; and how much each of the long ones may take."""
    say, means = board.texts.voice(template.language), [parameter.means for parameter in template.parameters]
    room = LONGEST_BODY - units(PLACE.sub("", template.body))
    headlines = iter(_headlines(template, content))
    given = [
        "" if m in _LONG else next(headlines) if m is Means.HEADLINE else _short(m, content, say, board) for m in means
    ]
    left = room - sum(units(value) for value in given)
    return list(zip(means, given, strict=True)), left // max(1, sum(m in _LONG for m in means))


def _invites(template: Template, say: Voice) -> str:
    """How its reader gets what there is no room for: by the button for more, else by a word."""
    more = next((button.text for button in template.buttons if button.leads is Leads.MORE), "")
    return invitation(say, more)


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


def _long(means: Means, content: Content, say: Voice, room: int, invites: str) -> str:
    """What is too long is cut from the text, never from what closes it, and then that says how the rest is had."""
    whole = _whole(means, content, say)
    if units(whole) <= room:
        return whole
    text, closing = _parts(means, content, say)
    closing = " ".join(part for part in (invites, closing) if part)
    return clean(f"{clean(text, room - units(closing) - 1)} {closing}", room)


def _whole(means: Means, content: Content, say: Voice) -> str:
    """All of it in one line."""
    text, closing = _parts(means, content, say)
    return clean(f"{clean(text, _ENDLESS)} {closing}", _ENDLESS)


def _parts(means: Means, content: Content, say: Voice) -> tuple[str, str]:
    """Place, title and text; and what closes them."""
    note = content.note
    if note is None:
        raise ValueError("an alert without a text")
    if means is Means.RIGHT:
        return note.text, ""
    link = note.link if usable(note.link) and units(note.link) <= LONGEST_LINK else ""
    closing = " ".join(part for part in (say.t("broadcast.unverified") if note.unverified else "", link) if part)
    heading = ": ".join(part for part in (note.place.strip(), _sentence(note.title)) if part)
    return " ".join(part for part in (heading, note.text) if part), closing


def _sentence(title: str) -> str:
    """A title that can stand before other sentences."""
    title = title.strip()
    return title if not title or title.endswith((".", "?", "…", ":", "!")) else f"{title}."
