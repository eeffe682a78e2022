"""News of WhatsApp's templates as the program takes them, for the program and for commands beside it."""

from bot import catalogs, clock
from bot.chat.texts import Texts
from bot.flow.halts import Halter
from bot.flow.tell_staff import StaffTeller
from bot.flow.templates import TellTemplates, TemplateLearner
from bot.settings import Settings


def template_teller(settings: Settings, texts: Texts) -> TellTemplates:
    """Tells admins on the channels that are set up."""
    return _teller(settings, texts).templates


def halter_of(settings: Settings, texts: Texts) -> Halter:
    """Tells them too."""
    return Halter(_teller(settings, texts).halted)


def _teller(settings: Settings, texts: Texts) -> StaffTeller:
    on = {"telegram": settings.telegram, "whatsapp": settings.whatsapp}
    return StaffTeller(texts, [name for name, own in on.items() if own is not None], clock.now)


def template_learner(settings: Settings) -> TemplateLearner:
    """Writes news down, and tells admins."""
    return TemplateLearner(template_teller(settings, catalogs.load()))
