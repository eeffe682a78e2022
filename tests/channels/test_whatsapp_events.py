"""Webhook payloads in every form that came to mind: each event of a batch, and never an error."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.whatsapp.events import Fault, Item, Moved, Other, Said, Status, Wish, kept, read, walk
from bot.channels.whatsapp.identity import Who
from bot.channels.whatsapp.told import CATEGORY, QUALITY, STATUS, TemplateTold
from bot.chat.turn import Press, Text

SARI, ID = "6281200000001", "ID.77"
AT = datetime(2024, 2, 28, 6, 40, tzinfo=UTC)
STAMP = str(int(AT.timestamp()))
METADATA = {"display_phone_number": "62321", "phone_number_id": "1122"}


def change(field: str = "messages", **value: Any) -> dict[str, Any]:
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": METADATA, **value}}


def post(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [c]} for c in changes]}


def message(kind: str, content: object = None, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": "wamid.1", "from": SARI, "timestamp": STAMP, "type": kind}
    return made | ({kind: content} if content is not None else {}) | more


def said(incoming: object, *, who: Who = Who(SARI), opens: bool = True, at: datetime | None = AT) -> Said:  # noqa: B008
    return Said("wamid.1", who, at, incoming, opens)  # type: ignore[arg-type]


def moved(old: Who, new: Who, key: str = "wamid.1") -> Moved:
    return Moved(key, old, new, AT)


SYSTEM = {"type": "user_changed_number", "wa_id": "6299", "user_id": "ID.2", "previous_user_id": "ID.1"}
RENAMED = {"type": "user_changed_user_id", "user_id": "ID.2", "previous_user_id": "ID.1"}
MESSAGES: dict[str, tuple[dict[str, Any], object]] = {
    "a text": (message("text", {"body": " Halo "}), said(Text("Halo"))),
    "a text with a number for a moment": (message("text", {"body": "x"}, timestamp=int(STAMP)), said(Text("x"))),
    "a text without a moment": (message("text", {"body": "x"}, timestamp=None), said(Text("x"), at=None)),
    "a text with an absurd moment": (message("text", {"body": "x"}, timestamp="9" * 5000), said(Text("x"), at=None)),
    "a text without a body": (message("text", {}), said(Text(""))),
    "a text with half a character": (message("text", {"body": "a\ud800"}), said(Text("a?"))),
    "a button of ours": (
        message("interactive", {"type": "button_reply", "button_reply": {"id": "menu"}}, context={"id": "wamid.0"}),
        said(Press("menu", "wamid.0")),
    ),
    "a row of a list": (
        message("interactive", {"type": "list_reply", "list_reply": {"id": "t:daerah", "title": "Daerah"}}),
        said(Press("t:daerah")),
    ),
    "a quick reply with a payload": (message("button", {"text": "Stop", "payload": "stop"}), said(Press("stop"))),
    "a quick reply without one": (message("button", {"text": "Berhenti"}), said(Text("Berhenti"))),
    "a quick reply that repeats its text": (message("button", {"text": "A", "payload": "A"}), said(Text("A"))),
    "an interactive thing that nobody knows": (message("interactive", {"type": "hologram"}), said(None)),
    "a welcome": (message("request_welcome"), said(None, opens=False)),
    "a kind that nobody knows": (message("hologram", {"x": 1}), said(None, opens=False)),
    "no kind": ({"id": "wamid.1", "from": SARI, "timestamp": STAMP}, said(None, opens=False)),
    "no id": ({"from": SARI, "type": "text"}, Other("message text")),
    "nobody": ({"id": "wamid.1", "type": "text"}, Other("message text")),
    "a group": (message("text", {"body": "x"}, group_id="g"), Other("message text")),
    "another number": (message("system", SYSTEM), moved(Who(SARI, "ID.1"), Who("6299", "ID.2"))),
    "another number in an old form": (
        message("system", {"type": "customer_changed_number", "new_wa_id": "6299", "customer": "6288"}),
        moved(Who("6288"), Who("6299")),
    ),
    "another id": (message("system", RENAMED), moved(Who(SARI, "ID.1"), Who(None, "ID.2"))),
    "a move to nowhere": (message("system", {"type": "user_changed_number"}), Other("an incomplete move")),
    "another system message": (message("system", {"type": "hologram"}), Other("system hologram")),
    "a system message that is none": (message("system", 7), Other("system ")),
}  # fmt: skip


@pytest.mark.parametrize(("body", "event"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_says_what_it_says(body: dict[str, Any], event: object) -> None:
    assert [read(item) for item in walk(post(change(messages=[body])))] == [event]


STATUSES: dict[str, tuple[dict[str, Any], object]] = {
    "sent": (
        {"id": "w", "status": "sent", "recipient_id": SARI, "timestamp": STAMP, "biz_opaque_callback_data": "d:1:2:1"},
        Status("w", "sent", Who(SARI), AT, "d:1:2:1"),
    ),
    "failed": (
        {"id": "w", "status": "failed", "recipient_user_id": ID, "errors": [{"code": 131047, "title": "Window"}]},
        Status("w", "failed", Who(None, ID), None, None, Fault(131047, "Window")),
    ),
    "failed without a reason": ({"id": "w", "status": "failed"}, Status("w", "failed", Who(), None, None, Fault(0))),
    "failed with a reason that is none": (
        {"id": "w", "status": "failed", "errors": ["x", {"code": None}, {"code": "131026"}]},
        Status("w", "failed", Who(), None, None, Fault(131026)),
    ),
    "a word of the future": ({"id": "w", "status": "glanced"}, Status("w", "glanced", Who(), None)),
    "no word": ({"id": "w"}, Other("status")),
    "no id": ({"status": "sent"}, Other("status")),
    "of a call": ({"id": "w", "status": "RINGING", "type": "call"}, Other("status")),
}


@pytest.mark.parametrize(("body", "event"), STATUSES.values(), ids=STATUSES)
def test_a_status_says_what_it_says(body: dict[str, Any], event: object) -> None:
    assert [read(item) for item in walk(post(change(statuses=[body])))] == [event]


def test_every_entry_change_message_and_status_is_walked_in_order() -> None:
    first = change(messages=[message("text", {"body": "1"}), message("text", {"body": "2"})], statuses=[{"id": "s"}])
    wish = {"wa_id": SARI, "value": "stop", "category": "marketing_messages", "timestamp": int(STAMP)}
    payload = post(
        first, change("account_update", event="DISABLED_UPDATE"), change("user_preferences", user_preferences=[wish])
    )
    payload["entry"].append({"changes": [change(messages=[message("text", {"body": "3"})])] * 2})
    events = [read(item) for item in walk(payload)]
    assert events == [
        said(Text("1")), said(Text("2")), Other("status"), Other("account_update"),
        Wish(f"{SARI} stop {STAMP}", Who(SARI), "stop", AT), said(Text("3")), said(Text("3")),
    ]  # fmt: skip


def test_each_of_several_senders_is_told_apart() -> None:
    contacts = [{"wa_id": "1", "user_id": "ID.1"}, {"user_id": "ID.2"}, {"wa_id": "3"}]
    by = ({"from": "3"}, {"from_user_id": "ID.2", "from": None}, {"from": "1"}, {"from": "4"}, {"from": None})
    bodies = [message("text", {"body": "x"}, **who) for who in by]
    events = [read(item) for item in walk(post(change(messages=bodies, contacts=contacts)))]
    assert [e.who for e in events[:4] if isinstance(e, Said)] == [
        Who("3"), Who(None, "ID.2"), Who("1", "ID.1"), Who("4"),
    ]  # fmt: skip
    assert events[4] == Other("message text")


def test_the_id_that_changes_in_a_field_of_its_own_is_a_move_too() -> None:
    body = {"wa_id": SARI, "user_id": {"previous": "ID.1", "current": "ID.2"}, "timestamp": STAMP}
    (event,) = [read(item) for item in walk(post(change("user_id_update", user_id_update=[body])))]
    assert event == moved(Who(SARI, "ID.1"), Who(None, "ID.2"), "ID.1>ID.2")


def test_what_the_inbox_keeps_says_the_same_later() -> None:
    contacts = [{"wa_id": str(n), "user_id": f"ID.{n}", "profile": {"name": f"Warga {n}"}} for n in range(3)]
    bodies = [message("text", {"body": "x"}, **{"from": str(n)}) for n in range(3)]
    items = list(walk(post(change(messages=bodies, contacts=contacts))))
    assert len(items) == 3
    for n, item in enumerate(items):
        written = json.dumps(item.kept())
        again = read(kept(json.loads(written)))
        assert again == read(item)
        assert isinstance(again, Said)
        assert (again.who, again.name) == (Who(str(n), f"ID.{n}"), f"Warga {n}")
        assert written.count("Warga") == 1, "a name that nobody needs is kept"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KEYS = [
    "id", "from", "from_user_id", "type", "text", "body", "timestamp", "system", "wa_id", "user_id", "interactive",
    "button", "button_reply", "context", "status", "errors", "code", "value", "recipient_id", "statuses", "messages",
    "contacts", "metadata", "phone_number_id", "pricing", "user_preferences", "user_id_update",
]  # fmt: skip
WORDS = ["text", "system", "interactive", "button", "failed", "user_changed_number", "messages", "user_preferences"]
LIKELY = st.recursive(
    JSON | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=24,
)


@settings(max_examples=150)
@given(LIKELY, st.sampled_from(["messages", "user_preferences", "user_id_update", "", "calls"]))
def test_nothing_that_comes_in_is_an_error(value: Any, field: str) -> None:
    changes = [{"field": field, "value": value}, value]
    for payload in ({"entry": [{"changes": changes}, value]}, {"entry": value}, value):
        for item in walk(payload):
            assert isinstance(item, Item)
            event = read(item)
            assert read(kept(json.loads(json.dumps(item.kept())))) == event or "NaN" in json.dumps(item.kept())


# Templates ----------------------------------------------------------------------------------------------------------

ABOUT = {"message_template_id": 7, "message_template_name": "kabar_v1", "message_template_language": "id"}
TOLD: dict[str, tuple[str, dict[str, Any], object]] = {
    "approved": (
        STATUS, {"event": "APPROVED", "reason": "NONE", "message_template_category": "UTILITY"},
        TemplateTold("kabar_v1", "id", AT, "APPROVED", "utility"),
    ),
    "rejected, with the reviewers' words": (
        STATUS, {"event": "REJECTED", "reason": "INVALID_FORMAT", "rejection_info": {"reason": "Places together."}},
        TemplateTold("kabar_v1", "id", AT, "REJECTED", reason="Places together."),
    ),
    "paused": (
        STATUS, {"event": "PAUSED", "reason": "INVALID_FORMAT"},
        TemplateTold("kabar_v1", "id", AT, "PAUSED", reason="INVALID_FORMAT"),
    ),
    "back": (STATUS, {"event": "REINSTATED"}, TemplateTold("kabar_v1", "id", AT, "APPROVED")),
    "locked, which says nothing about sending": (STATUS, {"event": "LOCKED"}, TemplateTold("kabar_v1", "id", AT)),
    "an event that nobody knows": (STATUS, {"event": "GLOWING"}, TemplateTold("kabar_v1", "id", AT, "GLOWING")),
    "no event": (STATUS, {"rejection_info": 7}, TemplateTold("kabar_v1", "id", AT)),
    "another category": (
        CATEGORY, {"previous_category": "UTILITY", "new_category": "MARKETING"},
        TemplateTold("kabar_v1", "id", AT, category="marketing"),
    ),
    "a warning of another category": (
        CATEGORY, {"new_category": "UTILITY", "correct_category": "MARKETING"},
        TemplateTold("kabar_v1", "id", AT, category="utility"),
    ),
    "readers complain": (
        QUALITY, {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
        TemplateTold("kabar_v1", "id", AT, quality="RED"),
    ),
    "no template": (QUALITY, {"message_template_name": None}, Other(QUALITY)),
}  # fmt: skip


@pytest.mark.parametrize(("field", "what", "event"), TOLD.values(), ids=TOLD)
def test_what_is_told_of_a_template(field: str, what: dict[str, Any], event: object) -> None:
    """The entry's time is its moment; it belongs to no number."""
    entry = {"id": "1", "time": int(STAMP), "changes": [{"field": field, "value": {**ABOUT, **what}}]}
    (item,) = walk({"entry": [entry]})
    assert item.number is None
    assert read(item) == event
    assert read(kept(json.loads(json.dumps(item.kept())))) == event


@pytest.mark.parametrize("value", [None, 7, [], "x"], ids=str)
def test_a_template_change_of_no_form_is_kept(value: object) -> None:
    (item,) = walk({"entry": [{"changes": [{"field": STATUS, "value": value}]}]})
    assert read(item) == Other(STATUS)


NAMED = {
    "as they call themselves": ({"profile": {"name": " Sari \ud83d"}, "wa_id": SARI}, "Sari ?"),
    "not told": ({"wa_id": SARI}, ""),
    "nonsense": ({"wa_id": SARI, "profile": "Sari"}, ""),
    "a number instead": ({"wa_id": SARI, "profile": {"name": 7}}, "7"),
}


@pytest.mark.parametrize(("contact", "name"), NAMED.values(), ids=NAMED)
def test_who_writes_is_called_as_their_profile_says(contact: dict[str, Any], name: str) -> None:
    (item,) = walk(post(change(messages=[message("text", {"body": "halo"})], contacts=[contact])))
    read_ = read(item)
    assert isinstance(read_, Said)
    assert read_.name == name
