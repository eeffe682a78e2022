"""The account's templates at the simulator: created strictly, listed page by page, reviewed, told by webhook."""

import asyncio
from typing import Any

import pytest

from bot.simulator.whatsapp import CloudError, Template
from tests.simulator.whatsapp_rig import SARI, TOKEN, VERIFY, Json, Wire, template, whatsapp_wire

BODY = {
    "type": "BODY", "text": "Kabar hari ini: {{1}} dan {{2}}. Ketuk tombol untuk membaca.",
    "example": {"body_text": [["Jalan dibuka", "Pasar pindah"]]},
}  # fmt: skip
BUTTONS = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Berita lain"}]}


def wanted(*components: Json, **fields: Any) -> Json:
    return {"name": "kabar_v1", "language": "id", "category": "MARKETING", "components": list(components)} | fields


async def ask(
    wire: Wire, body: Json | None = None, query: Json | None = None, token: str = TOKEN, account: str | None = None
) -> tuple[int, Json]:  # fmt: skip
    """Create (`body`) or list."""
    url = f"{wire.base}/v26.0/{account or wire.whatsapp.business_id}/message_templates"
    method, headers = ("POST" if body is not None else "GET"), {"Authorization": f"Bearer {token}"}
    async with wire.session.request(method, url, json=body, params=query, headers=headers) as answer:
        return answer.status, await answer.json()


