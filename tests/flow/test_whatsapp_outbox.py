"""The outbox on WhatsApp, against the strict simulator: windows, receipts, doubts, stops."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.whatsapp.send import NAME
from bot.chat.turn import Status
from bot.delivery.content import Note
from bot.delivery.plan import Rank
from bot.flow.spread import announce
from bot.ports import Tx
from bot.simulator.whatsapp import Fault, Limits, events
from tests.support.at_whatsapp import PERSON, AtWhatsApp, at_whatsapp
from tests.support.town import NOW, STORIES

TITLE = "Pasar malam dipindah ke alun-alun mulai Jumat"


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[AtWhatsApp]:
    async with at_whatsapp(tmp_path) as made:
        yield made


async def subscribed(person: AtWhatsApp) -> None:
    await person.say("MULAI daerah")
    person.arrived()


def texts(person: AtWhatsApp) -> list[str]:
    return [shown.text for shown in person.arrived()]


async def states(person: AtWhatsApp) -> dict[str, int]:
    counts: dict[str, int] = (await person.store.read(lambda tx: tx.stats(person.clock.now())))["deliveries"][
        "by_state"
    ]
    return counts


async def status(person: AtWhatsApp, phone: str = PERSON) -> Status:
    return (await person.store.read(lambda tx: tx.person(NAME, phone))).status


async def alerted(person: AtWhatsApp, text: str = "Jembatan ditutup.") -> int:
    now = person.clock.now()
    note = Note(text, title="Jembatan")
    alert = await person.store.write(
        lambda tx: tx.add_broadcast("alert", Rank.ALERT, None, [], [NAME], now, now + timedelta(hours=6), note=note)
    )
    person.deliverer.wake()
    return alert


async def look(person: AtWhatsApp) -> int:
    """The sweeper looks for doubts, and everything that follows happens."""
    count = await person.parts.doubts.look()
    await person.rested()
    return count


# Windows ------------------------------------------------------------------------------------------------------------


async def test_a_story_comes_at_once_while_the_window_is_open(person: AtWhatsApp) -> None:
    await subscribed(person)
    await person.publish(7)
    (story,) = person.arrived()
    assert story.text.startswith(f"*{TITLE}*")
    assert "\nBaca selengkapnya: https://target-24jam.com/" in story.text
    assert [choice.title for choice in story.choices] == ["Simpan", "Kurangi ini"]
    assert await states(person) == {"sent": 1}


async def test_outside_the_window_nothing_leaves_and_a_word_brings_what_was_owed(person: AtWhatsApp) -> None:
    await subscribed(person)
    person.clock.turn(24 * 3600 - 30)  # the last minute is not used
    for number in (6, 7):
        await person.publish(number)
    await alerted(person)
    await person.rested()
    assert texts(person) == []
    assert await states(person) == {"queued": 1}
    await person.say("halo")
    await person.rested()
    seen = texts(person)
    assert any(TITLE in text and STORIES[6].title in text for text in seen), seen
    assert any("Jembatan ditutup." in text for text in seen), "the alert was for this reader too"
    assert person.whatsapp.outside == 0
    assert await states(person) == {"sent": 2}


async def test_a_digest_waits_for_a_window_too(person: AtWhatsApp) -> None:
    await subscribed(person)
    await person.store.write(lambda tx: tx.set_times(NAME, PERSON, "evening", None, None, NOW))
    await person.publish(7)
    person.clock.turn(48 * 3600)  # past two evenings, the first of them in the window
    person.deliverer.wake()
    await person.rested()
    assert person.whatsapp.outside == 0
    assert texts(person) == []


async def test_a_window_that_closed_unnoticed_is_noticed_and_the_story_is_owed(person: AtWhatsApp) -> None:
    await subscribed(person)
    person.whatsapp.person(PERSON).window_until = NOW
    await person.publish(7)
    assert await states(person) == {"failed": 1}
    await person.publish(6)
    assert person.whatsapp.outside == 1, "it was tried again although the window is known to be closed"
    person.clock.turn(120)
    await person.say("halo")
    await person.rested()
    assert any(TITLE in text for text in texts(person))


async def test_an_imported_reader_who_never_wrote_gets_nothing(person: AtWhatsApp) -> None:
    def join(tx: Tx) -> None:
        tx.follow(NAME, "6281399", {"daerah"}, False, "formulir", None, "id", NOW)

    await person.store.write(join)
    await person.publish(7)
    assert person.whatsapp.ledger() == []


# Receipts and doubts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.ACCEPT_THEN_DROP, Fault.HALF_ANSWER], ids=lambda f: f.name)
async def test_a_send_that_was_never_answered_is_settled_by_its_receipt(person: AtWhatsApp, fault: Fault) -> None:
    await subscribed(person)
    person.whatsapp.webhook.how.paused = True
    person.whatsapp.faults.add(fault, times=1)
    await person.store.write(lambda tx: _announce(tx, 7))
    person.deliverer.wake()
    await _until(person, {"unknown": 1})
    person.whatsapp.webhook.how.paused = False
    person.whatsapp.webhook.go_on()
    await person.rested()
    assert await states(person) == {"sent": 1}
    assert await look(person) == 0
    assert len(person.arrived()) == 1


@pytest.mark.parametrize("kind", ["story", "alert"])
async def test_without_a_receipt_it_is_sent_once_more_after_two_minutes_of_listening(
    person: AtWhatsApp, kind: str
) -> None:
    await subscribed(person)
    person.whatsapp.faults.add(Fault.DROP, times=1)
    if kind == "story":
        await person.publish(7)
    else:
        await alerted(person)
        await person.rested()
    assert await states(person) == {"unknown": 1}
    assert await look(person) == 0
    listening = person.parts.doubts._listening
    listening.seconds += 119
    assert await look(person) == 0, "two minutes have not passed"
    listening.seconds += 2
    assert await look(person) == 1
    assert await states(person) == {"sent": 1}
    assert len(person.arrived()) == 1
    listening.seconds += 999
    assert await look(person) == 0


async def test_what_is_in_doubt_twice_stays_unknown_and_listed(person: AtWhatsApp) -> None:
    await subscribed(person)
    person.whatsapp.faults.add(Fault.DROP, times=2)
    await person.publish(7)
    for _ in range(3):
        await look(person)
        person.parts.doubts._listening.seconds += 121
    await look(person)
    assert await states(person) == {"unknown": 1}
    assert len(person.whatsapp.ledger(PERSON)) == 3  # the answer to MULAI, and two attempts


async def test_an_answer_in_doubt_is_not_given_twice(person: AtWhatsApp) -> None:
    person.whatsapp.faults.add(Fault.ACCEPT_THEN_DROP, times=1)
    await person.say("menu")
    await person.say("bantuan")
    assert len(person.arrived()) == 2


async def test_receipts_come_late_in_any_order_repeated_and_without_delivered(person: AtWhatsApp) -> None:
    how = person.whatsapp.webhook.how
    how.batch, how.repeated, how.shuffled, how.delivered = 7, 1.0, True, 0.5
    await subscribed(person)
    for number in range(1, 8):
        await person.publish(number)
        person.clock.turn(300)
    person.whatsapp.read(PERSON)
    await person.rested()
    assert await states(person) == {"sent": 3}
    assert len(person.arrived()) == 3


# People who leave ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["BERHENTI", "stop", "Unreg", "OFF", "henti", "KELUAR", "berenti ya"])
async def test_whoever_says_so_has_stopped_at_once(person: AtWhatsApp, word: str) -> None:
    await subscribed(person)
    await person.say(word)
    assert await status(person) is Status.STOPPED
    await person.publish(7)
    (goodbye,) = person.arrived()
    assert "berhenti" in goodbye.text
    await person.say("MULAI daerah-hukrim")
    assert (await person.store.read(lambda tx: tx.person(NAME, PERSON))).categories == {"daerah", "hukrim"}


ORDERS = {
    "a start that is brought late": ((0, -300), Status.STOPPED),
    "a start that was said after the stop": ((-300, -200), Status.ACTIVE),
    "a start within the same second": ((0, 0), Status.ACTIVE),
}


@pytest.mark.parametrize(("said", "status_after"), ORDERS.values(), ids=ORDERS)
async def test_the_last_word_said_counts_in_whichever_order_words_are_brought(
    person: AtWhatsApp, said: tuple[int, int], status_after: Status
) -> None:
    await subscribed(person)
    person.clock.turn(3600)
    now = person.clock.now()
    for word, seconds in zip(("BERHENTI", "MULAI daerah"), said, strict=True):
        await _brought(person, word, now + timedelta(seconds=seconds))
    assert await status(person) is status_after
    assert len(person.arrived()) == (1 if status_after is Status.STOPPED else 2)
    assert await person.store.read(lambda tx: tx.waiting_updates(NAME, 9)) == []


@pytest.mark.parametrize(("said", "status_after"), ORDERS.values(), ids=ORDERS)
async def test_a_stop_in_whatsapps_own_menu_is_a_last_word_too(
    person: AtWhatsApp, said: tuple[int, int], status_after: Status
) -> None:
    await subscribed(person)
    person.clock.turn(30 * 3600)  # their window has closed
    now = person.clock.now()
    stopped, started = (now + timedelta(seconds=seconds) for seconds in said)
    who = person.whatsapp.person(PERSON)
    person.whatsapp.webhook.add("user_preferences", events.preference(who, stopped, "stop"))
    await person.rested()
    assert await status(person) is Status.STOPPED
    await _brought(person, "MULAI daerah", started)
    assert await status(person) is status_after
    assert await person.store.read(lambda tx: tx.waiting_updates(NAME, 9)) == []


async def test_marketing_stopped_in_whatsapps_own_menu_is_a_stop(person: AtWhatsApp) -> None:
    await subscribed(person)
    person.whatsapp.stop_marketing(PERSON)
    await person.rested()
    assert await status(person) is Status.STOPPED
    person.whatsapp.resume_marketing(PERSON)
    await person.rested()
    assert await status(person) is Status.STOPPED, "only the person's own MULAI opens it again"
    await person.say("MULAI daerah")
    assert await status(person) is Status.ACTIVE


CODES = {
    "marketing stopped": (131050, Status.STOPPED, "failed"),
    "undeliverable once": (131026, Status.ACTIVE, "failed"),
    "spared today": (131049, Status.ACTIVE, "failed"),
    "our fault": (131009, Status.ACTIVE, "failed"),
}


@pytest.mark.parametrize(("code", "status_after", "state"), CODES.values(), ids=CODES)
@pytest.mark.parametrize("how", [Fault.ERROR, Fault.FAILED], ids=["told at once", "told later"])
async def test_an_error_ends_the_same_way_however_it_is_told(
    person: AtWhatsApp, how: Any, code: int, status_after: Status, state: str
) -> None:
    await subscribed(person)
    person.whatsapp.faults.add(how(code), times=1)
    await person.publish(7)
    assert await states(person) == {state: 1}
    assert await status(person) is status_after
    assert person.arrived() == []


async def test_consent_is_kept_with_its_words_and_its_moment(person: AtWhatsApp) -> None:
    await person.say("MULAI daerah")

    def consent(tx: Tx) -> tuple[int, str]:
        return tx.conn.execute("SELECT consent_at, consent_wording FROM subscriber").fetchone()  # type: ignore[attr-defined,no-any-return]

    at, wording = await person.store.read(consent)
    assert at == int(NOW.timestamp() * 1000)
    assert wording.startswith("Siap, langganan Anda aktif: Daerah.")


# Identity -----------------------------------------------------------------------------------------------------------


async def test_a_reader_who_moves_gets_the_next_story_at_the_new_number(person: AtWhatsApp) -> None:
    await subscribed(person)
    person.whatsapp.change_number(PERSON, "6281299")
    await person.rested()
    await person.publish(7)
    assert person.whatsapp.ledger()[-1].to == "6281299"
    assert person.whatsapp.counts == {0: 2}


async def test_a_reader_who_hides_the_number_is_answered_and_told_stories_by_id(person: AtWhatsApp) -> None:
    person.whatsapp.add_person("6281398", "Tono", user_id="ID.77", hidden=True)
    person.whatsapp.say("6281398", "MULAI daerah")
    await person.rested()
    await person.publish(7)
    assert [entry.body.get("recipient") for entry in person.whatsapp.ledger()] == ["ID.77", "ID.77"]
    assert TITLE in person.whatsapp.shown("6281398")[-1].text


# Pace, acts, accounts -----------------------------------------------------------------------------------------------


async def test_one_person_never_gets_too_many_at_once(tmp_path: Path) -> None:
    async with at_whatsapp(tmp_path, limits=Limits(), unpaced=False) as person:
        for n in range(50):
            person.whatsapp.say(PERSON, f"nomor {n}")
        person.deliverer.wake()
        async with asyncio.timeout(30):
            while len(person.whatsapp.ledger(PERSON)) < 44:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.2)  # more would have left by now
        assert person.whatsapp.limit_hits == (0, 0)
        assert len(person.whatsapp.ledger(PERSON)) == 44


async def test_whoever_got_too_many_is_left_alone_longer_each_time(person: AtWhatsApp) -> None:
    person.whatsapp.faults.add(Fault.ERROR(131056), times=2)
    person.whatsapp.say(PERSON, "MULAI daerah")
    for tries, hold in ((1, 4), (2, 16)):
        async with asyncio.timeout(30):
            while await _due(person) != person.clock.now() + timedelta(seconds=hold):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        assert len(person.whatsapp.ledger(PERSON)) == tries
        person.clock.turn(hold)
        person.deliverer.wake()
    await person.rested()
    assert len(person.arrived()) == 1


async def _due(person: AtWhatsApp) -> datetime | None:
    return await person.store.read(lambda tx: tx.next_due(NAME, person.clock.now()))


async def test_a_correction_is_a_reply_and_nothing_is_edited(person: AtWhatsApp) -> None:
    await subscribed(person)
    await person.publish(7)
    (story,) = person.arrived()
    original = await person.store.read(lambda tx: tx.story_broadcast(7))
    assert original is not None

    def correct(tx: Tx) -> None:
        note, until = Note("Mulai Sabtu.", wrong="mulai Jumat"), NOW + timedelta(hours=24)
        tx.set_status(original, tx.broadcast(original).status, "", NOW)  # type: ignore[union-attr]
        version = tx.next_version()
        for kind in ("mark", "correction"):
            tx.add_about(kind, Rank.CORRECTION, original, [original], NOW, until, note=note, version=version)

    await person.store.write(correct)
    person.deliverer.wake()
    await person.rested()
    (correction,) = person.arrived()
    assert correction.reply_to == story.message_id
    assert "*RALAT" in correction.text
    assert await states(person) == {"sent": 3}


async def test_an_account_that_may_not_send_stops_and_says_so(person: AtWhatsApp) -> None:
    await subscribed(person)
    person.whatsapp.faults.add(Fault.FAILED(190), times=1)
    await person.publish(7)
    assert await states(person) == {"queued": 1}
    person.clock.turn(300)
    await person.store.write(lambda tx: _announce(tx, 6))
    person.deliverer.wake()
    async with asyncio.timeout(30):
        while "unauthorized" not in person.deliverer.fault:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    assert len(person.whatsapp.ledger(PERSON)) == 2, "the account was asked although it may not send"


# Helpers ------------------------------------------------------------------------------------------------------------


def _announce(tx: Tx, number: int) -> None:
    announce(tx, number, STORIES[number].categories, [NAME], NOW)


async def _brought(person: AtWhatsApp, word: str, at: datetime) -> None:
    """A webhook brings what was said then."""
    who = person.whatsapp.person(PERSON)
    name = f"wamid.{word}.{at.timestamp()}"
    person.whatsapp.webhook.add("messages", events.message(who, name, at, "text", {"body": word}, None, None))
    await person.rested()


async def _until(person: AtWhatsApp, wanted: dict[str, int]) -> None:
    async with asyncio.timeout(30):
        while await states(person) != wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
