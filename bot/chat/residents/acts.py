"""What residents can do, one function for each thing they say or tap."""

from typing import Final

from bot.chat import screens, steps, stories, words
from bot.chat.choice import Choice, everything
from bot.chat.deeplink import Link, read_link
from bot.chat.message import Message, Rows, Span
from bot.chat.residents.groups import in_a_group
from bot.chat.scene import Scene
from bot.chat.texts import joined
from bot.chat.turn import (
    Draft,
    FindSaved,
    FindStories,
    FindStory,
    Mode,
    Place,
    RedeemInvitation,
    Reply,
    Save,
    SetLanguage,
    Status,
    Stop,
    StoriesFound,
    StoryFound,
    Turn,
)
from bot.news.item import Story

NOTHING: Final = Choice(frozenset())


# Beginning, choosing, stopping --------------------------------------------------------------------------------------


def start(scene: Scene, payload: str = "") -> Turn:
    """Greet; whoever comes through a link with topics is subscribed at once, or holds an invitation."""
    back = screens.back_again(scene)
    if not payload:
        return scene.show(screens.home(scene, back))
    link = read_link(payload, scene.board)
    if link.invitation is not None:
        return Turn(asks=(RedeemInvitation(link.invitation),))
    if link.choice:
        return _follow_link(scene, link)
    unknown = screens.unknown_topics(scene, link.unknown) or scene.say.rich("link.unreadable")
    return scene.show(screens.home(scene, joined("\n\n", back, unknown)))


def _follow_link(scene: Scene, link: Link) -> Turn:
    """A link adds to what a subscriber has; a newcomer's earlier ticks were never confirmed and do not count."""
    had = scene.choice if scene.active else NOTHING
    choice = link.choice if link.choice.everything else had.extended(link.choice.ids)
    note = joined("\n\n", screens.back_again(scene), screens.unknown_topics(scene, link.unknown))
    message = screens.linked(scene.following(choice), note)
    return scene.show(message, choice.follow(message.plain()), Draft(None))


def menu(scene: Scene) -> Turn:
    """The menu, or the greeting for those who get nothing from us."""
    return scene.show(screens.home(scene))


def topics(scene: Scene) -> Turn:
    """The topics, ready to be ticked."""
    return _shown(scene)


def tick(scene: Scene, choice: Choice) -> Turn:
    """Other ticks than before: a subscriber's count at once, a newcomer's wait for `done`."""
    if not scene.active:
        return scene.show(screens.start(scene.choosing(choice)), choice.draft())
    if not choice:
        return scene.tell(scene.say.rich("error.no_topic"), *steps.under(scene, steps.TOPICS))
    message = screens.topics(scene.following(choice))
    return scene.show(message, choice.follow(message.plain()), *steps.under(scene, steps.TOPICS))


def tick_all(scene: Scene) -> Turn:
    """All topics, also later ones; once more lets a newcomer begin afresh."""
    if not scene.choice.everything:
        return tick(scene, everything(scene.board))
    if not scene.active:
        return tick(scene, NOTHING)
    return scene.tell(scene.say.rich("topics.all_already"), *steps.under(scene, steps.TOPICS))


def tick_numbers(scene: Scene, numbers: tuple[int, ...]) -> Turn:
    """Topics by their numbers: those are chosen too; a number that is none is named."""
    ids = [c.id for c in scene.board.categories]
    wrong = [str(n) for n in numbers if not 1 <= n <= len(ids)]
    if wrong:
        note = scene.say.rich("topics.no_such_number", numbers=scene.say.listed(wrong), last=len(ids))
        return _shown(scene, note)
    return tick(scene, scene.choice.extended([ids[n - 1] for n in numbers]))


def finish(scene: Scene) -> Turn:
    """A newcomer confirms: this is the consent, given with the words of the screen they saw."""
    if not scene.choice:
        return scene.tell(scene.say.rich("error.no_topic" if scene.active else "error.no_topic_yet"))
    if scene.active:
        return scene.show(screens.finish(scene))
    wording = screens.start(scene).plain()
    message = screens.finish(scene.following(scene.choice))
    return scene.show(message, scene.choice.follow(wording), Draft(None))


def stop(scene: Scene) -> Turn:
    """Stop, whatever the state, without a question; saying it twice does no harm."""
    never = scene.person.status is Status.NEW
    return scene.show(screens.stopped(scene, never=never), Stop())


