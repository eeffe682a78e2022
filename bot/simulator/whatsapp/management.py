"""The account's templates over HTTP, and the reviewers behind it: creating, listing, approving, pausing."""

import hmac
from collections import deque
from typing import Final

from aiohttp import web

from bot.simulator.clock import Clock
from bot.simulator.whatsapp import form
from bot.simulator.whatsapp.errors import CloudError
from bot.simulator.whatsapp.model import Json
from bot.simulator.whatsapp.shape import Shape, parsed
from bot.simulator.whatsapp.templates import Template, Templates
from bot.simulator.whatsapp.webhook import Webhook

FIELDS: Final = frozenset(
    {"id", "name", "language", "status", "category", "components", "quality_score", "rejected_reason"}
)
LARGEST_PAGE: Final = 100


class Management:
    """GET and POST /{version}/{account}/message_templates; `asked` keeps the requests."""

    def __init__(self, token: str, account: str, templates: Templates, webhook: Webhook, clock: Clock) -> None:
        self.asked: list[tuple[str, Json]] = []  # method, query or body
        self.refusals: deque[CloudError | int] = deque()  # what the next requests meet; a number: that status, a page
        self._token, self._account = token, account
        self._templates, self._webhook, self._clock = templates, webhook, clock

    def routes(self) -> list[web.RouteDef]:
        """What the Graph API has for templates."""
        path = r"/{version:v\d+\.\d+}/{account:\d+}/message_templates"
        return [web.get(path, self.handle), web.post(path, self.handle)]

    async def handle(self, request: web.Request) -> web.Response:
        """One request."""
        raw = await request.read()
        try:
            answer = self._work(request, raw)
        except form.NotAccepted as error:
            return web.json_response({"error": error.error()}, status=400)
        except CloudError as error:
            return web.Response(status=error.status, body=error.body(), content_type="application/json")
        if isinstance(answer, int):
            return web.Response(status=answer, text="<html>nginx</html>", content_type="text/html")
        return web.json_response(answer)

    def _work(self, request: web.Request, raw: bytes) -> Json | int:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(shown.encode(), self._token.encode()):
            raise CloudError(190)
        if request.match_info["account"] != self._account:
            raise CloudError(100, "There is no such business account, or you may not use it.")
        refusal = self.refusals.popleft() if self.refusals else None
        if isinstance(refusal, CloudError):
            raise refusal
        if refusal is not None:
            return refusal
        if request.method == "GET":
            self.asked.append(("GET", dict(request.query)))
            return self._page(request)
        body = parsed(raw)
        self.asked.append(("POST", body))
        return self._create(Shape(body, ""))

    # Listing and creating -------------------------------------------------------------------------------------------

    def _page(self, request: web.Request) -> Json:
        query = request.query
        fields = query.get("fields", "id,name,language,status,category,components").split(",")
        unknown = sorted(set(fields) - FIELDS)
        if unknown:
            raise CloudError(100, f"Tried accessing nonexisting field ({unknown[0]})")
        limit = min(int(query.get("limit", "25")), LARGEST_PAGE)
        start = int(query.get("after", "0") or 0)
        whole = list(self._templates.by_name.values())
        part, end = whole[start : start + limit], start + limit
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(whole):
            again = request.url.update_query({"after": str(end)})
            paging["next"] = str(again)
        data = [{name: value for name, value in _told(t).items() if name in {*fields, "id"}} for t in part]
        return {"data": data, "paging": paging} if data else {"data": []}

    def _create(self, body: Shape) -> Json:
        made = form.read(body)
        if (made.name, made.language) in self._templates.by_name:
            raise form.NotAccepted(
                "Content in This Language Already Exists",
                "There is already content in this language for this template. Create a new template and try again.",
                form.EXISTS,
            )
        self._templates.add(made)
        return {"id": made.id, "status": made.status, "category": made.category.upper()}

    # Reviewers ------------------------------------------------------------------------------------------------------

    def review(self, name: str, language: str, event: str, reason: str = "NONE") -> None:
        """A template's status changes: APPROVED, REJECTED, FLAGGED, PAUSED, DISABLED, REINSTATED and others."""
        template = self._templates.named(name, language)
        template.status = "APPROVED" if event == "REINSTATED" else event
        template.reason = reason
        self._tell(
            template, "message_template_status_update",
            {"event": event, "reason": reason, "message_template_category": template.category.upper()},
        )  # fmt: skip

    def recategorise(self, name: str, language: str, category: str) -> None:
        """A template is taken for something else from now on (`marketing`, `utility`)."""
        template = self._templates.named(name, language)
        before, template.category = template.category, category
        self._tell(
            template, "template_category_update",
            {"previous_category": before.upper(), "new_category": category.upper()},
        )  # fmt: skip

    def rate(self, name: str, language: str, quality: str) -> None:
        """Readers' opinion of a template changes (GREEN, YELLOW, RED)."""
        template = self._templates.named(name, language)
        before, template.quality = template.quality, quality
        self._tell(
            template, "message_template_quality_update",
            {"previous_quality_score": before, "new_quality_score": quality},
        )  # fmt: skip

    def _tell(self, template: Template, field: str, what: Json) -> None:
        about = {
            "message_template_id": int(template.id), "message_template_name": template.name,
            "message_template_language": template.language,
        }  # fmt: skip
        self._webhook.add(field, {**what, **about}, self._clock.now())


def _told(template: Template) -> Json:
    return {
        "id": template.id, "name": template.name, "language": template.language, "status": template.status,
        "category": template.category.upper(), "components": list(template.components) or _components(template),
        "quality_score": {"score": template.quality}, "rejected_reason": template.reason,
    }  # fmt: skip


def _components(template: Template) -> list[Json]:
    parts: list[Json] = [{"type": "BODY", "text": template.body}]
    if template.header:
        parts.insert(0, {"type": "HEADER", "format": "TEXT", "text": template.header})
    if template.footer:
        parts.append({"type": "FOOTER", "text": template.footer})
    if template.quick_replies:
        buttons = [{"type": "QUICK_REPLY", "text": text} for text in template.quick_replies]
        parts.append({"type": "BUTTONS", "buttons": buttons})
    return parts
