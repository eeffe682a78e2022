"""How each scripted fault looks on the wire."""

from bot.simulator.telegram.answers import ApiError
from bot.simulator.telegram.faults import Fault

# Instead of the work, without a Bot API answer.
BEFORE_WORK = frozenset({Fault.HANG, Fault.DROP, Fault.BAD_GATEWAY_HTML})
# All that has no whole Bot API answer; those that are not in BEFORE_WORK come after the work.
SILENT = BEFORE_WORK | {Fault.ACCEPT_THEN_HANG, Fault.ACCEPT_THEN_DROP, Fault.HALF_ANSWER, Fault.GATEWAY_TIMEOUT_HTML}

_REFUSALS = {
    "FORBIDDEN": (403, "Forbidden: bot was blocked by the user"),
    "DEACTIVATED": (403, "Forbidden: user is deactivated"),
    "KICKED": (403, "Forbidden: bot was kicked from the supergroup chat"),
    "CHAT_NOT_FOUND": (400, "Bad Request: chat not found"),
    "NO_RIGHTS": (400, "Bad Request: not enough rights to send text messages to the chat"),
    "TOPIC_CLOSED": (400, "Bad Request: TOPIC_CLOSED"),
    "CANNOT_PARSE": (400, "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""),
    "CANNOT_EDIT": (400, "Bad Request: message can't be edited"),
    "CANNOT_DELETE": (400, "Bad Request: message can't be deleted for everyone"),
    "UNAUTHORIZED": (401, "Unauthorized"),
    "SERVER_ERROR": (500, "Internal Server Error: restart"),
}
_PAGES = {"BAD_GATEWAY_HTML": (502, "502 Bad Gateway"), "GATEWAY_TIMEOUT_HTML": (504, "504 Gateway Time-out")}


def refusal(fault: Fault, migrated_to: int = 0) -> ApiError:
    """The Bot API answer of a fault that has one."""
    if fault.name == "FLOOD":
        return ApiError(429, f"Too Many Requests: retry after {fault.retry_after}", retry_after=fault.retry_after)
    if fault.name == "MIGRATE":
        what = "Bad Request: group chat was upgraded to a supergroup chat"
        return ApiError(400, what, migrate_to_chat_id=migrated_to)
    return ApiError(*_REFUSALS[fault.name])


def page(fault: Fault) -> tuple[int, bytes]:
    """Status and page of a fault that a proxy answers; status 0: no answer at all."""
    if fault.name not in _PAGES:
        return 0, b""
    status, title = _PAGES[fault.name]
    head = f"<html>\r\n<head><title>{title}</title></head>\r\n"
    body = f"<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
    return status, (head + body).encode()
