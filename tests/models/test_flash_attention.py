"""The model of the article on FlashAttention, and the numbers typed in its text."""

import doctest
from fractions import Fraction
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SLUG = "flash-attention"
NBSP = "\N{NO-BREAK SPACE}"
RESULTS = ["O", "dQ", "dK", "dV"]


@pytest.fixture(scope="module")
def flash(model):
    return model(SLUG)


def run(flash, program, *settings, n=96, d=8, dtype=np.float64):
    hbm = flash.start(n, d, dtype=dtype)
    program(hbm, *settings)
    return hbm


def test_the_examples_in_the_model_are_right(flash):
    result = doctest.testmod(flash)
    assert result.attempted >= 8
    assert result.failed == 0


# -- Both programs compute attention ---------------------------------------------------------


def test_ordinary_attention_by_the_definition(flash):
    """One output number after another, from e^s over the sum, with no largest score taken off."""
    arrays = run(flash, flash.ordinary, n=12, d=3).arrays
    q, k, v = (arrays[name] for name in "QKV")
    for i in range(12):
        weights = [exp(sum(q[i] * k[j])) for j in range(12)]
        for c in range(3):
            value = sum(w * v[j, c] for j, w in enumerate(weights)) / sum(weights)
            assert arrays["O"][i, c] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("program", ["ordinary", "tiled"])
def test_gradients_by_small_differences(flash, program):
    """The loss is the sum of O times dO; each input number is moved up and down a little."""
    settings = (5, 4) if program == "tiled" else ()
    arrays = run(flash, getattr(flash, program), *settings, n=12, d=3).arrays
    given_ = flash.start(12, 3, dtype=np.float64).arrays
    step = 1e-6

    def loss(name, place, change):
        inputs = {key: array.copy() for key, array in given_.items()}
        inputs[name][place] += change
        weights = flash.softmax(inputs["Q"] @ inputs["K"].T)
        return float((weights @ inputs["V"] * inputs["dO"]).sum())

    for name in "QKV":
        for place in np.ndindex(12, 3):
            slope = (loss(name, place, step) - loss(name, place, -step)) / (2 * step)
            assert arrays["d" + name][place] == pytest.approx(slope, rel=1e-6, abs=1e-7)


@settings(deadline=None, max_examples=30)
@given(n=st.integers(1, 70), columns=st.integers(1, 80), rows=st.integers(1, 80))
def test_blocks_change_nothing_but_the_rounding(flash, n, columns, rows):
    one = run(flash, flash.ordinary, n=n).arrays
    other = run(flash, flash.tiled, columns, rows, n=n).arrays
    for name in RESULTS:
        assert other[name] == pytest.approx(one[name], rel=1e-10, abs=1e-12)


@settings(deadline=None)
@given(
    row=st.lists(st.tuples(st.integers(-40, 40), st.integers(-9, 9)), min_size=2, max_size=12),
    cut=st.integers(1, 11),
)
def test_in_exact_arithmetic_a_row_in_two_blocks_is_the_row(flash, row, cut):
    cut = min(cut, len(row) - 1)
    first, second = (flash.seen(*zip(*part, strict=True)) for part in (row[:cut], row[cut:]))
    assert flash.merged(first, second) == flash.seen(*zip(*row, strict=True))


def test_large_scores_do_not_overflow(flash):
    hbm = flash.start(64, 8)
    hbm.arrays["Q"] = hbm.arrays["Q"] * np.float32(1000)
    with np.errstate(over="raise", invalid="raise"):
        flash.tiled(hbm, 16)
    assert np.isfinite(hbm.arrays["O"]).all()


@pytest.mark.parametrize(("n", "columns"), [(128, 32), (256, 64), (1024, 256)])
def test_agreement_in_32_bits(flash, n, columns):
    """Below one part in a million, and not by chance equal; in 64 bits a billion times closer."""
    assert 1e-7 < flash.disagreement(n, columns) < 1e-6
    assert flash.disagreement(n, columns, dtype=np.float64) < 1e-14
    assert flash.agreement() == 10**6


