"""What is done to earlier messages, on the strict simulator over real HTTP: every act, and all that can go wrong."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot

from bot.channels.telegram.send import CONVINCED, Prepared, TelegramChannel
from bot.channels.telegram.transport import AiohttpRequest
from bot.channels.telegram.wire import Timeouts
from bot.chat.broadcasts import broadcast_message
from bot.chat.message import Button, Message, Span
from bot.delivery.content import Act, BroadcastKind, Content, Note
from bot.delivery.outcome import Kind, Outcome
from bot.ports import To
from bot.simulator.clock import HandClock
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Fault, Limits, Shown, Telegram
from tests.support.town import NOW, STORIES, board

TOKEN = "123456:acts-canary"
SARI, BUDI, GROUP, FORUM = 101, 102, -4001, -1001234567890
TWO_DAYS = 48 * 3600
STORY = Message(
    (Span("Pasar malam & konser", bold=True), Span("\n\nMulai Kamis.")),
    ((Button("Baca selengkapnya", url="https://target-24jam.com/?p=1"),), (Button("Simpan", "save:1"),)),
    "https://target-24jam.com/?p=1",
)
RIGHT = Message((Span("Pasar malam & konser", bold=True), Span("\n\nMulai Jumat.")), STORY.rows, STORY.preview)
STUB = broadcast_message(
    Content(BroadcastKind.WITHDRAWAL, NOW, STORIES[7], Note("Sumbernya menarik keterangan.")), "id", board()
)


@dataclass
class Side:
    """Both sides of the wire."""

    telegram: Telegram
    clock: HandClock
    channel: TelegramChannel
    base: str

    def shown(self, chat: int = SARI) -> list[Shown]:
        return [s for s in self.telegram.shown(chat) if s.from_bot]

    async def told(self, chat: int = SARI, thread: str | None = None) -> To:
        """A story that has been sent there, as what comes later names it."""
        outcome = await self.channel.deliver(self.channel.prepare(STORY), To(str(chat), thread))
        assert outcome.kind is Kind.SENT
        return To(str(chat), thread, outcome.message_id)

    async def do(self, act: Act, message: Message, to: To) -> Outcome:
        return await self.until_done(self.channel.prepare(message), to, act)

    async def until_done(self, prepared: Prepared, to: To, act: Act = Act.SEND) -> Outcome:
        """Try as the outbox does, each time with one request, while another form is asked for."""
        while True:
            before = len(self.telegram.ledger())
            outcome = await self.channel.deliver(prepared, to, act)
            assert len(self.telegram.ledger()) <= before + 1, "a try is one request"
            if (outcome.kind, outcome.retry_after) != (Kind.LATER, 0.0):
                return outcome

    def asked(self) -> list[str]:
        """The methods of the requests so far, the telling of the story apart."""
        return [entry.method for entry in self.telegram.ledger()][1:]


@asynccontextmanager
async def side() -> AsyncIterator[Side]:
    clock = HandClock()
    telegram = Telegram(TOKEN, clock=clock, limits=Limits.off())
    telegram.add_user(SARI, "Sari")
    telegram.add_user(BUDI, "Budi")
    telegram.add_group(GROUP, "Warga")
    telegram.add_group(FORUM, "Forum", forum=True).threads[12] = True
    simulator = Simulator(telegram, Portal(name="P", categories={}))
    base = await simulator.start()
    async with aiohttp.ClientSession() as session:
        api = AiohttpRequest(session, Timeouts(read=0.3, write=0.2))
        bot = Bot(TOKEN, base_url=f"{base}/bot", request=api, get_updates_request=api)
        yield Side(telegram, clock, TelegramChannel(bot, api.wire), base)
    await simulator.stop()


# Each act, when all goes well ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("chat", "thread"), [(SARI, None), (GROUP, None), (FORUM, "12")])
async def test_a_reply_stands_below_what_it_is_about(chat: int, thread: str | None) -> None:
    async with side() as both:
        to = await both.told(chat, thread)
        outcome = await both.do(Act.REPLY, RIGHT, to)
        first, reply = both.shown(chat)
    assert outcome == Outcome(Kind.SENT, message_id=str(reply.message_id))
    assert (reply.reply_to, reply.thread_id, reply.text) == (first.message_id, first.thread_id, RIGHT.plain())


@pytest.mark.parametrize(("chat", "thread"), [(SARI, None), (GROUP, None), (FORUM, "12")])
@pytest.mark.parametrize("age", [0, TWO_DAYS + 1, 400 * 24 * 3600])
async def test_an_edit_changes_the_message_at_any_age(chat: int, thread: str | None, age: int) -> None:
    async with side() as both:
        to = await both.told(chat, thread)
        both.clock.turn(age)
        outcome = await both.do(Act.EDIT, RIGHT, to)
        (shown,) = both.shown(chat)
    assert outcome == Outcome(Kind.SENT, message_id=to.message)
    assert (shown.text, shown.edited, shown.preview_url) == (RIGHT.plain(), True, RIGHT.preview)
    assert [[b.label for b in row] for row in shown.buttons] == [["Baca selengkapnya"], ["Simpan"]]
    assert [e["type"] for e in shown.entities] == ["bold"]


async def test_a_stub_takes_buttons_and_preview_away() -> None:
    async with side() as both:
        await both.do(Act.EDIT, STUB, await both.told())
        (shown,) = both.shown()
    assert shown.text.startswith("Berita ini dicabut\n")
    assert (shown.buttons, shown.preview_url) == ((), None)


async def test_a_deletion_takes_the_message_away() -> None:
    async with side() as both:
        to = await both.told()
        both.clock.turn(TWO_DAYS)
        outcome = await both.do(Act.DELETE, STUB, to)
        assert both.shown() == []
        assert both.telegram.counts["deletemessage", 200] == 1
    assert outcome == Outcome(Kind.SENT, "deleted", to.message)


async def test_one_encoding_serves_every_act_and_every_reader() -> None:
    async with side() as both:
        places = [await both.told(chat) for chat in (SARI, BUDI, GROUP)]
        prepared = both.channel.prepare(STUB)
        for to, act in zip(places, (Act.EDIT, Act.REPLY, Act.DELETE), strict=True):
            assert (await both.channel.deliver(prepared, to, act)).kind is Kind.SENT
        texts = [[s.text for s in both.shown(chat)] for chat in (SARI, BUDI, GROUP)]
    assert texts == [[STUB.plain()], [STORY.plain(), STUB.plain()], []]


async def test_what_is_about_no_message_that_we_know_of() -> None:
    async with side() as both:
        outcomes = [await both.do(act, STUB, To(str(SARI))) for act in (Act.EDIT, Act.DELETE, Act.REPLY)]
        (shown,) = both.shown()
    assert outcomes == [
        Outcome(Kind.SENT, "no_message"), Outcome(Kind.SENT, "no_message"),
        Outcome(Kind.SENT, message_id=str(shown.message_id)),
    ]  # fmt: skip
    assert shown.reply_to is None


# The message is not what it was -------------------------------------------------------------------------------------


async def test_a_reply_to_what_is_gone_stands_on_its_own() -> None:
    async with side() as both:
        to = await both.told()
        both.telegram.delete(SARI, int(to.message or 0))
        outcome = await both.do(Act.REPLY, RIGHT, to)
        (shown,) = both.shown()
    assert outcome == Outcome(Kind.SENT, message_id=str(shown.message_id))
    assert (shown.text, shown.reply_to) == (RIGHT.plain(), None)


GONE = {
    "an edit": (Act.EDIT, Outcome(Kind.SENT, "edit_not_found"), ["editmessagetext"]),
    "a deletion": (Act.DELETE, Outcome(Kind.SENT, "already_gone"), ["deletemessage"]),
}


@pytest.mark.parametrize(("act", "outcome", "asked"), GONE.values(), ids=GONE)
async def test_where_the_message_is_gone_nothing_wrong_is_left(act: Act, outcome: Outcome, asked: list[str]) -> None:
    async with side() as both:
        to = await both.told()
        both.telegram.delete(SARI, int(to.message or 0))
        assert await both.do(act, STUB, to) == outcome
        assert both.asked() == asked
        assert both.shown() == []


async def test_the_same_once_more_is_done_already() -> None:
    async with side() as both:
        to = await both.told()
        outcomes = [await both.do(Act.EDIT, STUB, to) for _ in range(2)]
    assert outcomes == [Outcome(Kind.SENT, "", to.message), Outcome(Kind.SENT, "not_modified", to.message)]


async def test_what_is_not_ours_cannot_be_edited_and_that_is_said() -> None:
    async with side() as both:
        typed = both.telegram.say(SARI, "halo")
        assert await both.do(Act.EDIT, STUB, To(str(SARI), None, str(typed))) == Outcome(Kind.SENT, "edit_refused")


async def test_a_message_too_old_to_be_deleted_becomes_the_stub() -> None:
    async with side() as both:
        to = await both.told()
        both.clock.turn(TWO_DAYS + 1)
        outcome = await both.do(Act.DELETE, STUB, to)
        (shown,) = both.shown()
        assert both.asked() == ["deletemessage", "editmessagetext"]
    assert outcome == Outcome(Kind.SENT, "stub", to.message)
    assert shown.text == STUB.plain()


REFUSALS = {
    "too old": Fault.CANNOT_DELETE,
    "no rights": Fault.NO_RIGHTS,
}


@pytest.mark.parametrize("fault", REFUSALS.values(), ids=REFUSALS)
async def test_a_refused_deletion_is_an_edit(fault: Fault) -> None:
    async with side() as both:
        to = await both.told()
        both.telegram.faults.add(answer=fault, method="deleteMessage")
        assert await both.do(Act.DELETE, STUB, to) == Outcome(Kind.SENT, "stub", to.message)
        assert both.shown()[0].text == STUB.plain()


async def test_a_refused_deletion_of_what_cannot_be_edited_says_so() -> None:
    async with side() as both:
        to = await both.told()
        both.telegram.faults.add(answer=Fault.CANNOT_DELETE, method="deleteMessage")
        both.telegram.faults.add(answer=Fault.CANNOT_EDIT, method="editMessageText")
        assert await both.do(Act.DELETE, STUB, to) == Outcome(Kind.SENT, "edit_refused")


async def test_when_nothing_can_be_deleted_any_more_the_others_get_the_stub_at_once() -> None:
    """Messages of one broadcast are of one age: asking twice for each of a hundred thousand readers helps nobody."""
    async with side() as both:
        places = [await both.told() for _ in range(CONVINCED + 3)]
        both.clock.turn(TWO_DAYS + 1)
        prepared = both.channel.prepare(STUB)
        outcomes = [await both.until_done(prepared, to, Act.DELETE) for to in places]
        counts = both.telegram.counts
    assert [outcome.code for outcome in outcomes] == ["stub"] * len(places)
    assert counts["deletemessage", 400] == CONVINCED
    assert counts["editmessagetext", 200] == len(places)


async def test_one_chat_that_lets_nothing_be_deleted_does_not_speak_for_the_others() -> None:
    async with side() as both:
        places = [await both.told(chat) for chat in (SARI, BUDI) for _ in range(CONVINCED)]
        both.telegram.faults.add(answer=Fault.CANNOT_DELETE, chat_id=SARI, method="deleteMessage")
        prepared = both.channel.prepare(STUB)
        mixed = [to for pair in zip(places[:CONVINCED], places[CONVINCED:], strict=True) for to in pair]
        codes = [(await both.until_done(prepared, to, Act.DELETE)).code for to in mixed]
    assert codes == ["stub", "deleted"] * CONVINCED


# What goes wrong on the way -----------------------------------------------------------------------------------------

TROUBLE = {
    "blocked": (Fault.FORBIDDEN, Outcome(Kind.GONE, "blocked")),
    "deactivated": (Fault.DEACTIVATED, Outcome(Kind.GONE, "deactivated")),
    "kicked": (Fault.KICKED, Outcome(Kind.GONE, "kicked")),
    "chat not found": (Fault.CHAT_NOT_FOUND, Outcome(Kind.GONE, "chat_not_found")),
    "topic closed": (Fault.TOPIC_CLOSED, Outcome(Kind.LATER, "topic_closed", retry_after=3600.0)),
    "revoked": (Fault.UNAUTHORIZED, Outcome(Kind.REFUSED, "unauthorized", account=True)),
    "flood": (Fault.FLOOD(33), Outcome(Kind.LATER, "flood", retry_after=33.0)),
    "5xx": (Fault.SERVER_ERROR, Outcome(Kind.NOT_SENT, "server_error")),
    "502 page": (Fault.BAD_GATEWAY_HTML, Outcome(Kind.UNKNOWN, "page_502")),
    "504 page": (Fault.GATEWAY_TIMEOUT_HTML, Outcome(Kind.UNKNOWN, "page_504")),
    "hang": (Fault.HANG, Outcome(Kind.UNKNOWN, "read_timeout")),
    "done, then dropped": (Fault.ACCEPT_THEN_DROP, Outcome(Kind.UNKNOWN, "connection_lost")),
    "half an answer": (Fault.HALF_ANSWER, Outcome(Kind.UNKNOWN, "half_answer")),
}


@pytest.mark.parametrize("act", [Act.REPLY, Act.EDIT, Act.DELETE])
@pytest.mark.parametrize(("fault", "expected"), TROUBLE.values(), ids=TROUBLE)
async def test_every_act_reports_what_went_wrong(act: Act, fault: Fault, expected: Outcome) -> None:
    async with side() as both:
        to = await both.told()
        both.telegram.faults.add(answer=fault)
        assert await both.do(act, STUB, to) == expected
        assert len(both.asked()) == 1, "a refusal of this kind is not followed by a second request"


@pytest.mark.parametrize("act", [Act.REPLY, Act.EDIT])
async def test_no_rights_to_write_hold_the_chat(act: Act) -> None:
    async with side() as both:
        to = await both.told()
        both.telegram.faults.add(answer=Fault.NO_RIGHTS)
        assert await both.do(act, STUB, to) == Outcome(Kind.LATER, "no_rights", retry_after=3600.0)


@pytest.mark.parametrize("act", [Act.REPLY, Act.EDIT, Act.DELETE])
async def test_a_chat_that_moved_is_reported_with_its_new_address(act: Act) -> None:
    async with side() as both:
        to = await both.told(GROUP)
        moved = both.telegram.migrate(GROUP)
        assert await both.do(act, STUB, to) == Outcome(Kind.NOT_SENT, "migrated", new_address=str(moved))


@pytest.mark.parametrize("act", [Act.EDIT, Act.DELETE])
async def test_after_an_answer_that_was_lost_the_same_again_harms_nobody(act: Act) -> None:
    async with side() as both:
        to = await both.told()
        both.telegram.faults.add(answer=Fault.ACCEPT_THEN_DROP, times=1)
        assert (await both.do(act, STUB, to)).kind is Kind.UNKNOWN
        assert (await both.do(act, STUB, to)).code == {Act.EDIT: "not_modified", Act.DELETE: "already_gone"}[act]


@pytest.mark.parametrize(("act", "methods"), [(Act.REPLY, "sendmessage"), (Act.EDIT, "editmessagetext")])
async def test_refused_markup_goes_out_as_plain_text_and_for_the_next_at_once(act: Act, methods: str) -> None:
    async with side() as both:
        places = [await both.told(chat) for chat in (SARI, BUDI)]
        both.telegram.faults.add(answer=Fault.CANNOT_PARSE, times=1)
        prepared = both.channel.prepare(RIGHT)
        outcomes = [(await both.until_done(prepared, to, act)).kind for to in places]
        asked = [(e.method, e.params.get("parse_mode")) for e in both.telegram.ledger()][2:]
        last = [both.shown(chat)[-1] for chat in (SARI, BUDI)]
    assert outcomes == [Kind.SENT, Kind.SENT]
    assert asked == [(methods, "HTML"), (methods, None), (methods, None)]
    assert [(s.text, s.entities) for s in last] == [(RIGHT.plain(), ())] * 2


async def test_a_stub_whose_markup_is_refused_still_stands_in_for_a_deletion() -> None:
    async with side() as both:
        to = await both.told()
        both.clock.turn(TWO_DAYS + 1)
        both.telegram.faults.add(answer=Fault.CANNOT_PARSE, times=1, method="editMessageText")
        assert await both.do(Act.DELETE, STUB, to) == Outcome(Kind.SENT, "stub", to.message)
        assert both.shown()[0].entities == ()


# The bodies ---------------------------------------------------------------------------------------------------------

BODIES = {
    Act.SEND: ("sendMessage", ["chat_id", "message_thread_id"], {}),
    Act.REPLY: (
        "sendMessage", ["chat_id", "message_thread_id", "reply_parameters"],
        {"reply_parameters": {"message_id": 55, "allow_sending_without_reply": True}},
    ),
    Act.EDIT: ("editMessageText", ["chat_id", "message_id"], {"message_id": 55}),
    Act.DELETE: ("deleteMessage", ["chat_id", "message_id"], {"message_id": 55}),
}  # fmt: skip


@pytest.mark.parametrize("act", BODIES)
async def test_what_differs_from_reader_to_reader_comes_first(act: Act) -> None:
    method, first, fields = BODIES[act]
    seen: list[tuple[str, bytes]] = []

    async def serve(request: web.Request) -> web.Response:
        seen.append((request.path, await request.read()))
        return web.json_response({"ok": True, "result": True if act is Act.DELETE else {"message_id": 55}})

    app = web.Application()
    app.router.add_post("/{any:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        api = AiohttpRequest(session)
        base = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
        channel = TelegramChannel(Bot(TOKEN, base_url=base, request=api, get_updates_request=api), api.wire)
        prepared = channel.prepare(STORY)
        outcome = await channel.deliver(prepared, To("-100", "9", "55"), act)
    await runner.cleanup()
    assert isinstance(prepared, Prepared)
    ((path, body),) = seen
    sent = json.loads(body)
    assert path == f"/bot{TOKEN}/{method}"
    assert list(sent)[: len(first)] == first
    assert sent | fields == sent
    assert ("text" in sent) is (act is not Act.DELETE)
    assert outcome.message_id == "55"
