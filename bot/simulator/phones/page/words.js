// The page's own words, Indonesian and English. What the bot says comes from the bot.

const WORDS = {
  id: {
    lead: "Tiga telepon ini berbicara dengan program yang sebenarnya; hanya Telegram, WhatsApp, dan portalnya tiruan.",
    running: "berjalan",
    try_title: "Yang bisa dicoba",
    try_1: "Ketuk Mulai di telepon warga, pilih topik, lalu Selesai. Kalau tidak, mereka mulai sendiri.",
    try_2: "Setiap beberapa detik ada berita terbit. Lihat siapa yang menerimanya dan siapa yang tidak.",
    try_3: "Terbitkan, ubah judul, atau cabut berita di Portal. Ketik /berhenti kapan saja.",
    lost: "Sambungan terputus. Menyambung lagi…",
    portal: "Portal",
    bot: "bot",
    on_whatsapp: "WhatsApp",
    new: "belum berlangganan",
    stopped: "sudah berhenti",
    follows: "mengikuti {topics}",
    everything: "semua topik",
    empty_title: "Belum ada pesan",
    empty: "Ketuk Mulai di bawah untuk membuka percakapan.",
    begin: "Mulai",
    write: "Tulis pesan…",
    write_as: "Tulis pesan sebagai {name}",
    send: "Kirim",
    chat_of: "Percakapan {name} dengan bot",
    quick: "Perintah cepat",
    edited: "disunting",
    gone: "Pesan sudah dihapus",
    arrived_in: "tiba {s} detik setelah terbit",
    unread: "{n} belum dibaca",
    own_story: "Terbitkan berita sendiri",
    title: "Judul",
    text: "Isi",
    categories: "Kategori",
    publish: "Terbitkan",
    sample_title: "Pompa Air Baru Mulai Mengalir di Tiga Dusun",
    sample_text: "Pompa air baru mulai mengalir di tiga dusun sejak pagi tadi. Warga tidak perlu lagi membeli air setiap pekan.",
    need_title: "Tulis judulnya dulu.",
    need_category: "Pilih sedikitnya satu kategori.",
    failed: "Belum berhasil. Coba sekali lagi.",
    published: "Berita yang terbit",
    no_lines: "Belum ada berita baru. Berita pertama terbit sebentar lagi.",
    past: "Terbit sebelum demo dimulai, tidak dikirim ke siapa pun ({n})",
    retitle: "Ubah judul",
    new_title: "Judul baru",
    save: "Simpan",
    leave: "Batal",
    withdraw: "Cabut",
    withdrawn: "dicabut",
    retitled: "judul diubah",
    v_arrived: "{name} · {s} detik",
    v_copies: "{name} · {n} kali",
    v_waiting: "{name} · dalam perjalanan",
    v_other_topics: "{name} · bukan topiknya",
    v_new: "{name} · belum berlangganan",
    v_stopped: "{name} · sudah berhenti",
    v_withdrawn: "{name} · dicabut sebelum tiba",
    chips: "/menu /topik /terbaru /bantuan /berhenti",
  },
  en: {
    lead: "These three phones talk to the real program; only Telegram, WhatsApp and the portal are stand-ins.",
    running: "running",
    try_title: "What to try",
    try_1: "Tap Start on a resident’s phone, choose topics, then Selesai. If you wait, they begin by themselves.",
    try_2: "Every few seconds a story is published. See who gets it, and who does not.",
    try_3: "Publish, retitle or withdraw a story at the Portal. Type /language for English, /stop to stop.",
    lost: "Connection lost. Reconnecting…",
    portal: "Portal",
    bot: "bot",
    on_whatsapp: "WhatsApp",
    new: "not subscribed yet",
    stopped: "has stopped",
    follows: "follows {topics}",
    everything: "all topics",
    empty_title: "No messages yet",
    empty: "Tap Start below to open the conversation.",
    begin: "Start",
    write: "Write a message…",
    write_as: "Write a message as {name}",
    send: "Send",
    chat_of: "{name}’s conversation with the bot",
    quick: "Quick commands",
    edited: "edited",
    gone: "Deleted message",
    arrived_in: "arrived {s} seconds after publication",
    unread: "{n} unread",
    own_story: "Publish a story of your own",
    title: "Title",
    text: "Text",
    categories: "Categories",
    publish: "Publish",
    sample_title: "Pompa Air Baru Mulai Mengalir di Tiga Dusun",
    sample_text: "Pompa air baru mulai mengalir di tiga dusun sejak pagi tadi. Warga tidak perlu lagi membeli air setiap pekan.",
    need_title: "Write the title first.",
    need_category: "Choose at least one category.",
    failed: "That did not work. Try once more.",
    published: "Published stories",
    no_lines: "Nothing new yet. The first story comes in a moment.",
    past: "Published before the demo began, sent to nobody ({n})",
    retitle: "Edit title",
    new_title: "New title",
    save: "Save",
    leave: "Cancel",
    withdraw: "Withdraw",
    withdrawn: "withdrawn",
    retitled: "title edited",
    v_arrived: "{name} · {s} s",
    v_copies: "{name} · {n} times",
    v_waiting: "{name} · on its way",
    v_other_topics: "{name} · other topics",
    v_new: "{name} · not subscribed yet",
    v_stopped: "{name} · has stopped",
    v_withdrawn: "{name} · withdrawn before arrival",
    chips: "/menu /topics /latest /help /stop",
  },
};

let current = WORDS[remembered()] ? remembered() : "id";

/** The language that is shown. */
export function language() {
  return current;
}

/** Show another language and remember it. */
export function speak(name) {
  current = name;
  try {
    localStorage.setItem("language", name);
  } catch {
    // a browser that keeps nothing still shows the language
  }
}

/** A text with its gaps filled. */
export function t(key, gaps = {}) {
  return WORDS[current][key].replace(/\{(\w+)\}/g, (_, name) => gaps[name]);
}

/** A number as the language writes it, with one digit after the comma. */
export function seconds(value) {
  return value.toLocaleString(current, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** The time of day in Mojokerto. */
export function clock(iso) {
  const parts = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Jakarta" };
  return new Date(iso).toLocaleTimeString("id", parts);
}

function remembered() {
  try {
    return localStorage.getItem("language");
  } catch {
    return null;
  }
}
