"""`/healthz`: one look tells whether somebody must get up."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

Health = Callable[[], Mapping[str, Any]]


def health_route(health: Health) -> web.RouteDef:
    """GET /healthz: 200 while `health()["ok"]`, else 503; the same JSON either way."""

    async def healthz(_: web.Request) -> web.Response:
        state = health()
        return web.json_response(state, status=200 if state["ok"] else 503, headers={"Cache-Control": "no-store"})

    return web.get("/healthz", healthz)