def test_agreement_does_not_hang_on_the_last_digit(flash):
    """Another library for matrix products rounds otherwise; the printed power of ten stays."""
    assert 1.5e-7 < flash.disagreement(128, 32) < 7e-7


# -- Bytes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [64, 200, 256])
def test_the_formulas_are_what_the_programs_move(flash, n):
    ordinary = run(flash, flash.ordinary, n=n, d=flash.width).moved
    assert flash.heads * ordinary / 1e9 == pytest.approx(flash.ordinary_gigabytes(n), rel=1e-12)
    for columns in (32, 48, 64, 256):
        tiled = run(flash, flash.tiled, columns, n=n, d=flash.width).moved
        expected = flash.tiled_gigabytes(n, columns)
        assert flash.heads * tiled / 1e9 == pytest.approx(expected, rel=1e-12)


def test_no_score_matrix_reaches_main_memory_from_a_tile(flash):
    arrays = run(flash, flash.tiled, 16, n=96).arrays
    assert not {"S", "P", "dP", "dS"} & set(arrays)
    assert max(array.size for array in arrays.values()) == 96 * 8
    assert arrays.keys() == {"Q", "K", "V", "dO", *RESULTS, "l", "m"}


def test_height_of_a_tile_does_not_matter(flash):
    heights = {run(flash, flash.tiled, 32, rows).moved for rows in (1, 7, 64, 96)}
    assert len(heights) == 1


def test_eleven_crossings_one_by_one(flash):
    """S out, in; P out, in; then P in, dP out, P and dP in, dS out, dS in twice."""
    hbm, calls = flash.start(32, 4), []

    def noted(method):
        return lambda name, *rest: calls.append(name) or method(name, *rest)

    hbm.read, hbm.write = noted(hbm.read), noted(hbm.write)
    flash.ordinary(hbm)
    large = [name for name in calls if name in {"S", "P", "dP", "dS"}]
    assert large == ["S", "S", "P", "P", "P", "dP", "P", "dP", "dS", "dS", "dS"]
    assert len(large) == flash.moved()
    assert len(calls) - len(large) == 12


def test_the_counts_beside_the_printed_figures(flash):
    both = flash.ordinary_gigabytes(1024, flash.moved("added mask", "dropout"))
    assert round(both, 1) == flash.printed_gigabytes[0] == 40.3
    mask = flash.ordinary_gigabytes(1024, flash.moved("filled mask"))
    assert mask == pytest.approx(35.3, rel=0.05)
    # Both counts of the tiles are above the measured figure: a cache, or larger blocks.
    assert 4.4 < flash.tiled_gigabytes() < flash.code_gigabytes()
    assert flash.tiled_gigabytes(1024, flash.rule_columns()) < 4.4


def test_limiting_cases(flash):
    """One block that holds all keys: 14 matrices of N by d; a very long one: all in T."""
    small = flash.heads * 256 * (2 * 64 * 14 + 24) / 1e9
    assert flash.tiled_gigabytes(256, 512) == pytest.approx(small)
    long = 2**22
    ratio = flash.tiled_gigabytes(long, 256) / flash.scores_gigabytes(long)
    assert ratio == pytest.approx(flash.in_scores(256), rel=1e-3)
    even = flash.break_even()
    assert flash.in_scores(even) == pytest.approx(flash.moved())
    assert flash.tiled_gigabytes(long, 47) > flash.ordinary_gigabytes(long)
    assert flash.tiled_gigabytes(long, 48) < flash.ordinary_gigabytes(long)
    grown = flash.tiled_gigabytes(2 * long, 256) / flash.tiled_gigabytes(long, 256)
    assert grown == pytest.approx(4, rel=1e-3)


def test_paper_says_up_to_nine_times_fewer(flash):
    """Of the paper's introduction: 40.3 / 4.4; the two formulas give it for long sequences."""
    printed = flash.printed_gigabytes[0] / flash.printed_gigabytes[1]
    assert printed == pytest.approx(9, abs=0.2)
    assert flash.moved("added mask", "dropout") / flash.in_scores(256) == pytest.approx(9, abs=0.3)


