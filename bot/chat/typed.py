"""What channels say where there is too little to tap: how a list is opened, and which numbers may be typed."""

from bot.chat.texts import Voice


def choose(say: Voice) -> str:
    """On the button that opens a list."""
    return say.t("typed.choose")


def choose_topics(say: Voice) -> str:
    """The same where the list is one of topics."""
    return say.t("typed.choose_topics")


def volume(say: Voice, weekly: int | None) -> str:
    """Below a topic in a list: how much it brings; "" while that is unknown."""
    return say.t("typed.volume", n=weekly) if weekly else ""


def one_number(say: Voice) -> str:
    """Under numbered options."""
    return say.t("typed.one")


def several_numbers(say: Voice) -> str:
    """Under numbered topics."""
    return say.t("typed.several")
