"""What must hold about follow-ups, corrections and withdrawals when a world of dice has come to rest."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.delivery.content import BroadcastKind
from tests.support.outbox_world_truth import Attempt, Message, Person, Thing

if TYPE_CHECKING:
    from tests.support.outbox_world_end import End

ENDED = {"cancelled", "withdrawn"}


def about_earlier_ones(end: "End") -> Iterator[str]:
    """Each reaches exactly those whom it concerns."""
    for thing in end.truth.things.values():
        if thing.original is None or thing.status in ENDED:
            continue
        for person in end.truth.people:
            if not end.stays(person, thing.made):
                continue
            match thing.kind:
                case BroadcastKind.FOLLOW_UP if thing.original.status not in ENDED:
                    yield from _follow_up(end, person, thing, thing.original)
                case BroadcastKind.CORRECTION:
                    yield from _correction(end, person, thing, thing.original)
                case BroadcastKind.MARK:
                    yield from _mark(end, person, thing, thing.original)
                case BroadcastKind.WITHDRAWAL:
                    yield from _withdrawal(end, person, thing, thing.original)


def _had(end: "End", person: Person, original: Thing) -> list[Attempt]:
    """Attempts by which they have had the original, or may have."""
    story = original.story_id
    return [
        a
        for a in end.truth.of_person[person.number]
        if (a.thing is original or (story is not None and story in a.stories)) and (a.message or a.doubtful)
    ]


def _excused(end: "End", person: Person, thing: Thing) -> bool:
    return end.may_pause(person, thing) or end.may_be_late(person, thing)


def _told(end: "End", person: Person, thing: Thing) -> bool:
    return end.is_accounted_for(person, thing) or _excused(end, person, thing)


def _follow_up(end: "End", person: Person, thing: Thing, original: Thing) -> Iterator[str]:
    had = _had(end, person, original)
    if not had or end.stays(person, thing.made) is False:
        return
    if not end.stays(person, min(a.seq for a in had)):
        return
    if not _told(end, person, thing):
        yield f"person {person.number} had #{original.id} and not its follow-up #{thing.id}: {_ways(had)}"


def _correction(end: "End", person: Person, thing: Thing, original: Thing) -> Iterator[str]:
    wrong = [a for a in _had(end, person, original) if a.seq < thing.made and a.message]
    if original.status == "withdrawn" or not wrong or not end.stays(person, min(a.seq for a in wrong)):
        return
    if not _told(end, person, thing):
        yield f"person {person.number} had the wrong #{original.id} and not its correction #{thing.id}: {_ways(wrong)}"


def _mark(end: "End", person: Person, thing: Thing, original: Thing) -> Iterator[str]:
    if original.status == "withdrawn":
        return
    right = original.texts[-1][1]
    for message in _originals(end, person, original):
        shown = message.state == "shown" and message.text != right
        if shown and end.was_done(person, thing):
            yield f"person {person.number} ends on {message.text!r} in #{original.id}, which #{thing.id} had put right"
        elif shown and not end.is_accounted_for(person, thing) and not end.may_be_late(person, thing):
            yield f"person {person.number} still reads {message.text!r} in #{original.id}, {right!r} is right"


def _withdrawal(end: "End", person: Person, thing: Thing, original: Thing) -> Iterator[str]:
    had = _had(end, person, original)
    if not had or not end.stays(person, min(a.seq for a in had)):
        return
    for message in _originals(end, person, original):
        if message.state == "shown" and end.was_done(person, thing):
            yield f"person {person.number} ends on {message.text!r} in #{original.id}, which #{thing.id} had taken back"
        elif message.state == "shown" and not end.is_accounted_for(person, thing) and not _excused(end, person, thing):
            yield f"person {person.number} still reads #{original.id}, which was withdrawn with #{thing.id}"
    digested = any(a.thing.kind is BroadcastKind.DIGEST and a.message for a in had)
    if digested and not _told(end, person, thing):
        yield f"person {person.number} had #{original.id} in a digest and was not told of its withdrawal #{thing.id}"


def _originals(end: "End", person: Person, original: Thing) -> list[Message]:
    """Messages of it that can be changed: in the present chat, sent without a doubt."""
    return [
        m
        for m in end.messages[person.number]
        if m.attempt.thing is original and m.chat == person.address and m.attempt.fate == "written"
        and not any(a.doubtful for a in end.truth.of_pair[person.number, original.id])
    ]  # fmt: skip


def _ways(attempts: list[Attempt]) -> str:
    return ", ".join(f"{a.thing.kind} #{a.thing.id} at {a.seq} ({a.fate})" for a in attempts)
