"""The model of the article on QR codes against an independent reader, and the numbers typed."""

import doctest
from collections import Counter
from itertools import product
from math import comb
from random import Random

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

SLUG = "qr-codes"
EVERY_SIZE = list(product((1, 2, 6, 7, 9, 10, 14, 22, 27, 32, 40), "LMQH"))


@pytest.fixture(scope="module")
def qr(model):
    return model(SLUG)


def scanned(dark):
    """What ZXing-C++ finds in a picture of the modules, four pixels each, with a margin."""
    picture = np.kron(np.pad(dark, 4), np.ones((4, 4), dtype=bool))
    found = zxingcpp.read_barcodes(np.where(picture, 0, 255).astype(np.uint8))
    return found[0].text if found else None


def filling(qr, version, level):
    """The longest text that fits."""
    return "".join(chr(33 + i % 90) for i in range(qr.most_bytes(version, level)))


def test_the_examples_in_the_model_are_right(qr):
    result = doctest.testmod(qr)
    assert result.attempted >= 19
    assert result.failed == 0


# -- The symbol -----------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "level"), EVERY_SIZE)
def test_an_independent_reader_reads_a_full_symbol_of_every_kind(qr, version, level):
    text = filling(qr, version, level)
    assert scanned(qr.symbol(text, version, level)) == text
    with pytest.raises(ValueError, match="do not fit"):
        qr.data_codewords(text + "!", version, level)


@pytest.mark.parametrize("mask", range(8))
def test_every_mask_is_read(qr, mask):
    assert scanned(qr.drawn(qr.codewords(), 2, "H", mask)) == "Inner Workings"


@pytest.mark.parametrize("text", ["", "Q", "Zwölf", "half full"])
def test_short_texts_are_filled_up(qr, text):
    assert len(qr.data_codewords(text)) == 16
    assert qr.data_codewords("Q")[3:6] == [0xEC, 0x11, 0xEC]
    if text:
        assert scanned(qr.symbol(text)) == text


def test_all_versions_hold_what_the_standard_says(qr):
    """Codewords by the formula for the area, and alignment centres that are evenly spaced."""
    for version in range(1, 41):
        side, count = 17 + 4 * version, version // 7 + 2 if version > 1 else 0
        fixed = 3 * 64 + 31 + 2 * (side - 16) + 36 * (version > 6)
        fixed += 25 * max(count**2 - 3, 0) - 10 * max(count - 2, 0)
        assert len(qr.path(version)) == side**2 - fixed
        for level in "LMQH":
            assert sum(n for n, _ in qr.sizes(version, level)) == len(qr.path(version)) // 8
            assert max(n for n, _ in qr.sizes(version, level)) <= 255


@pytest.mark.parametrize(("level", "total"), [("L", 375), ("M", 686), ("Q", 1020), ("H", 1215)])
def test_errors_corrected_in_version_40_as_another_library_counts_them(qr, level, total):
    """The tests of qrcode-rust, src/ec.rs."""
    assert len(qr.sizes(40, level)) * qr.corrects(40, level) == total


# -- Reed-Solomon ---------------------------------------------------------------------------


def product_by_hand(x, y):
    """Carry-less product, then long division by the field's polynomial."""
    total = 0
    for i in range(8):
        total ^= (x << i) * (y >> i & 1)
    for i in range(14, 7, -1):
        total ^= (0x11D << i - 8) * (total >> i & 1)
    return total


def test_the_field_is_one(qr):
    for x, y in product(range(0, 256, 7), range(256)):
        assert qr.times(x, y) == product_by_hand(x, y)
    assert sorted(qr.EXP) == list(range(1, 256))


block = st.sampled_from([(44, 28), (149, 30), (26, 7), (255, 30)])


