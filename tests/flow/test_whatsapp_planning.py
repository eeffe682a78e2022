"""Planning by window and price, against the strict simulator: what leaves, as what, and what it costs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.whatsapp.send import NAME
from bot.channels.whatsapp.templates.written import read_folder
from bot.delivery.budget import Budget, Cap, Charge, Spent
from bot.delivery.content import Level, Note
from bot.delivery.cost import ALL, MICRO, OUTSIDE, Cost
from bot.delivery.halts import Halt, Scope
from bot.delivery.plan import Rank, Reader
from bot.delivery.receipts import DeliveryTag, ReplyTag
from bot.delivery.tariff import FREE_SERVICE, Category, Prices
from bot.delivery.templates import TemplateNews
from bot.delivery.timing import next_digest
from bot.flow import newsroom
from bot.flow.cost import Costs
from bot.flow.means import Terms
from bot.ports import Charged, Tx
from bot.settings.ratecard import read_rate_card
from bot.simulator.whatsapp import Fault, Template
from tests.support.at_whatsapp import PERSON, AtWhatsApp, at_whatsapp
from tests.support.town import NOW, STORIES
from tests.support.town import ZONE as WIB

MARKETING, UTILITY = 41_100, 25_000  # micro-units: the example's prices of Indonesia
PLENTY = Budget(day=100 * MICRO, month=1_000 * MICRO)
DESCRIBED = read_folder().templates
NEIGHBOUR = "6281200000099"


def approve(person: AtWhatsApp) -> None:
    """The account has the templates of our files, as the platform took them."""
    for t in DESCRIBED:
        person.whatsapp.approve(
            Template(t.name, t.language, t.category, t.body, t.header, t.footer, tuple(b.text for b in t.buttons))
        )


def declare(tx: Tx) -> None:
    tx.declare_templates([t.declared for t in DESCRIBED])
    tx.template_news([TemplateNews(t.name, t.language, NOW, "APPROVED", t.category) for t in DESCRIBED])


@asynccontextmanager
async def reader(folder: Path, budget: Budget = PLENTY, **how: Any) -> AsyncIterator[AtWhatsApp]:
    """A subscriber to all topics whose window has just opened,."""
    async with at_whatsapp(folder, budget=budget, **how) as person:
        approve(person)
        await person.store.write(declare)
        await person.say("MULAI semua")
        person.arrived()
        yield person


async def to(person: AtWhatsApp, hour: int, minute: int = 0, days: int = 0) -> None:
    """The clock goes on to that hour, and what is due then happens."""
    local = person.clock.now().astimezone(WIB)
    then = local.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)
    while then <= local:
        then += timedelta(days=1)
    person.clock.turn((then - local).total_seconds())
    person.deliverer.wake()
    await person.rested()


async def alert(person: AtWhatsApp, level: Level = Level.ORDINARY, lives: timedelta = timedelta(hours=30)) -> int:
    now = person.clock.now()
    note = Note("Jembatan ditutup sampai Kamis.", title="Jembatan", level=level)
    made = await person.store.write(
        lambda tx: tx.add_broadcast("alert", Rank.ALERT, None, [], [NAME], now, now + lives, note=note)
    )
    person.deliverer.wake()
    await person.rested()
    return made


async def spent(person: AtWhatsApp) -> Spent:
    return await person.store.read(lambda tx: tx.spent(person.clock.now().astimezone(WIB).date()))


async def states(person: AtWhatsApp) -> dict[str, int]:
    counts = (await person.store.read(lambda tx: tx.stats(person.clock.now())))["deliveries"]
    found: dict[str, int] = counts["by_state"]
    return found


async def shown(person: AtWhatsApp) -> list[tuple[str, str]]:
    return [(s.kind, s.text) for s in person.arrived()]


# Joining ------------------------------------------------------------------------------------------------------------


async def test_what_comes_within_five_minutes_of_the_last_story_joins_in_one_text(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await person.publish(7)
        person.clock.turn(60)
        for number in (6, 5):
            await person.publish(number)
        ((_, first),) = await shown(person)
        assert STORIES[7].title in first
        person.clock.turn(239)
        person.deliverer.wake()
        await person.rested()
        assert await shown(person) == []
        person.clock.turn(1)
        person.deliverer.wake()
        await person.rested()
        ((_, joined),) = await shown(person)
        assert STORIES[6].title in joined
        assert STORIES[5].title in joined


async def test_one_story_that_waited_is_told_like_any_other(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await person.publish(7)
        await person.publish(6)
        person.clock.turn(300)
        person.deliverer.wake()
        await person.rested()
        first, second = person.arrived()
        assert second.text.startswith(f"*{STORIES[6].title}*")
        assert [c.title for c in second.choices] == [c.title for c in first.choices]
        person.clock.turn(300)
        await person.publish(5)
        assert len(person.arrived()) == 1, "more than five minutes after the last one it is told at once"


async def test_several_joined_texts_of_one_hour(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        for number in (7, 6, 5, 4, 3):
            await person.publish(number)
            person.clock.turn(150)
            person.deliverer.wake()
            await person.rested()
        assert await states(person) == {"sent": 3}
        assert sum(person.whatsapp.counts.values()) == 4


# Digests outside of a window ----------------------------------------------------------------------------------------


async def test_a_digest_outside_the_window_is_a_template_at_its_hour_and_a_tap_brings_the_rest(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await to(person, 20, days=1)
        for number in (1, 2, 3, 4, 5):
            await person.publish(number)
        assert await shown(person) == []
        await to(person, 6)
        (digest,) = person.arrived()
        assert (digest.kind, digest.category) == ("template", "marketing")
        assert [c.title for c in digest.choices] == ["Berita lain", "Berhenti"]
        assert sum(story.title in digest.text for story in STORIES.values()) == 3
        assert await spent(person) == Spent(MARKETING, MARKETING, 0), "of the first of March"
        await person.press("Berita lain")
        (rest,) = person.arrived()
        assert rest.kind != "template"
        assert all(STORIES[number].title in rest.text for number in (1, 2, 3, 4, 5))
        assert person.whatsapp.outside == 0


async def test_berhenti_on_a_template_stops(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await to(person, 20, days=1)
        await person.publish(7)
        await to(person, 6)
        await person.press("Berhenti")
        assert "berhenti" in person.arrived()[-1].text.lower()


async def test_one_marketing_message_a_day_also_with_two_digests(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await to(person, 20, days=1)
        sent = []
        for number, hour in ((7, 6), (6, 17), (5, 6), (4, 17)):
            await person.publish(number)
            await to(person, hour)
            sent.append([kind for kind, _ in await shown(person)])
        assert sent == [["template"], [], ["template"], []]
        assert "ditutup" not in person.whatsapp.shown(PERSON)[-1].text
        await alert(person)
        assert await shown(person) == [], "an ordinary alert is marketing too"
        await alert(person, Level.IMPORTANT)
        ((kind, text),) = await shown(person)
        assert kind == "template"
        assert "Jembatan ditutup sampai Kamis." in text


async def test_whoever_does_not_read_gets_it_weekly_and_then_not_before_they_write(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await to(person, 20, days=1)
        came = []
        for day in range(45):
            await owe_anew(person, 1 + day % 7)
            await to(person, 6)
            came += [day] * len(person.arrived())
        assert came == [0, 1, 2, 3, 4, 5, 6, 13, 20, 27]
        await person.say("halo")
        assert any(kind != "template" for kind, _ in await shown(person))
        await to(person, 20, days=1)
        await owe_anew(person, 1)
        await to(person, 6)
        assert [kind for kind, _ in await shown(person)] == ["template"]


async def owe_anew(person: AtWhatsApp, number: int) -> None:
    """As if the story had been told just now."""
    at = next_digest(Reader(1, PERSON, None, "id", mode="morning"), person.clock.now(), WIB)

    def work(tx: Tx) -> None:
        tx.conn.execute("INSERT OR IGNORE INTO owed SELECT id, ? FROM subscriber", (number,))  # type: ignore[attr-defined]
        tx.conn.execute("UPDATE subscriber SET digest_at = ?", (int(at.timestamp() * 1000),))  # type: ignore[attr-defined]

    await person.store.write(work)


async def test_whoever_reads_keeps_getting_it(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await to(person, 20, days=1)
        came = 0
        for day in range(12):
            await owe_anew(person, 1 + day % 7)
            await to(person, 6)
            came += len(person.arrived())
            person.whatsapp.read(PERSON)
            await person.rested()
        assert came == 12


NOTHING_LEAVES: dict[str, tuple[Budget, Callable[[AtWhatsApp], Any]]] = {
    "no budget is set": (Budget(), lambda _: None),
    "the budget is nothing": (Budget(day=0), lambda _: None),
    "all but the reserve is spent": (Budget(day=MARKETING), lambda _: None),
    "no template may be sent": (PLENTY, lambda person: person.store.write(pause_templates)),
}


def pause_templates(tx: Tx) -> None:
    later = NOW + timedelta(hours=1)
    tx.template_news([TemplateNews(t.name, t.language, later, "PAUSED") for t in DESCRIBED])


@pytest.mark.parametrize(("budget", "before"), NOTHING_LEAVES.values(), ids=NOTHING_LEAVES)
async def test_what_cannot_be_paid_waits_for_the_reader(
    tmp_path: Path, budget: Budget, before: Callable[[AtWhatsApp], Any]
) -> None:  # fmt: skip
    async with reader(tmp_path, budget) as person:
        made = before(person)
        if made is not None:
            await made
        await person.store.write(lambda tx: tx.set_times(NAME, PERSON, "morning", None, None, NOW))
        await to(person, 20, days=1)
        await person.publish(7)
        await alert(person)
        await to(person, 6, 30)
        assert await shown(person) == []
        assert (await spent(person)).day == 0
        await person.say("halo")
        texts = [text for _, text in await shown(person)]
        if budget != Budget(day=0):
            assert any("Jembatan ditutup" in text for text in texts)
        assert any(STORIES[7].title in text for text in texts), "its hour had passed with the window closed"
        assert person.whatsapp.outside == 0


# Alerts and what is about earlier messages --------------------------------------------------------------------------


async def test_the_reserve_is_for_what_is_urgent(tmp_path: Path) -> None:
    caps: list[Cap] = []
    async with reader(tmp_path, Budget(day=UTILITY), tell=lambda _tx, cap, _currency: caps.append(cap)) as person:
        await to(person, 6, days=1)
        await to(person, 20)
        await alert(person, Level.IMPORTANT)
        await alert(person, Level.IMPORTANT)
        assert await shown(person) == []
        assert caps == [Cap("day", UTILITY)], "told once a day"
        await alert(person, Level.URGENT)
        ((_, text),) = await shown(person)
        assert "darurat" in text
        assert await spent(person) == Spent(UTILITY, UTILITY, 1)
        await alert(person, Level.URGENT)
        assert await shown(person) == []


async def test_an_alert_that_nobody_could_be_sent_fails_with_the_reason(tmp_path: Path) -> None:
    async with reader(tmp_path, Budget()) as person:
        await to(person, 20, days=1)
        made = await alert(person, lives=timedelta(hours=6))
        person.clock.turn(6 * 3600)
        person.deliverer.wake()
        await person.rested()
        (report,) = await person.store.read(lambda tx: tx.report(made))
        assert report.failed == {"window_closed": 1}


async def test_an_alert_that_waits_for_tomorrows_budget_comes_with_it(tmp_path: Path) -> None:
    async with reader(tmp_path, Budget(day=2 * UTILITY)) as person:
        await to(person, 20, days=1)
        await alert(person, Level.IMPORTANT)
        assert len(person.arrived()) == 1
        await alert(person, Level.IMPORTANT)
        assert person.arrived() == []
        await to(person, 0)
        assert person.arrived() == [], "budgets begin anew at midnight, and this reader sleeps"
        await to(person, 5)
        assert len(person.arrived()) == 1


async def test_a_window_that_closed_unnoticed_makes_an_alert_a_template(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await to(person, 6)
        person.arrived()
        person.whatsapp.person(PERSON).window_until = NOW
        await alert(person, Level.IMPORTANT)
        assert [kind for kind, _ in await shown(person)] == ["template"]
        assert await states(person) == {"sent": 1}
        assert await spent(person) == Spent(UTILITY, UTILITY, 1)


async def test_a_correction_outside_the_window_is_a_template_and_a_withdrawal_waits(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await person.publish(7)
        await to(person, 20, days=1)
        person.arrived()
        now = person.clock.now()
        note = Note("Mulai Sabtu.", wrong="mulai Jumat")
        original = await person.store.read(lambda tx: tx.story_broadcast(7))
        assert original is not None
        await person.store.write(lambda tx: newsroom.correct(tx, original, note, "redaksi", now))
        person.deliverer.wake()
        await person.rested()
        ((kind, text),) = await shown(person)
        assert kind == "template"
        assert "Mulai Sabtu." in text


async def test_a_withdrawal_does_not_ring_at_night(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await person.publish(7)
        await to(person, 22)
        person.arrived()
        now = person.clock.now()
        original = await person.store.read(lambda tx: tx.story_broadcast(7))
        assert original is not None
        await person.store.write(lambda tx: newsroom.withdraw(tx, original, "Keliru.", "redaksi", now))
        person.deliverer.wake()
        await person.rested()
        assert await shown(person) == []
        await to(person, 5)
        assert len(person.arrived()) == 1


# Money --------------------------------------------------------------------------------------------------------------


async def test_in_an_open_window_a_budget_that_is_used_up_makes_stories_wait_but_never_answers(tmp_path: Path) -> None:
    async with reader(tmp_path, Budget(day=10 * UTILITY, reserve=0)) as person:
        await person.store.write(use_up_what_is_free)
        await person.say("menu")
        person.arrived()
        for number in (7, 6, 5):
            await person.publish(number)
            await person.store.write(lambda tx: spend(tx, 10 * UTILITY, person.clock.now()))
            person.clock.turn(300)
        assert len(person.arrived()) == 1
        await person.say("menu")
        assert len(person.arrived()) == 1
        assert (await spent(person)).day >= 10 * UTILITY


def use_up_what_is_free(tx: Tx) -> None:
    """So many answers in this month that the next service message costs."""
    day, price = NOW.astimezone(WIB).date(), Prices(MARKETING, UTILITY)
    tx.charge([Charged(ReplyTag(n, 9), Charge(Category.SERVICE, 0, price)) for n in range(FREE_SERVICE)], day)


def spend(tx: Tx, amount: int, now: datetime) -> None:
    """Something else was paid."""
    charge = Charge(Category.MARKETING, amount, Prices(MARKETING, UTILITY))
    tx.charge([Charged(ReplyTag(int(now.timestamp()), 1), charge)], now.astimezone(WIB).date())


async def test_a_template_that_was_not_taken_costs_nothing_and_comes_again(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await to(person, 20, days=1)
        await person.publish(7)
        person.whatsapp.faults.add(Fault.ERROR(131049), times=1)
        await to(person, 6)
        assert await shown(person) == []
        assert (await spent(person)).day == 0
        assert await states(person) == {"failed": 1}


async def test_the_portfolio_lets_only_so_many_new_people_be_written_to(tmp_path: Path) -> None:
    async with reader(tmp_path, portfolio=1) as person:
        person.whatsapp.add_person(NEIGHBOUR, "Tetangga")
        person.whatsapp.say(NEIGHBOUR, "MULAI semua")
        await person.rested()
        await to(person, 20, days=1)
        await person.publish(7)
        await to(person, 6)
        kinds = [s.kind for phone in (PERSON, NEIGHBOUR) for s in person.whatsapp.shown(phone) if s.from_business]
        assert kinds.count("template") == 1
        await alert(person, Level.URGENT)
        assert sum(e.body["type"] == "template" for e in person.whatsapp.ledger()) == 2, "to whom it has begun with"
        await to(person, 17)
        await to(person, 6)
        person.clock.turn(3600)
        person.deliverer.wake()
        await person.rested()
        counts = [[s.kind for s in person.whatsapp.shown(p)].count("template") for p in (PERSON, NEIGHBOUR)]
        assert counts == [2, 2], "a day later there is room for the other, as soon as the first has surely left"


PLACES = {
    "within the day": (timedelta(hours=23, minutes=59), False),
    "when the day is over, but not surely for the platform": (timedelta(hours=24, seconds=1), False),
    "when what stood before a paused account is a day old too": (timedelta(hours=24, minutes=11), True),
}


@pytest.mark.parametrize(("after", "room"), PLACES.values(), ids=PLACES)
async def test_a_place_in_the_portfolio_is_free_when_the_platform_has_surely_counted_its_person_out(
    tmp_path: Path, after: timedelta, room: bool
) -> None:
    """Somebody was begun with, whose message may have stood before a paused account; they have stopped since."""
    async with reader(tmp_path, portfolio=1) as person:
        began = person.clock.now()
        await person.store.write(lambda tx: tx.note_templates([(DeliveryTag(9, 1, 1), False)], began))
        await person.say("BERHENTI")
        person.whatsapp.add_person(NEIGHBOUR, "Tetangga")
        await person.store.write(
            lambda tx: tx.follow(NAME, NEIGHBOUR, {"daerah"}, False, "formulir", None, "id", began)
        )
        person.clock.turn((began + after - person.clock.now()).total_seconds())
        costs = Costs(NAME, Terms(read_rate_card().card, PLENTY, 1), WIB, "id")
        cost = await person.store.read(lambda tx: costs(tx, [], Level.URGENT, person.clock.now()))
        await alert(person, Level.URGENT)
        assert [s.kind for s in person.whatsapp.shown(NEIGHBOUR)] == ["template"] * room
        assert cost[NAME].paid == room, "editors are told the same"


# What editors are told ----------------------------------------------------------------------------------------------


async def test_editors_see_what_an_alert_costs(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:

        def join(tx: Tx) -> None:
            for n in range(10):
                tx.follow(NAME, f"62813{n:05}", {"daerah"}, False, "formulir", None, "id", NOW)

        await person.store.write(join)
        card = read_rate_card().card

        async def cost(budget: Budget, portfolio: int | None = None, level: Level = Level.ORDINARY) -> Cost:
            costs = Costs(NAME, Terms(card, budget, portfolio), WIB, "id")
            return (await person.store.read(lambda tx: costs(tx, ["daerah"], level, person.clock.now())))[NAME]

        plenty = await cost(PLENTY)
        assert plenty == Cost(1, 10, 10, 10 * MARKETING, "USD", 80 * MICRO, "day", None)
        assert plenty.waiting == 0
        assert await cost(PLENTY, level=Level.URGENT) == replace(plenty, amount=10 * UTILITY, left=100 * MICRO)
        assert await cost(PLENTY, portfolio=4) == replace(plenty, paid=4, amount=4 * MARKETING, room=4)
        small = Budget(day=3 * MARKETING, reserve=0)
        assert await cost(small) == replace(plenty, paid=3, amount=3 * MARKETING, left=3 * MARKETING)
        assert await cost(Budget()) == Cost(1, 10, 0, 0, "USD")
        had = [(DeliveryTag(9, n, 1), True) for n in (2, 3)]
        await person.store.write(lambda tx: tx.note_templates(had, person.clock.now()))
        assert await cost(PLENTY) == replace(plenty, paid=8, amount=8 * MARKETING), "two have had the day's one"
        assert (await cost(PLENTY, portfolio=7)).paid == 5, "those two take room"
        assert (await cost(PLENTY, level=Level.URGENT)).paid == 10
        person.clock.turn(26 * 3600)
        assert (await cost(PLENTY)).closed == 11


async def test_where_no_budget_is_left_those_with_an_open_window_cost_nothing_either(tmp_path: Path) -> None:
    def many(tx: Tx) -> None:
        rates = read_rate_card().card.on(NOW.date()).prices(PERSON)
        charge = Charge(Category.SERVICE, 0, rates)
        tx.charge([Charged(ReplyTag(n, 1), charge) for n in range(1_000, 2_000)], NOW.astimezone(WIB).date())

    async with reader(tmp_path) as person:
        await person.store.write(many)
        for budget, amount, unpaid in ((PLENTY, UTILITY, 0), (Budget(day=UTILITY - 1, reserve=0), 0, 1)):
            costs = Costs(NAME, Terms(read_rate_card().card, budget), WIB, "id")
            found = (await person.store.read(lambda tx, of=costs: of(tx, [], Level.URGENT, person.clock.now())))[NAME]  # type: ignore[misc]
            assert (found.open, found.amount, found.unpaid) == (1, amount, unpaid)


HELD = {
    "nothing": (None, Level.ORDINARY, ""),
    "marketing, and the template is": (Scope.MARKETING, Level.ORDINARY, OUTSIDE),
    "marketing, and the template is not": (Scope.MARKETING, Level.URGENT, ""),
    "all that is pushed": (Scope.PUSHES, Level.URGENT, ALL),
    "everything": (Scope.ALL, Level.ORDINARY, ALL),
}


@pytest.mark.parametrize(("scope", "level", "held"), HELD.values(), ids=HELD)
async def test_editors_see_that_the_platform_holds_it_back_and_what_it_will_cost(
    tmp_path: Path, scope: Scope | None, level: Level, held: str
) -> None:
    async with reader(tmp_path) as person:
        now = person.clock.now()
        costs = Costs(NAME, Terms(read_rate_card().card, PLENTY), WIB, "id")
        before = (await person.store.read(lambda tx: costs(tx, [], level, now)))[NAME]
        if scope is not None:
            halt = Halt(scope, "spam_limit", now, now + timedelta(hours=1))
            await person.store.write(lambda tx: tx.halt(halt))
        found = (await person.store.read(lambda tx: costs(tx, [], level, now)))[NAME]
        assert found == replace(before, held=held)
        assert found.open == 1
