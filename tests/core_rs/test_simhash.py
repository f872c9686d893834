"""The mark of a text: the same through layout, near through edits, far between strangers."""

import random

from anagnorisis import _core

WORDS = [
    f"{a}{b}" for a in ("ka", "lo", "mi", "nu", "pe", "ra", "so", "tu") for b in ("bel", "dor", "fin", "gus")
]


def text(seed: int, length: int = 400) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def apart(one: list[str], other: list[str]) -> int:
    """Bits by which two texts differ."""
    return ((_core.simhash(" ".join(one)) ^ _core.simhash(" ".join(other))) & (1 << 64) - 1).bit_count()


def edited(words: list[str], count: int, rng: random.Random) -> list[str]:
    """`words` with so many of them replaced, left out or followed by another."""
    words = list(words)
    for _ in range(count):
        at = rng.randrange(len(words))
        words[at : at + rng.randrange(2)] = rng.sample(
            ["new", "word", "here", "and", "there"], rng.randrange(3)
        )
    return words


def test_layout_case_and_punctuation_do_not_count() -> None:
    assert _core.simhash("One, two --\nthree!") == _core.simhash("one TWO\t three")


def test_the_order_of_words_counts() -> None:
    assert _core.simhash("one two three four") != _core.simhash("four three two one")


def test_it_is_a_signed_number_of_64_bits() -> None:
    marks = [_core.simhash(" ".join(text(seed, 50))) for seed in range(40)]
    assert all(-(1 << 63) <= mark < 1 << 63 for mark in marks)
    assert min(marks) < 0 < max(marks)
    assert len(set(marks)) == 40


def test_a_few_edits_move_few_bits_and_a_stranger_is_far() -> None:
    rng = random.Random(0)
    near = [apart(words, edited(words, 8, rng)) for seed in range(40) for words in [text(seed)]]
    far = [apart(text(seed), text(seed + 1000)) for seed in range(40)]
    assert sorted(near)[36] <= 12
    assert max(near) < sorted(far)[2]


def test_scripts_without_spaces_have_words_too() -> None:
    one = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
    assert apart([one], [one.replace("猫", "犬")]) <= 20
    assert apart([one], ["春はあけぼの。やうやう白くなりゆく山ぎは、すこしあかりて。"]) > 20


def test_a_text_without_words_has_the_mark_zero() -> None:
    assert _core.simhash("") == _core.simhash(" ... !?") == 0


def test_the_mark_is_the_same_on_every_machine_and_for_ever() -> None:
    assert _core.simhash("The quick brown fox jumps over the lazy dog") == 1_919_565_092_916_842_019
