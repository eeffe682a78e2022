"""What transactions say about message templates: which ones there are, how they stand, which one may be sent."""

from collections.abc import Sequence
from typing import Final

from bot.delivery.receipts import DeliveryTag, Tag
from bot.delivery.templates import SENDABLE, DeclaredTemplate, KnownTemplate, TemplateNews, split_key
from storage.sqlite.part import Part, listed, to_ms

_DECLARE: Final = """
INSERT INTO whatsapp_template (name, language, use, wanted, place) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET use = excluded.use, wanted = excluded.wanted, place = excluded.place
"""
_LEARN: Final = """
INSERT INTO whatsapp_template (name, language) VALUES (?1, ?2) ON CONFLICT DO NOTHING
"""
# Each fact by itself: an old word about the status says nothing about a new one about the category.
_STATUS: Final = """
UPDATE whatsapp_template SET status = ?3, reason = ?5, status_at = ?4
WHERE name = ?1 AND language = ?2 AND status_at <= ?4
"""
_CATEGORY: Final = """
UPDATE whatsapp_template SET category = ?3, category_at = ?4 WHERE name = ?1 AND language = ?2 AND category_at <= ?4
"""
_QUALITY: Final = """
UPDATE whatsapp_template SET quality = ?3, quality_at = ?4 WHERE name = ?1 AND language = ?2 AND quality_at <= ?4
"""
_KNOWN: Final = """
SELECT name, language, use, wanted, status, category, quality, reason FROM whatsapp_template
"""
_SENDABLE: Final = ", ".join(f"'{word}'" for word in sorted(SENDABLE))
_FALLBACK: Final = "template_fallback"  # the key of `meta`
_USABLE: Final = f"""
SELECT name || '/' || language FROM whatsapp_template INDEXED BY whatsapp_template_use
WHERE use = ?1 AND status IN ({_SENDABLE}) AND category IN ('', wanted)
  AND language IN (?2, (SELECT value FROM meta WHERE key = '{_FALLBACK}'))
ORDER BY language = ?2 DESC, place LIMIT 1
"""
_SENT_WITH: Final = """
SELECT template FROM whatsapp_charge WHERE kind = 'd' AND about = ? AND subscriber_id = ? AND attempt = ?
"""


class Templates(Part):
    """Message templates."""

    def declare_templates(self, declared: Sequence[DeclaredTemplate], fallback: str = "id") -> None:
        """These are described by files, in the order of preference; what was and is no more serves no use."""
        remember = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
        self.run(remember, _FALLBACK, fallback)
        self.run("UPDATE whatsapp_template SET use = NULL WHERE use IS NOT NULL")
        for place, (name, language, use, category) in enumerate(declared):
            self.run(_DECLARE, name, language, use, category, place)

    def template_news(self, news: Sequence[TemplateNews]) -> None:
        """What the platform tells; of each fact the latest word counts, in whatever order they come."""
        for one in news:
            key, at = (one.name, one.language), to_ms(one.at)
            self.run(_LEARN, *key)
            if one.status is not None:
                self.run(_STATUS, *key, one.status, at, one.reason or "")
            if one.category is not None:
                self.run(_CATEGORY, *key, one.category, at)
            if one.quality is not None:
                self.run(_QUALITY, *key, one.quality, at)

    def templates(self, keys: Sequence[str] | None = None) -> list[KnownTemplate]:
        """All templates that we know of, or these."""
        order = "ORDER BY use IS NULL, place, name, language"
        if keys is None:
            return [KnownTemplate(*row) for row in self.all(f"{_KNOWN} {order}")]
        asked = f"{_KNOWN} WHERE name || '/' || language IN (SELECT value FROM json_each(?)) {order}"
        return [KnownTemplate(*row) for row in self.all(asked, listed(list(keys)))]

    def usable_template(self, use: str, language: str) -> str | None:
        """The key of the template that may be sent for this use: in this language, else in the fallback."""
        key: str | None = self.value(_USABLE, use, language)
        return key

    def template_of(self, tag: Tag) -> str | None:
        """The key of the template that this attempt was sent with; None: with none."""
        if not isinstance(tag, DeliveryTag):
            return None
        return self.value(_SENT_WITH, *tag) or None

    def template_category(self, key: str) -> str | None:
        """What a message of this template is billed as: the platform's word, else the file's; None: no such one."""
        category = "SELECT CASE category WHEN '' THEN wanted ELSE category END FROM whatsapp_template "
        found: str | None = self.value(category + "WHERE name = ? AND language = ?", *split_key(key))
        return found
