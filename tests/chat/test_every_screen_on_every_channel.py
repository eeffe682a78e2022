"""Every screen of every role, in both languages, is taken by Telegram and by WhatsApp, whatever people are called."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.admins import acts as admins
from bot.chat.admins import team
from bot.chat.admins.faults import _FAULTS
from bot.chat.answer import answer
from bot.chat.office import (
    BackedUp,
    Copy,
    Day,
    Deed,
    Drawn,
    Enquire,
    Enquired,
    Errand,
    FeedSeen,
    Figures,
    Health,
    Looked,
    LookFor,
    Member,
    Offer,
    Office,
    Tried,
    TryFeed,
)
from bot.chat.push_seal import ADMINS as PREFIX
from bot.chat.push_seal import pressed, sealed
from bot.chat.turn import Board, Incoming, Mode, Person, Reply, Role, Status
from bot.news.item import Story
from tests.chat.test_catalogs import keys_of, po
from tests.pictures.screens import LANGUAGES, Heard, played
from tests.support.platforms import refusals
from tests.support.team import TeamAlone
from tests.support.town import NOW, TEXTS, board

KEY = b"k" * 32
ADMIN = Person("telegram", "1", Status.ACTIVE, Role.ADMIN, follows_all=True)
HOSTILE = {
    "plain": "Sari",
    "long": "Nama yang panjang sekali " * 40,
    "emoji": "👩‍👩‍👧‍👦🇮🇩🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 20,
    "from the right": "مرحبا \u202eبالقرية\u202c 123",
    "markup": "<b>*_~`[x](y) & </b> &amp; {n} **",
    "nothing to see": "\u200b\u2063 \n\t",
    "half a character": "\ud83d x",
    "one word": "x" * 3000,
}
# What only a broken world says; these offices have them all.
PREFIXES = (
    "office.",
    "feeds.",
    "find.",
    "labels.",
    "fault.",
    "team.",
    "audit.",
    "health.",
    "backup.",
    "figures.",
    "deed.",
)


async def test_every_screen_of_every_conversation_is_taken() -> None:
    count = 0
    for transcript, pair, room in await played():
        for _, _, replies in pair.steps:
            for language in LANGUAGES:
                for reply in replies[language]:
                    count += 1
                    assert list(refusals(reply, language)) == [], (
                        f"{room}/{transcript.name}: {reply.message.plain()[:99]}"
                    )
    assert count > 1000


# The office -----------------------------------------------------------------------------------------------------------


def feeds(name: str) -> tuple[FeedSeen, ...]:
    """In every state."""
    url = "https://portal.example/" + "feed/" * 30
    ok = FeedSeen(1, url, name, ("daerah", "asing"), checked_at=NOW, ok_at=NOW, weekly=9.0, next_check=NOW)
    states = (
        ok, replace(ok, title="", declared=False, categories=(), checked_at=NOW - timedelta(days=3)),
        replace(ok, paused=True), replace(ok, halted=True, declared=False), replace(ok, gone=True),
        replace(ok, held=12, why_held="many"), replace(ok, held=1, why_held="old"),
        replace(ok, moved_to=url + name[:50]),
        FeedSeen(1, url), replace(ok, checked_at=None, ok_at=None),
        *(replace(ok, failures=n, error=f"{reason}: {name}") for n, reason in enumerate((*_FAULTS, "strange"), 1)),
        replace(ok, failures=6, error="http_status: 503 Service Unavailable"),
    )  # fmt: skip
    return tuple(replace(state, id=number) for number, state in enumerate(states, 1))


def offices(name: str) -> Iterator[Office]:
    """With everything there can be, and with nothing."""
    seen = feeds(name)
    deeds = tuple(
        Deed(NOW - timedelta(minutes=n), name, act, name) for n, act in enumerate((*team._DEEDS, "draft", "x"))
    )
    people = tuple(
        Member("telegram", str(n), Role.ADMIN if n < 3 else Role.EDITOR, NOW, n, name, away)
        for n, away in enumerate(("", "stopped", "gone") * 20)
    )
    health = Health(
        {"telegram": name, "whatsapp": "flood"}, name, failing=2, gone=1, held=13, paused=2, waiting=5_000,
        unanswered=3_000, free=1_000_000, total=10**12, copy=Copy(NOW - timedelta(days=9), 10**13), since=NOW,
        halts=(("marketing", "spam_limit"), ("pushes", "payment"), ("all", name)),
    )  # fmt: skip
    days = tuple(Day((NOW - timedelta(days=n)).date(), n * 10**6, n) for n in range(13, -1, -1))
    topics = (*((c.id, n) for n, c in enumerate(board().categories)), (name[:60], 10**9))
    figures = Figures(10**9, 1, topics, days, words=10**6, stories=99, everything=12)
    labels = tuple((f"{name[:90]}{n}", n) for n in range(40))
    full = Office(
        KEY, seen, unmapped=labels, team=people, health=health, figures=figures, deeds=deeds[:10], more=True,
        copy=health.copy, invitation="A" * 22, offer=Offer(4, "https://x.example/feed/", name),
    )  # fmt: skip
    yield full
    for feed in seen:
        yield replace(full, feed=feed, deeds=deeds[-10:], team=people[:2], more=False)
    for n in range(0, len(deeds), 10):
        yield replace(full, deeds=deeds[n : n + 10], health=replace(health, copy=None, free=None, faults={}))
    yield Office(KEY)


def brought(name: str) -> Iterator[Incoming]:
    """What errands bring."""
    asked, offers = LookFor(name), tuple(Offer(n, "https://x.example/feed/", name) for n in range(1, 8))
    story = Story(7, name, name, "https://portal.example/7", NOW, ("daerah",))
    yield Looked(asked, KEY, offers)
    yield from (Looked(asked, KEY, fault=f"{reason}: {name}") for reason in (*_FAULTS, "http_status", "strange"))
    for errand in (TryFeed("https://x.example/feed/", feed_id=1), TryFeed("https://x.example/feed/", offer=4)):
        yield Tried(errand, KEY, name, 30, (story,) * 3, tuple(f"{name[:80]}{n}" for n in range(30)))
        yield Tried(errand, KEY, name, 0)
        yield Tried(errand, KEY, fault=f"timeout: {name}")
    yield BackedUp(Copy(NOW, 3_000_000))
    yield BackedUp(None, name)
    yield Drawn(None)


def acted(person: Person, incoming: Incoming, office: Office, where: Board) -> list[Reply]:
    """All that is said, with this office behind whatever is looked up."""
    events: list[Incoming] = [incoming]
    replies: list[Reply] = []
    while events:
        turn = answer(person, events.pop(0), where)
        replies += turn.replies
        for ask in turn.asks:
            if isinstance(ask, Enquire):
                events.append(Enquired(ask, office))
            else:
                assert isinstance(ask, Errand), ask
    return replies


def walked(office: Office, language: str, where: Board) -> Iterator[tuple[str, Reply]]:
    """Every command, each kind of button that it shows, and theirs; of an office with one feed what is about that."""
    person = replace(ADMIN, language=language)
    names = ("feed 1", "topics 1") if office.feed else (*admins.COMMANDS, "labels", "invited editor", "invited admin")
    edge = [(name, Enquired(Enquire(name), office)) for name in names]
    seen: set[str] = set()
    for _ in range(3):
        following = []
        for way, incoming in edge:
            for reply in acted(person, incoming, office, where):
                yield way, reply
                for action in (b.action for row in reply.message.rows for b in row if b.action.startswith("a:")):
                    button = pressed(action, PREFIX)
                    assert button is not None
                    if button.verb not in seen:
                        seen.add(button.verb)
                        following.append((f"{way} > {action}", Enquired(Enquire(action, pressed=True), office)))
                        emptied = Enquired(Enquire(action, pressed=True), Office(KEY))  # it is all gone meanwhile
                        following.append((f"{way} > {action}, gone", emptied))
        edge = following


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_every_screen_of_the_office_is_taken_whatever_things_are_called(name: str, language: str) -> None:
    count = 0
    for office in offices(name):
        for way, reply in walked(office, language, board()):
            count += 1
            assert list(refusals(reply, language)) == [], f"{way}: {reply.message.plain()[:200]}"
    for incoming in brought(name):
        for reply in acted(replace(ADMIN, language=language), incoming, Office(KEY), board()):
            count += 1
            assert list(refusals(reply, language)) == [], f"{incoming}: {reply.message.plain()[:200]}"
    assert count > 200


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_text_of_the_office_is_said(language: str) -> None:
    heard = Heard(TEXTS.catalogs)
    heard.listen()
    where = replace(board(), texts=heard)
    for where_ in (where, replace(where, address="https://t.me/kentongan_bot")):
        for office in offices("Sari"):
            for _ in walked(office, language, where_):
                pass
    for incoming in brought("Sari"):
        acted(replace(ADMIN, language=language), incoming, Office(KEY), where)
    mine = Office(KEY, team=(Member("telegram", "1", Role.ADMIN, NOW, 1, "Sari"),))
    for verb, *subject in (("trx", 1, int(NOW.timestamp() * 1000)), ("oa", 4), ("ol", 4)):
        action = sealed(KEY, "telegram", "1", verb, *subject, prefix=PREFIX)
        acted(replace(ADMIN, language=language), Enquired(Enquire(action, pressed=True), mine), mine, where)
    long = Office(KEY, tuple(replace(feeds("Sari")[0], url=f"https://x.example/{n}/{'x' * 1500}") for n in range(60)))
    acted(replace(ADMIN, language=language), Enquired(Enquire("feeds", "opml"), long), long, where)
    said = heard.news().union(*(keys for _, pair, _ in await played() for _, keys, _ in pair.steps))
    assert {key for key in keys_of(po(language)) if key.startswith(PREFIXES)} - said == set()


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(st.characters(codec=None), max_size=300))
def test_any_name_breaks_no_screen_of_the_office(name: str) -> None:
    full, *_ = offices(name)
    for way, reply in walked(full, "id", board()):
        assert list(refusals(reply, "id")) == [], f"{way}: {reply.message.plain()[:200]!r}"


# The newsroom ---------------------------------------------------------------------------------------------------------


async def pushed(text: str, language: str) -> list[Reply]:
    """An editor writes this, looks at everything that the card offers, and sends it."""
    people = TeamAlone(language)
    await people.say("/start undang-KodeEditor-1")
    await people.say("/push")
    await people.say(text)
    for verb in ("e:level", "e:aim", "e:when", "e:test", "e:send", "e:hold"):
        actions = [b.action for m in people.messages() for row in m.rows for b in row]
        wanted = next((a for a in reversed(actions) if a.startswith(verb)), None)
        if wanted is not None:
            label = next(b.label for m in people.messages() for row in m.rows for b in row if b.action == wanted)
            await people.press(label)
    await people.wait(timedelta(seconds=30))
    for command in ("/laporan", "/antrean", "/ralat", "/cabut", "/push " + text[:200]):
        await people.say(command)
    return [Reply(message, Mode.NEW) for message in people.messages()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", [text for name, text in HOSTILE.items() if name != "half a character"])
async def test_every_screen_of_the_newsroom_is_taken_whatever_is_written(text: str, language: str) -> None:
    said = await pushed(f"{text}\n{text}", language)
    assert len(said) >= 8
    for reply in said:
        assert list(refusals(reply, language)) == [], reply.message.plain()[:200]
