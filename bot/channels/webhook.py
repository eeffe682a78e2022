"""What every channel's webhook asks of the web server."""

from aiohttp import web


async def read_at_most(request: web.Request, largest: int) -> bytes | None:
    """The body, or None when it is larger than so many bytes; no more than that is read."""
    if (request.content_length or 0) > largest:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > largest:
            return None
    return bytes(body)
