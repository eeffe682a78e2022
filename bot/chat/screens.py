"""The screens of the conversation: what each says and which buttons stand under it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from typing import Final

from bot.chat import typed, words
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.scene import Scene
from bot.chat.texts import joined
from bot.chat.turn import Role, Status, Turn
from bot.delivery.timing import EVENING, MORNING

TICK: Final = "✅ "
MOST_TOPICS: Final = 90  # a keyboard holds 100 buttons, and the last ones must not be crowded out
OPEN_END: Final = datetime(9000, 1, 1, tzinfo=UTC)  # a pause until somebody goes on by themselves
_MENU_DIGESTS: Final = {"morning": "menu.morning", "evening": "menu.evening", "both": "menu.both"}
_SENDS: Final = {"morning": "finish.morning", "evening": "finish.evening", "both": "finish.both"}
_ROLES: Final = {Role.EDITOR: "role.editor", Role.ADMIN: "role.admin"}
_Text = tuple[Span, ...]


def button(scene: Scene, key: str, action: str) -> Button:
    """A button with a translated label."""
    return Button(scene.say.t(key), action)


# Choosing topics ----------------------------------------------------------------------------------------------------


def start(scene: Scene, note: _Text = ()) -> Message:
    """The greeting, with the topics to tick."""
    portal, area = scene.board.portal, scene.board.area
    key = "start.welcome" if area else "start.welcome_anywhere"
    welcome = scene.say.rich(key, portal=portal, area=area)
    text = joined("\n\n", note, welcome, scene.say.rich("start.how"), _picked(scene))
    return Message(text, _topic_rows(scene))


def topics(scene: Scene, note: _Text = ()) -> Message:
    """The topics of a subscriber: every tap counts at once."""
    text = joined("\n\n", note, scene.say.rich("topics.how"), _picked(scene))
    return Message(text, (*_topic_rows(scene), (button(scene, "button.stop", "stop"),)))


def finish(scene: Scene) -> Message:
    """What a subscriber may expect from now on."""
    weekly = scene.choice.weekly(scene.board)
    names = scene.choice.named(scene.board, scene.say)
    if weekly is None:
        follows = scene.say.rich("finish.follows", topics=names)
    else:
        follows = scene.say.rich("finish.follows_weekly", topics=names, n=weekly)
    rows = (
        (button(scene, "button.digests_only", "mode:both"),),
        (button(scene, "button.set_quiet", "quiet"), button(scene, "button.choose_area", "keywords")),
        # This screen replaces the greeting: the menu is the one way on from here to everything else.
        (button(scene, "button.see_latest", "latest"), button(scene, "button.menu", "menu")),
    )
    return Message(joined(" ", follows, sends(scene), _quiet(scene)), rows)


def linked(scene: Scene, note: _Text = ()) -> Message:
    """The same for somebody who came through a link and has not seen the greeting."""
    follows = scene.say.rich("link.active", topics=scene.choice.named(scene.board, scene.say))
    text = joined(" ", follows, sends(scene), _quiet(scene), scene.say.rich("link.stop"))
    rows = ((button(scene, "button.see_latest", "latest"),), (button(scene, "button.change_topics", "topics"),))
    return Message(joined("\n\n", text, note), rows)


def unknown_topics(scene: Scene, unknown: tuple[str, ...]) -> _Text:
    """Which topics of a link do not exist (any more)."""
    return scene.say.rich("link.unknown", topics=scene.say.listed(unknown)) if unknown else ()


def _picked(scene: Scene) -> _Text:
    names, weekly = scene.choice.named(scene.board, scene.say), scene.choice.weekly(scene.board)
    if names and weekly is not None:
        return scene.say.rich("topics.picked_weekly", topics=names, n=weekly)
    return scene.say.rich("topics.picked", topics=names) if names else ()


def _quiet(scene: Scene) -> _Text:
    quiet = quiet_of(scene)
    if quiet is None:
        return ()
    key = "finish.quiet" if scene.person.urgent else "finish.quiet_strict"
    return scene.say.rich(key, hours=scene.say.hours(quiet))


def _topic_rows(scene: Scene) -> Rows:
    choice, everything = scene.choice, "topics.everything_chosen" if scene.choice.everything else "button.all"
    ticks = [
        Button(
            (TICK if c.id in choice.ids else "") + c.name(scene.say.language),
            f"t:{c.id}",
            hint=typed.volume(scene.say, c.weekly),
        )
        for c in scene.board.categories[:MOST_TOPICS]
    ]
    pairs = tuple(tuple(ticks[i : i + 2]) for i in range(0, len(ticks), 2))
    return (*pairs, (button(scene, everything, "all"),), (button(scene, "button.done", "done"),))


# The menu and what it leads to --------------------------------------------------------------------------------------


def home(scene: Scene, note: _Text = ()) -> Message:
    """Where somebody is at home: the menu, or for those who get nothing (yet) the greeting."""
    return menu(scene, note) if scene.active else start(scene, note)


SHORT_LISTS = "whatsapp"  # takes ten rows, so its menu leaves out what one word brings as well: BAHASA


def menu(scene: Scene, note: _Text = ()) -> Message:
    """Today's settings, and everything that can be done."""
    text = joined("\n\n", note, joined("\n", *_settings(scene)))
    paused = paused_until(scene) is not None
    data = "group.button_data" if scene.person.group else "button.data"
    keys = (
        (("button.topics", "topics"), ("button.area", "keywords")),
        (("button.times", "times"), ("button.quiet", "quiet")),
        (("button.latest", "latest"), ("button.search", "search")),
        (
            ("button.saved", "saved"),
            *((("button.language", "language"),) if scene.person.channel != SHORT_LISTS else ()),
        ),
        (("button.resume", "resume") if paused else ("button.pause", "pause"), (data, "data")),
        (("button.contact", "contact"),),
    )
    return Message(text, tuple(tuple(button(scene, key, action) for key, action in row) for row in keys))


