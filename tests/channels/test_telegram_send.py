"""The Channel on the strict simulator: what phones show, and what outcomes come back."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot

from bot.channels.telegram.send import Prepared, TelegramChannel
from bot.channels.telegram.transport import AiohttpRequest
from bot.channels.telegram.wire import Timeouts
from bot.chat.message import Button, Message, Span, to_json
from bot.chat.turn import Mode
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import QueuedReply
from bot.ports import To
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Fault, Limits, Shown, Telegram

Serve = Callable[[web.Request], Awaitable[web.Response]]

TOKEN = "123456:send-canary"
SARI = 101
STORY = Message(
    (Span("Jembatan Gajah Mada & Pasar Tanjung", bold=True), Span("\n\nDitutup <sementara>.")),
    ((Button("Baca selengkapnya", url="https://target-24jam.com/?p=1"),), (Button("Simpan", "save:1"),)),
    "https://target-24jam.com/?p=1",
)


@dataclass
class Side:
    """Both sides of the wire."""

    telegram: Telegram
    channel: TelegramChannel

    def last(self, chat: int = SARI) -> Shown:
        return [s for s in self.telegram.shown(chat) if s.from_bot][-1]

    def params(self, method: str) -> list[dict[str, object]]:
        return [e.params for e in self.telegram.ledger() if e.method.lower() == method.lower()]

    async def pressed(self) -> tuple[str, str]:
        """A message of ours with a button that was just tapped: message id, callback id."""
        await self.channel.deliver(self.channel.prepare(STORY), To(str(SARI)))
        message_id = self.last().message_id
        return str(message_id), self.telegram.press(SARI, message_id, "save:1")


@asynccontextmanager
async def side(*, paid: bool = False) -> AsyncIterator[Side]:
    telegram = Telegram(TOKEN, limits=Limits.off())
    telegram.add_user(SARI, "Sari")
    simulator = Simulator(telegram, Portal(name="P", categories={}))
    base = await simulator.start()
    async with aiohttp.ClientSession() as session:
        api = AiohttpRequest(session, Timeouts(read=0.3, write=0.2))
        bot = Bot(TOKEN, base_url=f"{base}/bot", request=api, get_updates_request=api)
        yield Side(telegram, TelegramChannel(bot, api.wire, paid_broadcasts=paid))
    await simulator.stop()


def reply(
    message: Message, mode: Mode = Mode.NEW, target: str | None = None, callback: str | None = None
) -> QueuedReply:
    return QueuedReply(1, str(SARI), None, to_json(message), mode, target, callback)


def said(text: str) -> Message:
    return Message((Span(text),))


AGAIN = "again, in another form"


def its_kind(outcome: Outcome) -> Kind | str:
    """What became of a try; AGAIN where another form is to follow in a slot of its own."""
    return AGAIN if (outcome.kind, outcome.retry_after) == (Kind.LATER, 0.0) else outcome.kind


# A story to many ----------------------------------------------------------------------------------------------------


async def test_a_prepared_story_reaches_the_phone_as_written() -> None:
    async with side() as both:
        outcome = await both.channel.deliver(both.channel.prepare(STORY), To(str(SARI)))
        shown = both.last()
    assert outcome == Outcome(Kind.SENT, message_id=str(shown.message_id))
    assert shown.text == STORY.plain()
    assert [e["type"] for e in shown.entities] == ["bold"]
    assert shown.preview_url == STORY.preview
    assert [[b.label for b in row] for row in shown.buttons] == [["Baca selengkapnya"], ["Simpan"]]


async def test_one_encoding_serves_every_chat_and_thread() -> None:
    group, forum = -4001, -1009
    async with side() as both:
        both.telegram.add_user(7, "Budi")
        both.telegram.add_group(group, "Warga")
        both.telegram.add_group(forum, "Forum", forum=True).threads[12] = True
        prepared = both.channel.prepare(STORY)
        kinds = [
            (await both.channel.deliver(prepared, to)).kind
            for to in (To("7"), To(str(SARI)), To(str(group)), To(str(forum), "12"))
        ]
        threads = [both.last(chat).thread_id for chat in (7, SARI, group, forum)]
    assert kinds == [Kind.SENT] * 4
    assert threads == [None, None, None, 12]


async def test_a_named_chat_that_does_not_exist_is_gone() -> None:
    async with side() as both:
        outcome = await both.channel.deliver(both.channel.prepare(STORY), To('@kanal"x'))
    assert outcome == Outcome(Kind.GONE, "chat_not_found")


async def test_paid_broadcasts_are_asked_for_only_when_settings_say_so() -> None:
    for paid in (False, True):
        async with side(paid=paid) as both:
            await both.channel.deliver(both.channel.prepare(STORY), To(str(SARI)))
            await both.channel.reply(reply(said("Halo")))
            assert ["allow_paid_broadcast" in p for p in both.params("sendMessage")] == [paid, False]


OUTCOMES = {
    "blocked": (Fault.FORBIDDEN, Outcome(Kind.GONE, "blocked")),
    "deactivated": (Fault.DEACTIVATED, Outcome(Kind.GONE, "deactivated")),
    "chat not found": (Fault.CHAT_NOT_FOUND, Outcome(Kind.GONE, "chat_not_found")),
    "no rights": (Fault.NO_RIGHTS, Outcome(Kind.LATER, "no_rights", retry_after=3600.0)),
    "topic closed": (Fault.TOPIC_CLOSED, Outcome(Kind.LATER, "topic_closed", retry_after=3600.0)),
    "revoked": (Fault.UNAUTHORIZED, Outcome(Kind.REFUSED, "unauthorized", account=True)),
    "5xx": (Fault.SERVER_ERROR, Outcome(Kind.NOT_SENT, "server_error")),
    "502 page": (Fault.BAD_GATEWAY_HTML, Outcome(Kind.UNKNOWN, "page_502")),
    "504 page": (Fault.GATEWAY_TIMEOUT_HTML, Outcome(Kind.UNKNOWN, "page_504")),
    "hang": (Fault.HANG, Outcome(Kind.UNKNOWN, "read_timeout")),
    "dropped": (Fault.ACCEPT_THEN_DROP, Outcome(Kind.UNKNOWN, "connection_lost")),
    "half an answer": (Fault.HALF_ANSWER, Outcome(Kind.UNKNOWN, "half_answer")),
    "flood": (Fault.FLOOD(33), Outcome(Kind.LATER, "flood", retry_after=33.0)),
}


@pytest.mark.parametrize(("fault", "expected"), OUTCOMES.values(), ids=OUTCOMES.keys())
async def test_both_lanes_report_what_went_wrong(fault: Fault, expected: Outcome) -> None:
    async with side() as both:
        both.telegram.faults.add(answer=fault)
        story = await both.channel.deliver(both.channel.prepare(STORY), To(str(SARI)))
        answer = await both.channel.reply(reply(said("Halo")))
    assert [story, answer] == [expected, expected]


async def test_a_chat_that_moved_is_reported_with_its_new_address() -> None:
    async with side() as both:
        both.telegram.add_group(-4001, "Warga")
        moved = both.telegram.migrate(-4001)
        outcome = await both.channel.deliver(both.channel.prepare(STORY), To("-4001"))
    assert outcome == Outcome(Kind.NOT_SENT, "migrated", new_address=str(moved))


async def test_refused_markup_goes_out_once_more_as_plain_text_and_for_the_next_readers_at_once() -> None:
    async with side() as both:
        prepared = both.channel.prepare(STORY)
        both.telegram.faults.add(answer=Fault.CANNOT_PARSE, times=1)
        outcomes = [its_kind(await both.channel.deliver(prepared, To(str(SARI)))) for _ in range(3)]
        shown = both.last()
        modes = [p.get("parse_mode") for p in both.params("sendMessage")]
    assert outcomes == [AGAIN, Kind.SENT, Kind.SENT]
    assert modes == ["HTML", None, None]
    assert shown.text == STORY.plain()
    assert shown.entities == ()


async def test_refused_plain_text_is_refused_and_not_tried_for_ever() -> None:
    async with side() as both:
        both.telegram.faults.add(answer=Fault.CANNOT_PARSE)
        prepared = both.channel.prepare(STORY)
        outcomes = [its_kind(await both.channel.deliver(prepared, To(str(SARI)))) for _ in range(2)]
        assert outcomes == [AGAIN, Kind.REFUSED]
        assert len(both.params("sendMessage")) == 2


SUCCESSES = {
    "as Telegram answers": '{"ok":true,"result":{"message_id":55,"date":1}}',
    "message id alone": '{"ok":true,"result":{"message_id":55}}',
    "with spaces": '{ "ok": true, "result": { "message_id": 55 } }',
    "in another order": '{"result":{"date":1,"message_id":55},"ok":true}',
}


@pytest.mark.parametrize("answer", SUCCESSES.values(), ids=SUCCESSES.keys())
async def test_the_message_id_is_found_however_the_answer_is_written(answer: str) -> None:
    async def serve(_: web.Request) -> web.Response:
        return web.Response(text=answer, content_type="application/json")

    async with stub(serve) as channel:
        outcome = await channel.deliver(channel.prepare(STORY), To("7"))
    assert outcome == Outcome(Kind.SENT, message_id="55")


async def test_the_prepared_body_is_json_with_the_chat_first() -> None:
    bodies: list[bytes] = []

    async def serve(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.json_response({"ok": True, "result": {"message_id": 1}})

    async with stub(serve) as channel:
        prepared = channel.prepare(Message((Span("Kabar \ud83d & <sore>"),)))
        await channel.deliver(prepared, To("-100", "9"))
    assert isinstance(prepared, Prepared)
    sent = json.loads(bodies[0])
    assert list(sent)[:2] == ["chat_id", "message_thread_id"]
    assert (sent["chat_id"], sent["message_thread_id"], sent["text"]) == (-100, 9, "Kabar ? &amp; &lt;sore&gt;")


# An answer to one ---------------------------------------------------------------------------------------------------


async def test_a_new_answer_is_a_message_of_its_own() -> None:
    async with side() as both:
        outcome = await both.channel.reply(reply(STORY))
        shown = both.last()
    assert outcome == Outcome(Kind.SENT, message_id=str(shown.message_id))
    assert (shown.text, shown.preview_url) == (STORY.plain(), STORY.preview)


async def test_replacing_changes_the_message_in_place_and_ends_the_buttons_wait() -> None:
    async with side() as both:
        target, callback = await both.pressed()
        outcome = await both.channel.reply(reply(said("Tersimpan."), Mode.REPLACE, target, callback))
        mine = [s for s in both.telegram.shown(SARI) if s.from_bot]
        acknowledged = [e.status for e in both.telegram.ledger() if e.method.lower() == "answercallbackquery"]
    assert outcome == Outcome(Kind.SENT, message_id=target)
    assert [s.text for s in mine] == ["Tersimpan."]
    assert mine[0].buttons == ()
    assert acknowledged == [200]


async def test_replacing_with_the_same_is_done_already() -> None:
    async with side() as both:
        target, callback = await both.pressed()
        outcome = await both.channel.reply(reply(STORY, Mode.REPLACE, target, callback))
    assert outcome == Outcome(Kind.SENT, "not_modified", target)


async def test_what_cannot_be_replaced_is_sent_anew() -> None:
    async with side() as both:
        menu = reply(said("Menu"), Mode.REPLACE, "999999")
        assert await both.channel.reply(menu) == Outcome(Kind.LATER, "edit_not_found", retry_after=0.0)
        outcome = await both.channel.reply(menu)
        shown = both.last()
    assert outcome == Outcome(Kind.SENT, message_id=str(shown.message_id))
    assert shown.text == "Menu"


async def test_replacing_without_a_target_is_a_new_message() -> None:
    async with side() as both:
        assert (await both.channel.reply(reply(said("Menu"), Mode.REPLACE))).kind is Kind.SENT
        assert both.last().text == "Menu"


async def test_a_press_that_is_too_old_does_not_spoil_the_answer() -> None:
    async with side() as both:
        target, _ = await both.pressed()
        outcome = await both.channel.reply(reply(said("Baru"), Mode.REPLACE, target, "12345"))
    assert outcome.kind is Kind.SENT


async def test_a_toast_passes_over_the_screen_and_is_cut_to_what_telegram_shows() -> None:
    async with side() as both:
        _, callback = await both.pressed()
        outcome = await both.channel.reply(reply(said("Tersimpan. " * 40), Mode.TOAST, None, callback))
        toasts = both.telegram.toasts(SARI)
    assert outcome == Outcome(Kind.SENT, "toast")
    assert len(toasts) == 1
    assert toasts[0].startswith("Tersimpan.")
    assert len(toasts[0]) <= 200


async def test_a_toast_that_comes_too_late_is_refused_and_says_so() -> None:
    async with side() as both:
        outcome = await both.channel.reply(reply(said("Tersimpan."), Mode.TOAST, None, "12345"))
    assert outcome == Outcome(Kind.REFUSED, "query_too_old")


async def test_a_toast_without_a_press_is_a_message() -> None:
    async with side() as both:
        assert (await both.channel.reply(reply(said("Tersimpan."), Mode.TOAST))).kind is Kind.SENT
        assert both.last().text == "Tersimpan."


async def test_an_answer_whose_markup_is_refused_goes_out_as_plain_text() -> None:
    async with side() as both:
        both.telegram.faults.add(answer=Fault.CANNOT_PARSE, times=1)
        outcomes = [its_kind(await both.channel.reply(reply(STORY))) for _ in range(2)]
        shown = both.last()
    assert outcomes == [AGAIN, Kind.SENT]
    assert (shown.text, shown.entities) == (STORY.plain(), ())


async def test_each_try_of_an_answer_is_one_request_and_ends_the_buttons_wait_once() -> None:
    picture = Message((Span("Angka & lainnya", bold=True),), photo="AgACgone")
    async with side() as both:
        target, callback = await both.pressed()
        both.telegram.faults.add(answer=Fault.CANNOT_PARSE, times=1, method="editMessageText")
        both.telegram.delete(SARI, int(target))
        answer = reply(picture, Mode.REPLACE, target, callback)
        codes = [(await both.channel.reply(answer)).code for _ in range(4)]
        methods = [e.method.lower() for e in both.telegram.ledger()][1:]
    assert codes == ["photo", "parse_entities", "edit_not_found", ""]
    sends = [method for method in methods if method != "answercallbackquery"]
    assert sends == ["sendphoto", "editmessagetext", "editmessagetext", "sendmessage"]
    assert methods.count("answercallbackquery") == 1


async def test_what_was_refused_of_one_answer_says_nothing_about_the_next_with_its_number() -> None:
    async with side() as both:
        both.telegram.faults.add(answer=Fault.CANNOT_PARSE, times=1)
        assert its_kind(await both.channel.reply(reply(STORY))) == AGAIN
        await both.channel.reply(reply(Message((Span("Lain", bold=True),))))
        assert [e["type"] for e in both.last().entities] == ["bold"]


async def test_what_a_chat_stands_depends_on_its_kind() -> None:
    async with side() as both:
        private, group = both.channel.chat_rate("101"), both.channel.chat_rate("-100101")
    assert private.per_second <= 1.0
    assert group.burst + 60 * group.per_second <= 20


@asynccontextmanager
async def stub(serve: Serve) -> AsyncIterator[TelegramChannel]:
    """A channel whose Telegram answers just as `serve` does."""
    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/sendMessage", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        api = AiohttpRequest(session)
        base = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
        bot = Bot(TOKEN, base_url=base, request=api, get_updates_request=api)
        yield TelegramChannel(bot, api.wire)
    await runner.cleanup()
