"""Indonesian words that tell nothing about a story, and words that only look as if they had a suffix."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS = _words("""
    ada adalah adanya adapun agar akan akhirnya aku anda antara apa apakah apabila atas atau bagaimana bagi bahkan
    bahwa banyak baru baik beberapa begitu belum berbagai berikut bersama besar bila bisa boleh bukan cukup cuma
    dalam dan dapat dari demi demikian dengan depan di dia dialah dibanding dini dirinya dulu engkau hal hampir
    hanya harus hari hingga ia ialah ikut ingin ini itu jadi jangan jelas jika juga kalau kali kami kamu kapan
    karena kata ke kembali kemudian kepada kini kita lagi lain lainnya lalu lama lebih luar maka mana masih masing
    maupun melalui mengapa menjadi menurut mereka merupakan meski meskipun mulai mungkin namun nanti oleh orang
    pada padahal pagi para pasti pernah pihak pula pun saat saja salah sama sambil sampai sana sangat satu saya
    sebab sebagai sebelum sebuah secara sedang sedangkan segera sehingga sejak sejumlah sekali sekarang selain
    selalu selama seluruh semua sementara sempat sendiri seorang seperti serta sesuai setelah setiap siang siapa
    siapakah sini situ sore suatu sudah supaya tahun tak tanpa telah tentang tentu terhadap terkait terlalu
    tersebut tetap tetapi tiap tiba tidak turut ujar untuk usai waktu walaupun ya yaitu yakni yang the of and in
    to a an is for
    """)
# Their last letters are no -lah, -kah, -nya or -pun: masalah has nothing to do with masa.
NO_CLITICS = _words("""
    adalah adilah aqilah bersalah dijumlah diolah fadilah halilah istilah jalilah jamilah jumlah kabilah kafilah kamilah
    khalilah makalah masalah membelah mengolah nabilah permasalah sabilah salsabilah sebelah sejumlah sekolah setelah
    silsilah terbelah terolah
    barokah berkah jangkah langkah melangkah menikah merekah naskah sedekah selangkah serakah songkah tingkah warkah
    bertanya ditanya empunya kepunya menanya tertanya
    dihimpun himpun menghimpun rumpun serumpun terhimpun
    """)