def _shown(scene: Scene, note: tuple[Span, ...] = ()) -> Turn:
    """The topics; numbers that are typed under them are theirs, and of a newcomer never anything else."""
    if not scene.active:
        return scene.show(screens.start(scene, note))
    return scene.show(screens.topics(scene, note), *steps.under(scene, steps.TOPICS))


# Help and language --------------------------------------------------------------------------------------------------


def help_(scene: Scene) -> Turn:
    """What can be said."""
    return scene.show(screens.help_(scene, in_a_group) if scene.person.group else screens.help_(scene))


def language(scene: Scene, named: str = "") -> Turn:
    """Ask for a language, or take the one that was named."""
    code = words.language_named(named)
    if code is None or code not in scene.board.texts.catalogs:
        return scene.show(screens.languages(scene), *steps.under(scene, steps.LANGUAGES))
    return set_language(scene, code)


def set_language(scene: Scene, code: str) -> Turn:
    """Go on in this language at once."""
    return scene.show(screens.home(scene.changed(language=code)), SetLanguage(code))


# Stories ------------------------------------------------------------------------------------------------------------


def latest(scene: Scene) -> Turn:
    """The newest stories of a subscriber's topics, of all topics for anybody else."""
    return Turn(asks=(FindStories(_wanted(scene)),))


def more(scene: Scene, place: Place) -> Turn:
    """The stories that come after those of a digest, or of a list."""
    return Turn(asks=(FindStories(_wanted(scene), stories.reach(place), place),))


def _wanted(scene: Scene) -> frozenset[str] | None:
    return scene.choice.ids if scene.active and not scene.choice.everything else None


def saved(_scene: Scene) -> Turn:
    """What was kept."""
    return Turn(asks=(FindSaved(),))


def stories_found(scene: Scene, found: StoriesFound) -> Turn:
    """News stays on the screen as a message of its own; the list of kept stories is a screen like the others."""
    if found.saved:
        return scene.show(stories.saved(scene, found.stories))
    if found.after is not None:
        return Turn((Reply(stories.more(scene, found.stories, found.after)),))
    return Turn((Reply(stories.latest(scene, found.stories)),))


def keep(_scene: Scene, story_id: int) -> Turn:
    """Keep a story, if it still exists."""
    return Turn(asks=(FindStory(story_id, "save"),))


def drop(scene: Scene, story_id: int) -> Turn:
    """Let a kept story go."""
    told = scene.tell(scene.say.rich("saved.dropped"), Save(story_id, keep=False))
    return Turn(told.replies, told.changes, (FindSaved(),))


def less(_scene: Scene, story_id: int) -> Turn:
    """Somebody wants less of what this story is about."""
    return Turn(asks=(FindStory(story_id, "less"),))


def story_found(scene: Scene, found: StoryFound) -> Turn:
    """Go on with what the story was looked up for."""
    if found.story is None:
        return Turn((Reply(Message(scene.say.rich("error.no_story")), Mode.TOAST),))
    if found.purpose == "save":
        kept = Reply(Message(scene.say.rich("saved.kept")), Mode.TOAST)
        return Turn((kept,), (Save(found.story.id),))
    return Turn((Reply(_less_screen(scene, found.story, found.words)),))


def _less_screen(scene: Scene, story: Story, words: tuple[str, ...]) -> Message:
    if scene.active:
        return stories.less(scene, story, words)
    return Message(scene.say.rich("less.no_subscription"), ((screens.button(scene, "button.again", "start"),),))


def let_go(scene: Scene, category: str) -> Turn:
    """No more of this topic; the last one is not taken away unasked, stopping is offered instead."""
    if category not in scene.choice.ids:
        return scene.show(Message(scene.say.rich("less.not_followed"), _after_less(scene)))
    name = scene.board.by_id[category].name(scene.say.language)
    rest = scene.choice.toggled(category)
    if not rest:
        return scene.show(stories.last_topic(scene, name))
    names = rest.named(scene.board, scene.say)
    message = Message(scene.say.rich("less.done", topic=name, topics=names), _after_less(scene))
    return scene.show(message, rest.follow(message.plain()))


def stay(scene: Scene) -> Turn:
    """Nothing changes."""
    return scene.show(Message(scene.say.rich("less.stays")))


def _after_less(scene: Scene) -> Rows:
    return ((screens.button(scene, "button.change_topics", "topics"),),)
