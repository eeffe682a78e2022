"""The judge of the trials notices what it is there for; otherwise a trial proves nothing."""

import pytest

from tests.chaos.book import Row
from tests.chaos.judge import ALERT, STORY, Verdict, fates, judge_fates, judge_pace, judge_stops
from tests.chaos.kills import Life, judge_doubts, judge_starts
from tests.chaos.outside import OTHER, STOPPED, what_is_said
from tests.chaos.phones import Send
from tests.chaos.whatsapp_closed import PRICE, judge_books, judge_limit

KABAR, SIAGA = "Kabar 01", "Siaga 02"
BROADCASTS = {KABAR: STORY, SIAGA: ALERT}


def send(what: str, at: float = 1.0, *, done: bool = True) -> Send:
    return Send(at, 7, what, done, 200)


def row(what: str, state: str, code: str = "", epoch: int = 1) -> Row:
    return Row(BROADCASTS[what], what, 7, state, code, 1, epoch)


def judged(sends: list[Send], rows: list[Row], stopped: tuple[int, ...] = ()) -> list[str]:
    verdict = Verdict()
    whats = {r.what for r in rows} | {s.what for s in sends if s.what in BROADCASTS}
    judge_fates(verdict, fates({w: k for w, k in BROADCASTS.items() if w in whats}, [7], sends, rows), stopped)
    return [complaint.partition(":")[0] for complaint in verdict.complaints]


@pytest.mark.parametrize(
    ("sends", "rows", "complaint"),
    [
        pytest.param([send(KABAR)], [row(KABAR, "sent")], "", id="a story once"),
        pytest.param([], [row(KABAR, "unknown", "crash")], "", id="a story in doubt, listed"),
        pytest.param([send(SIAGA), send(SIAGA, 2.0)], [row(SIAGA, "sent")], "", id="an alert twice"),
        pytest.param([], [row(KABAR, "failed", "server_error")], "", id="failed with a reason"),
        pytest.param([], [row(KABAR, "queued")], "lost", id="forgotten in the queue"),
        pytest.param([], [row(KABAR, "started")], "lost", id="forgotten under way"),
        pytest.param(
            [], [row(KABAR, "sent")], "lost|written down as sent, and not on the phone", id="marked before sending"
        ),
        pytest.param([send(KABAR, done=False)], [row(KABAR, "queued")], "lost", id="refused and forgotten"),
        pytest.param([send(KABAR), send(KABAR, 2.0)], [row(KABAR, "sent")], "too many copies", id="a story twice"),
        pytest.param(
            [send(SIAGA), send(SIAGA, 2.0), send(SIAGA, 3.0)],
            [row(SIAGA, "sent")],
            "too many copies",
            id="an alert three times",
        ),
        pytest.param(
            [send(KABAR)],
            [row(KABAR, "failed", "x")],
            "on the phone, and not written down as sent or unknown",
            id="on the phone and called failed",
        ),
        pytest.param(
            [send(KABAR)], [], "on the phone, and not written down as sent or unknown", id="left without a row"
        ),
    ],
)
def test_what_became_of_a_broadcast_is_judged(sends: list[Send], rows: list[Row], complaint: str) -> None:
    assert "|".join(judged(sends, rows)) == complaint


def test_a_reader_without_a_row_is_lost_unless_they_left() -> None:
    assert judged([], [row(KABAR, "queued")]) == ["lost"]
    assert judged([], [row(KABAR, "queued")], stopped=(7,)) == []


@pytest.mark.parametrize(
    ("sends", "status", "complaints"),
    [
        pytest.param([send(KABAR), send(STOPPED, 2.0)], STOPPED, 0, id="a story, then the goodbye"),
        pytest.param([send(STOPPED), send(KABAR, 2.0)], STOPPED, 1, id="a story after the goodbye"),
        pytest.param([send(STOPPED)], "active", 1, id="said goodbye and not stopped"),
        pytest.param([send(OTHER)], STOPPED, 1, id="no goodbye"),
    ],
)
def test_stops_are_judged(sends: list[Send], status: str, complaints: int) -> None:
    verdict = Verdict()
    judge_stops(verdict, [7], sends, {7: status})
    assert len(verdict.complaints) == complaints


