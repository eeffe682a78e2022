"""An answer of the portal before it goes out."""

from dataclasses import dataclass, field

from aiohttp import web


@dataclass(slots=True)
class Answer:
    """Status, body and headers."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    charset: str = "UTF-8"  # as the header says; pictures have none

    def response(self) -> web.Response:
        """As aiohttp sends it."""
        if self.status == 304:  # noqa: PLR2004 — not modified: no body and no type
            return web.Response(status=304, headers=self.headers)
        charset = None if self.content_type.startswith("image/") else self.charset
        return web.Response(
            status=self.status, body=self.body, content_type=self.content_type, charset=charset, headers=self.headers
        )