@settings(deadline=None, max_examples=60)
@given(block=block, seed=st.integers(0, 10**6), less=st.integers(0, 3))
def test_up_to_half_the_check_codewords_can_be_wrong(qr, block, seed, less):
    (n, count), random = block, Random(seed)
    data = [random.randrange(256) for _ in range(n - count)]
    word = data + qr.checks(data, count)
    assert not any(qr.syndromes(word, count))
    wrong = list(word)
    for place in random.sample(range(n), max(count // 2 - less, 0)):
        wrong[place] ^= random.randrange(1, 256)
    assert qr.corrected(wrong, count) == word


@settings(deadline=None, max_examples=40)
@given(block=block, seed=st.integers(0, 10**6))
def test_as_many_as_the_check_codewords_can_be_missing(qr, block, seed):
    (n, count), random = block, Random(seed)
    data = [random.randrange(256) for _ in range(n - count)]
    word = data + qr.checks(data, count)
    lost = random.sample(range(n), count)
    gaps = [0 if i in lost else c for i, c in enumerate(word)]
    assert qr.restored(gaps, count, lost) == word


def test_the_text_from_sixteen_check_codewords(qr):
    word = qr.codewords()
    assert qr.restored([0] * 28 + word[28:], 28, range(28)) == word


def test_one_more_than_half_is_noticed(qr):
    """Fifteen errors in the running example, three hundred times: never a wrong word."""
    random, word = Random(2), qr.codewords()
    for _ in range(300):
        wrong = list(word)
        for place in random.sample(range(44), 15):
            wrong[place] ^= random.randrange(1, 256)
        assert qr.corrected(wrong, 28) is None


def test_share_of_mistaken_words_by_trial(qr):
    """Two check codewords and one error: 26 x 255 + 1 of 65,536 words look valid."""
    random = Random(3)
    assert qr.mistaken(26, 2, 1) == (26 * 255 + 1) / 65536
    found = sum(
        qr.corrected([random.randrange(256) for _ in range(26)], 2) is not None for _ in range(4000)
    )
    assert found / 4000 == pytest.approx(qr.mistaken(26, 2, 1), abs=0.02)


def test_two_words_differ_in_at_least_29_places(qr):
    """The bound is met: a message with one codeword not zero has 28 check codewords not zero."""
    for place in range(16):
        message = [int(i == place) for i in range(16)]
        assert sum(map(bool, message + qr.checks(message, 28))) == 29


# -- Damage ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(17))
def test_an_independent_reader_gives_up_where_the_model_does(qr, count):
    expected = "Inner Workings" if count <= 14 else None
    assert scanned(qr.flipped(count)) == qr.read(qr.flipped(count)) == expected
    assert (qr.flipped(count) != qr.symbol()).sum() == count
    assert len({hit // 8 for hit in qr.hits()[:count]}) == count


@pytest.mark.parametrize("level", "LH")
def test_fifteen_damaged_codewords_in_one_block_of_version_40(qr, level):
    """And the sixteenth, with all other blocks whole."""
    text = filling(qr, 40, level)
    words = qr.codewords(text, 40, level)
    block = [w for w, (b, _) in enumerate(qr.order(40, level)) if b == 3]
    for count, expected in ((15, text), (16, None)):
        wrong = list(words)
        for place in Random(4).sample(block, count):
            wrong[place] ^= 0xFF
        assert scanned(qr.drawn(wrong, 40, level, 2)) == expected


def test_a_scratch_through_375_codewords_and_one_more(qr):
    text = filling(qr, 40, "L")
    words = qr.codewords(text, 40, "L")
    for count, expected in ((375, text), (376, None)):
        wrong = [c ^ 0x5A if 1000 <= i < 1000 + count else c for i, c in enumerate(words)]
        assert scanned(qr.drawn(wrong, 40, "L", 2)) == expected


def test_the_longest_scratch_that_no_place_makes_fatal(qr):
    """356 codewords: one more, where the longer blocks have an extra one, is too many."""
    text = filling(qr, 40, "L")
    words = qr.codewords(text, 40, "L")
    blocks = [b for i in range(119) for b in range(25) if i < 118 or b > 18]
    blocks += [b for i in range(30) for b in range(25)]
    runs = [Counter(blocks[i : i + 357]) for i in range(len(blocks) - 356)]
    worst = next(i for i, run in enumerate(runs) if max(run.values()) > 15)
    for i in range(len(blocks) - 355):
        assert max(Counter(blocks[i : i + 356]).values()) <= 15
    for count, expected in ((qr.longest_scratch(40, "L"), text), (357, None)):
        wrong = [c ^ 0x5A if worst <= i < worst + count else c for i, c in enumerate(words)]
        assert scanned(qr.drawn(wrong, 40, "L", 2)) == expected


@pytest.mark.parametrize(("width", "expected"), [(9, "Inner Workings"), (11, None)])
def test_a_square_in_the_middle(qr, width, expected):
    assert (qr.spoiled(width) <= 14) == (expected is not None)
    assert scanned(qr.blotted(width)) == qr.read(qr.blotted(width)) == expected


def test_without_a_finder_a_reader_finds_nothing(qr):
    dark = qr.symbol().copy()
    dark[:7, :7] = False
    assert scanned(dark) is None
    assert qr.read(dark) == "Inner Workings"


def test_survival_by_simulation(qr):
    random = np.random.default_rng(5)
    blocks = [(random.random((4000, n)) < 0.2).sum(axis=1) <= 15 for n, _ in qr.sizes(40, "H")]
    assert np.all(blocks, axis=0).mean() == pytest.approx(qr.survival(40, "H", 0.2), abs=0.03)
    tail = sum(comb(44, i) * 0.3**i * 0.7 ** (44 - i) for i in range(15, 45))
    assert qr.survival(2, "H", 0.3) == pytest.approx(1 - tail)
    assert qr.survival(40, "L", 0) == 1
    assert qr.survival(40, "L", 1) == 0
    for version, level in ((2, "H"), (40, "L"), (40, "H")):
        half = qr.survival(version, level, qr.even_chance(version, level))
        assert half == pytest.approx(0.5, abs=1e-3)


# -- Charts and knob ------------------------------------------------------------------------


def test_charts_at_every_setting(qr, monkeypatch, expect):
    expect(SLUG, ":values: 0..16")
    for count in range(17):
        monkeypatch.setattr(qr, "damaged", count)
        picture = qr.damaged_symbol()
        assert f"{qr.counted(count, 'module')} wrong" in picture
        assert picture.count("<circle") == 2 * count
        assert "var(" not in picture  # its colours are those of paper, on every page


def test_the_map_outlines_every_module_once(qr):
    """The outlines of all owners, as areas by the shoelace formula, fill the symbol."""
    owners, area = qr.owners(), 0
    assert [len(owners[word]) for word in range(1, 45)] == [8] * 44
    for places in owners.values():
        piece = 0
        for loop in qr.outlines(places):
            ends = zip(loop, loop[1:] + loop[:1], strict=True)
            piece += sum(x * v - u * y for (x, y), (u, v) in ends) // 2
        assert piece == len(places)
        area += piece
    assert area == 625
    assert all(f">{word}<" in qr.map_of_codewords() for word in range(1, 45))


# -- The numbers typed in the article --------------------------------------------------------


def test_running_example(qr, expect):
    expect(SLUG, "fourteen letters", "fourteen chosen places", "Invert a fifteenth")
    assert len(qr.text) == 14 == qr.corrects()
    expect(
        SLUG, "exactly sixteen codewords", "the other twenty-eight", "Fourteen letters become 44"
    )
    assert qr.sizes(2, "H") == [(44, 16)]
    assert qr.most_bytes(1, "H") < 14 == qr.most_bytes(2, "H")
    assert 4 + 8 + 8 * 14 + 4 == 128 == 8 * qr.capacity(2, "H")
    expect(SLUG, "The 4 is the mode, 0e the length, 49 the letter I")
    assert bytes(qr.data_codewords(qr.text)).hex()[:5] == "40e49"
    assert ord("I") == 0x49
    expect(SLUG, "in our symbol every third column")
    pattern = qr.mask_pattern(qr.mask, 2)
    assert (pattern == (np.arange(25) % 3 == 0)).all()
    assert qr.damaged == 14


def test_one_error(qr, expect):
    expect(SLUG, "change the eleventh codeword", "stands at $x^{43}$, the eleventh at $x^{33}$")
    first, second, place = qr.one_error()
    assert 43 - place == 10
    assert product_by_hand(first, qr.power(33)) == second


def test_version_40(qr, expect):
    expect(
        SLUG,
        "weakest of 81 blocks",
        "thirty check codewords each",
        "no more than fifteen wrong (fourteen at level M)",
    )
    assert [qr.corrects(40, level) for level in "LMQH"] == [15, 14, 15, 15]
    assert len(qr.sizes(40, "H")) == 81
    assert {n - k for level in "LH" for n, k in qr.sizes(40, level)} == {30}
    assert qr.capacity(40, "L") - qr.most_bytes(40, "L") == 3
    assert 25 * qr.corrects(40, "L") == 375
    assert qr.survival(40, "H", 0.3) < 1e-11  # "practically never"


def test_level_h_costs(qr, expect):
    expect(SLUG, "with ten check codewords", "instead of the four")
    assert qr.sizes(1, "M") == [(26, 16)]
    assert qr.most_bytes(1, "M") == 14
    assert (10 - 2) // 2 == 4  # two are kept back for detection


def test_key_behind_the_blur(qr, expect):
    expect(SLUG, "28, 33, 28 and 27", "21 uncertain bits", "twenty-eight of them checks")
    assert qr.sizes(6, "H") == [(43, 15)] * 4
    assert 2**21 == 2_097_152
    assert qr.most_bytes(6, "H") >= 52 > qr.most_bytes(5, "H")


def test_alternative_texts(qr, expect):
    expect(SLUG, "Map of 25 by 25 modules. Codewords 1 to 16, the text", "17 to 44, the checks")
    half = [100 * qr.even_chance(v, level) for v, level in ((40, "L"), (40, "H"), (2, "H"))]
    expect(
        SLUG,
        f"Half of the 40-L symbols are read at {half[0]:.1f} percent, half of the 40-H at "
        f"{half[1]:.0f} percent and half of the 2-H at {half[2]:.0f} percent",
    )
