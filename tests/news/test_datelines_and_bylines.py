"""What newsrooms write before and behind an article, and what only looks like it."""

import pytest

from bot.news.byline import without_byline
from bot.news.dateline import without_dateline

LEAD = "Warga memperbaiki tanggul sungai."

DATELINES = {
    "place, portal and date in one": "Kota Madya kabar-desa.com(28 Februari 2024) ",
    "place, portal, date and dash": "Kota Madya, kabar-desa.com (28 Februari 2024) – ",
    "place in capitals, portal, dash": "SURABAYA, KABARDESA.ID - ",
    "dash without a gap": "SURABAYA, KABARDESA.ID -",
    "portal alone": "KABARDESA.CO.ID- ",
    "portal in capitals without dots": "KABARDESACOID- ",
    "portal, place": "Kabardesa.com, Sidoarjo - ",
    "portal, place without dash": "Kabardesa.com, Sidoarjo ",
    "bars": "Sidoarjo | Kabardesa.com – ",
    "bar, then place": "Kabardesa.com| Sidoarjo, ",
    "strokes": "Sidoarjo // Kabardesa.com – ",
    "strokes and a name": "SIDOARJO//KABAR DESA – ",
    "place in brackets": "[SIDOARJO] ",
    "date and agency": "Sidoarjo, 28/2 (WARTA) - ",
    "date in words": "Surabaya, Rabu 28 Februari 2024 – ",
    "agency with gaps": "SIDOARJO,( Kabar Desa ) – ",
    "place first, then portal": "Sidoarjo – Kabardesa.com – ",
    "agency": "Biel (WARTA News) – ",
    "agency with a hyphen": "Jakarta (WARTA) - ",
    "place, agency in words": "Jakarta, WARTA Indonesia -- ",
    "radio": "WRTA, Jakarta: ",
    "place and short date": "SIDOARJO (28/2) – ",
    "place in capitals": "KABUPATEN SIDOARJO – ",
    "place in small letters": "Sidoarjo - ",
    "place of two words": "Kota Batu – ",
    "place between brackets": "(Sidoarjo) – ",
    "place and date in brackets": "Kota Madya, (28 Februari 2024) ",
    "place, weekday and date": "Sidoarjo, Rabu (28/2/2024) - ",
    "place and its province": "Sidoarjo, Jawa Timur – ",
    "portal, then place behind a bar": "Kabardesa.com - Sidoarjo | ",
    "portal with comma and dash": "Sidoarjo, kabardesa.com,- ",
    "two bars": "Sidoarjo || Kabardesa.com – ",
    "a name before a bar": "KABAR DESA | SIDOARJO – ",
    "portal with a full stop": "Sidoarjo-Kabardesa.com. ",
    "regency shortened": "Kab. Sidoarjo, kabar-desa.com – ",
    "no gaps at all": "SIDOARJO,KABARDESA.COM–",
    "portal in brackets": "SIDOARJO, (kabardesa.com) – ",
    "a long stroke": "SIDOARJO ― ",
    "a wave": "Sidoarjo ~ ",
}


@pytest.mark.parametrize("dateline", DATELINES.values(), ids=DATELINES.keys())
def test_a_dateline_goes(dateline: str) -> None:
    assert without_dateline(dateline + LEAD) == LEAD


NO_DATELINES = {
    "a plain lead": "Polisi menangkap dua pria di Sidoarjo.",
    "a place at the beginning": "Sidoarjo kembali dilanda banjir, Rabu (28/2) pagi.",
    "a range of places": "Jalan Ngoro–Pungging dilebarkan dua meter.",
    "a hyphenated name": "Ramli-Yusuf memenangi pemilihan.",
    "a site in the sentence": "Situs kabardesa.com diretas sejak kemarin.",
    "an acronym": "KPK - lembaga antirasuah itu - menahan seorang bupati.",
    "a covid": "COVID-19 kembali merebak.",
    "a quotation": "“Kami siap,” kata lurah.",
    "an organisation with its acronym": "Badan Meteorologi (BMKG) memperingatkan hujan lebat.",
    "an organisation explained": "Komisi Pemilihan Umum (KPU) – penyelenggara pemilu – menetapkan hasil.",
    "a name with its office": "Suyitno, Kepala Desa Kembang – yang juga petani – memimpin.",
    "a date in the sentence": "Sidoarjo, 28 Februari 2024, tercatat sebagai hari terpanas.",
    "a number": "47 sepeda motor ditilang - semuanya berknalpot bising.",
    "an office and a name behind the portal": "Bupati Sidoarjo, Rina Wati, meresmikan pasar.",
    "a speaker in capitals": "KPK: Tersangka bertambah dua orang.",
    "a site that ends a sentence": "Pengumuman ada di kabardesa.com. Warga diminta melihatnya.",
    "nothing but a dateline": "SIDOARJO – ",
    "nothing": "",
}


