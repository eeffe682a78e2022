"""What the account may do after floods, failures and refusals."""

import pytest

from bot.delivery.account import Account, Trouble, is_answer
from bot.delivery.breaker import Breaker
from bot.delivery.outcome import Kind, Outcome

SENT = Outcome(Kind.SENT, message_id="1")
LOST = Outcome(Kind.UNKNOWN, "connection_lost")
REFUSED_ACCOUNT = Outcome(Kind.REFUSED, "unauthorized", account=True)
PLENTY = 100


def flood(retry_after: float = 5.0) -> Outcome:
    return Outcome(Kind.LATER, "flood", retry_after=retry_after)


def account(*outcomes: Outcome, at: float = 0.0) -> Account:
    """An account of 30 a second that has just had these outcomes, each of another chat."""
    new = Account(30.0)
    for chat, outcome in enumerate(outcomes):
        new.note(outcome, str(chat), at, at)
    return new


def may(of: Account, now: float, under_way: int = 0) -> int:
    return of.may_claim(PLENTY, under_way, now)


class TestFloods:
    @pytest.mark.parametrize(("retry_after", "pause"), [(0.5, 0.5), (1.0, 1.0), (30.0, 1.0), (86400.0, 1.0)])
    def test_one_chats_429_keeps_the_others_waiting_for_a_second_at_most(
        self, retry_after: float, pause: float
    ) -> None:
        one = account(flood(retry_after))
        assert may(one, 0.0) == 0
        assert one.pause(0.0) == pause
        assert one.state(0.0) == "pausing"
        assert one.fault(0.0) == ""
        assert may(one, pause) == PLENTY
        assert one.rate(pause) == 30

    def test_the_same_chats_second_429_is_still_that_chats(self) -> None:
        one = Account(30.0)
        for now in (0.0, 1.0, 2.0):
            one.note(flood(), "7", now, now)
        assert one.hold is None

    @pytest.mark.parametrize(("between", "stops"), [(0.0, True), (5.0, True), (5.1, False)])
    def test_a_second_chats_429_within_five_seconds_is_the_accounts(self, between: float, stops: bool) -> None:
        one = account(flood())
        one.note(flood(), "another", between, between)
        assert (one.hold is not None) == stops

    @pytest.mark.parametrize(("retry_after", "pause"), [(3.0, 3.0), (60.0, 60.0), (3600.0, 60.0)])
    def test_the_account_pauses_for_as_long_as_it_was_told_a_minute_at_most(
        self, retry_after: float, pause: float
    ) -> None:
        one = account(flood(retry_after), flood(retry_after))
        assert one.pause(0.0) == pause
        assert one.state(0.0) == "flood"
        assert one.fault(0.0) == f"flood: the account pauses; one message tries again in {pause:.0f} s"
        assert may(one, pause - 0.01) == 0
        assert may(one, pause) == 1

    def test_what_is_told_afterwards_of_two_chats_stops_the_account_as_a_429_does(self) -> None:
        one = account()
        one.told(flood(), "7", 1.0, 2.0)
        assert one.state(2.0) == "pausing"
        one.told(flood(), "8", 1.0, 2.0)
        assert one.pause(2.0) == 5.0
        one.note(SENT, "9", 7.0, 7.0)
        assert one.rate(7.0) == 15

    @pytest.mark.parametrize(("at", "now"), [(3.0, 3.0), (6.9, 9.0)], ids=["while it pauses", "afterwards"])
    def test_what_is_told_of_a_time_before_the_last_pause_ended_slows_nothing_any_more(
        self, at: float, now: float
    ) -> None:
        one = account(flood(7.0), flood(7.0))
        if now > 7.0:
            one.note(SENT, "9", 7.0, 7.0)
        before = one.pause(now), one.rate(now)
        for chat in ("7", "8"):
            one.told(flood(7.0), chat, at, now)
        assert (one.pause(now), one.rate(now)) == before

    def test_what_is_told_when_it_is_long_over_says_nothing_of_now(self) -> None:
        one = account()
        for chat in ("7", "8"):
            one.told(flood(), chat, 0.0, 61.0)
        assert (one.hold, one.rate(61.0)) == (None, 30)

    def test_the_longest_of_many_429s_counts(self) -> None:
        one = account(flood(2.0), flood(8.0), flood(3.0))
        assert one.pause(0.0) == 8.0

    def test_a_probe_goes_alone(self) -> None:
        one = account(flood(), flood())
        assert may(one, 6.0, under_way=1) == 0
        assert may(one, 6.0) == 1
        assert one.state(6.0) == "probing"

    def test_a_probe_that_is_flooded_too_pauses_again_and_halves_nothing_twice(self) -> None:
        one = account(flood(), flood())
        one.note(flood(7.0), "9", 6.0, 6.1)
        assert one.pause(6.1) == 7.0
        one.note(SENT, "9", 14.0, 14.1)
        assert one.rate(14.1) == 15

    def test_after_the_probe_half_the_rate_rising_by_a_tenth_of_the_whole_every_five_seconds(self) -> None:
        one = account(flood(), flood())
        one.note(SENT, "9", 6.0, 6.5)
        assert may(one, 6.5, under_way=20) == PLENTY
        assert [one.rate(6.5 + s) for s in (0, 4.9, 5, 10, 15, 20, 24.9)] == pytest.approx([15, 15, 18, 21, 24, 27, 27])
        assert one.state(30.0) == "slow"
        assert one.rate(31.5) == 30
        assert one.state(31.5) == "sending"

    def test_floods_again_and_again_halve_again_down_to_a_tenth(self) -> None:
        one, rates = Account(30.0), []
        for episode in range(5):
            now = episode * 70.0
            one._share_since = max(one._share_since, now)  # it had no time to rise
            for chat in "ab":
                one.note(flood(60), chat, now, now)
            one.note(SENT, "c", now + 60, now + 60)
            rates.append(one.rate(now + 60))
        assert rates == pytest.approx([15, 7.5, 3.75, 3, 3])

    def test_what_left_before_the_pause_is_no_probe(self) -> None:
        one = account(flood(), flood())
        one.note(SENT, "9", -0.1, 6.0)  # its answer took long
        assert one.state(6.0) == "probing"

    def test_after_an_episode_one_chats_429_is_one_chats_again(self) -> None:
        one = account(flood(1.0), flood(1.0))
        one.note(SENT, "9", 1.0, 1.1)
        one.note(flood(1.0), "10", 1.2, 1.3)
        assert one.hold is None


