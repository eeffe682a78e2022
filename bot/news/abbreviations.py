"""Words that decide whether a full stop ends an Indonesian sentence, written without that full stop."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence: what stands before a name, a number or a unit, in capitals or not.
LEADS_ON = _words("""
    moh muh mohd muhd mhd moch much mochamad h hj hjh kh k.h drs dra dr drg drh ir prof apt ns tgk ust ustad ustaz
    ustadz sdr sdri tn ny nn mr mrs ms rm r.a r.m r.ng rr bpk alm almh mgr pdt plt plh pj pjs pjb
    a.n u.p c.q d.a s.d a.l i.e e.g
    jl jln jend gg kel kec kab kp ds dsn dk kav prov no nmr nomer perum komp sta kodya
    pt cv ud fa pd yay rp tgl pkl thn gol
    letjen mayjen brigjen letkol kapt lettu letda pelda peltu serma serka sertu serda kopka kopda koptu praka pratu
    prada laksda laksma laksdya marsda marsma marsdya komjen irjen kombes kombespol kompol akbp akp iptu ipda aiptu
    aipda bripka brigpol bripda bripol briptu bharada bharatu bharaka
    vs yg dgn utk kpd tsb spt ttg yth ttd
    """)
# Likewise, but ordinary words in small letters (`memanen kol.`): ranks, corps, offices.
LEADS_ON_IN_CAPITALS = _words(
    "St Kol Pol May Inf Kav Arm Art Arh Czi Cba Cke Chb Caj Ckm Cpm Cpl Mar Pnb Tek Lek Sus Adm Pas Ka"
)
# Only before a number: at the end of a sentence these are ordinary words.
LEADS_TO_NUMBER = _words("""
    hal hlm ps pasal ayat jam lt lantai vol art min max km th blok bab butir poin q.s qs hr telp tlp fax hp rt rw
    """)
# Academic titles behind a name, and offices before one: a sentence may end there, but only an opening word says so.
TITLES = _words("""
    SH MH SE MM ST MT SP MP SPd MPd MSi MAg SAg SSos SIP SIK SKM MKes MKom SKom Amd AMd Lc MSc PhD MA BA SS SHI SPt
    SKed SKep SFarm STP SPi SIKom MIP MHum Tbk RT RW
    """)
# Words that open a sentence far more often than they are names; so does nearly every word that ends in -nya.
OPENERS = _words("""
    ia dia mereka kami kita saya acara kegiatan hal menurut dalam pada selain sementara namun ini itu para usai saat
    setelah sebelum tidak untuk dari dengan di ke karena sehingga bahkan adapun sedangkan kemudian lalu selanjutnya
    atas oleh sebab jika bila apabila meski meskipun walaupun sejumlah seluruh semua setiap warga polisi petugas
    pihak kini sejak hingga berdasarkan akibat tersebut korban pelaku ketika bagi antara sebagai demikian hasil
    sekarang dahulu dulu kedua ketiga padahal tetapi akan belum sudah masih juga ada adanya bukan agar supaya maka
    seusai sesudah selama sampai melalui terhadap terkait tentang mengenai seperti tanpa serta kata ujar tak
    """)
DOMAINS = _words("com co id net org go ac tv news info my xyz web sch or io ai gov edu")
