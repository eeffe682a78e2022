"""The words that the made-up stories are built from; nothing here happened, no person or village is meant."""

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


# What a topic is about: things, what is done to them, who does it.
TOPICS: Final = {
    "bantuan": (
        _words(
            "bantuan beras|paket sembako|bantuan tunai|kursi roda|alat bantu dengar|bibit lele|mesin jahit|tabung gas|"
            "bantuan bedah rumah|seragam sekolah|selimut|alat semprot|gerobak dagang|pompa air|"
            "kartu keluarga sejahtera"
        ),
        _words("menyalurkan|menyerahkan|membagikan|mengirim|mendata ulang|menambah|menunda|mengantar"),
        _words("Dinas Sosial|petugas kelurahan|relawan kebencanaan|karang taruna|pendamping keluarga|kader posyandu"),
    ),
    "jalan": (
        _words(
            "jembatan gantung|aspal jalan|lampu penerangan|gorong-gorong|bahu jalan|tembok penahan|drainase|"
            "marka jalan|trotoar|rambu batas muatan|jalan usaha tani|pagar pengaman|saluran irigasi|pintu air|"
            "talut sungai"
        ),
        _words("memperbaiki|membongkar|melebarkan|mengecor|mengukur ulang|menutup sementara|meninjau|menambal"),
        _words(
            "Dinas Pekerjaan Umum|kontraktor pelaksana|operator alat berat|pengawas lapangan|warga bergotong royong"
        ),
    ),
    "kriminal": (
        _words(
            "sepeda motor curian|telepon genggam korban|barang bukti|rekaman kamera pengawas|kunci duplikat|"
            "uang hasil kejahatan|senjata tajam|paket sabu|laptop sekolah|kotak amal|ternak sapi|perhiasan emas|"
            "kendaraan bodong|kartu ATM"
        ),
        _words("mengamankan|menyita|menggeledah|menelusuri|melimpahkan|mencocokkan|menemukan|memburu pembawa"),
        _words("anggota reserse|penyidik|tim gabungan|petugas patroli|warga yang berjaga|saksi mata"),
    ),
    "panen": (
        _words(
            "padi varietas unggul|bawang merah|cabai rawit|jagung pakan|tebu giling|tembakau|semangka|kedelai|melon|"
            "pupuk bersubsidi|benih padi|traktor tangan|lumbung pangan|kopi robusta|ubi jalar"
        ),
        _words("memanen|menanam|menjemur|menimbang|menjual|menyimpan|merawat|menyemprot"),
        _words("kelompok tani|penyuluh pertanian|petani muda|Dinas Pertanian|pengepul|gabungan petani"),
    ),
    "banjir": (
        _words(
            "tanggul sungai|perahu karet|dapur umum|pos pengungsian|tumpukan sampah|pohon tumbang|rumah terendam|"
            "sumur bor|air bersih|tenda darurat|karung pasir|perlengkapan bayi|alat pendeteksi|material longsor"
        ),
        _words("membersihkan|mendirikan|mengevakuasi|memeriksa|mengirim|menguras|menyiapkan|memantau"),
        _words(
            "petugas penanggulangan bencana|relawan|prajurit komando distrik|tim reaksi cepat|pemuda desa|"
            "warga terdampak"
        ),
    ),
    "sekolah": (
        _words(
            "ruang kelas|perpustakaan keliling|lomba cerdas cermat|ujian akhir|kantin sehat|kurikulum baru|beasiswa|"
            "laboratorium komputer|buku pelajaran|taman bacaan|seleksi guru|alat peraga|upacara bendera|"
            "kegiatan pramuka"
        ),
        _words("merenovasi|membuka|menggelar|menilai|mengevaluasi|menyusun|melengkapi|mengikuti"),
        _words("kepala sekolah|guru honorer|komite sekolah|Dinas Pendidikan|orang tua murid|siswa kelas akhir"),
    ),
    "kesehatan": (
        _words(
            "imunisasi polio|timbangan balita|pasien demam berdarah|obat generik|ambulans desa|kelas ibu hamil|"
            "jentik nyamuk|makanan tambahan|pemeriksaan mata|donor darah|ruang rawat inap|sanitasi warga|"
            "vaksin anjing|gizi buruk"
        ),
        _words("memeriksa|menangani|mencatat|membuka layanan|membagikan|menyuntikkan|memantau|menggencarkan"),
        _words("bidan desa|petugas puskesmas|dokter jaga|Dinas Kesehatan|kader kesehatan|perawat"),
    ),
    "pasar": (
        _words(
            "harga beras medium|stok minyak goreng|lapak pedagang|timbangan pasar|retribusi harian|kios terbakar|"
            "daging ayam|telur ayam ras|gula pasir|cabai keriting|parkir liar|operasi pasar|pasar hewan|pajak kios"
        ),
        _words("memantau|menata|menaikkan|menurunkan|menertibkan|membeli|menimbun|mengecek"),
        _words("pedagang|pembeli|petugas pasar|Dinas Perdagangan|satuan polisi pamong praja|pengelola"),
    ),
    "budaya": (
        _words(
            "kirab pusaka|ludruk|wayang kulit|sedekah bumi|tari remo|batik tulis|festival layang-layang|situs kuno|"
            "gamelan|jaran kepang|arca batu|pawai obor|naskah lama|karawitan|kerajinan perak"
        ),
        _words("menampilkan|melestarikan|mementaskan|merawat|memamerkan|meneliti|menyiapkan|menonton"),
        _words("sanggar seni|juru pelihara|Dinas Kebudayaan|seniman muda|panitia|perajin"),
    ),
    "olahraga": (
        _words(
            "turnamen voli|lapangan futsal|lomba lari|kejuaraan pencak silat|laga persahabatan|seleksi atlet|"
            "bulu tangkis|sepak bola usia dini|sepeda gunung|panjat tebing|stadion|peralatan latihan|medali perak|"
            "pertandingan catur"
        ),
        _words("menjuarai|membuka|menggelar|memenangi|membenahi|mengikuti|menyaksikan|mempersiapkan"),
        _words("pelatih|atlet muda|pengurus cabang|wasit|penonton|klub lokal"),
    ),
}