FAILURES = {
    "a read timeout": Outcome(Kind.UNKNOWN, "read_timeout"),
    "a lost connection": LOST,
    "half an answer": Outcome(Kind.UNKNOWN, "half_answer"),
    "a proxy's page": Outcome(Kind.UNKNOWN, "page_502"),
    "a server error": Outcome(Kind.NOT_SENT, "server_error"),
    "a refused connection": Outcome(Kind.NOT_SENT, "refused"),
    "no connection": Outcome(Kind.NOT_SENT, "connect"),
    "a connection that takes too long": Outcome(Kind.NOT_SENT, "connect_timeout"),
    "a name that is not found": Outcome(Kind.NOT_SENT, "dns"),
    "a certificate": Outcome(Kind.NOT_SENT, "tls"),
}
OF_READERS = {
    "blocked": Outcome(Kind.GONE, "blocked"),
    "refused content": Outcome(Kind.REFUSED, "too_long"),
    "no rights": Outcome(Kind.LATER, "no_rights", retry_after=3600),
    "a chat that moved": Outcome(Kind.NOT_SENT, "migrated", new_address="-1001"),
}


class TestBreaker:
    @pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
    def test_ten_failures_open_it(self, failure: Outcome) -> None:
        assert account(*[failure] * 9).hold is None
        one = account(*[failure] * 10)
        assert may(one, 0.0) == 0
        assert one.pause(0.0) == 5.0
        assert one.state(0.0) == "breaker"
        assert one.fault(0.0).startswith(f"breaker open: too many failures, the last {failure.code}; one message")

    @pytest.mark.parametrize("outcome", OF_READERS.values(), ids=OF_READERS)
    def test_what_concerns_one_reader_never_counts(self, outcome: Outcome) -> None:
        assert account(*[outcome] * 50).hold is None
        assert account(*[LOST] * 9, *[outcome] * 50, LOST).hold is not None

    def test_ten_of_the_last_twenty(self) -> None:
        assert account(*[SENT, LOST] * 9, SENT).hold is None
        assert account(*[SENT, LOST] * 10).hold is not None
        assert account(*[LOST] * 9, *[SENT] * 20, *[LOST] * 9).hold is None

    def test_a_probe_that_gets_through_closes_it_at_the_whole_rate(self) -> None:
        one = account(*[LOST] * 10)
        assert may(one, 5.0) == 1
        one.note(SENT, "9", 5.0, 5.1)
        assert may(one, 5.1) == PLENTY
        assert one.rate(5.1) == 30
        assert one.fault(5.1) == ""

    @pytest.mark.parametrize("outcome", OF_READERS.values(), ids=OF_READERS)
    def test_a_refusal_of_the_probes_reader_closes_it_too(self, outcome: Outcome) -> None:
        one = account(*[LOST] * 10)
        one.note(outcome, "9", 5.0, 5.1)
        assert one.hold is None

    def test_each_probe_that_fails_doubles_the_pause_up_to_a_minute(self) -> None:
        one, now, pauses = account(*[LOST] * 10), 0.0, []
        for _ in range(6):
            pauses.append(one.pause(now))
            now += pauses[-1]
            one.note(LOST, "9", now, now)
        assert pauses == [5, 10, 20, 40, 60, 60]
        one.note(SENT, "9", now + 60, now + 60)
        for _ in range(10):
            one.note(LOST, "9", now + 61, now + 61)
        assert one.pause(now + 61) == 5

    def test_what_comes_in_late_changes_nothing_while_it_is_open(self) -> None:
        one = account(*[LOST] * 30, *[SENT] * 30)
        assert one.pause(0.0) == 5.0

    def test_a_flood_answered_to_the_probe_closes_it_for_a_moments_pause(self) -> None:
        one = account(*[LOST] * 10)
        one.note(flood(), "9", 5.0, 5.1)
        assert one.hold is None
        assert one.state(5.2) == "pausing"

    def test_alone_it_says_for_how_long_to_stop(self) -> None:
        breaker = Breaker()
        assert [breaker.failed() for _ in range(10)] == [0.0] * 9 + [5.0]
        assert breaker.probe_failed() == 10.0


