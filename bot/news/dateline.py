"""Takes the dateline off a lead: `MOJOKERTO, portal.example – Warga …` begins with `Warga`."""

import re

_PLACE = r"[A-Z][\w.'’]*(?:[ -](?:[A-Z][\w.'’]*|dan|di)){0,4}"
_CAPITALS = r"[A-Z]{4,}[A-Z.'’]*(?:[ -][A-Z][A-Z.'’]+){0,4}"
_DOMAIN = r"[\w-]+(?:\.[\w-]+)*\.(?:com|co\.id|id|net|org|co|news|tv|info|my\.id|web\.id|go\.id|xyz|example)\b"
_DATE = r"\(\s*(?:[^\W\d]+\s*,?\s*)?\d{1,2}\s*[\s/.-]\s*(?:\d{1,2}|[^\W\d]+)(?:\s*[\s/.-]\s*\d{2,4})?\s*\)"
_DASH = r"(?:\s*,?[-–—―~|:]+(?:\s+|(?=[^\W\d_])))"
_SPACED_DASH = r"(?:\s+[-–—―~]+\s*|\s*[–—―-]{2,}\s*|\s*[–—―]\s+)"
_AGENCY = r"\(\s*(?:[A-Z][\w./-]*|[\w-]+\.[\w.]+)(?: [A-Z][\w./-]*){0,3}\s*\)"
_BARE_DATE = r"(?:[A-Z][a-z]+,?\s+)?\d{1,2}(?:/\d{1,2}(?:/\d{2,4})?|\s+[A-Z][a-z]+\s+\d{4})"

_FORMS = tuple(
    re.compile(form)
    for form in (
        # Kota Mojokerto portal.com(28 Februari 2024) …, with or without a dash
        rf"(?:{_PLACE}[\s,|]+)?(?i:{_DOMAIN})\s*,?\s*{_DATE}{_DASH}?\s*",
        # Portal.com| Mojokerto, …
        rf"(?i:{_DOMAIN})\s*\|\s*{_PLACE}\s*,\s+(?=[A-Z])",
        # Portal.com - Jakarta | …
        rf"(?i:{_DOMAIN}){_DASH}{_PLACE}\s*\|{{1,2}}\s*(?=[A-Z\d“\"‘'])",
        # MOJOKERTO, PORTAL.COM – …, Portal.com, Jakarta - …, PORTAL.CO.ID- …
        rf"(?:{_PLACE}\s*(?:[,–—-]|\|{{1,2}}|//)\s*|{_PLACE}\s+)?(?i:{_DOMAIN})(?:\s*[,|]\s*{_PLACE})?\s*(?:{_DATE})?{_DASH}",
        # Mojokerto-Portal.com. Warga …
        rf"{_PLACE}\s*[-–—]\s*(?i:{_DOMAIN})\.\s+(?=[A-Z\d“\"‘'])",
        # Kota Mojokerto, (28 Februari 2024) Warga …
        rf"{_PLACE},\s*{_DATE}\s+(?=[A-Z\d“\"‘'])",
        # (Mojokerto) – …
        rf"\({_PLACE}\){_SPACED_DASH}(?=[A-Z\d“\"‘'])",
        # Portal.com, Jakarta Polisi menangkap …
        rf"(?i:{_DOMAIN}),\s+(?:(?:Kota|Kabupaten|Kab\.)\s+)?[A-Z][a-z]+\s+(?=[A-Z])",
        # Biel (ANTARA News) – …, MOJOKERTO (28/2) – …
        rf"{_PLACE}(?:,\s*{_PLACE})?\s*,?\s*(?:{_AGENCY}|{_DATE}){_DASH}(?=[A-Z\d“\"‘'])",
        # Mojokerto, 28/2 (ANTARA) - …, Surabaya, Rabu 28 Februari 2024 – …
        rf"{_PLACE},\s*{_BARE_DATE}\s*(?:{_AGENCY})?{_SPACED_DASH}(?=[A-Z\d“\"‘'])",
        # Jakarta, CNN Indonesia -- …, SURABAYA, Kabar Kota – …, MOJOKERTO//KABAR DESA – …
        rf"{_PLACE}(?:,|\s*(?://|\|{{1,2}}))\s*{_PLACE}{_SPACED_DASH}(?=[A-Z\d“\"‘'])",
        # KBRN, Jakarta: …
        rf"[A-Z]{{3,}},\s*{_PLACE}\s*:\s+",
        # MOJOKERTO – …, KABARKOTA- …
        rf"{_CAPITALS}(?:{_SPACED_DASH}|-\s+)(?=[A-Z\d“\"‘'])",
        # [MOJOKERTO] …
        r"\[[A-Z][A-Z.,\s-]{3,40}\]\s*(?=[A-Z\d“\"‘'])",
        # Mojokerto – …
        r"[A-Z][a-z]{2,}(?: [A-Z][a-z]+){0,2}\s+[-–—―~]+\s+(?=[A-Z“\"‘'])",
    )
)
_LONGEST = 90  # characters of a dateline
_TIMES = 2  # `Mojokerto – portal.com – …`


def without_dateline(lead: str) -> str:
    """The lead without its dateline; as it was when it has none, or nothing else."""
    for _ in range(_TIMES):
        lead = _cut(lead)
    return lead


def has_dateline(lead: str) -> bool:
    """Whether the paragraph surely opens with a dateline: with an address, an agency, a date, or in capitals."""
    return any(form.match(lead[:_LONGEST]) for form in _FORMS[:-1])


def _cut(lead: str) -> str:
    for form in _FORMS:
        match = form.match(lead[: _LONGEST + 1])
        if match is not None and match.end() <= _LONGEST and (rest := lead[match.end() :].lstrip()):
            return rest
    return lead
