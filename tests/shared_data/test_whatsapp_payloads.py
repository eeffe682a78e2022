"""Every stored payload (a library's own tests, and those of others) gives the right events."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.whatsapp.events import Fault, Moved, Other, Said, Status, Wish, read, walk
from bot.channels.whatsapp.identity import Who
from bot.channels.whatsapp.told import TemplateTold
from bot.chat.turn import Press, Text

pytestmark = pytest.mark.shared
FOLDER = Path(__file__).parents[3] / "shared" / "fixtures" / "whatsapp"
TESTER = Who("972987654321", "US.13491208655302741918")

# name -> what the events say, in short; see `short`.
PYWA: dict[str, list[Any]] = {
    "message/text": [("said", TESTER, Text("Body Text"), True)],
    "message/image": [("said", TESTER, Text("", attached=True), True)],
    "message/media_with_url": [("said", TESTER, Text("", attached=True), True)],
    "message/video": [("said", TESTER, Text("caption", attached=True), True)],
    "message/document": [("said", TESTER, Text("caption", attached=True), True)],
    "message/audio": [("said", TESTER, Text(""), True)],
    "message/voice": [("said", TESTER, Text(""), True)],
    "message/static_sticker": [("said", TESTER, Text(""), True)],
    "message/animated_sticker": [("said", TESTER, Text(""), True)],
    "message/reaction": [("said", TESTER, None, False)],
    "message/unreaction_empty": [("said", TESTER, None, False)],
    "message/unreaction_no_emoji": [("said", TESTER, None, False)],
    "message/current_location": [("said", TESTER, Text(""), True)],
    "message/chosen_location": [("said", TESTER, Text(""), True)],
    "message/contacts": [("said", TESTER, Text(""), True)],
    "message/order": [("said", TESTER, Text(""), True)],
    "message/unsupported": [("said", TESTER, Text(""), False)],
    "message/unsupported_with_type": [("said", TESTER, Text(""), False)],
    "message/reply": [("said", TESTER, Text("replied text"), True)],
    "message/forwarded": [("said", TESTER, Text("forwarded text"), True)],
    "message/forwarded_many_times": [("said", TESTER, Text("text forwarded many times"), True)],
    "message/interactive_message_with_err": [("said", TESTER, None, True)],
    "message/referral": [("said", TESTER, Text("BODY"), True)],
    "callback_button/button": [("said", TESTER, Press("callback_data", "wamid.xyzxyz"), True)],
    "callback_button/quick_reply": [("said", TESTER, Press("callback_data", "wamid.xyzxyz=="), True)],
    "callback_button/quick_reply_without_context": [("said", TESTER, Press("callback_data"), True)],
    "callback_selection/callback": [("said", TESTER, Press("callback_data", "wamid.xyzxyz"), True)],
    "callback_selection/description": [("said", TESTER, Press("callback_data", "wamid.xyzxyz"), True)],
    "flow_completion/completion": [("said", TESTER, None, True)],
    "flow_completion/without_flow_token": [("said", TESTER, None, True)],
    "call_permission_update/accept": [("said", TESTER, None, True)],
    "call_permission_update/reject": [("said", TESTER, None, True)],
    "deleted_message/revoke": [("said", TESTER, None, False)],
    "edited_message/image": [("said", TESTER, None, False)],
    "system/phone_number_change": [("moved", Who("972987654321"), Who("972912345678"))],
    "system/identity_change": ["system customer_identity_changed"],
    "message_status/sent": [("status", "sent", None, 0)],
    "message_status/delivered": [("status", "delivered", None, 0)],
    "message_status/read": [("status", "read", None, 0)],
    "message_status/played": [("status", "played", None, 0)],
    "message_status/failed": [("status", "failed", None, 130472)],
    "message_status/with_tracker": [("status", "sent", "some data", 0)],
    "message_status/group": [("status", "read", None, 0)],
    "user_marketing_preferences/resume": [("wish", "16505551234", "resume")],
    "user_marketing_preferences/signup": [("wish", "16505551234", "signup")],
    "call_connect/business_initiated": ["calls"],
    "call_connect/user_initiated": ["calls"],
    "call_status/call_status": ["calls"],
    "call_terminate/call_terminate": ["calls"],
    "outgoing_message/text": ["smb_message_echoes"],
    "outgoing_message/delete": ["smb_message_echoes"],
    "outgoing_message/edit": ["smb_message_echoes"],
    "template_category_update/marketing": [("template", "my_message_template/he", "marketing")],
    "template_components_update/element": ["message_template_components_update"],
    "template_components_update/element/all": ["message_template_components_update"],
    "template_quality_update/yellow": [("template", "welcome_template/en_US", "YELLOW")],
    "template_status_update/approved": [("template", "order_confirmation/en_US", "APPROVED")],
    "template_status_update/rejected": [("template", "abandoned_cart/en", "REJECTED")],
}
NAME, SENDER = Who("WHATSAPP_ID"), Who("PHONE_NUMBER")
NUMBER_ID = Who("PHONE_NUMBER_ID")
NETFLIE: dict[str, list[Any]] = {
    "can_build_a_button_notification": [("said", NAME, Press("No-Button-Payload", "wamid.ID"), True)],
    "can_build_a_button_reply_notification": [("said", NUMBER_ID, Press("unique-button-identifier-here"), True)],
    "can_build_a_contact_notification": [("said", NAME, Text(""), True)],
    "can_build_a_flow_notification": [("said", NUMBER_ID, None, True)],
    "can_build_a_forwarded_notification": [("said", NAME, Text("MESSAGE_BODY"), True)],
    "can_build_a_list_notification": [("said", NUMBER_ID, Press("list_reply_id"), True)],
    "can_build_a_location_notification": [("said", NAME, Text(""), True)],
    "can_build_a_marketing_status_notification": [("status", "delivered", None, 0)],
    "can_build_a_notification": [("said", NAME, Press("No-Button-Payload", "wamid.ID"), True)],
    "can_build_a_notification_with_bsuid_only_and_no_from": [
        ("said", Who(None, "BSUID_123"), Text("MESSAGE_BODY"), True)
    ],
    "can_build_a_reaction_notification": [("said", SENDER, None, False)],
    "can_build_a_removed_reaction_notification": [("said", SENDER, None, False)],
    "can_build_a_service_status_notification": [("status", "delivered", None, 0)],
    "can_build_a_status_conversation_initiated_notification": [("status", "read", None, 0)],
    "can_build_a_status_notification": [("status", "read", None, 0)],
    "can_build_a_status_notification_with_errors": [("status", "failed", None, 131053)],
    "can_build_a_status_notification_without_expiration_time": [("status", "delivered", None, 0)],
    "can_build_a_status_with_pricing_notification": [("status", "delivered", None, 0)],
    "can_build_a_sticker_notification": [("said", Who("ID"), Text(""), True)],
    "can_build_a_system_notification": [("moved", Who("OLD_PHONE_NUMBER_ID"), Who("NEW_PHONE_NUMBER_ID"))],
    "can_build_a_text_notification": [("said", SENDER, Text("MESSAGE_BODY"), True)],
    "can_build_an_document_notification": [("said", NAME, Text("CAPTION_TEXT", attached=True), True)],
    "can_build_an_image_notification": [("said", NAME, Text("CAPTION_TEXT", attached=True), True)],
    "can_build_an_order_notification": [("said", NUMBER_ID, Text(""), True)],
    "can_build_an_unknown_notification": [("said", NAME, Text(""), False)],
    "can_build_an_utility_status_notification": [("status", "delivered", None, 0)],
    "can_build_multiple_text_notification": [
        ("said", SENDER, Text("MESSAGE_BODY"), True), ("said", SENDER, Text("MESSAGE_BODY2"), True),
    ],
    "can_keep_wa_id_priority_when_user_id_is_present": [
        ("said", Who("WHATSAPP_ID", "BSUID_123"), Text("MESSAGE_BODY"), True)
    ],
    "return_null_when_payload_is_empty": [("status", "delivered", None, 0)],
    "without_contact_profile_can_build_a_notification": [("said", SENDER, Text("MESSAGE_BODY"), True)],
}  # fmt: skip
PRICED = {
    "can_build_a_marketing_status_notification": "marketing",
    "can_build_a_service_status_notification": "service",
    "can_build_an_utility_status_notification": "utility",
    "can_build_a_status_with_pricing_notification": "marketing",
    "return_null_when_payload_is_empty": "authentication",
}


def short(payload: Any) -> Iterator[Any]:
    """The events of a payload, as the tables write them."""
    for item in walk(payload):
        match event := read(item):
            case Said(_, who, _, incoming, opens):
                yield "said", who, incoming, opens
            case Moved(_, old, new, _):
                yield "moved", old, new
            case Wish(_, who, value, _):
                yield "wish", who.phone, value
            case Status(_, word, _, _, tag, fault, _):
                yield "status", word, tag, (fault or Fault(0)).code
            case TemplateTold():
                yield "template", f"{event.name}/{event.language}", event.status or event.quality or event.category
            case Other(what):
                yield what


def pywa() -> dict[str, Any]:
    """Every payload of the library's tests by file and name."""
    found = {f"{p.stem}/{name}": value for p in FOLDER.glob("pywa/*.json") for name, value in _load(p).items()}
    nested = found["template_components_update/element"].pop("all", None)
    return found | ({"template_components_update/element/all": nested} if nested else {})


def netflie() -> dict[str, Any]:
    return {p.stem.removeprefix("build_from_payload_"): _load(p) for p in FOLDER.glob("netflie/*.json")}


def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def test_every_payload_of_the_librarys_own_tests_gives_the_right_events() -> None:
    accounts = {name: ["account_update"] for name in pywa() if name.startswith("account_update/")}
    assert len(accounts) == 17
    assert {name: list(short(payload)) for name, payload in pywa().items()} == PYWA | accounts


def test_every_payload_of_others_gives_the_right_events() -> None:
    assert {name: list(short(payload)) for name, payload in netflie().items()} == NETFLIE


def test_prices_are_read() -> None:
    found = {}
    for name, payload in netflie().items():
        for event in map(read, walk(payload)):
            if isinstance(event, Status) and event.pricing is not None:
                found[name] = event.pricing["category"]
    assert found == PRICED