HOW: Final = _words(
    "baru|lama|kecil|besar|murah|mahal|ringan|berat|lokal|khusus|tambahan|sementara|terbuka|tertutup|gratis|bekas|"
    "darurat|rutin|mendadak|utama|kedua|terakhir|pilihan|andalan|warisan|sederhana|megah|tua|muda|kering|basah|"
    "hijau|merah|kuning|utuh|rusak|layak|kosong|penuh|resmi|swadaya|bergilir|massal|kilat|perdana|tahunan|bulanan|"
    "mingguan|harian|malam|siang|pagi|keliling|percontohan|unggulan|titipan|sumbangan|pinjaman|warga|keluarga|pemuda|"
    "perempuan|pelajar|santri|nelayan|petani|pedagang|pensiunan|perantau|tetangga|pendatang|relawan|aparat|pengurus|"
    "panitia|peserta|lintas dusun|antarkampung|tepi sawah|kaki bukit"
)
WHEN: Final = _words(
    "segera|perlahan|kembali|diam-diam|bergegas|mulai|terus|rutin|akhirnya|langsung|sempat|hendak|ikut|"
    "bersama-sama|sendiri|bergantian|ramai-ramai|serentak|berulang kali|sesekali|setiap hari|saban pekan|"
    "tiap bulan|tahun ini|pekan depan|sejak subuh|sampai petang|usai salat|seusai rapat|tanpa jeda|lebih awal|"
    "agak terlambat|dengan hati-hati|dengan cepat|sukarela|mandiri|beramai-ramai|satu per satu|dua kali|"
    "tiga kali|siang tadi|kemarin|semalam|besok|nanti|jelang magrib|selepas hujan|di sela tugas|sambil bergurau|"
    "penuh semangat|apa adanya|mati-matian|pelan-pelan|kian gencar"
)
WHERE: Final = _words(
    "di balai|lewat jalur|bersama kelompok|dekat pasar|di halaman|dari gudang|atas usul|untuk musim|milik paguyuban|"
    "dalam program|tanpa biaya|di bawah terik|sepanjang jalan|menjelang acara|di ruang|seizin tokoh|memakai dana|"
    "di kebun|bagi kalangan|dari hasil|ala kampung|di pos|mengikuti arahan|oleh tim"
)
OPENERS: Final = _words(
    "Pagi itu|Sementara itu|Di tempat terpisah|Menurut rencana|Selain itu|Pada hari yang sama|Sebelumnya|"
    "Tidak lama kemudian|Berdasarkan catatan|Di sisi lain|Sepekan terakhir|Hasilnya|Meski begitu|Karena itu|"
    "Sejauh ini|Dalam kesempatan itu|Mulai bulan ini|Atas kejadian itu|Seusai kegiatan|Sebaliknya"
)
GOALS: Final = _words(
    "mengurangi|menekan|menarik|menjaga|mempercepat|memenuhi|mencegah|menambah|menghidupkan|meringankan|melindungi|"
    "menghemat|memperkuat|menyiapkan|menjawab|menyelamatkan|mengisi|membuka|memperpendek|merapikan|membiayai|mengenalkan"
)
AIMS: Final = _words(
    "antrean|kerugian|minat|kebersihan|pelayanan|kebutuhan|kejadian|pendapatan|kampung|beban|anak-anak|biaya|"
    "persaudaraan|lomba|keluhan|tanaman|libur|jarak|lapangan kerja|keamanan|kas|wisata|produksi|kesehatan|jalur|sawah"
)
VERBS_OF_SAYING: Final = _words(
    "mengatakan|menjelaskan|menuturkan|mengakui|menegaskan|menyebut|berharap|memperkirakan|menambahkan|"
    "membenarkan|mengingatkan|bercerita|memastikan|meminta agar"
)
FEELINGS: Final = _words(
    "sudah lama kami tunggu|tidak semudah yang dibayangkan|harus selesai sebelum hujan|masih kurang banyak|"
    "cukup membantu dapur kami|jangan sampai terulang|butuh kerja sama semua orang|"
    "sempat membuat kami khawatir|kami kerjakan pelan-pelan|semoga terus berlanjut|akan kami laporkan lagi|"
    "di luar dugaan ramai sekali|belum bisa kami pastikan|nanti diumumkan terbuka|lebih murah dari tahun lalu|"
    "anak-anak paling senang|kami belajar dari desa tetangga|tinggal menunggu surat resmi"
)
CONDITIONS: Final = _words(
    "cuaca mendung sejak siang|jalan menuju lokasi licin|antrean mengular sampai gerbang|"
    "sebagian warga memilih pulang|listrik sempat padam|peserta datang dengan truk|hujan turun tanpa henti|"
    "kendaraan dialihkan lewat pasar|suasana tetap tertib|tamu undangan terlambat datang|"
    "beberapa kursi dibiarkan kosong|petugas menambah tali pembatas|spanduk dipasang di perempatan|"
    "para ibu menyiapkan nasi bungkus|sinyal telepon hilang|jumlah pengunjung terus bertambah"
)
# Sentences that many newsrooms write word by word.
STOCK: Final = (
    "Hingga berita ini diturunkan, pihak terkait belum memberikan keterangan resmi.",
    "Atas perbuatannya, tersangka dijerat Pasal 363 KUHP dengan ancaman hukuman paling lama tujuh tahun penjara.",
    "Masyarakat diimbau tetap tenang dan tidak mudah percaya pada kabar yang belum jelas kebenarannya.",
    "Kasus tersebut kini masih dalam penyelidikan lebih lanjut oleh pihak kepolisian setempat.",
    "Warga yang membutuhkan informasi lebih lanjut dapat menghubungi kantor desa pada jam kerja.",
    "Kegiatan tersebut dihadiri jajaran forum komunikasi pimpinan daerah, tokoh agama, dan tokoh masyarakat.",
    "Acara ditutup dengan doa bersama dan ramah tamah seluruh tamu undangan yang hadir.",
    "Korban kemudian dibawa ke rumah sakit terdekat untuk mendapatkan perawatan medis.",
    "Pemerintah daerah berkomitmen terus meningkatkan kualitas pelayanan kepada seluruh lapisan masyarakat.",
    "Masyarakat diminta mewaspadai potensi hujan lebat yang dapat disertai petir dan angin kencang.",
    "Ikuti kabar terbaru lainnya melalui saluran kami dan dapatkan notifikasi setiap hari.",
    "Tidak ada korban jiwa dalam peristiwa tersebut, namun kerugian ditaksir mencapai puluhan juta rupiah.",
)
STOCK_OFTEN: Final = 0.45  # of stories have one at least