def test_the_rule_for_blocks(flash):
    assert flash.rule_columns() == 384
    assert [flash.fits(b) for b in (256, 384, 385, 512)] == ["fits"] * 2 + ["does not fit"] * 2
    assert flash.block_kibibytes(384) == 192


# -- Arithmetic and time ---------------------------------------------------------------------


def test_products_counted_from_the_shapes(flash):
    """2 N d N for each; S, O, dV, dP, dQ, dK, and S a second time."""
    one = sum(2 * 64 for _ in range(1024)) * 1024 * 16 * 64 / 1e9
    assert flash.gflop(7) - flash.gflop(6) == pytest.approx(one)
    assert flash.gflop(6) > 10 * flash.printed_gflop[0]  # "less than a tenth"
    assert flash.gflop(7) > 10 * flash.printed_gflop[1]


def test_no_time_is_below_its_floor(flash):
    for gb, products, ms in zip(
        flash.printed_gigabytes, (6, 7), flash.printed_milliseconds, strict=True
    ):
        assert flash.byte_milliseconds(gb) < ms
        assert flash.flop_milliseconds(flash.gflop(products)) < ms
    assert flash.byte_milliseconds(40.3) > 41.7 / 2  # "mostly waits"


def test_one_query_by_counting_its_bytes(flash):
    n, d = 5000, flash.width
    scores, rest = 4 * n * 2, 2 * n * d * 2
    assert flash.saved_in_generation() == pytest.approx(scores / (scores + rest))


def test_peak_share_in_the_authors_range(flash, expect):
    """FlashAttention-2's abstract puts FlashAttention at 25 to 40 percent of the peak."""
    operations = 7 * 2 * 64 * 1024**2 * 1024
    assert flash.peak_share(11.7) == pytest.approx(operations / 312e12 / 11.7e-3)
    assert 0.25 < flash.peak_share(11.7) < 0.4 < flash.peak_share(7.3)
    expect(SLUG, f"puts FlashAttention at 25 to 40{NBSP}% (the 11.7{NBSP}ms make")


def test_appendix_finds_a_smaller_gain(flash, expect):
    """Table 11 has the same heads, an eighth as many."""
    assert flash.table_heads * 8 == flash.heads
    ordinary, tiled = flash.appendix_milliseconds
    assert ordinary / tiled == pytest.approx(3.25, abs=0.01)
    assert 8 * tiled > flash.printed_milliseconds[1]  # scaled up, it contradicts Fig. 2
    expect(SLUG, "on an eighth of the heads")


def test_cubic_is_finer_than_its_format(flash, expect):
    """Point by point; bfloat16 keeps 8 binary digits, rounding takes 2**-9."""
    worst = max(
        abs((1 + x * (0.6951 + x * (0.2276 + x * 0.0771))) / 2**x - 1)
        for x in (i / 1000 for i in range(1001))
    )
    assert flash.cubic_accuracy() == pytest.approx(1 / worst, rel=0.01)
    assert worst < 2**-9 / 10
    expect(SLUG, "may take one in 512")


# -- Memory and time as printed --------------------------------------------------------------


def test_every_entry_of_the_memory_table(flash):
    for n, entry in zip(flash.lengths, flash.mebibytes["PyTorch"], strict=False):
        assert flash.ordinary_mebibytes(n) == entry
    for n, entry in zip(flash.lengths, flash.mebibytes["FlashAttention"], strict=True):
        assert int(flash.tiled_mebibytes(n)) == entry


def test_ordinary_attention_runs_out_of_memory_where_the_table_ends(flash):
    assert flash.ordinary_mebibytes(4096) * 2**20 < 40e9 < flash.ordinary_mebibytes(8192) * 2**20


def test_typed_tables(flash, expect):
    ms = flash.milliseconds
    assert ms == {  # entered a second time, from the source
        "PyTorch": [0.67, 0.7, 1.18, 3.67, 13.22, 50.44],
        "FlashAttention": [0.31, 0.31, 0.73, 2.29, 7.64, 30.09, 118.5, 470.51, 1876.08, 7492.85],
        "Linformer": [1.31, 1.25, 1.3, 1.29, 3.2, 6.1, 11.93, 23.39, 46.72, 100.52],
    }
    assert ms["FlashAttention"][2] < ms["Linformer"][2]  # at 512 tokens
    assert ms["FlashAttention"][3] > ms["Linformer"][3]  # "ahead since 1,024"
    assert flash.lengths[4] * 32 == flash.lengths[9] == 65536
    expect(SLUG, "From 2,048 to 65,536 tokens, 32 times the length")


