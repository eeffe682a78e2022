"""Hands for another process: when the simulator runs by itself, scripts type, publish and read through these routes."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.simulator.portal import Portal
from bot.simulator.telegram import Fault, NotPossible, Telegram

Act = Callable[[dict[str, Any]], object]


class Control:
    """/simulator/… : POST what people, editors and misfortune do; GET what can be seen."""

    def __init__(self, telegram: Telegram, portal: Portal) -> None:
        self.telegram = telegram
        self.portal = portal

    def routes(self) -> list[web.RouteDef]:
        """All of them; a POST takes a JSON object with the arguments of the method it is named after."""
        telegram, portal = self.telegram, self.portal
        acts: dict[str, Act] = {
            "say": lambda a: telegram.say(**a),
            "press": lambda a: telegram.press(**a),
            "tap": lambda a: telegram.tap(**a),
            "block": lambda a: telegram.block(**a),
            "unblock": lambda a: telegram.unblock(**a),
            "publish": lambda a: portal.publish(**_dated(a)),
            "edit": lambda a: portal.edit(**a),
            "withdraw": lambda a: portal.withdraw(**a),
            "faults": self._fault,
        }
        return [
            web.get("/simulator/stats", self._stats),
            web.get("/simulator/shown/{chat_id}", self._shown),
            web.get("/simulator/ledger", self._ledger),
            *(web.post(f"/simulator/{name}", _act(act)) for name, act in acts.items()),
        ]

    def _fault(self, arguments: dict[str, Any]) -> None:
        """`answer` is a name, with `retry_after` for FLOOD; null takes all faults back."""
        name = arguments.pop("answer")
        if name is None:
            self.telegram.faults.clear()
            return
        retry_after = arguments.pop("retry_after", None)
        answer = getattr(Fault, name) if retry_after is None else Fault.FLOOD(retry_after)
        self.telegram.faults.add(answer=answer, **arguments)

    async def _stats(self, _request: web.Request) -> web.Response:
        counts = {f"{method} {status}": n for (method, status), n in sorted(self.telegram.counts.items())}
        seen = {"requests": counts, "floods": self.telegram.floods, "peak": self.telegram.peak()}
        return _json({**seen, "hits": len(self.portal.hits), "posts": len(self.portal.posts)})

    async def _shown(self, request: web.Request) -> web.Response:
        return _json([asdict(shown) for shown in self.telegram.shown(int(request.match_info["chat_id"]))])

    async def _ledger(self, request: web.Request) -> web.Response:
        chat_id = request.query.get("chat_id")
        return _json([asdict(entry) for entry in self.telegram.ledger(int(chat_id) if chat_id else None)])


def _act(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            return _json({"result": act(await request.json())})
        except (NotPossible, TypeError, ValueError, KeyError, StopIteration, AttributeError) as fault:
            return _json({"error": str(fault) or type(fault).__name__}, 400)

    return answer


def _dated(arguments: dict[str, Any]) -> dict[str, Any]:
    if arguments.get("published"):
        arguments["published"] = datetime.fromisoformat(arguments["published"])
    return arguments


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, text=json.dumps(value, default=str), content_type="application/json")
