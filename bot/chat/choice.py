"""Which topics somebody has chosen, whether confirmed or still a draft."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.chat.texts import Voice
from bot.chat.turn import Board, Draft, Follow, Person, Status

ALL = "semua"  # stands for all topics, also later ones, in drafts and links; no category may be called so


@dataclass(frozen=True, slots=True)
class Choice:
    """Topics of the board, or all of them, also later ones."""

    ids: frozenset[str]
    everything: bool = False

    def __bool__(self) -> bool:
        """Whether anything is chosen."""
        return self.everything or bool(self.ids)

    def toggled(self, category: str) -> "Choice":
        """With this topic ticked, or no longer ticked."""
        return Choice(self.ids ^ {category})

    def extended(self, more: Collection[str]) -> "Choice":
        """With these topics too."""
        return Choice(self.ids | frozenset(more), self.everything)

    def draft(self) -> Draft:
        """To be remembered until it is confirmed."""
        return Draft(frozenset({ALL}) if self.everything else self.ids)

    def follow(self, wording: str) -> Follow:
        """Confirmed with these words."""
        return Follow(frozenset() if self.everything else self.ids, self.everything, wording)

    def named(self, board: Board, say: Voice) -> str:
        """As a sentence names it."""
        if self.everything:
            return say.t("topics.everything")
        return say.listed([c.name(say.language) for c in board.categories if c.id in self.ids])

    def weekly(self, board: Board) -> int | None:
        """Stories a week together, None while nothing is known."""
        known = [c.weekly for c in board.categories if c.id in self.ids and c.weekly is not None]
        return sum(known) or None


def everything(board: Board) -> Choice:
    """All topics, also later ones."""
    return Choice(frozenset(board.by_id), everything=True)


def chosen(person: Person, board: Board) -> Choice:
    """What a subscriber follows, or what a newcomer has ticked so far; topics that are no more are left out."""
    if person.status is Status.ACTIVE:
        ids, follows_all = person.categories, person.follows_all
    else:
        ids = person.draft or frozenset()
        follows_all = ALL in ids
    return everything(board) if follows_all else Choice(ids & frozenset(board.by_id))