def test_more_than_the_rate_and_floods_are_complained_about() -> None:
    good, bad = Verdict(), Verdict()
    judge_pace(good, 30, 30, 0)
    judge_pace(bad, 31, 30, 1)
    assert (len(good.complaints), len(bad.complaints)) == (0, 2)


@pytest.mark.parametrize(
    ("limit", "state", "code", "arrivals", "complaint"),
    [
        pytest.param(4, "unknown", "crash", [], "", id="a doubt of the kill"),
        pytest.param(0, "unknown", "crash", [], "1 extra or unknown, W was 0", id="more than W"),
        pytest.param(4, "unknown", "read_timeout", [], "for another reason", id="a doubt that is none of the kill's"),
        pytest.param(4, "sent", "", [1.0, 6.0], "", id="a copy after the kill"),
        pytest.param(0, "sent", "", [1.0, 6.0], "1 extra or unknown, W was 0", id="more copies than W"),
        pytest.param(4, "sent", "", [4.1, 6.0], "", id="a copy of what arrived while nobody lived"),
        pytest.param(4, "sent", "", [6.0, 7.0], "no kill explains", id="a copy without a kill"),
    ],
)
def test_what_a_kill_leaves_in_doubt_is_judged(
    limit: int, state: str, code: str, arrivals: list[float], complaint: str
) -> None:
    lives = [Life(0.0, 1.0, killed=4.0, limits=[(3.9, limit)]), Life(5.0, 5.5)]
    sends = [send(SIAGA, at) for at in arrivals]
    found = fates({SIAGA: ALERT}, [7], sends, [row(SIAGA, state, code)])
    verdict = Verdict()
    judge_doubts(verdict, lives, found)
    assert (complaint in "\n".join(verdict.complaints)) if complaint else not verdict.complaints


def test_a_start_that_takes_too_long_is_complained_about() -> None:
    lives = [Life(0.0, 0.5, killed=4.0), Life(5.0, 7.5)]
    strict, measured = Verdict(), Verdict()
    judge_starts(strict, lives, 2.0)
    judge_starts(measured, lives, None)
    assert (len(strict.complaints), len(measured.complaints)) == (1, 0)


@pytest.mark.parametrize(
    ("spent", "kept", "complaint"),
    [
        pytest.param(100, 0, "", id="as billed"),
        pytest.param(103, 3, "", id="with what is kept aside"),
        pytest.param(99, 3, "was billed", id="a bill that is not written down"),
        pytest.param(104, 3, "was billed", id="more than was billed and is kept aside"),
    ],
)
def test_money_that_is_written_down_is_judged_by_the_bill(spent: int, kept: int, complaint: str) -> None:
    verdict = Verdict()
    judge_books(verdict, spent * PRICE, 100 * PRICE, kept * PRICE)
    assert (complaint in "|".join(verdict.complaints)) if complaint else not verdict.complaints


@pytest.mark.parametrize(
    ("billed", "kept", "complaint"),
    [
        pytest.param(100, 0, "", id="all that may be spent"),
        pytest.param(95, 5, "", id="but for what is kept aside"),
        pytest.param(101, 0, "was allowed", id="over the budget"),
        pytest.param(97, 1, "only", id="money is left and readers wait"),
    ],
)
def test_the_end_of_a_budget_is_judged(billed: int, kept: int, complaint: str) -> None:
    verdict = Verdict()
    judge_limit(verdict, billed * PRICE, 100 * PRICE, kept * PRICE)
    assert (complaint in "|".join(verdict.complaints)) if complaint else not verdict.complaints


def test_marks_are_found_in_what_is_sent() -> None:
    assert what_is_said("<b>Kabar 07: Jembatan dibuka</b>") == "Kabar 07"
    assert what_is_said("⚠ Siaga 12: air naik") == "Siaga 12"
    assert what_is_said("Anda sudah berhenti. Terima kasih.") == STOPPED
    assert what_is_said("Pilih topik") == OTHER
