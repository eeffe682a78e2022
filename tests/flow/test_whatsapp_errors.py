"""The table of errors, against the strict simulator: what is tried again, what is held back, who is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.whatsapp.send import NAME
from bot.channels.whatsapp.templates.written import read_folder
from bot.delivery.budget import Budget
from bot.delivery.content import Level, Note
from bot.delivery.cost import MICRO
from bot.delivery.halts import HALTED, Halt, Scope
from bot.delivery.plan import Rank
from bot.delivery.receipts import spared_for
from bot.delivery.templates import TemplateNews
from bot.flow.spread import announce
from bot.ports import Tx
from bot.simulator.whatsapp import Fault, Template
from tests.support.at_whatsapp import COLLEAGUE, PERSON, AtWhatsApp, at_whatsapp
from tests.support.town import NOW, STORIES

PLENTY = Budget(day=100 * MICRO, month=1_000 * MICRO)
BOTH_WAYS = pytest.mark.parametrize("how", [Fault.ERROR, Fault.FAILED], ids=["told at once", "told later"])
DESCRIBED = read_folder().templates
AN_HOUR = 3600


@asynccontextmanager
async def reader(folder: Path) -> AsyncIterator[tuple[AtWhatsApp, list[tuple[Scope, str, bool]]]]:
    """A subscriber to all topics whose window has just opened, and what admins were told."""
    told: list[tuple[Scope, str, bool]] = []

    def tell(_tx: Tx, halt: Halt, over: bool) -> None:
        told.append((halt.scope, halt.code, over))

    async with at_whatsapp(folder, budget=PLENTY, tell_halted=tell) as person:
        for t in DESCRIBED:
            buttons = tuple(b.text for b in t.buttons)
            person.whatsapp.approve(Template(t.name, t.language, t.category, t.body, t.header, t.footer, buttons))
        await person.store.write(declare)
        await person.say("MULAI semua")
        person.arrived()
        yield person, told


def declare(tx: Tx) -> None:
    tx.declare_templates([t.declared for t in DESCRIBED])
    tx.template_news([TemplateNews(t.name, t.language, NOW, "APPROVED", t.category) for t in DESCRIBED])


async def settled(person: AtWhatsApp) -> None:
    """What is due now has happened."""
    person.deliverer.wake()
    await person.rested()


async def later(person: AtWhatsApp, seconds: float) -> None:
    person.clock.turn(seconds)
    await settled(person)


async def tell(person: AtWhatsApp, number: int) -> None:
    """A story of the portal, more than five minutes after what came before."""
    person.clock.turn(301)
    await person.publish(number)


async def alert(person: AtWhatsApp, level: Level = Level.IMPORTANT, hours: int = 6) -> int:
    now = person.clock.now()
    note, until = Note("Jembatan ditutup sampai Kamis.", title="Jembatan", level=level), now + timedelta(hours=hours)
    made = await person.store.write(
        lambda tx: tx.add_broadcast("alert", Rank.ALERT, None, [], [NAME], now, until, note=note)
    )
    await settled(person)
    return made


def asked(person: AtWhatsApp) -> int:
    """Requests that the platform has had."""
    return len(person.whatsapp.ledger(PERSON))


async def codes(person: AtWhatsApp) -> dict[str, int]:
    found = (await person.store.read(lambda tx: tx.stats(person.clock.now())))["deliveries"]
    return {**found["by_state"], **found["by_code"]}


# Trouble of theirs --------------------------------------------------------------------------------------------------


@BOTH_WAYS
@pytest.mark.parametrize("code", [131000, 131016, 1, 2])
async def test_trouble_of_the_platforms_own_is_tried_five_times_and_not_more(
    tmp_path: Path, how: Any, code: int
) -> None:
    async with reader(tmp_path) as (person, _):
        before = asked(person)
        person.whatsapp.faults.add(how(code), times=5)
        await alert(person)
        for tries in range(1, 5):
            assert asked(person) - before == tries
            await later(person, 2**tries / 2 - 0.1)
            assert asked(person) - before == tries, "it came back too soon"
            await later(person, 2**tries + 0.1)
        assert asked(person) - before == 5
        assert await codes(person) == {"failed": 1, "server_error": 1}
        await later(person, 600)
        assert asked(person) - before == 5


@BOTH_WAYS
async def test_a_story_that_met_trouble_comes_once(tmp_path: Path, how: Any) -> None:
    async with reader(tmp_path) as (person, _):
        person.whatsapp.faults.add(how(131000), times=2)
        await tell(person, 7)
        for _ in range(3):
            await later(person, 10)
        assert len(person.arrived()) == 1
        assert await codes(person) == {"sent": 1}


@BOTH_WAYS
async def test_maintenance_pauses_the_number_for_a_minute(tmp_path: Path, how: Any) -> None:
    async with reader(tmp_path) as (person, _):
        person.whatsapp.faults.add(how(131057), times=1)
        now = person.clock.now()
        await person.store.write(lambda tx: announce(tx, 7, STORIES[7].categories, [NAME], now))
        person.deliverer.wake()
        async with asyncio.timeout(30):
            while "maintenance" not in person.deliverer.fault:
                person.clock.turn(5)  # a status is noticed with the next attempt
                person.deliverer.wake()
                await asyncio.sleep(0.01)
            assert "in 60 s" in person.deliverer.fault or "in 59 s" in person.deliverer.fault
            while "queued" not in await codes(person):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


# Too fast -----------------------------------------------------------------------------------------------------------


async def two_stories(person: AtWhatsApp) -> None:
    """Told to both people at the same moment."""
    person.clock.turn(301)
    now = person.clock.now()
    await person.store.write(lambda tx: announce(tx, 7, STORIES[7].categories, [NAME], now))
    person.deliverer.wake()


@BOTH_WAYS
@pytest.mark.parametrize("code", [130429, 4, 80007])
async def test_an_account_that_is_too_fast_with_two_people_pauses_and_goes_on_slower(
    tmp_path: Path, how: Any, code: int
) -> None:
    async with reader(tmp_path) as (person, _):
        person.whatsapp.say(COLLEAGUE, "MULAI semua")
        await person.rested()
        rule = person.whatsapp.faults.add(how(code), times=2)
        await two_stories(person)
        async with asyncio.timeout(30):
            while "flood" not in person.deliverer.fault:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        assert person.deliverer.snapshot()["rate"] == 500
        async with asyncio.timeout(30):
            while await codes(person) != {"sent": 2}:
                person.clock.turn(0.2)
                person.deliverer.wake()
                await asyncio.sleep(0.02)
        assert rule.struck == 2
        for phone in (PERSON, COLLEAGUE):
            texts = [shown.text for shown in person.whatsapp.shown(phone) if shown.from_business]
            assert sum(STORIES[7].title in text for text in texts) == 1, "neither lost nor twice"


async def test_one_person_is_not_the_account_and_a_status_that_is_brought_again_says_nothing_new(
    tmp_path: Path,
) -> None:
    async with reader(tmp_path) as (person, _):
        person.whatsapp.webhook.how.repeated = 1.0
        person.whatsapp.faults.add(Fault.FAILED(130429), times=1)
        await tell(person, 7)
        await later(person, 4)
        assert person.deliverer.fault == ""
        assert person.deliverer.snapshot()["rate"] == 1000
        assert len(person.arrived()) == 1


@BOTH_WAYS
async def test_a_person_who_got_too_many_at_once_is_left_alone_four_seconds_then_sixteen(
    tmp_path: Path, how: Any
) -> None:
    async with reader(tmp_path) as (person, _):
        person.whatsapp.faults.add(how(131056), times=2)
        await tell(person, 7)
        before = asked(person)
        await alert(person)  # another message to the same person waits too
        assert asked(person) == before
        await later(person, 3.5)
        assert asked(person) == before
        await later(person, 1)
        assert asked(person) > before
        for _ in range(3):
            await later(person, 16)
        assert await codes(person) == {"sent": 2}
        assert len(person.arrived()) == 2, "neither lost nor twice"


@pytest.mark.parametrize("code", [130429, 131056, 131000])
async def test_an_answer_that_was_taken_and_then_refused_for_haste_or_trouble_is_given_again(
    tmp_path: Path, code: int
) -> None:
    async with reader(tmp_path) as (person, _):
        rule = person.whatsapp.faults.add(Fault.FAILED(code), times=2)
        person.whatsapp.say(PERSON, "menu")
        async with asyncio.timeout(30):
            while not person.whatsapp.shown(PERSON)[-1].from_business:
                person.clock.turn(0.2)
                person.deliverer.wake()
                await asyncio.sleep(0.01)
        await later(person, 60)
        assert rule.struck == 2
        assert len(person.arrived()) == 1
        assert await kept_answers(person) == 0


async def kept_answers(person: AtWhatsApp) -> int:
    def count(tx: Tx) -> int:
        return int(tx.conn.execute("SELECT count(*) FROM whatsapp_answer").fetchone()[0])  # type: ignore[attr-defined]

    return await person.store.read(count)


# Readers whom the platform spares ------------------------------------------------------------------------------------


@BOTH_WAYS
@pytest.mark.parametrize("code", [131049, 130472])
async def test_whoever_is_spared_is_left_alone_for_a_day_and_twice_as_long_each_time(
    tmp_path: Path, how: Any, code: int
) -> None:
    async with reader(tmp_path) as (person, _):
        rule = person.whatsapp.faults.add(how(code))
        person.whatsapp.person(PERSON).window_until = NOW + timedelta(days=30)
        await person.store.write(keep_open)
        await tell(person, 7)
        for times in (1, 2, 3):
            at = person.clock.now()
            assert rule.struck == times
            assert await spared(person) == (times, at + spared_for(times))
            await tell(person, 7 - times)
            assert rule.struck == times, "a story left while the reader is spared"
            while person.clock.now() < at + spared_for(times):
                assert rule.struck == times
                await later(person, AN_HOUR)
            while rule.struck == times:  # the night goes by
                await later(person, AN_HOUR)
            assert person.clock.now() < at + spared_for(times) + timedelta(hours=24)
        person.whatsapp.faults.clear()
        await person.say("menu")
        assert await spared(person) == (0, None)


async def test_what_arrives_after_all_ends_the_sparing(tmp_path: Path) -> None:
    async with reader(tmp_path) as (person, _):
        person.whatsapp.faults.add(Fault.ERROR(131049), times=1)
        await tell(person, 7)
        assert (await spared(person))[0] == 1
        await alert(person)
        assert await spared(person) == (0, None)
        await tell(person, 6)
        assert len(person.arrived()) == 2


def keep_open(tx: Tx) -> None:
    tx.conn.execute("UPDATE subscriber SET window_until = ?", (int((NOW.timestamp() + 30 * 86400) * 1000),))  # type: ignore[attr-defined]


async def spared(person: AtWhatsApp) -> tuple[int, Any]:
    def find(tx: Tx) -> Any:
        return tx.pushed([1]), tx.conn.execute("SELECT spared FROM whatsapp_push").fetchone()  # type: ignore[attr-defined]

    pushed, row = await person.store.read(find)
    return (row[0], pushed[1].spared_until) if row else (0, None)


# What is held back --------------------------------------------------------------------------------------------------

MARKETING = {"spam": (131048, "spam_limit"), "marketing": (131064, "marketing_limited"), "policy": (368, "policy"),
             "locked": (131031, "locked")}  # fmt: skip


@BOTH_WAYS
@pytest.mark.parametrize(("code", "word"), MARKETING.values(), ids=MARKETING)
async def test_marketing_stops_and_answers_and_important_alerts_go_on(
    tmp_path: Path, how: Any, code: int, word: str
) -> None:
    async with reader(tmp_path) as (person, told):
        person.whatsapp.faults.add(how(code), times=1)
        await tell(person, 7)
        assert told == [(Scope.MARKETING, word, False)], "admins are told, once"
        before = asked(person)
        await tell(person, 6)
        await later(person, 600)
        assert asked(person) == before, "a story left although marketing is stopped"
        await person.say("menu")
        await alert(person)
        assert len(person.arrived()) == 2, "the answer and the alert"
        assert told == [(Scope.MARKETING, word, False)]
        assert person.deliverer.fault == ""


@BOTH_WAYS
async def test_without_payment_nothing_is_pushed_and_answers_go_on(tmp_path: Path, how: Any) -> None:
    async with reader(tmp_path) as (person, told):
        person.whatsapp.faults.add(how(131042), times=1)
        await tell(person, 7)
        assert told == [(Scope.PUSHES, "payment", False)]
        before = asked(person)
        made = await alert(person, Level.URGENT, hours=1)
        await tell(person, 6)
        assert asked(person) == before
        await person.say("menu")
        assert asked(person) == before + 1
        assert len(person.arrived()) == 1
        await later(person, AN_HOUR)
        (report,) = await person.store.read(lambda tx: tx.report(made))
        assert report.failed == {HALTED: 1}, "what got too old meanwhile says why"


async def test_an_alert_that_is_refused_stops_everything_that_is_pushed(tmp_path: Path) -> None:
    async with reader(tmp_path) as (person, told):
        person.whatsapp.faults.add(Fault.ERROR(368), times=1)
        await alert(person)
        before = asked(person)
        await tell(person, 7)
        assert asked(person) == before
        assert told == [(Scope.PUSHES, "policy", False)]
        await person.say("menu")
        assert len(person.arrived()) == 1


async def test_an_answer_that_is_refused_stops_everything_and_waits(tmp_path: Path) -> None:
    async with reader(tmp_path) as (person, told):
        person.whatsapp.faults.add(Fault.ERROR(131031), times=1)
        person.whatsapp.say(PERSON, "menu")
        async with asyncio.timeout(30):
            while not told:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        before = asked(person)
        assert told == [(Scope.ALL, "locked", False)]
        person.whatsapp.say(PERSON, "bantuan")
        await asyncio.sleep(0.3)  # it would have left by now
        assert asked(person) == before
        await later(person, AN_HOUR + 1)
        assert len(person.arrived()) == 2, "the first arrives, and with it the halt is over"
        assert told[1:] == [(Scope.ALL, "locked", True)]


@BOTH_WAYS
async def test_it_is_tried_once_an_hour_and_when_that_arrives_it_is_over(tmp_path: Path, how: Any) -> None:
    async with reader(tmp_path) as (person, told):
        rule = person.whatsapp.faults.add(how(131048), times=3)
        await tell(person, 7)
        for hour in range(1, 3):
            await tell(person, 7 - hour)
            assert rule.struck == hour, "it was tried before the hour was over"
            await later(person, AN_HOUR - 300)
            await tell(person, 4 - hour)
            assert rule.struck == hour + 1
        await later(person, AN_HOUR + 1)
        await tell(person, 1)
        assert person.arrived()
        assert told == [(Scope.MARKETING, "spam_limit", False), (Scope.MARKETING, "spam_limit", True)]
        await tell(person, 4)
        assert len(person.arrived()) == 1


async def test_a_digest_that_is_held_back_leaves_with_the_next_try_and_not_a_night_later(tmp_path: Path) -> None:
    async with reader(tmp_path) as (person, _):
        person.clock.turn(2 * AN_HOUR + 2700)  # 16.30
        person.whatsapp.faults.add(Fault.ERROR(131048), times=1)
        await tell(person, 7)
        await tell(person, 6)
        await later(person, 1800)  # past 17.00, the hour of digests
        assert person.arrived() == []
        await later(person, 1800)
        (digest,) = person.arrived()
        assert all(STORIES[n].title in digest.text for n in (6, 7))


async def test_an_admin_lets_it_go_on_and_what_waited_leaves(tmp_path: Path) -> None:
    async with reader(tmp_path) as (person, _):
        person.whatsapp.faults.add(Fault.ERROR(131042), times=1)
        await alert(person)
        assert person.arrived() == []
        ended = await person.store.write(lambda tx: tx.end_halts(person.clock.now()))
        assert [(halt.scope, halt.code) for halt in ended] == [(Scope.PUSHES, "payment")]
        await settled(person)
        assert len(person.arrived()) == 1


async def test_a_status_that_is_brought_again_stops_nothing_anew(tmp_path: Path) -> None:
    async with reader(tmp_path) as (person, told):
        person.whatsapp.webhook.how.repeated = 1.0
        person.whatsapp.faults.add(Fault.FAILED(131048), times=1)
        await tell(person, 7)
        await person.store.write(lambda tx: tx.end_halts(person.clock.now()))
        await settled(person)
        assert len(told) == 1
        assert await person.store.read(lambda tx: tx.halts()) == []


# Access -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [190, 10, 200, 3])
@BOTH_WAYS
async def test_without_access_the_account_stops_and_nothing_is_lost(tmp_path: Path, how: Any, code: int) -> None:
    async with reader(tmp_path) as (person, _):
        person.whatsapp.faults.add(how(code), times=1)
        now = person.clock.now()
        await person.store.write(lambda tx: announce(tx, 7, STORIES[7].categories, [NAME], now))
        person.deliverer.wake()
        async with asyncio.timeout(30):
            while "refuses our account" not in person.deliverer.fault:
                person.clock.turn(5)
                person.deliverer.wake()
                await asyncio.sleep(0.01)
        assert "failed" not in await codes(person)
