"""For whom an alert is: followers of topics and words, on all channels or on one."""

from typing import Final

from bot.chat.fit import mark_of
from bot.chat.message import Button, Rows
from bot.chat.newsroom import card
from bot.chat.newsroom.push import way_back
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Keep, Step
from bot.chat.residents.keywords import FAULTS
from bot.chat.screens import TICK
from bot.chat.texts import joined
from bot.chat.turn import Turn
from bot.news.following import category_of, is_word, word_of
from bot.news.keywords import fault

MOST_WORDS: Final = 10
_A_ROW: Final = 2
_MOST_TOPICS: Final = 80  # a keyboard holds 100 buttons
_ALL: Final = "-"


def topics(visit: Visit) -> Turn:
    """Whose followers get it."""
    on = visit.on_draft
    words = ((on("desk.button.word", "word"),),)
    channels = ((on("desk.button.channels", "chn"),),) if len(visit.room.rates) > 1 else ()
    back = ((on("desk.button.everybody", "auda"),), (on("desk.button.back", "card"),))
    text = joined("\n\n", visit.say.rich("desk.topics"), joined("\n", *card.audience_lines(visit)))
    return visit.prompt(text, (*_ticks(visit), *words, *channels, *back))


def _ticks(visit: Visit) -> Rows:
    on, chosen = visit.on_draft, visit.draft.categories
    ticks = [
        Button((TICK if c.id in chosen else "") + c.name(visit.say.language), on("desk.topics", "audt", c.id).action)
        for c in visit.scene.board.categories[:_MOST_TOPICS]
    ]
    ticks += [
        Button(f"{TICK}“{word_of(c)}”", on("desk.topics", "audw", mark_of(word_of(c))).action)
        for c in filter(is_word, chosen)
    ]
    return tuple(tuple(ticks[i : i + _A_ROW]) for i in range(0, len(ticks), _A_ROW))


def toggle_topic(visit: Visit) -> Turn:
    """One topic more, or one less."""
    if visit.argument not in visit.scene.board.by_id:
        return visit.toast("error.expired")
    return _chosen(visit, set(visit.draft.categories) ^ {visit.argument})


def let_word_go(visit: Visit) -> Turn:
    """One word less."""
    kept = {c for c in visit.draft.categories if not (is_word(c) and mark_of(word_of(c)) == visit.argument)}
    return _chosen(visit, kept)


def everybody(visit: Visit) -> Turn:
    """All subscribers."""
    return _chosen(visit, set())


def _chosen(visit: Visit, categories: set[str]) -> Turn:
    chosen = tuple(sorted(categories))
    changed = visit.changed(categories=chosen, step=Step.NOTHING)
    return visit.keep(changed, "draft_topics", "topics", ",".join(chosen) or "*")


def ask_word(visit: Visit) -> Turn:
    """A word or a place; whoever follows it gets the alert too."""
    draft = visit.changed(step=Step.WORD)
    rows = (way_back(visit.with_draft(draft)),)
    return visit.prompt(visit.say.rich("desk.ask_word"), rows, Keep(draft, "draft_reopened"))


def take_word(visit: Visit, text: str) -> Turn:
    """The word that was typed, or why it is none."""
    wrong, words = fault(text), [c for c in visit.draft.categories if is_word(c)]
    if wrong is not None or len(words) >= MOST_WORDS:
        why = visit.say.rich(FAULTS[wrong]) if wrong else visit.say.rich("desk.enough_words", most=MOST_WORDS)
        return visit.prompt(why, (way_back(visit),))
    return _chosen(visit, {*visit.draft.categories, category_of(text)})


# Channels -------------------------------------------------------------------------------------------------------------


def channels(visit: Visit) -> Turn:
    """On which channels it goes out."""
    now, names = visit.draft.channels, sorted(visit.room.rates)
    everywhere = Button((TICK if not now else "") + visit.say.t("desk.button.all_channels"), _on(visit, _ALL))
    each = [
        Button((TICK if now == (name,) else "") + visit.say.t("desk.button.only", channel=card.called(name)),
               _on(visit, name))
        for name in names
    ]  # fmt: skip
    rows = ((everywhere,), *((one,) for one in each), (visit.on_draft("desk.button.back", "aud"),))
    return visit.prompt(visit.say.rich("desk.channels"), rows)


def _on(visit: Visit, channel: str) -> str:
    return visit.on_draft("desk.channels", "chns", channel).action


def set_channel(visit: Visit) -> Turn:
    """All of them, or one alone."""
    one = visit.argument
    if one != _ALL and one not in visit.room.rates:
        return visit.toast("error.expired")
    return visit.keep(visit.changed(channels=() if one == _ALL else (one,)), "draft_channels", "topics", one)
