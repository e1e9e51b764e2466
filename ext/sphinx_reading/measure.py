"""Words and minutes of a text. Imports no Sphinx.

Words are counted as Hugo counts them (``.WordCount``), minutes by the formulas of the two
reading speeds. Hugo splits as Go's ``unicode.IsSpace`` does, which is not what
:meth:`str.split` does: U+001C–1F do not split here, U+0085 and the no-break space do.
"""

from __future__ import annotations

import re

# Go's unicode.IsSpace: the White_Space property.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TOKEN = re.compile(f"[^{_SPACE}]+")

# Scripts Han, Hangul, Hiragana and Katakana (Unicode 17, Scripts.txt).
_CJK_RANGES = """
1100-11FF 2E80-2E99 2E9B-2EF3 2F00-2FD5 3005 3007 3021-3029 302E-302F 3038-303B 3041-3096
309D-309F 30A1-30FA 30FD-30FF 3131-318E 31F0-321E 3260-327E 32D0-32FE 3300-3357 3400-4DBF
4E00-9FFF A960-A97C AC00-D7A3 D7B0-D7C6 D7CB-D7FB F900-FA6D FA70-FAD9 FF66-FF6F FF71-FF9D
FFA0-FFBE FFC2-FFC7 FFCA-FFCF FFD2-FFD7 FFDA-FFDC 16FE2-16FE3 16FF0-16FF6 1AFF0-1AFF3
1AFF5-1AFFB 1AFFD-1AFFE 1B000-1B128 1B132 1B150-1B152 1B155 1B164-1B168 1F200 20000-2A6DF
2A700-2B81E 2B820-2CEAD 2CEB0-2EBE0 2EBF0-2EE5D 2F800-2FA1D 30000-3134A 31350-33479
"""


def _character_class(ranges: str) -> str:
    ends = (item.partition("-") for item in ranges.split())
    return "".join(f"\\U{int(a, 16):08x}-\\U{int(b or a, 16):08x}" for a, _, b in ends)


_CJK = re.compile(f"[{_character_class(_CJK_RANGES)}]")

WORDS_PER_MINUTE = 213
CJK_WORDS_PER_MINUTE = 501


def has_cjk(source: str) -> bool:
    """Tell whether one Han, kana or Hangul character stands in *source*.

    >>> has_cjk("rank 秩"), has_cjk("naïve Ω “quoted”")
    (True, False)
    """
    return not source.isascii() and _CJK.search(source) is not None


def count_words(text: str, *, cjk: bool = False) -> int:
    """Count the white-space-separated tokens of *text*.

    On a CJK page an all-ASCII token counts one and any other its characters, since those
    scripts put no space between words.

    >>> count_words("one two\\u00a0three")
    3
    >>> count_words("rank 秩 低秩适配", cjk=True)
    6
    """
    tokens = _TOKEN.finditer(text)
    if not cjk:
        return sum(1 for _ in tokens)
    return sum(1 if token[0].isascii() else len(token[0]) for token in tokens)


def minutes_for(words: int, words_per_minute: int = WORDS_PER_MINUTE) -> int:
    """Reading time in whole minutes, rounded up.

    >>> [minutes_for(words) for words in (0, 1, 213, 214)]
    [0, 1, 1, 2]
    """
    return (words + words_per_minute - 1) // words_per_minute
