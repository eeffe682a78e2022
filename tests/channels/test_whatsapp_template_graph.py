"""The account's templates over HTTP: pages, refusals, what is waited for; and what ours are beside them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.channels.whatsapp.templates.graph import Found, GraphError, TemplatesApi
from bot.channels.whatsapp.templates.model import Category
from bot.channels.whatsapp.templates.sync import Standing, compare, news_of, to_do
from bot.channels.whatsapp.templates.written import read_folder
from bot.simulator.whatsapp import CloudError, Template
from tests.simulator.whatsapp_rig import TOKEN, Wire, whatsapp_wire
from tests.support.town import NOW

OURS = read_folder().templates
ONE = OURS[0]


@dataclass
class Account:
    wire: Wire
    waited: list[float] = field(default_factory=list)

    def api(self, session: ClientSession | None = None, url: str = "", token: str = TOKEN) -> TemplatesApi:
        async def wait(seconds: float) -> None:
            self.waited.append(seconds)

        account = self.wire.whatsapp.business_id
        return TemplatesApi(session or self.wire.session, token, account, url or self.wire.base, wait)

    async def refused(self, **how: Any) -> GraphError:
        with pytest.raises(GraphError) as caught:
            await self.api(**how).create(ONE)
        assert TOKEN not in str(caught.value)
        return caught.value


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    async with whatsapp_wire() as wire:
        yield Account(wire)


async def found(account: Account) -> list[Found]:
    return [one async for one in account.api().all()]


async def test_all_pages_are_walked(account: Account) -> None:
    for n in range(205):
        account.wire.whatsapp.approve(Template(f"promo_{n}", "id", "marketing", "Promo."))
    assert [one.name for one in await found(account)] == [f"promo_{n}" for n in range(205)]
    assert [query.get("after") for _, query in account.wire.whatsapp.management.asked] == [None, "100", "200"]


async def test_an_empty_account_has_none(account: Account) -> None:
    assert await found(account) == []


@pytest.mark.parametrize("template", OURS, ids=lambda t: t.key)
async def test_each_of_our_files_is_taken_by_the_strict_account_and_found_again(
    account: Account, template: Any
) -> None:
    assert await account.api().create(template) == ("PENDING", template.category.value)
    (compared,) = compare([template], await found(account))
    assert (compared.standing, compared.differs) == (Standing.SAME, ())


@pytest.mark.parametrize("code", [4, 80007, 2, 1, 131016])
async def test_a_busy_account_is_asked_again(account: Account, code: int) -> None:
    account.wire.whatsapp.management.refusals.extend([CloudError(code), CloudError(code)])
    assert await account.api().create(ONE) == ("PENDING", "marketing")
    assert account.waited == [1.0, 4.0]


async def test_one_that_stays_busy_is_given_up(account: Account) -> None:
    account.wire.whatsapp.management.refusals.extend([CloudError(4)] * 4)
    assert "too many requests: try again in an hour" in str(await account.refused())
    assert account.waited == [1.0, 4.0, 16.0]
    account.wire.whatsapp.management.refusals.extend([502] * 4)
    assert "answered with a page of status 502" in str(await account.refused())


async def test_nobody_at_the_other_end_is_waited_for_too(account: Account) -> None:
    assert "did not answer (ClientConnectorError)" in str(await account.refused(url="http://127.0.0.1:9"))
    assert account.waited == [1.0, 4.0, 16.0]


@pytest.mark.parametrize(
    ("code", "said"),
    [(10, "whatsapp_business_management"), (200, "whatsapp_business_management"), (368, "policies violations")],
)
async def test_what_concerns_the_account_is_told_at_once(account: Account, code: int, said: str) -> None:
    account.wire.whatsapp.management.refusals.append(CloudError(code))
    refused = await account.refused()
    assert said in str(refused)
    assert not refused.about_the_template
    assert account.waited == []


async def test_what_concerns_one_template_is_told_in_the_reviewers_words(account: Account) -> None:
    await account.api().create(ONE)
    refused = await account.refused()
    assert refused.about_the_template
    assert refused.subcode == 2388024
    assert "There is already content in this language" in str(refused)


async def test_a_wrong_token_is_no_fault_of_the_template(account: Account) -> None:
    refused = await account.refused(token="wrong")
    assert (refused.code, refused.about_the_template) == (190, False)


async def test_the_token_is_sent_to_no_address_that_an_answer_names(account: Account) -> None:
    """The next page is asked for with its cursor, where we asked before."""
    seen: list[str] = []

    async def page(request: web.Request) -> web.Response:
        seen.append(str(request.rel_url))
        paging = (
            {"cursors": {"after": "7"}, "next": "http://elsewhere.example/"} if "after" not in request.query else {}
        )
        return web.json_response({"data": [{"name": "a", "language": "id"}], "paging": paging})

    app = web.Application()
    app.router.add_get("/{tail:.*}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api = account.api(url=f"http://127.0.0.1:{runner.addresses[0][1]}")
    assert len([one async for one in api.all()]) == 2
    assert len(seen) == 2
    await runner.cleanup()


@pytest.mark.parametrize(
    "answer", [b"[]", b"{", b'{"data": 7, "paging": 7}', b'{"data": [7], "paging": {"cursors": []}}']
)
async def test_a_strange_answer_is_an_empty_one(account: Account, answer: bytes) -> None:
    async def strange(_: web.Request) -> web.Response:
        return web.Response(body=answer, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{tail:.*}", strange)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api = account.api(url=f"http://127.0.0.1:{runner.addresses[0][1]}")
    assert [one async for one in api.all()] == []
    await runner.cleanup()


# Beside our files ---------------------------------------------------------------------------------------------------

THEIRS = Found(ONE.name, ONE.language, "APPROVED", "marketing", tuple(ONE.components()), "GREEN")


def with_text(kind: str, text: str) -> Found:
    parts = ({**part, "text": text} if part["type"] == kind else part for part in ONE.components())
    return replace(THEIRS, components=tuple(parts))


BESIDE: dict[str, tuple[list[Found], Standing, tuple[str, ...]]] = {
    "nothing": ([], Standing.MISSING, ()),
    "the same in another language": ([replace(THEIRS, language="jv")], Standing.MISSING, ()),
    "the same": ([THEIRS], Standing.SAME, ()),
    "the same with blanks around": ([with_text("BODY", f" {ONE.body}\n")], Standing.SAME, ()),
    "another body": ([with_text("BODY", "Lain.")], Standing.DIFFERS, ("body",)),
    "no footer": (
        [replace(THEIRS, components=tuple(p for p in ONE.components() if p["type"] != "FOOTER"))],
        Standing.DIFFERS, ("footer",),
    ),
    "another button": (
        [replace(THEIRS, components=(*ONE.components()[:-1], {"type": "BUTTONS", "buttons": [{"text": "Lain"}]}))],
        Standing.DIFFERS, ("buttons",),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("account_has", "standing", "differs"), BESIDE.values(), ids=BESIDE)
def test_a_file_beside_what_the_account_has(
    account_has: list[Found], standing: Standing, differs: tuple[str, ...]
) -> None:
    (compared,) = compare([ONE], account_has)
    assert (compared.standing, compared.differs) == (standing, differs)


def test_a_listing_as_news_says_what_is_missing_and_what_must_not_be_sent() -> None:
    wrong = with_text("BODY", "Lain.")
    news = news_of(OURS[:2], [wrong, replace(THEIRS, name="promo")], NOW)
    last = {(one.name, one.language): one.status for one in news}
    assert last == {
        (ONE.name, ONE.language): "OTHER_TEXT", ("promo", ONE.language): "APPROVED",
        (OURS[1].name, OURS[1].language): "MISSING",
    }  # fmt: skip


TO_DO = {
    "all is well": (("APPROVED", "marketing", "GREEN"), ""),
    "missing": (("MISSING", "", ""), "sync"),
    "pending": (("PENDING", "marketing", ""), "wait"),
    "rejected": (("REJECTED", "marketing", ""), "_v2"),
    "paused": (("PAUSED", "marketing", ""), "some hours"),
    "recategorised": (("APPROVED", "utility", ""), "Meta takes it for utility"),
    "bad quality": (("APPROVED", "marketing", "RED"), "readers complain"),
    "never told": (("", "", ""), "not told yet"),
    "a status of next year": (("GLOWING", "marketing", ""), "ask Meta's support"),
}


@pytest.mark.parametrize(("state", "said"), TO_DO.values(), ids=TO_DO)
def test_what_to_do_about_it(state: tuple[str, str, str], said: str) -> None:
    assert ONE.category is Category.MARKETING
    told = to_do(ONE, *state)
    assert said in told
    assert bool(told) == bool(said)