# -- The numbers typed in the article, its charts and knobs ----------------------------------


def test_opening(flash, expect):
    ms, gb, flop = flash.printed_milliseconds, flash.printed_gigabytes, flash.printed_gflop
    expect(SLUG, f"took {ms[0]}{NBSP}ms for this", f"it took {ms[1]}{NBSP}ms", "Given 64 texts")
    expect(SLUG, f"moved {gb[0]}{NBSP}GB to and from main memory, FlashAttention {gb[1]}{NBSP}GB")
    expect(SLUG, f"The paper prints {flop[1]} and {flop[0]}", "in 4.4 GB of memory traffic instead")
    expect(SLUG, "has sixteen attention heads")
    assert flash.heads == 16 * 64


def test_counts_in_words(flash, expect):
    expect(
        SLUG,
        "carried eleven times",
        "four crossings",
        "takes seven",
        "rounded down, thirteen matrices",
    )
    assert flash.moved() == 11
    expect(SLUG, "one head moves this many bytes, initial zeros apart: $$ 2Nd\\,(6 + 8T) + 24NT $$")
    n, d, t = 1024, 64, 4
    assert flash.tiled_gigabytes() == pytest.approx(
        flash.heads * (2 * n * d * (6 + 8 * t) + 24 * n * t) / 1e9
    )


def test_toy(flash, expect):
    expect(SLUG, "Take scores 1, 3, 5, 2 and values 8, 4, 2, 1, two at a time")
    assert (flash.toy_scores, flash.toy_values) == ((1, 3, 5, 2), (8, 4, 2, 1))
    whole = flash.seen(flash.toy_scores, flash.toy_values)
    assert flash.toy(2) == tuple(map(float, whole))
    assert whole == (5, Fraction(23, 16), Fraction(29, 8))


def test_the_page_offers_these_values(flash, expect):
    expect(SLUG, ":values: 32, 64, 128, 256, 512", ":values: 256, 1024, 4096, 16384, 65536")
    assert (flash.columns, flash.tokens) == (256, flash.example_tokens)


@pytest.mark.parametrize("tokens", [256, 1024, 4096, 16384, 65536])
def test_the_first_chart_shows_every_point_that_the_knobs_lead_to(flash, monkeypatch, tokens):
    monkeypatch.setattr(flash, "tokens", tokens)
    for columns in (32, 64, 128, 256, 512):
        monkeypatch.setattr(flash, "columns", columns)
        svg = flash.traffic_against_columns()
        assert flash.gigabytes(flash.tiled_gigabytes(tokens, columns)) in svg
        assert f"{tokens:,} tokens" in svg


def test_alternative_texts_of_the_charts(flash, expect):
    at = {b: flash.tiled_gigabytes(1024, b) for b in (16, 256)}
    expect(SLUG, f"from {at[16]:.0f} gigabytes at 16 columns to {at[256]:.1f} at 256 and below")
    # The staircase crosses the lower line near 48 columns.
    low = flash.ordinary_gigabytes()
    crossing = next(b for b in range(16, 1024) if flash.tiled_gigabytes(1024, b) < low)
    expect(SLUG, "the lower one near 48 columns")
    assert crossing == pytest.approx(48, abs=1)
    expect(
        SLUG, "from 36 mebibytes at 128 tokens to 17,024 at 4,096", "from 22 to 13,376 at 65,536"
    )
    fast, ordinary, low_rank = (
        flash.milliseconds[name][-1] for name in ("FlashAttention", "PyTorch", "Linformer")
    )
    expect(SLUG, f"FlashAttention needs {fast:,.0f} milliseconds and Linformer {low_rank:.0f}")
    expect(SLUG, f"PyTorch ends at 4,096 tokens with {ordinary:.0f} milliseconds")
