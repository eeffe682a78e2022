"""The sentences under a headline: whole, from the text, few."""

import pytest

from bot.news.summary import LONGEST, summarise

TITLE = "Warga Desa Kembang Perbaiki Tanggul"
A = "Warga Desa Kembang memperbaiki tanggul sungai yang jebol."
B = "Pekerjaan itu selesai dalam dua hari."
C = "Bupati berterima kasih."
LONG = "Kalimat yang panjang sekali " + "sekali " * 40 + "ini tidak muat."

CASES = {
    "the first two": (f"{A} {B} {C}", f"{A} {B}"),
    "across paragraphs": (f"{A}\n\n{B}\n\n{C}", f"{A} {B}"),
    "only one there": (A, A),
    "the second does not fit": (f"{A} {LONG}", A),
    "the first does not fit": (f"{LONG} {A}", ""),
    "the title said again": (f"{TITLE}. {A} {B}", f"{A} {B}"),
    "a part of the title": (f"Perbaiki tanggul! {A} {B}", f"{A} {B}"),
    "nothing but the title": (f"{TITLE}.", ""),
    "the second is cut off": (f"{A} Pekerjaan itu …", A),
    "everything is cut off": ("Warga Desa Kembang memperbaiki …", ""),
    "the second lacks its end": (f"{A}\n\nPekerjaan itu selesai\n\n{C}", A),
    "the first lacks its end": (f"Tanggul jebol\n\n{A} {B}", f"{A} {B}"),
    "a quotation stays whole": ("“Air naik. Kami lari,” kata Sari. " + B, "“Air naik. Kami lari,” kata Sari. " + B),
    "numbers stay as they are": (f"Rugi Rp 1.500.000, 62,3 persen. {B}", f"Rugi Rp 1.500.000, 62,3 persen. {B}"),
    "nothing": ("", ""),
    "no sentence": ("Tanggul\n\nSungai\n\nDesa", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "summary"), CASES.values(), ids=CASES.keys())
def test_the_summary_is_one_or_two_whole_sentences(text: str, summary: str) -> None:
    assert summarise(TITLE, text) == summary
    assert len(summary) <= LONGEST


def test_exactly_320_characters_fit_and_one_more_does_not() -> None:
    first = "A" + "a" * (LONGEST - len(B) - 3) + "."
    assert len(summarise("", f"{first} {B}")) == LONGEST
    assert summarise("", f"A{first} {B}") == f"A{first}"


LEANS = {
    "who said it": "Hal itu disampaikan Kepala Dinas Pekerjaan Umum di kantornya, Rabu (28/2).",
    "a pronoun": "Ia juga meminta warga menjaga kebersihan sungai.",
    "an event named before": "Acara tersebut dihadiri 200 undangan.",
    "a person without a name": "Korban dibawa ke rumah sakit dengan luka di kepala.",
    "a contrast": "Namun, warga menolak usul itu.",
    "a number of something": "Jumlah itu naik dua kali lipat dari tahun lalu.",
    "another matter": "Sementara itu, harga cabai di pasar masih tinggi.",
}


@pytest.mark.parametrize("follows", LEANS.values(), ids=LEANS.keys())
def test_what_leans_on_a_lead_that_does_not_fit_never_stands_alone(follows: str) -> None:
    assert summarise(TITLE, f"{LONG}\n\n{follows} {C}") == ""


UNTOUCHED = (
    "Biayanya Rp 1.500.000,- atau 12,5 persen dari Rp12 juta. Dr. Hj. Siti, S.Pd., M.Si. membayar pukul 13.40 WIB.",
    "Mobil No. Pol. S 8123 NB melaju di Jl. KH. Hasyim Asy'ari No. 7B. Sopirnya, M. Yusuf bin H. Ali (34), selamat.",
    "Situs https://contoh.go.id/?p=12&x=1.5 dan info@contoh.id diserang. Pasal 12 ayat (1) UU No. 6/2014 mengaturnya.",
)


@pytest.mark.parametrize("text", UNTOUCHED)
def test_numbers_names_and_addresses_come_through_as_they_were(text: str) -> None:
    assert summarise(TITLE, text) == text
