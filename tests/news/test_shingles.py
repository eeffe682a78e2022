"""What is kept of a text is the same for two copies, whoever published them."""

from zlib import crc32

from bot.news.shingles import KEEP_ONE_OF, sampled, sketch, text_hash

WORDS = [f"kata{n}" for n in range(2000)]


def test_a_sample_is_a_part_of_the_shingles_of_five_words_by_their_hash() -> None:
    hashes = {crc32(" ".join(WORDS[at : at + 5]).encode()) for at in range(1996)}
    assert sampled(WORDS) == {h for h in hashes if h % KEEP_ONE_OF == 0}
    assert 400 < len(sampled(WORDS)) < 600


def test_a_copy_of_a_part_keeps_a_part_of_the_sample() -> None:
    assert sampled(WORDS[:300]) < sampled(WORDS)


def test_fewer_than_five_words_have_no_shingle() -> None:
    assert sampled(WORDS[:4]) == frozenset()
    assert sampled([]) == frozenset()


def test_capitals_punctuation_and_paragraphs_do_not_matter() -> None:
    one = sketch("Judul: Satu", "Banjir surut. Warga pulang\n\nke rumah, pagi ini; lega sekali rasanya.")
    other = sketch("judul satu", "BANJIR SURUT, warga pulang ke rumah. Pagi ini lega sekali rasanya")
    assert (one.samples, one.title, one.title_words, one.text_hash) == (
        other.samples, other.title, 2, other.text_hash,
    )  # fmt: skip


def test_the_title_is_no_part_of_the_sample() -> None:
    assert sketch("Judul lama yang panjang sekali ini", "Isi.").samples == frozenset()


def test_a_changed_word_changes_the_hash_of_the_text() -> None:
    assert text_hash("Dua orang luka.") != text_hash("Tiga orang luka.")
    assert text_hash("Dua orang luka.") == text_hash("dua orang  LUKA")