ASKED: dict[str, tuple[Json, str]] = {
    "a template": (wanted(BODY), ""),
    "one with everything": (
        wanted(
            {"type": "HEADER", "format": "TEXT", "text": "Kabar"}, BODY, {"type": "FOOTER", "text": "x" * 60}, BUTTONS
        ),
        "",
    ),
    "a name with capitals": (wanted(BODY, name="Kabar"), "Invalid name"),
    "a language of nobody": (wanted(BODY, language="zz"), "Invalid language"),
    "a category of nobody": (wanted(BODY, category="NEWS"), "category must be one of"),
    "a key of nobody": (wanted(BODY, colour="red"), "Unexpected key"),
    "no body": (wanted(BUTTONS), "Invalid components"),
    "two bodies": (wanted(BODY, BODY), "Invalid components"),
    "a long body": (wanted(BODY | {"text": "x" * 1025}), "1 to 1024"),
    "a gap": (wanted(BODY | {"text": "Kabar hari ini dari kami {{1}} dan {{3}} untuk Anda."}), "Invalid variables"),
    "a place at the end": (wanted(BODY | {"text": "Kabar hari ini untuk Anda: {{1}} dan {{2}}."}), "start or end"),
    "a place at the beginning": (wanted(BODY | {"text": "{{1}} dan {{2}} adalah kabar hari ini."}), "start or end"),
    "places together": (wanted(BODY | {"text": "Kabar hari ini untuk Anda: {{1}} {{2}} selesai."}), "next to each"),
    "too many places": (wanted(BODY | {"text": "Kabar {{1}} dan {{2}} baru."}), "too many variables"),
    "no examples": (wanted({"type": "BODY", "text": BODY["text"]}), "Missing examples"),
    "an empty example": (wanted(BODY | {"example": {"body_text": [["a", " "]]}}), "Invalid example"),
    "a header with marks": (wanted({"type": "HEADER", "format": "TEXT", "text": "*Kabar*"}, BODY), "Invalid header"),
    "a long header": (wanted({"type": "HEADER", "format": "TEXT", "text": "x" * 61}, BODY), "1 to 60"),
    "a place in the footer": (wanted(BODY, {"type": "FOOTER", "text": "{{1}}"}), "Invalid footer"),
    "a long button": (
        wanted(BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}), "1 to 25",
    ),
    "the same button twice": (
        wanted(BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x"}] * 2}), "Invalid buttons",
    ),
    "eleven buttons": (
        wanted(BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": str(n)} for n in range(11)]}),
        "1 to 10",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "why"), ASKED.values(), ids=ASKED)
async def test_a_template_is_taken_or_refused_with_its_reason(body: Json, why: str) -> None:
    async with whatsapp_wire() as wire:
        status, answer = await ask(wire, body)
        if not why:
            assert (status, answer["status"], answer["category"]) == (200, "PENDING", "MARKETING")
        else:
            assert status == 400
            assert why in str(answer["error"]), answer
        assert len(wire.whatsapp.templates.by_name) == (0 if why else 1)


async def test_a_name_that_is_taken_in_a_language_is_refused_in_another_it_is_not() -> None:
    async with whatsapp_wire() as wire:
        await ask(wire, wanted(BODY))
        status, again = await ask(wire, wanted(BODY, BUTTONS))
        assert (status, again["error"]["code"], again["error"]["error_subcode"]) == (400, 100, 2388024)
        status, _ = await ask(wire, wanted(BODY, language="en"))
        assert status == 200


async def test_the_list_comes_in_pages_and_tells_what_it_is_asked_for() -> None:
    async with whatsapp_wire() as wire:
        for n in range(5):
            wire.whatsapp.approve(Template(f"kabar_{n}", "id", "marketing", "Kabar."))
        names, after, pages = [], "", 0
        while True:
            query = {"fields": "name,status", "limit": "2"} | ({"after": after} if after else {})
            _, page = await ask(wire, query=query)
            pages += 1
            names += [one["name"] for one in page["data"]]
            assert set(page["data"][0]) == {"id", "name", "status"}
            after = page["paging"]["cursors"]["after"]
            if "next" not in page["paging"]:
                break
        assert (names, pages) == ([f"kabar_{n}" for n in range(5)], 3)


REFUSED: dict[str, tuple[Json, int, int]] = {
    "a wrong token": ({"token": "x"}, 401, 190),
    "another account": ({"account": "1"}, 400, 100),
    "a field of nobody": ({"query": {"fields": "name,colour"}}, 400, 100),
}


@pytest.mark.parametrize(("how", "status", "code"), REFUSED.values(), ids=REFUSED)
async def test_a_request_that_may_not_be_made(how: Json, status: int, code: int) -> None:
    async with whatsapp_wire() as wire:
        found, answer = await ask(wire, **how)
        assert (found, answer["error"]["code"]) == (status, code)


async def test_scripted_refusals_meet_the_next_requests_in_turn() -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.management.refusals.append(CloudError(4))
        assert (await ask(wire))[1]["error"]["code"] == 4
        assert (await ask(wire))[0] == 200


async def test_only_what_reviewers_let_through_can_be_sent_and_they_tell_by_webhook() -> None:
    async with whatsapp_wire() as wire:
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        await ask(wire, wanted(BODY))
        asked = template("kabar_v1", "Jalan dibuka", "Pasar pindah")
        codes = [await wire.code(asked)]
        reviewers = wire.whatsapp.management
        for event in ("APPROVED", "FLAGGED", "PAUSED", "REINSTATED", "DISABLED", "REJECTED"):
            reviewers.review("kabar_v1", "id", event)
            codes.append(await wire.code(asked))
        reviewers.recategorise("kabar_v1", "id", "utility")
        reviewers.rate("kabar_v1", "id", "RED")
        assert codes == [132001, 0, 0, 132015, 0, 132016, 132001]
        async with asyncio.timeout(30):
            while wire.whatsapp.webhook.pending:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        changes = [(e.get("time"), c["field"], c["value"]) for b in wire.ear.bodies for e in b["entry"]
                   for c in e["changes"] if c["field"].endswith("_update")]  # fmt: skip
        assert {at for at, _, _ in changes} == {int(wire.clock.now().timestamp())}
        told = [
            value.get("event") or value.get("new_category") or value["new_quality_score"] for _, _, value in changes
        ]
        assert told == ["APPROVED", "FLAGGED", "PAUSED", "REINSTATED", "DISABLED", "REJECTED", "UTILITY", "RED"]
        assert all("metadata" not in value for _, _, value in changes)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([{"type": "BODY", "parameters": [{"type": "text", "text": "a"}]}], 132000),
        ([{"type": "body", "parameters": [{"type": "text", "text": v} for v in "ab"]}], 0),
        ([{"type": "body", "parameters": [{"type": "text", "text": v} for v in "ab"]}] * 2, 132012),
        ([{"type": "body", "parameters": [{"type": "text", "text": v, "bold": True} for v in "ab"]}], 100),
    ],
    ids=["too few", "right", "twice", "a key of nobody"],
)
async def test_what_is_put_into_a_template(parts: list[Json], code: int) -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar: {{1}} dan {{2}} untuk Anda."))
        body = {"type": "template", "template": {"name": "kabar", "language": {"code": "id"}, "components": parts}}
        assert await wire.code(body) == code


def quick(index: Any, payload: str = "stop", kind: str = "payload", sub_type: str = "QUICK_REPLY") -> Json:
    parameter = {"type": kind, "payload": payload}
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]}


BUTTON: dict[str, tuple[list[Json], int]] = {
    "a number": ([quick(0)], 0),
    "a number as text": ([quick("1", sub_type="quick_reply")], 0),
    "both": ([quick(0), quick(1)], 0),
    "one that is not there": ([quick(2)], 132012),
    "one twice": ([quick(0), quick(0)], 132012),
    "a payload of 257": ([quick(0, "x" * 257)], 131009),
    "no payload": ([quick(0, "")], 131008),
    "a text for a payload": ([quick(0, kind="text")], 100),
    "another kind of button": ([quick(0, sub_type="url")], 100),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "code"), BUTTON.values(), ids=BUTTON)
async def test_what_a_button_carries(parts: list[Json], code: int) -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar.", quick_replies=("Berita lain", "Berhenti")))
        body = {"type": "template", "template": {"name": "kabar", "language": {"code": "id"}, "components": parts}}
        assert await wire.code(body) == code
        if code == 0 and len(parts) == 2:
            assert [choice.id for choice in wire.whatsapp.shown(SARI)[-1].choices] == ["stop", "stop"]
