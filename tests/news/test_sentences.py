"""Where Indonesian sentences end, and where they only seem to. Each trap is written with `|` where a split belongs."""

import pytest

from bot.news.sentences import is_whole, split

TRAPS = {
    "time with a colon": "Acara mulai 13:40. | Peserta datang lebih awal.",
    "two plain sentences": "Warga bergotong royong. | Jalan desa kembali bersih.",
    "question and answer": "Kapan jembatan dibuka? | Belum ada kepastian.",
    "exclamation": "Air naik! | Warga mengungsi ke balai desa.",
    "exclamation in the middle": "Hore! kata anak-anak itu serempak.",
    "Moh.": "Wali kota Moh. Arif meresmikan pasar. | Pedagang senang.",
    "Muh. and H.": "H. Muh. Yasin menjadi imam.",
    "Drs. H.": "Bupati Drs. H. Suparto membuka acara.",
    "Dra. Hj.": "Kepala dinas Dra. Hj. Siti Aminah hadir.",
    "Hj. alone": "Ibu itu bernama Hj. Maimunah.",
    "KH.": "Tausiah disampaikan KH. Hasan Basri. | Jemaah penuh.",
    "Ir. and Prof. Dr.": "Prof. Dr. Ir. Bambang meneliti padi.",
    "dr. in small letters": "Pasien ditangani dr. Ratna sejak pagi.",
    "SH. before a verb": "Kuasa hukumnya, Budi Santoso, SH. menolak tuduhan itu.",
    "SH. at the end": "Sidang dipimpin Hakim Wahyu, SH. | Dalam putusannya ia menolak gugatan.",
    "S.Pd. M.Si.": "Kepala sekolah Rina, S.Pd., M.Si. menyambut siswa.",
    "S.Pd. M.Pd. in capitals": "Hadir Suwarno, S.Pd. M.Pd. selaku pembina.",
    "S.I.K.": "AKBP Dimas, S.I.K. M.H. memimpin apel.",
    "degree before a new sentence": "Sambutan dibacakan Suwarno, S.Pd. | Acara ditutup doa.",
    "A.Md.Keb.": "Bidan Lestari, A.Md.Keb. membuka posyandu.",
    "police ranks": "AKP. Joko dan Iptu. Rudi turun ke lokasi.",
    "army ranks": "Letkol. Hendra memantau.",
    "No.": "Rumah itu di Jalan Mawar No. 12 RT. 03 RW. 05. | Penghuninya selamat.",
    "Jl.": "Kecelakaan terjadi di Jl. Raya Bypass. | Dua orang luka.",
    "Kec. and Kab.": "Banjir melanda Kec. Puri, Kab. Mojokerto.",
    "Ds. and Dsn.": "Kebakaran di Dsn. Sumber, Ds. Kembang.",
    "Rp with a full stop": "Harga naik Rp. 500 per kilo. | Pembeli mengeluh.",
    "thousands": "Harga cabai Rp 45.000 per kilogram. | Bawang Rp1.250.000 per kuintal.",
    "decimals": "Kadar air 12,5 persen. | Suhu 36.7 derajat.",
    "time of day": "Acara mulai pukul 08.30 WIB. | Peserta datang lebih awal.",
    "tgl.": "Pendaftaran dibuka tgl. 5 Mei. | Kuota terbatas.",
    "date in brackets": "Polisi datang, Rabu (28/2) pagi. | Lokasi disterilkan.",
    "PT. and CV.": "PT. Maju Jaya dan CV. Sumber Rezeki menang lelang.",
    "Tbk.": "Saham PT Aneka Tbk. naik dua persen.",
    "dll.": "Bantuan berupa beras, gula, dll. diserahkan langsung.",
    "dll. at the end": "Bantuan berupa beras, gula, dll. | Warga mengantre tertib.",
    "dkk.": "Tersangka Andi dkk. ditahan.",
    "initials": "Lomba itu dimenangi R. A. Kartika dari kelas B.",
    "initial of a suspect": "Pelaku berinisial J. ditangkap di rumahnya.",
    "a letter that ends": "Bayi itu mendapat vitamin A. | Setelah itu ia pulang.",
    "s.d.": "Pameran berlangsung 1 s.d. 7 Mei. | Masuk gratis.",
    "a.n.": "Surat ditandatangani a.n. Bupati oleh sekretaris.",
    "hal. before a page": "Lihat hal. 12 laporan itu.",
    "HP as a word": "Daftar cukup lewat HP. | Kuota terbatas.",
    "HP before a number": "Hubungi HP. 0812 untuk pendaftaran.",
    "hal as a word": "Ia menjelaskan banyak hal. | Pertemuan selesai sore hari.",
    "quotation with two sentences": "“Kami siap. Semua sudah diatur,” kata Sari. | Ia tersenyum.",
    "quotation that ends": "“Kami siap menghadapi musim hujan.” | Begitu pesan camat.",
    "question in a quotation": "“Siapa yang mau ikut?” tanya guru itu.",
    "straight quotes": 'Ia berkata, "Tunggu dulu. Saya ikut." | Lalu mereka berangkat.',
    "brackets with a full stop": "Warga (termasuk Pak RT. Slamet) ikut serta. | Acara lancar.",
    "acronym in brackets": "Kasus kekerasan dalam rumah tangga (KDRT). | Polisi menyelidiki.",
    "quotes that never close": "Ia berkata “tidak ada masalah. | Polisi tetap menyelidiki.",
    "ellipsis inside": "Ia terdiam... lalu menangis.",
    "ellipsis before a capital": "Ia terdiam... | Semua menunggu.",
    "numbered list": "1. Siapkan KTP dan kartu keluarga.",
    "numbered list after a colon": "Ada dua syarat: 1. Membawa KTP, 2. Mengisi formulir.",
    "number that ends": "Tercatat angka 62,3. | Tahun 2022 naik menjadi 70,78.",
    "year that ends": "Gedung dibangun pada 1998. | Kini rusak berat.",
    "website": "Daftar di www.contoh.co.id mulai hari ini. | Gratis.",
    "website in capitals": "Unggahan Kabar.Com menjadi viral.",
    "forgotten space": "Begitu kata juru bicara.|Hasil sementara keluar.",
    "forgotten space after a number": "RAM 6GB, bukan 4GB.|Pada uji coba, ponsel itu cepat.",
    "H.Name without a space": "Kegiatan dibuka H.Ahmad Zaini.",
    "email": "Hubungi info@contoh.id untuk pendaftaran. | Kuota 40 orang.",
    "No.Pol": "Mobil dengan No.Pol S 1234 AB ditilang.",
    "several marks": "Benarkah begitu?! | Pemerintah membantah.",
    "small letter follows": "Acara tsb. dihadiri camat. | Semua gembira.",
    "bullet": "Syaratnya mudah. | • Membawa KTP.",
    "dash follows": "“Kami menang!” – teriak suporter.",
    "percent and slash": "Angka kesembuhan 98 persen. | 2/3 pasien sudah pulang.",
    "vs.": "Laga Persemo vs. Arema berakhir imbang.",
    "line break": "Judul tanpa titik\n| Kalimat pertama.",
}  # fmt: skip


@pytest.mark.parametrize("marked", TRAPS.values(), ids=TRAPS.keys())
def test_a_sentence_ends_where_a_reader_would_end_it(marked: str) -> None:
    expected = [part.strip() for part in marked.split("|")]
    text = marked.replace(" | ", " ").replace("| ", "").replace("|", "")
    assert list(split(text)) == expected


def test_there_are_at_least_sixty_traps() -> None:
    assert len(TRAPS) >= 60


WHOLE = {
    "a statement": ("Warga pulang.", True),
    "a question": ("Siapa dia?", True),
    "closing quote": ("“Kami pulang.”", True),
    "full stop in brackets": ("Warga pulang (sore.)", True),
    "a headline": ("Warga Pulang", False),
    "announces a list": ("Syaratnya:", False),
    "cut off": ("Warga pulang ...", False),
    "cut off with one character": ("Warga pulang …", False),
    "half a quotation": ("“Kami siap.", False),
    "half a straight quotation": ('"Kami siap.', False),
    "only marks": ("...!", False),
}


@pytest.mark.parametrize(("sentence", "whole"), WHOLE.values(), ids=WHOLE.keys())
def test_whole_is_what_has_its_end(sentence: str, *, whole: bool) -> None:
    assert is_whole(sentence) is whole