SYNONYMS: Final = {
    one: tuple(others)
    for one, *others in (
        line.split()
        for line in (
            "mengatakan menyampaikan", "menjelaskan menerangkan", "warga masyarakat", "membagikan memberikan",
            "sejak mulai", "setelah usai", "karena sebab", "sudah telah", "kini sekarang", "sempat pernah",
            "sekali sangat", "namun tetapi", "petugas aparat", "memeriksa mengecek", "memperbaiki membenahi",
            "menyalurkan membagikan", "menyerahkan memberikan", "berharap ingin", "banyak puluhan",
            "belum masih", "menggelar mengadakan", "semua seluruh", "kegiatan acara", "menambah memperbanyak",
            "mengurangi menekan", "menurut kata", "bersama dengan", "milik kepunyaan", "secara dengan",
            "sementara adapun", "memantau mengawasi", "membuka meresmikan", "menyiapkan mempersiapkan",
            "korban penderita", "peserta hadirin", "orang jiwa", "selain di samping", "tiga 3", "dua 2",
            "juga pula", "lalu kemudian",
        )
    )
}  # fmt: skip

FIRST_NAMES: Final = _words(
    "Agus|Sri|Bambang|Wulan|Slamet|Endah|Yudi|Rini|Hartono|Lestari|Mulyadi|Ningsih|Teguh|Kartika|Joko|Umi|"
    "Fajar|Siti|Arif|Dewi|Sugeng|Ratna|Imam|Yanti|Dedi|Marsudi|Nanik|Rudi|Tutik|Wahyu|Eko|Suryani|Purnomo|"
    "Lilik|Bagas|Anis|Gunawan|Winarsih|Hadi|Mega"
)
LAST_NAMES: Final = _words(
    "Prasetyo|Wibowo|Handayani|Saputra|Susanto|Rahayu|Kurniawan|Hidayat|Astuti|Nugroho|Wijaya|Setiawan|"
    "Permana|Utomo|Santoso|Puspita|Firmansyah|Maulana|Anggraini|Subekti|Widodo|Hapsari|Ramadhan|Suharto|"
    "Iswanto|Fitriani|Budiman|Hermawan|Cahyono|Sulastri|Mahendra|Kusuma|Pambudi|Wardani|Suseno|Yulianto|"
    "Safitri|Triyono|Basuki|Halim"
)
VILLAGE_HEADS: Final = _words(
    "Sumber|Kali|Karang|Wono|Mojo|Banjar|Tanjung|Rejo|Kedung|Sido|Gunung|Jati|Tambak|Pandan|Ringin|Watu|"
    "Kemlagi|Sawah|Rawa|Bulu|Tirto|Candi|Ngadi|Suko|Purwo|Glagah|Randu|Pasir|Kuto|Lemah"
)
VILLAGE_TAILS: Final = _words(
    "agung|sari|mulyo|jaya|rejo|wetan|kulon|lor|kidul|asri|dowo|tengah|indah|harjo|kerto|ombo|gede|anyar|"
    "waras|bendo|putih|abang|makmur|tentrem|wangi|pitu|telu|baru|luhur|raya"
)
OFFICES: Final = _words(
    "Kepala Desa {desa}|Camat {kec}|Bupati {kab}|Kapolsek {kec}|Ketua panitia|Sekretaris Desa {desa}|"
    "Kepala dinas|Ketua RT setempat|Danramil {kec}|Juru bicara|Koordinator lapangan|Wakil Bupati {kab}"
)
DAYS: Final = _words("Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu")
UNITS: Final = _words("keluarga|orang|rumah|hektare|kilogram|meter|unit|siswa|pedagang|karung|kendaraan|rukun tetangga")
