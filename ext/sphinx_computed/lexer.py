"""Highlight a model in a fraction of the time that Pygments' own Python lexer takes.

Every page shows its model, some hundred lines of it: that lexer would be a quarter of what a
build does. One pass finds what readers look for, comments, strings, numbers, keywords and the
names that are defined; all between is plain. Sphinx's highlighter does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from keyword import iskeyword

from pygments.lexer import Lexer
from pygments.token import Comment, Keyword, Name, Number, String, Text, _TokenType

NAME = "computed-model"
PARTS = {
    "word": r"[^\W\d]\w*(?![\w\"'])",  # tried first: most places of a program are words
    "doc": r"\w{0,2}(?:\"{3}(?:[^\\\"]|\\.|\"(?!\"\"))*\"{3}|'{3}(?:[^\\']|\\.|'(?!''))*'{3})",
    "string": r"\w{0,2}(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')",
    "comment": r"\#[^\n]*",
    "number": r"\.?\d(?:[\w.]|(?<=e)[+-])*",
    "decorator": r"^[ \t]*@[\w.]+",
}
KINDS = {
    "doc": String.Doc,
    "string": String,
    "comment": Comment.Single,
    "number": Number,
    "decorator": Name.Decorator,
}
PYTHON = re.compile(
    "|".join(f"(?P<{kind}>{part})" for kind, part in PARTS.items()), re.DOTALL | re.MULTILINE
)


class ModelLexer(Lexer):
    """Python, for Sphinx's highlighter."""

    name = "Model"

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        end, before = 0, ""
        for match in PYTHON.finditer(text):
            found = match[0]
            kind = KINDS.get(match.lastgroup or "") or kind_of_word(found, before)
            before = found
            if kind:
                yield end, Text, text[end : match.start()]
                yield match.start(), kind, found
                end = match.end()
        yield end, Text, text[end:]


def kind_of_word(word: str, before: str) -> _TokenType | None:
    if before in {"def", "class"}:
        return Name.Function
    return Keyword if iskeyword(word) else None
