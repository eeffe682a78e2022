"""The team: who belongs to it, one-time links for those who join, and what everybody of it did."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.chat.admins.call import Call
from bot.chat.deeplink import INVITATION
from bot.chat.fit import cut
from bot.chat.message import Message, Rows, Span
from bot.chat.newsroom.card import called
from bot.chat.office import Deed, Enquire, Member, Revoke
from bot.chat.texts import joined
from bot.chat.turn import Mode, Reply, Role, Turn

A_PAGE: Final = 10  # acts
MOST_MEMBERS: Final = 40
HOURS: Final = 24  # for which an invitation holds
_ROLES: Final = {Role.EDITOR: "role.editor", Role.ADMIN: "role.admin"}
_AWAY: Final = {"stopped": "team.away.stopped", "gone": "team.away.gone"}
_LONGEST_DETAIL: Final = 120
_LONGEST_NAME: Final = 40
_DEEDS: Final[Mapping[str, str]] = {
    "push": "deed.push", "follow_up": "deed.follow_up", "correct": "deed.correct", "withdraw": "deed.withdraw",
    "pause": "deed.pause", "resume": "deed.resume", "cancel": "deed.cancel", "try_again": "deed.try_again",
    "pause_all": "deed.pause_all", "resume_all": "deed.resume_all", "hold": "deed.hold", "move": "deed.move",
    "permit": "deed.permit", "unpermit": "deed.unpermit", "test": "deed.test", "draft_sent": "deed.draft_sent",
    "draft_cancelled": "deed.draft_cancelled", "approval_asked": "deed.approval_asked",
    "approval_refused": "deed.approval_refused", "feeds_add": "deed.feeds_add", "feeds_remove": "deed.feeds_remove",
    "feeds_pause": "deed.feeds_pause", "feeds_resume": "deed.feeds_resume", "feeds_retry": "deed.feeds_retry",
    "feeds_topics": "deed.feeds_topics", "feeds_release": "deed.feeds_release", "feeds_undo": "deed.feeds_undo",
    "label": "deed.label", "invite": "deed.invite", "join": "deed.join", "revoke": "deed.revoke",
    "backup": "deed.backup", "answer_letter": "deed.answer_letter", "draft_lapsed": "deed.draft_lapsed",
}  # fmt: skip


def team(call: Call) -> Turn:
    """Everybody, each with a button that takes the role away."""
    known = call.office.team[:MOST_MEMBERS]
    lines = [
        joined("", (Span(f"{n}. "), Span(name_of(call, member), bold=True)), (Span(f" · {_about(call, member)}"),))
        for n, member in enumerate(known, 1)
    ]
    rows: Rows = tuple(
        (call.act("team.button.revoke", "tr", m.id, _stamp(m), number=str(n), name=name_of(call, m)),)
        for n, m in enumerate(known, 1)
        if not _is_me(call, m)
    )
    text = joined("\n\n", call.say.rich("team.title", n=len(call.office.team)), joined("\n", *lines))
    return call.show(text, (*rows, (call.act("team.button.invite", "ti"), call.act("team.button.audit", "au", 0))))


def name_of(call: Call, member: Member) -> str:
    """What somebody of the team is called."""
    named = cut(" ".join(member.name.split()) or member.address, _LONGEST_NAME)
    return call.say.t("team.me", name=named) if _is_me(call, member) else named


def _is_me(call: Call, member: Member) -> bool:
    person = call.scene.person
    return (member.channel, member.address) == (person.channel, person.address)


def _about(call: Call, member: Member) -> str:
    role = call.say.t(_ROLES.get(Role(member.role), "role.editor"))
    since = call.say.t("team.since", moment=call.moment(member.since))
    away = f" · {call.say.t(_AWAY[member.away])}" if member.away in _AWAY else ""
    return f"{role} · {called(member.channel)} · {since}{away}"


def _stamp(member: Member) -> int:
    """Since when they belong to us: who was taken back is another member, whom an old button does not name."""
    return int(member.since.timestamp() * 1000)


def ask_revoke(call: Call) -> Turn:
    """Ask once."""
    member = _named(call)
    if member is None:
        return call.toast("team.gone", then="team")
    text = call.say.rich("team.ask_revoke", name=name_of(call, member), role=call.say.t(_ROLES[Role(member.role)]))
    yes = call.act("team.button.really_revoke", "trx", member.id, _stamp(member))
    return call.show(text, ((yes,), (call.act("office.button.back", "tl"),)))


def revoke(call: Call) -> Turn:
    """The role is gone with the next thing that they do; the last admin stays, or nobody could bring one back."""
    member = _named(call)
    if member is None:
        return call.toast("team.gone", then="team")
    admins = [m for m in call.office.team if m.role == Role.ADMIN]
    if _is_me(call, member) or admins == [member]:
        return call.toast("team.last_admin", then="team")
    return call.toast("team.revoked", Revoke(member), then="team", name=name_of(call, member))


def _named(call: Call) -> Member | None:
    id_, since = call.number(0), call.number(1)
    return next((m for m in call.office.team if m.id == id_ and _stamp(m) == since), None)


# Joining --------------------------------------------------------------------------------------------------------------


def invite(call: Call) -> Turn:
    """For which role; a word behind the command says it at once."""
    named = {"editor": Role.EDITOR, "admin": Role.ADMIN}.get(call.asked.text.casefold())
    if named is not None:
        return Turn((), (), (_made(call, named),))
    buttons = tuple(call.act(_BUTTONS[role], "tn", role.value) for role in _ROLES)
    return call.show(call.say.rich("team.ask_invite"), (buttons, (call.act("office.button.back", "tl"),)))


_BUTTONS: Final = {Role.EDITOR: "team.button.editor", Role.ADMIN: "team.button.admin"}


def _made(call: Call, role: Role) -> Enquire:
    return replace(call.asked, action=f"invited {role.value}", text="")


def make(call: Call) -> Turn:
    """A fresh one."""
    role = call.part(0)
    if role not in {Role.EDITOR.value, Role.ADMIN.value}:
        return call.toast("team.gone", then="team")
    return Turn((), (), (_made(call, Role(role)),))


def invited(call: Call) -> Turn:
    """The link, as a message that can be passed on as it is; where there is none, the words to send."""
    code, role = call.office.invitation, call.asked.action.partition(" ")[2]
    payload = f"{INVITATION}{code}"
    address = call.scene.board.address
    way = f"{address}?start={payload}" if address else f"/start {payload}"
    text = call.say.rich(
        "team.invitation" if address else "team.invitation_words", role=call.say.t(_ROLES[Role(role)]),
        portal=call.scene.board.portal, way=way, n=HOURS,
    )  # fmt: skip
    told = call.toast("team.pass_on")
    return replace(told, replies=(*told.replies, Reply(Message(text), Mode.NEW)))


# What was done --------------------------------------------------------------------------------------------------------


def audit(call: Call) -> Turn:
    """The newest acts, a page at a time."""
    page = call.number(0)
    if not call.office.deeds:
        return call.show(call.say.rich("audit.none"))
    lines = [_deed(call, deed) for deed in call.office.deeds]
    newer = (call.act("office.button.before", "au", page - 1),) if page else ()
    older = (call.act("office.button.after", "au", page + 1),) if call.office.more else ()
    return call.show(joined("\n\n", call.say.rich("audit.title"), joined("\n", *lines)), (newer + older,))


def _deed(call: Call, deed: Deed) -> tuple[Span, ...]:
    key = deed_key(deed.act)
    act = call.say.t(key) if key else deed.act
    who = cut(" ".join(deed.who.split()), _LONGEST_NAME)
    role = call.say.t(_ROLES[Role(deed.role)]) if deed.role in _ROLES else ""
    detail = cut(" ".join(deed.detail.split()), _LONGEST_DETAIL)
    told = " · ".join(part for part in (role, call.moment(deed.at), act, detail) if part)
    return (Span(who, bold=True), Span(f" · {told}"))


def deed_key(act: str) -> str:
    """The text of an act of the audit log; "" for one that we do not know."""
    return _DEEDS.get(act) or ("deed.draft" if act.startswith("draft") else "")
