"""The templates of a business account over the Graph API: listed whole, created one by one; nothing here deletes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from bot.channels.whatsapp.client import API_URL, VERSION
from bot.channels.whatsapp.templates.model import Json, Template
from bot.delivery.templates import template_key
from bot.errors import OperationError

PAGE: Final = 100  # templates of one answer
MOST_PAGES: Final = 100  # Meta's accounts hold 6,000 templates at most
WAITS: Final = (1.0, 4.0, 16.0)  # seconds before the same request is made again
TIMEOUT: Final = aiohttp.ClientTimeout(30, connect=5)
INVALID: Final = 100
_FIELDS: Final = "id,name,language,status,category,components,quality_score,rejected_reason"
_BUSY: Final = frozenset({4, 17, 80007, 80008, 613})  # too many requests
_THEIRS: Final = frozenset({1, 2})
_ADVICE: Final = {
    190: "the access token is wrong or has expired: put a new one into WHATSAPP_ACCESS_TOKEN",
    10: "the access token may not manage templates: give it whatsapp_business_management",
    200: "the access token may not manage templates: give it whatsapp_business_management",
    100: "check WHATSAPP_BUSINESS_ACCOUNT_ID: it is the id of the WhatsApp account, not of the number",
    4: "too many requests: try again in an hour",
    80008: "too many requests: try again in an hour",
}


class GraphError(OperationError):
    """The Graph API refused, or did not answer; never names the token."""

    def __init__(self, code: int, text: str, subcode: int = 0, *, said_to_people: bool = False) -> None:
        self.code, self.subcode, self.said_to_people = code, subcode, said_to_people
        super().__init__(text)

    @property
    def about_the_template(self) -> bool:
        """Whether it is one template that is refused, and not the account or the request as such."""
        return self.code == INVALID and self.said_to_people


@dataclass(frozen=True, slots=True)
class Found:
    """A template as the account has it."""

    name: str
    language: str
    status: str
    category: str  # lower case
    components: tuple[Json, ...] = ()
    quality: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        """How the store names it."""
        return template_key(self.name, self.language)


class TemplatesApi:
    """One business account's templates; shows its token to nobody but the API."""

    def __init__(
        self, session: aiohttp.ClientSession, token: str, account: str, api_url: str | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._session, self._sleep = session, sleep
        self._url = f"{(api_url or API_URL).rstrip('/')}/{VERSION}/{account}/message_templates"
        self._headers = {"Authorization": f"Bearer {token}", "User-Agent": "kentongan"}

    async def all(self) -> AsyncIterator[Found]:
        """Every template of the account, page after page."""
        after = ""
        for _ in range(MOST_PAGES):
            query = {"fields": _FIELDS, "limit": str(PAGE)} | ({"after": after} if after else {})
            answer = await self._ask("GET", query=query)
            for told in _objects(answer.get("data")):
                yield _found(told)
            paging = _object(answer.get("paging"))
            # The cursor alone is taken: `next` is an address, and our token goes to no address that an answer names.
            after = str(_object(paging.get("cursors")).get("after") or "")
            if "next" not in paging or not after:
                return

    async def create(self, template: Template) -> tuple[str, str]:
        """Ask for this template; its status and its category now, in the platform's and in our words."""
        answer = await self._ask("POST", body=template.to_create())
        return str(answer.get("status") or "PENDING"), str(answer.get("category") or template.category).lower()

    async def _ask(self, method: str, *, query: dict[str, str] | None = None, body: Json | None = None) -> Json:
        """One request; what is busy or broken for a moment is asked again, and creating twice does no harm."""
        for wait in (*WAITS, None):
            try:
                return await self._once(method, query, body)
            except GraphError as error:
                passing = error.code in _BUSY | _THEIRS or error.code < 0
                if wait is None or not passing:
                    raise
                await self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    async def _once(self, method: str, query: dict[str, str] | None, body: Json | None) -> Json:
        fault = ""
        try:
            async with self._session.request(
                method, self._url, params=query, json=body, headers=self._headers, timeout=TIMEOUT,
                allow_redirects=False,
            ) as answer:  # fmt: skip
                status, payload = answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            fault = type(error).__name__
        if fault:  # out here, so that no traceback reaches the headers in aiohttp's error
            raise GraphError(-1, f"the Graph API did not answer ({fault})")
        told = _parsed(payload)
        if status == HTTPStatus.OK and "error" not in told:
            return told
        raise _refusal(status, _object(told.get("error")))


def _refusal(status: int, error: Json) -> GraphError:
    if not error:
        return GraphError(-status, f"the Graph API answered with a page of status {status}")
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    data = _object(error.get("error_data"))
    said = str(error.get("error_user_msg") or data.get("details") or error.get("message") or "")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and code not in _BUSY:
        code = 2
    for_people = bool(error.get("error_user_msg"))  # what is wrong with a template is written for people
    advice = "" if for_people else _ADVICE.get(code, "")
    text = f"the Graph API refuses ({code}): {said}{f' — {advice}' if advice else ''}"
    return GraphError(code, text, subcode, said_to_people=for_people)


def _found(told: Json) -> Found:
    reason = str(told.get("rejected_reason") or "")
    return Found(
        str(told.get("name") or ""), str(told.get("language") or ""), str(told.get("status") or ""),
        str(told.get("category") or "").lower(), tuple(_objects(told.get("components"))),
        str(_object(told.get("quality_score")).get("score") or ""), "" if reason == "NONE" else reason,
    )  # fmt: skip


def _parsed(payload: bytes) -> Json:
    try:
        return _object(json.loads(payload))
    except (ValueError, RecursionError):
        return {}


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(values: object) -> list[Json]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _number(value: Any) -> int:  # noqa: ANN401 — JSON
    return value if isinstance(value, int) else 0
