"""A little bot that speaks the real HTTP of Telegram: it stands in for the program where only the page is tested."""

import asyncio
import re
from html import unescape
from typing import Any, Self

import aiohttp

from bot.simulator.demo import POLL, TOKEN, Demo
from bot.simulator.stories import CATEGORIES

Json = dict[str, Any]
NAMES = {category.id: category.name_id for category in CATEGORIES}
SLUGS = {category.label: category.id for category in CATEGORIES}
ITEM = re.compile(r"<item>.*?</item>", re.DOTALL)
LABEL = re.compile(r"<category>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</category>")


class StandIn:
    """Lets people choose topics and stop, and brings stories; the options are faults that a program might have."""

    def __init__(
        self, demo: Demo, *, every: float = POLL / 10, twice: bool = False, everyone: bool = False,
        again_after_edit: bool = False, deaf_to_stop: bool = False,
    ) -> None:  # fmt: skip
        self._url = demo.simulator.base_url
        self._copies = 2 if twice else 1
        self._everyone = everyone
        self._again_after_edit = again_after_edit
        self._deaf_to_stop = deaf_to_stop
        self._every = every
        self._draft: dict[int, set[str]] = {}
        self._follows: dict[int, set[str]] = {}
        self._known: set[str] = set()
        self._imported = False  # the first look at the feeds sends nothing
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        commands = [{"command": word, "description": word} for word in ("menu", "topik", "berhenti")]
        await self._call("setMyCommands", commands=commands)
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._read())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if not isinstance(result, asyncio.CancelledError | None):
                raise result
        await self._session.close()

    async def _call(self, method: str, **params: Any) -> Any:
        async with self._session.post(f"{self._url}/bot{TOKEN}/{method}", json=params) as answer:
            return (await answer.json()).get("result")

    # The conversation -----------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        offset = 0
        while True:
            for update in await self._call("getUpdates", offset=offset, timeout=20) or []:
                offset = update["update_id"] + 1
                if "message" in update:
                    await self._said(update["message"]["chat"]["id"], update["message"].get("text", ""))
                elif "callback_query" in update:
                    await self._pressed(update["callback_query"])

    async def _said(self, chat: int, text: str) -> None:
        if text in {"/stop", "/berhenti"}:
            if not self._deaf_to_stop:
                self._follows.pop(chat, None)
            await self._call("sendMessage", chat_id=chat, text="Anda sudah berhenti. Pintu selalu terbuka.")
        elif text.startswith("/start"):
            self._draft[chat] = set()
            words = "Selamat datang di <b>Kabar Pendopo</b>. Ketuk topik, lalu <b>Selesai</b>."
            await self._call("sendMessage", chat_id=chat, text=words, parse_mode="HTML", reply_markup=self._keys(chat))
        else:
            await self._call("sendMessage", chat_id=chat, text="Maaf, kami belum paham.")

    async def _pressed(self, query: Json) -> None:
        chat, message = query["message"]["chat"]["id"], query["message"]["message_id"]
        draft, topic = self._draft.setdefault(chat, set()), query["data"]
        if topic == "done" and not draft:
            await self._call("answerCallbackQuery", callback_query_id=query["id"], text="Pilih sedikitnya satu topik.")
            return
        await self._call("answerCallbackQuery", callback_query_id=query["id"])
        if topic == "done":
            self._follows[chat] = set(draft)
            names = " dan ".join(NAMES[topic] for topic in NAMES if topic in draft)
            await self._edit(chat, message, text=f"Siap. Anda mengikuti {names}. Berita dikirim langsung.")
        else:
            draft ^= set(NAMES) if topic == "all" else {topic}
            await self._edit(chat, message, text="Ketuk topik, lalu Selesai.", reply_markup=self._keys(chat))

    async def _edit(self, chat: int, message: int, **what: Any) -> None:
        await self._call("editMessageText", chat_id=chat, message_id=message, **what)

    def _keys(self, chat: int) -> Json:
        ticked = self._draft[chat]
        rows = [[{"text": ("✅ " if t in ticked else "") + name, "callback_data": t}] for t, name in NAMES.items()]
        ends = [{"text": "Pilih semua", "callback_data": "all"}, {"text": "Selesai", "callback_data": "done"}]
        return {"inline_keyboard": [*rows, ends]}

    # The news -------------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            for path in ("/feed/", *(f"/category/{category.slug}/feed/" for category in CATEGORIES)):
                async with self._session.get(self._url + path) as answer:
                    await self._spread(await answer.text())
            self._imported = True
            await asyncio.sleep(self._every)

    async def _spread(self, feed: str) -> None:
        for item in reversed(ITEM.findall(feed)):
            link, title = _field(item, "link"), _field(item, "title")
            key = link + title if self._again_after_edit else link
            if key in self._known:
                continue
            self._known.add(key)
            if self._imported:
                await self._tell(link, title, {SLUGS.get(name, "") for name in LABEL.findall(item)})

    async def _tell(self, link: str, title: str, topics: set[str]) -> None:
        readers = [chat for chat, wanted in self._follows.items() if self._everyone or wanted & topics]
        for chat in readers * self._copies:
            markup = {"inline_keyboard": [[{"text": "Baca selengkapnya", "url": link}]]}
            await self._call(
                "sendMessage", chat_id=chat, text=title, entities=[{"type": "bold", "offset": 0, "length": 5}],
                reply_markup=markup, link_preview_options={"url": link},
            )  # fmt: skip


def _field(item: str, name: str) -> str:
    found = re.search(rf"<{name}>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</{name}>", item, re.DOTALL)
    return unescape(found[1]) if found else ""
