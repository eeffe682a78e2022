"""What becomes of earlier messages on the page's phones: quoted, edited, gone; and what the board makes of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.simulator.demo import TOKEN, Demo
from bot.simulator.phones import RESIDENTS
from bot.simulator.telegram import Limits

SRI = RESIDENTS[0].user_id
Json = dict[str, Any]


@dataclass
class Program:
    """What a program does to one phone, over HTTP, and what the page shows of it."""

    demo: Demo
    session: aiohttp.ClientSession

    async def call(self, method: str, **params: Any) -> Any:
        url = f"{self.demo.simulator.base_url}/bot{TOKEN}/{method}"
        async with self.session.post(url, json={"chat_id": SRI, **params}) as answer:
            return (await answer.json())["result"]

    def messages(self) -> list[Json]:
        return list(self.demo.phones.state()["phones"][0]["messages"])


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    demo = Demo(tell=lambda _: None, limits=Limits.off())
    await demo.start()
    demo.telegram.say(SRI, "/start")
    async with aiohttp.ClientSession() as session:
        yield Program(demo, session)
    await demo.stop()


async def test_a_reply_quotes_the_message_as_it_is_now(program: Program) -> None:
    wrong = await program.call("sendMessage", text="Judul keliru\nIsi")
    await program.call("sendMessage", text="Ralat", reply_parameters={"message_id": wrong["message_id"]})
    assert [(m["quote"], m["edited"]) for m in program.messages()[1:]] == [(None, False), ("Judul keliru", False)]
    await program.call("editMessageText", message_id=wrong["message_id"], text="Judul benar\nIsi")
    assert [(m["quote"], m["edited"]) for m in program.messages()[1:]] == [(None, True), ("Judul benar", False)]
    await program.call("deleteMessage", message_id=wrong["message_id"])
    assert [m["quote"] for m in program.messages()[1:]] == [""]


async def test_a_message_that_replies_to_a_story_is_no_second_copy(program: Program) -> None:
    phones = program.demo.phones
    post = phones.publish("Pasar malam pindah", "<p>x</p>", ["daerah"])
    markup = {"inline_keyboard": [[{"text": "Baca", "url": f"{phones.portal.base_url}/?p={post}"}]]}
    story = await program.call("sendMessage", text="Pasar malam pindah", reply_markup=markup)
    about = {"reply_parameters": {"message_id": story["message_id"]}}
    await program.call("sendMessage", text="Ralat", reply_markup=markup, **about)
    assert phones.board.copies(post, SRI) == 1
    await program.call("sendMessage", text="Pasar malam pindah", reply_markup=markup)
    assert phones.board.copies(post, SRI) == 2