@pytest.mark.parametrize("lead", NO_DATELINES.values(), ids=NO_DATELINES.keys())
def test_what_only_looks_like_a_dateline_stays(lead: str) -> None:
    assert without_dateline(lead) == lead


END = "Acara ditutup dengan doa."

BYLINES = {
    "glued": (END + "(jokosusilo)", END),
    "with a gap": (END + " (joko)", END),
    "desk": (END + " (tim/red)", END),
    "desk in capitals": (END + " (RED)", END),
    "agency in capitals": (END + " (ANT)", END),
    "several": (END + " (joko, sari)", END),
    "with a full stop": (END + " (joko).", END),
    "square": (END + " [red]", END),
    "stars": (END + " ***", END),
    "star in brackets": (END + " (*)", END),
    "stars and desk": (END + " *** (red)", END),
    "dashes": (END + " -red-", END),
    "glued to a number": ("Nilainya 84,46(jokosusilo)", "Nilainya 84,46"),
    "behind a word without full stop": ("“Terima kasih,” tutupnya (joko)", "“Terima kasih,” tutupnya"),
    "editor": (END + " Editor: Sari Dewi", END),
    "reporter and editor": (END + " Reporter : Joko | Editor : Sari", END),
    "a full name": (END + " (Joko Susilo)", END),
    "a code": (END + " (mb1)", END),
    "a number and a name": (END + " (03/joko)", END),
    "short role in brackets": (END + " (Rep: Joko)", END),
    "hyphen and a name": (END + " - joko", END),
    "a name between dashes": (END + " –joko–", END),
    "dash and brackets": (END + " – (joko)", END),
    "handle": (END + " @joko", END),
    "name and desk": (END + " Joko/red", END),
    "Red.": (END + " Red.", END),
    "star in square brackets": (END + " [*]", END),
    "hash behind": (END + " (hms/joko)#", END),
    "initials": (END + " (J. Susilo)", END),
    "press office": (END + " (Diskominfo)", END),
}


@pytest.mark.parametrize(("text", "expected"), BYLINES.values(), ids=BYLINES.keys())
def test_a_byline_goes(text: str, expected: str) -> None:
    assert without_byline(text) == expected


NO_BYLINES = {
    "acronym": "Korban kekerasan dalam rumah tangga (KDRT)",
    "acronym with full stop": "Korban kekerasan dalam rumah tangga (KDRT).",
    "acronym behind a sentence": "Ini soal kekerasan. (KDRT)",
    "acronym glued": "Dinas Kesehatan(DINKES)",
    "explanation": "Ia menambah nilai (added value).",
    "date": "Sidang digelar Rabu (28/2)",
    "number": "Pemenangnya Rudi (12)",
    "a class": "Juara diraih kelas empat (4B)",
    "a choice": "Warga boleh datang sendiri dan/atau diwakili",
    "a dash before the last word": "Ia menyebut satu kata - damai",
    "a date behind a sentence": "Sidang digelar. (28/2)",
    "plain": END,
    "only a bracket": "(joko)",
    "nothing": "",
}


@pytest.mark.parametrize("text", NO_BYLINES.values(), ids=NO_BYLINES.keys())
def test_what_only_looks_like_a_byline_stays(text: str) -> None:
    assert without_byline(text) == text


def test_a_long_text_is_looked_at_only_near_its_ends() -> None:
    blanks = " " * 200_000
    assert without_byline(f"{blanks}{END} (joko)") == blanks + END
    assert without_dateline("Sidoarjo – " + LEAD + blanks) == LEAD + blanks
