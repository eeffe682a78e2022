"""Words that decide whether a full stop ends an Indonesian sentence, written without that full stop."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence: what stands before a name, a number or a unit (written without the full stop).
LEADS_ON = _words("""
    moh muh mohd muhd mhd h hj kh k.h drs dra dr drg drh ir prof tgk ust ustad ustaz ustadz sdr sdri tn ny nn
    mr mrs ms st hjh rr rm r.a r.m r.ng a.n u.p c.q d.a s.d
    jl jln jend gg kel kec kab kp ds dsn kav prov no nmr nomer rt rw bpk
    pt cv ud fa pd yay rp tgl pkl gol pol
    letjen mayjen brigjen kol letkol kapt lettu letda serma serka sertu serda kopda koptu praka pratu prada
    komjen irjen kombes kompol akbp akp iptu ipda aiptu aipda bripka brigpol bripda bripol
    vs yg dgn utk kpd dr tsb spt ttg yth ttd
    """)
# Only before a number: at the end of a sentence these are ordinary words.
LEADS_TO_NUMBER = _words("""
    hal hlm ps pasal ayat jam lt lantai vol art min max km th blok bab butir poin q.s qs hr telp tlp fax hp
    """)
# Academic titles behind a name: a sentence may end there, but only an opening word says so.
TITLES = _words("""
    SH MH SE MM ST MT SP MP SPd MPd MSi MAg SAg SSos SIP SIK SKM MKes MKom SKom Amd AMd Lc MSc PhD MA BA SS SHI SPt
    Tbk dkk
    """)
# Words that open a sentence far more often than they are names.
OPENERS = _words("""
    ia dia mereka kami kita saya acara kegiatan hal menurut dalam pada selain sementara namun ini itu para usai saat
    setelah sebelum tidak untuk dari dengan di ke karena sehingga bahkan adapun sedangkan kemudian lalu selanjutnya
    atas oleh sebab jika bila apabila meski meskipun walaupun sejumlah seluruh semua setiap warga polisi petugas
    pihak kini sejak hingga berdasarkan akibat tersebut korban pelaku ketika bagi antara sebagai demikian hasil
    """)
DOMAINS = _words("com co id net org go ac tv news info my xyz web sch or io ai gov edu")