class TestRefusedAccount:
    def test_it_rests_a_minute_then_one_probe(self) -> None:
        one = account(REFUSED_ACCOUNT)
        assert one.state(0.0) == "refused"
        assert one.fault(0.0).startswith("unauthorized: ")
        assert may(one, 59.9) == 0
        assert may(one, 60.0) == 1
        one.note(REFUSED_ACCOUNT, "9", 60.0, 60.1)
        assert one.pause(60.1) == pytest.approx(60)
        one.note(SENT, "9", 121.0, 121.1)
        assert may(one, 121.1) == PLENTY

    def test_a_flood_meanwhile_does_not_shorten_its_rest(self) -> None:
        one = account(REFUSED_ACCOUNT, flood(5.0), flood(5.0))
        assert one.hold is not None
        assert one.hold.trouble is Trouble.REFUSED
        assert one.pause(0.0) == 60.0


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        (SENT, True),
        (flood(), True),
        *((o, True) for o in OF_READERS.values()),
        (FAILURES["a server error"], True),
        (FAILURES["a read timeout"], False),
        (FAILURES["a refused connection"], False),
        (FAILURES["a proxy's page"], False),
    ],
    ids=lambda value: value.code or value.kind if isinstance(value, Outcome) else str(value),
)
def test_only_the_platforms_own_answers_tell_the_way_there_and_back(outcome: Outcome, answer: bool) -> None:
    assert is_answer(outcome) is answer


def test_maintenance_pauses_a_minute_and_twice_as_long_each_time_up_to_five() -> None:
    maintenance = Outcome(Kind.REFUSED, "maintenance", retry_after=60.0, account=True)
    one, at, pauses = account(), 0.0, []
    for _ in range(5):
        one.note(maintenance, "1", at, at)
        one.note(maintenance, "2", at - 1, at)  # it had left before: no further time
        pauses.append(one.pause(at))
        assert may(one, at + pauses[-1]) == 1, "a probe, alone"
        at += pauses[-1]
    assert pauses == [60, 120, 240, 300, 300]
    one.note(SENT, "1", at, at)
    assert may(one, at) == PLENTY
    one.note(maintenance, "1", at, at)
    assert one.pause(at) == 60
