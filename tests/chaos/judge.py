"""What must be true when everything has settled: what stands on phones beside what is written down."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.book import Row
from tests.chaos.phones import STOPPED, Send

STORY, ALERT = "story", "alert"
MOST_COPIES = {STORY: 1, ALERT: 2}


@dataclass
class Verdict:
    """Counts for the table, and what is wrong."""

    figures: dict[str, object] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def must(self, holds: bool, complaint: str) -> None:
        """Complain unless it holds."""
        if not holds:
            self.complaints.append(complaint)


@dataclass(frozen=True)
class Fate:
    """What became of one broadcast for one reader."""

    kind: str
    what: str
    chat: int
    arrivals: tuple[float, ...]  # of the copies that stand on the phone
    row: Row | None

    @property
    def state(self) -> str:
        """As it is written down; `nothing` when it is not."""
        return self.row.state if self.row else "nothing"


def fates(
    broadcasts: Mapping[str, str], readers: Collection[int], sends: Sequence[Send], rows: Sequence[Row]
) -> list[Fate]:
    """Of every broadcast for every reader."""
    arrivals: dict[tuple[str, int], list[float]] = defaultdict(list)
    for send in sends:
        if send.done:
            arrivals[send.what, send.chat].append(send.at)
    written = {(row.what, row.chat): row for row in rows}
    return [
        Fate(kind, what, chat, tuple(arrivals.get((what, chat), ())), written.get((what, chat)))
        for what, kind in broadcasts.items()
        for chat in readers
    ]


def judge_fates(verdict: Verdict, found: Sequence[Fate], stopped: Collection[int] = ()) -> None:
    """Nobody is lost, nobody has too many copies, and the book does not lie."""
    wanted = [fate for fate in found if fate.chat not in stopped]
    lost = [f for f in wanted if not f.arrivals and f.state not in {"failed", "unknown"}]
    lies = [f for f in found if f.state == "sent" and not f.arrivals]
    strays = [f for f in found if f.arrivals and f.state not in {"sent", "unknown"}]
    many = [f for f in found if len(f.arrivals) > MOST_COPIES[f.kind]]
    for kind in (ALERT, STORY):
        of_kind = [fate for fate in wanted if fate.kind == kind]
        arrived = sum(bool(fate.arrivals) for fate in of_kind)
        verdict.figures[f"{kind}: readers, arrived"] = f"{len(of_kind)}, {arrived}"
        verdict.figures[f"{kind}: unknown (on the phone, not on it)"] = _unknown(of_kind)
        verdict.figures[f"{kind}: copies"] = dict(sorted(Counter(len(f.arrivals) for f in of_kind).items()))
        if failed := Counter(f.row.code for f in of_kind if f.row and f.state == "failed"):
            verdict.figures[f"{kind}: failed"] = dict(failed)
    verdict.figures["lost"] = len(lost)
    verdict.must(not lost, f"lost: {_shown(lost)}")
    verdict.must(not lies, f"written down as sent, and not on the phone: {_shown(lies)}")
    verdict.must(not strays, f"on the phone, and not written down as sent or unknown: {_shown(strays)}")
    verdict.must(not many, f"too many copies: {_shown(many)}")


def judge_stops(verdict: Verdict, stopped: Collection[int], sends: Sequence[Send], statuses: Mapping[int, str]) -> None:
    """Whoever asked to stop is stopped, and gets nothing after the answer."""
    answered: set[int] = set()
    late = []
    for send in sends:
        if send.chat in stopped and send.done:
            if send.what == STOPPED:
                answered.add(send.chat)
            elif send.chat in answered:
                late.append((send.what, send.chat))
    lost = [chat for chat in stopped if statuses.get(chat) != STOPPED]
    verdict.figures["stops: asked, stopped, answered"] = f"{len(stopped)}, {len(stopped) - len(lost)}, {len(answered)}"
    verdict.figures["stops: messages after the answer"] = len(late)
    verdict.must(not lost, f"a stop was lost: {lost[:5]}")
    verdict.must(len(answered) == len(stopped), f"not answered: {sorted(set(stopped) - answered)[:5]}")
    verdict.must(not late, f"after the answer to a stop there came: {late[:5]}")


def judge_pace(verdict: Verdict, peak: int, rate: int, floods: int) -> None:
    """Never more than the rate within any one second, and so no 429 of the platform's own."""
    verdict.figures["most sends within any second, of"] = f"{peak}, {rate}"
    verdict.figures["429 for going too fast"] = floods
    verdict.must(peak <= rate, f"{peak} sends within a second, {rate} are allowed")
    verdict.must(floods == 0, f"{floods} requests were answered 429")


def _unknown(found: Sequence[Fate]) -> str:
    unknown = [fate for fate in found if fate.state == "unknown"]
    there = sum(bool(fate.arrivals) for fate in unknown)
    return f"{len(unknown)} ({there}, {len(unknown) - there})"


def _shown(found: Sequence[Fate]) -> str:
    some = [f"{f.what} for {f.chat}: {f.state}, copies at {[round(at, 3) for at in f.arrivals]}" for f in found[:5]]
    return f"{len(found)}: " + "; ".join(some)
