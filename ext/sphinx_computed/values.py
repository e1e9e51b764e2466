"""What an expression may give: one value for the text, or a drawing. Imports no Sphinx."""

from __future__ import annotations

import ast
import cmath
import re
from datetime import date, time, timedelta
from numbers import Number
from xml.etree import ElementTree

FORBIDDEN = {"script", "foreignobject", "iframe", "object", "embed", "handler", "listener"}
NO_VALUE = re.compile(r"[+-]?(nan|inf|infinity|none)?j?", re.IGNORECASE)
OUTSIDE = re.compile(r"@import|url\(\s*['\"]?(?!#|['\"])", re.IGNORECASE)
# Within a tag, as the next angle bracket shows: a text may hold the same characters.
IDS = re.compile(r"""(\s(?:id|aria-labelledby|aria-describedby)="|href="\#|url\(\#)(?=[^<>]*>)""")


class BadValue(ValueError):
    """What an expression gave is no number for a text and no drawing either."""


def split(text: str) -> tuple[str, str] | None:
    """Divide ``EXPR:SPEC`` into its expression and its format; None if there is no expression.

    >>> split("size(1e8):.1f"), split("rows[1:3]"), split("start():%H:%M"), split("size(")
    (('size(1e8)', '.1f'), ('rows[1:3]', ''), ('start()', '%H:%M'), None)
    """
    ends = [len(text)] + [at for at in range(len(text) - 1, 0, -1) if text[at] == ":"]
    for end in ends:
        if is_expression(text[:end]):
            return text[:end].strip(), text[end + 1 :]
    return None


def is_expression(text: str) -> bool:
    try:
        ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def as_text(value: object, spec: str) -> str:
    """Format one value; raise `BadValue` for NaN, infinity, None, or several values."""
    if callable(value):
        raise BadValue("gives a function; call it: add its parentheses and arguments")
    if value is not None and not isinstance(value, str | Number | date | time | timedelta):
        raise BadValue(f"gives a {type(value).__name__}, not one number or text")
    if not is_finite(value):
        raise BadValue(f"gives {value}, which is no number to print")
    text = format(value, spec)
    if value is None or NO_VALUE.fullmatch(text.strip()):
        raise BadValue(f"gives {text.strip() or 'an empty text'}, which is no number to print")
    return text


def is_finite(value: object) -> bool:
    try:
        return not isinstance(value, Number) or cmath.isfinite(value)  # type: ignore[arg-type]
    except OverflowError:  # a whole number too large for a float is finite
        return True


def as_svg(value: object, _spec: str) -> str:
    """Check a drawing; raise `BadValue` unless it is SVG that brings nothing but a picture."""
    if not isinstance(value, str) or not value.startswith("<svg"):
        raise BadValue("gives no drawing: a chart needs the text of one <svg> element")
    try:
        root = ElementTree.fromstring(value)
    except ElementTree.ParseError as error:
        raise BadValue(f"gives a drawing that is not well-formed: {error}") from None
    if root.tag not in {"svg", "{http://www.w3.org/2000/svg}svg"}:
        raise BadValue(f"gives a drawing whose root is {root.tag}, not svg")
    for element in root.iter():
        refuse(element)
    return value


def refuse(element: ElementTree.Element) -> None:
    """Raise `BadValue` if *element* runs a program or fetches something from elsewhere."""
    tag = element.tag.rpartition("}")[2]
    if tag.lower() in FORBIDDEN:
        raise BadValue(f"gives a drawing with a <{tag}> element, which a chart may not hold")
    if OUTSIDE.search(element.text or "") and tag == "style":
        raise BadValue("gives a drawing whose style refers to something outside of it")
    for key, value in element.items():
        name = key.rpartition("}")[2].lower()
        if name.startswith("on"):
            raise BadValue(f"gives a drawing with an event handler ({name})")
        elsewhere = name in {"href", "src"} and not value.startswith(("#", "data:image/"))
        if elsewhere or OUTSIDE.search(value):
            raise BadValue(f"gives a drawing that refers to something outside of it: {value}")


def with_own_ids(svg: str, prefix: str) -> str:
    """Begin every identifier of a drawing with *prefix*: two may stand on one page.

    >>> with_own_ids('<svg><path id="a"/><use href="#a" fill="url(#a)"/></svg>', "c1-")
    '<svg><path id="c1-a"/><use href="#c1-a" fill="url(#c1-a)"/></svg>'
    """
    if "id=" not in svg:
        return svg
    return IDS.sub(rf"\g<1>{prefix}", svg)
