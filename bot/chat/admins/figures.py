"""Numbers for admins: who reads what, what was sent and what did not arrive; as words, and as a picture."""

from dataclasses import replace
from typing import Final

from bot.chat.admins.call import Call
from bot.chat.message import Message, Span
from bot.chat.office import Draw, Drawn, Figures
from bot.chat.texts import joined
from bot.chat.turn import Reply, Turn

DAYS: Final = 14
_MOST_TOPICS: Final = 20
_WEEK: Final = 7


def statistics(call: Call) -> Turn:
    """The numbers as words at once; the picture follows when it is drawn."""
    known = call.office.figures
    if known is None:
        return call.toast("figures.none")
    told = call.show(_told(call, known), ((call.act("figures.button.again", "st"),),))
    return replace(told, asks=(_drawing(call, known),))


def _told(call: Call, known: Figures) -> tuple[Span, ...]:
    say = call.say
    ranked = sorted(known.followers, key=lambda pair: (-pair[1], pair[0]))[:_MOST_TOPICS]
    lines = [say.rich("figures.topic", topic=call.topic(category), n=n) for category, n in ranked]
    week = known.days[-_WEEK:]
    sent, failed = sum(day.sent for day in week), sum(day.failed for day in week)
    return joined(
        "\n\n",
        joined("\n", say.rich("figures.readers", n=known.active), say.rich("figures.everything", n=known.everything),
               say.rich("figures.words", n=known.words), say.rich("figures.left", n=known.stopped)),
        joined("\n", say.rich("figures.topics"), *lines) if lines else (),
        joined("\n", say.rich("figures.week"), say.rich("figures.stories", n=known.stories),
               say.rich("figures.sent", n=sent), say.rich("figures.failed", n=failed)),
    )  # fmt: skip


def _drawing(call: Call, known: Figures) -> Draw:
    say = call.say
    day = say.day(call.scene.board.now, call.scene.board.timezone)
    return Draw(
        known, say.t("figures.picture", portal=call.scene.board.portal, day=day),
        say.t("figures.by_topic"), say.t("figures.by_day"), say.t("figures.arrived"), say.t("figures.lost"),
        tuple((category, call.topic(category)) for category, _ in known.followers),
    )  # fmt: skip


def drawn(call: Call, done: Drawn) -> Turn:
    """The picture, with one line below it."""
    if done.picture is None:
        return Turn((Reply(Message(call.say.rich("figures.no_picture"))),))
    return Turn((Reply(Message((Span(done.title),), picture=done.picture)),))
