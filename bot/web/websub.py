"""`/websub/…`: where hubs ask whether we meant it, and deliver."""

from aiohttp import web

from bot.flow.websub import PATH, WebSub

LARGEST = 5_000_000  # bytes of a delivery; what a poll would read


def websub_routes(websub: WebSub) -> list[web.RouteDef]:
    """GET confirms a subscription (404 for what was not asked), POST takes a delivery (202 before it is read)."""

    async def confirm(request: web.Request) -> web.Response:
        answer = await websub.confirm(request.match_info["token"], request.query)
        if answer is None:
            raise web.HTTPNotFound
        return web.Response(text=answer, headers={"X-Content-Type-Options": "nosniff"})

    async def deliver(request: web.Request) -> web.Response:
        body = await _body(request)
        taken = await websub.deliver(
            request.match_info["token"],
            body,
            request.headers.get("X-Hub-Signature"),
            request.headers.get("Content-Type"),
        )
        if taken is None:
            raise web.HTTPNotFound
        if not taken:
            return web.Response(status=503, headers={"Retry-After": "60"})
        return web.Response(status=202)

    path = PATH + "{token:[A-Za-z0-9_-]{16,64}}"
    return [web.get(path, confirm), web.post(path, deliver)]


async def _body(request: web.Request) -> bytes:
    """The raw body, as the signature covers it; 413 as soon as it is too large."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(65_536):
        body += chunk
        if len(body) > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST, len(body))
    return bytes(body)
