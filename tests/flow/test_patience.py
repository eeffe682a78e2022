"""How much one person may ask of us."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.turn import Blocked, Command, Incoming, Moved, Press, Text
from bot.flow.patience import BUDGET, QUIET, REMEMBERED, STAFF_BUDGET, Bill, Patience, is_last_word

NOW = datetime(2024, 2, 28, 6, 45, tzinfo=UTC)
SARI, BUDI = ("telegram", "1"), ("telegram", "2")


def answered(patience: Patience, times: int, every: float, cost: int = 1) -> int:
    """How many answers somebody gets who writes so often, one message every so many seconds."""
    got = 0
    for n in range(times):
        now = NOW + timedelta(seconds=n * every)
        if patience.has(SARI, now):
            got += cost
            got += patience.spend(SARI, cost, now)
    return got


@pytest.mark.parametrize("cost", [1, 2, 3, 4])
@pytest.mark.parametrize("every", [0.0, 0.001, 0.5])
def test_a_stream_of_messages_gets_at_most_thirty_answers(every: float, cost: int) -> None:
    assert BUDGET <= answered(Patience(), 10_000, every, cost) <= 30


def test_who_goes_on_stays_unanswered_however_long() -> None:
    assert answered(Patience(), 20_000, 1.0) <= 30


def test_who_taps_as_fast_as_people_do_is_always_answered() -> None:
    assert answered(Patience(), 300, 5.0) == 300
    assert answered(Patience(), 20, 0.3) == 20


def test_after_a_minute_of_quiet_all_is_well_again() -> None:
    patience = Patience()
    answered(patience, 100, 0.0)
    assert patience.is_out(SARI, NOW)
    assert not patience.has(SARI, NOW + QUIET / 2)
    later = NOW + QUIET / 2 + QUIET
    assert not patience.is_out(SARI, later)
    assert patience.has(SARI, later)
    assert not patience.spend(SARI, 5, later)


def test_one_persons_flood_costs_another_nothing() -> None:
    patience = Patience()
    answered(patience, 100, 0.0)
    assert patience.has(BUDI, NOW)


def spent(patience: Patience, *, staff: bool, times: int = 10_000) -> int:
    """How many events of somebody are answered at once."""
    return sum(patience.has(SARI, NOW, staff=staff) and not patience.spend(SARI, 1, NOW) for _ in range(times))


def test_staff_may_ask_for_much_more_but_not_for_everything() -> None:
    assert spent(Patience(), staff=True) == STAFF_BUDGET - 1 >= 10 * BUDGET


def test_a_role_counts_from_the_next_thing_that_its_holder_does() -> None:
    patience = Patience()
    spent(patience, staff=False)
    assert not patience.has(SARI, NOW)
    assert patience.has(SARI, NOW, staff=True)
    assert spent(patience, staff=False) <= BUDGET


def test_what_is_asked_before_the_role_is_known_leaves_the_budget_as_it_is() -> None:
    patience = Patience()
    patience.has(SARI, NOW, staff=True)
    patience.spend(SARI, 100, NOW)
    assert patience.has(SARI, NOW)
    assert spent(patience, staff=True) == STAFF_BUDGET - 101


def test_a_clock_that_is_set_back_silences_nobody() -> None:
    patience = Patience()
    answered(patience, 100, 0.0)
    assert patience.has(SARI, NOW - timedelta(hours=1))


def test_no_more_people_are_remembered_than_there_is_room_for() -> None:
    patience = Patience()
    for n in range(REMEMBERED + 50):
        patience.has(("telegram", str(n)), NOW)
    assert len(patience._accounts) == REMEMBERED


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_transaction_that_is_done_again_costs_its_person_once(times: int) -> None:
    patience = Patience()
    bill = Bill(patience, SARI)
    for _ in range(times):
        assert bill.has(NOW)
        assert not bill.spend(4, NOW)
    assert patience._accounts[SARI].left == BUDGET - 4


def test_the_last_answer_for_now_is_given_also_when_its_transaction_is_done_again() -> None:
    patience = Patience()
    answered(patience, int(BUDGET) - 2, 0.0)
    bill = Bill(patience, SARI)
    for _ in range(3):
        assert bill.has(NOW)
        assert bill.spend(2, NOW)
    assert not Bill(patience, SARI).has(NOW)


LAST: dict[str, tuple[Incoming, bool]] = {
    "a command": (Command("stop"), True), "a word": (Text("BERHENTI"), True), "the button": (Press("stop"), True),
    "blocked": (Blocked(), True), "moved": (Moved("-1"), True), "another word": (Text("menu"), False),
    "another command": (Command("menu"), False), "another button": (Press("menu"), False),
}  # fmt: skip


@pytest.mark.parametrize(("incoming", "counts"), LAST.values(), ids=LAST)
def test_that_somebody_stops_always_counts(incoming: Incoming, counts: bool) -> None:
    assert is_last_word(incoming) is counts