def _settings(scene: Scene) -> Iterator[_Text]:
    say, quiet = scene.say, quiet_of(scene)
    yield say.rich("menu.topics", topics=followed(scene) or say.t("topics.none"))
    yield _menu_sends(scene)
    if quiet is None:
        yield say.rich("menu.quiet_off")
    else:
        yield say.rich("menu.quiet_urgent" if scene.person.urgent else "menu.quiet", hours=say.hours(quiet))
    yield say.rich("menu.language")
    yield role_line(scene)


def _menu_sends(scene: Scene) -> _Text:
    say, weekly, until = scene.say, scene.choice.weekly(scene.board), paused_until(scene)
    if until is not None:
        open_end = until >= OPEN_END
        moment = say.moment(until, scene.board.timezone)
        return say.rich("menu.paused_open") if open_end else say.rich("menu.paused", moment=moment)
    if scene.person.mode in _MENU_DIGESTS:
        return say.rich(_MENU_DIGESTS[scene.person.mode], morning=morning(scene), evening=evening(scene))
    return say.rich("menu.instant") if weekly is None else say.rich("menu.instant_weekly", n=weekly)


# How somebody's wishes stand ----------------------------------------------------------------------------------------


def sends(scene: Scene) -> _Text:
    """When news comes, as a sentence."""
    key = _SENDS.get(scene.person.mode, "finish.instant")
    return scene.say.rich(key, morning=morning(scene), evening=evening(scene))


def morning(scene: Scene) -> str:
    """When the morning's digest is made."""
    return _clock(scene, MORNING)


def evening(scene: Scene) -> str:
    """When the evening's is."""
    return _clock(scene, EVENING)


def _clock(scene: Scene, at: time) -> str:
    return scene.say.clock(60 * at.hour + at.minute)


def quiet_of(scene: Scene) -> tuple[int, int] | None:
    """The quiet hours, None when there are none."""
    quiet = scene.person.quiet
    return None if quiet is None or quiet[0] == quiet[1] else quiet


def paused_until(scene: Scene) -> datetime | None:
    """When the pause ends, None when there is none (any more)."""
    until = scene.person.paused_until
    return until if until is not None and until > scene.board.now else None


def followed(scene: Scene) -> str:
    """Topics and words, as a sentence names them."""
    topics = scene.choice.named(scene.board, scene.say)
    words = scene.say.listed([f"“{word}”" for word in scene.person.words])
    return scene.say.t("menu.topics_words", topics=topics, words=words) if topics and words else topics or words


def subscribe_first(scene: Scene) -> Turn:
    """Wishes are for subscribers: first the topics."""
    return scene.show(start(scene, scene.say.rich("error.subscribe_first")))


def back_again(scene: Scene) -> _Text:
    """Staff who had stopped hear of the newsroom's matters again; residents had been promised nothing of the kind."""
    had_stopped = scene.person.status is Status.STOPPED and scene.person.role is not Role.RESIDENT
    return scene.say.rich("start.staff_back") if had_stopped else ()


def role_line(scene: Scene) -> _Text:
    """What staff are to us; residents need not be told."""
    key = _ROLES.get(scene.person.role)
    return scene.say.rich("menu.role", role=scene.say.t(key)) if key else ()


def help_(scene: Scene, understood: Callable[[str], bool] = lambda _: True) -> Message:
    """What this is, and every command with its meaning that is `understood` here: a group has fewer."""
    say = scene.say
    known = [e for e in words.offered(scene.person.role) if understood(e.name)]
    lines = [say.rich("help.line", word=e.word(say.language), about=say.t(e.about)) for e in known]
    intro = say.rich("help.intro", portal=scene.board.portal)
    text = joined("\n\n", intro, joined("\n", *lines), say.rich("help.outro"), role_line(scene))
    return Message(text, ((button(scene, "button.menu", "menu"),),))


def languages(scene: Scene) -> Message:
    """The languages, each under its own name."""
    texts, now = scene.board.texts, scene.say.language
    buttons = (
        Button((TICK if code == now else "") + texts.t(code, "language.name"), f"lang:{code}")
        for code in language_codes(scene)
    )
    return Message(scene.say.rich("language.ask"), (tuple(buttons),))


def language_codes(scene: Scene) -> list[str]:
    """The languages in the order in which they are shown."""
    texts = scene.board.texts
    return sorted(texts.catalogs, key=lambda code: (code != texts.fallback, code))


def stopped(scene: Scene, *, never: bool = False) -> Message:
    """Goodbye, and the way to be forgotten too; `never` is for somebody who had not subscribed, of whom is nothing."""
    staff = scene.person.role is not Role.RESIDENT
    text = scene.say.rich("stop.never" if never else "stop.done", portal=scene.board.portal)
    again = button(scene, "button.start" if never and not staff else "button.again", "start")
    erase = button(scene, "group.button_erase" if scene.person.group else "data.button_erase", "erase")
    rows = ((again,),) if never else ((again,), (erase,))
    return Message(joined("\n\n", text, scene.say.rich("stop.staff")) if staff else text, rows)


def lost(scene: Scene, *instead: Button) -> Message:
    """We did not understand; `instead` is what may have been meant."""
    rows = tuple((button,) for button in instead)
    return Message(scene.say.rich("error.unknown_words"), (*rows, (button(scene, "button.menu", "menu"),)))


def staff_only(scene: Scene) -> Message:
    """Only the newsroom may do that, and how one comes to belong to it."""
    return Message(scene.say.rich("error.staff_only"), ((button(scene, "button.menu", "menu"),),))
