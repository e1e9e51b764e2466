"""What an index holds: every option and style, in every builder, without a script."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable

import pytest
from bs4 import Tag

from conftest import Built, Site

CONF = """
extensions = ["myst_parser", "sphinx_reading"]
reading_article_key = "number"
reading_words_per_minute = 10
"""


def article(number: int, title: str, words: int, *, updated: str = "", about: str = "") -> str:
    keys = f"number: {number}\n"
    keys += f"updated: {updated}\n" if updated else ""
    keys += f"description: '{about}'\n" if about else ""
    return f"---\n{keys}---\n# {title}\n\n{'word ' * words}\n"


FILES: dict[str, str | bytes] = {
    "conf.py": CONF,
    "index.md": "# Home\n\n```{toctree}\nstorage/index\nnature/tides\nall\n```\n",
    "storage/index.md": "# Keeping things\n\n```{toctree}\nraid\nlsm\n```\n",
    "storage/raid.md": article(3, "Zebra", 20, updated="2026-02-01", about='Five "drives" & one'),
    "storage/lsm.md": article(1, "apple", 45, updated="2026-01-05"),
    "nature/tides.md": article(2, "Mango <1>", 650, updated="2026-03-01"),
}


def index(*options: str, name: str = "reading-index") -> str:
    return f"```{{{name}}}\n" + "".join(f"{option}\n" for option in options) + "```\n"


@pytest.fixture
def built(project: Callable[..., Site]) -> Callable[..., Built]:
    """Build the small library with one index of these options on the page ``all``."""

    def build(*options: str, builder: str = "html", parallel: int = 1) -> Built:
        site = project({**FILES, "all.md": f"# All\n\n{index(*options)}"})
        return site.build(builder, parallel=parallel)

    return build


def view(built: Built) -> Tag:
    (found,) = built.page("all").select(".reading-index")
    return found


def form(index: Tag) -> Tag:
    (template,) = index.select("template")
    return template


def titles(built: Built) -> list[str]:
    return [link.get_text() for link in view(built).select("li a, td a")]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["apple", "Mango <1>", "Zebra"]),
        ([":sort: number", ":order: descending"], ["Zebra", "Mango <1>", "apple"]),
        ([":sort: title"], ["apple", "Mango <1>", "Zebra"]),
        ([":sort: title", ":order: descending"], ["Zebra", "Mango <1>", "apple"]),
        ([":sort: minutes"], ["Zebra", "apple", "Mango <1>"]),
        ([":sort: words", ":order: descending"], ["Mango <1>", "apple", "Zebra"]),
        ([":sort: updated"], ["apple", "Zebra", "Mango <1>"]),
        ([":sort: updated", ":order: descending", ":limit: 2"], ["Mango <1>", "Zebra"]),
        ([":limit: 9"], ["apple", "Mango <1>", "Zebra"]),
        ([":topic: storage"], ["apple", "Zebra"]),
        ([":topic: storage", ":limit: 1", ":sort: minutes"], ["Zebra"]),
        ([":group: none"], ["apple", "Mango <1>", "Zebra"]),
        ([":group: topic"], ["apple", "Zebra", "Mango <1>"]),  # as the toctree leads
        ([":group: topic", ":sort: minutes"], ["Zebra", "apple", "Mango <1>"]),
    ],
)
@pytest.mark.parametrize("style", ["list", "table", "cards"])
def test_options_choose_the_articles_and_their_order(
    built: Callable[..., Built], options: list[str], expected: list[str], style: str
) -> None:
    result = built(*options, f":style: {style}")
    assert result.warnings == ""
    assert titles(result) == expected


def test_groups_lead_to_their_topic_and_add_up(built: Callable[..., Built]) -> None:
    shown = view(built(":group: topic"))
    assert [heading.get_text() for heading in shown.select("h2")] == ["Keeping things", "nature"]
    links = shown.select("h2 a")
    assert [link["href"] for link in links] == ["storage/index.html"]  # nature has no page
    sums = [line.get_text() for line in shown.select(".reading-sum")]
    assert sums == ["2 articles · 7 min · 65 words", "1 article · 1 h 5 min · 650 words"]


def test_a_list_shows_title_and_byline(built: Callable[..., Built]) -> None:
    entry = view(built()).select("ul.reading-list > li")[2]
    lines = [line.get_text(strip=True) for line in entry.select(".line")]
    assert lines == ["Zebra", "2 min · 20 words"]
    assert entry.a
    assert entry.a["href"] == "storage/raid.html"


def test_cards_add_the_description(built: Callable[..., Built]) -> None:
    entries = view(built(":style: cards")).select("ul.reading-cards > li")
    lines = [[line.get_text(strip=True) for line in entry.select(".line")] for entry in entries]
    assert lines[2] == ["Zebra", "2 min · 20 words", 'Five "drives" & one']
    assert lines[0] == ["apple", "5 min · 45 words"]


def test_a_table_has_a_column_for_what_is_known(built: Callable[..., Built]) -> None:
    table = view(built(":style: table")).select_one("table.reading-table")
    assert table
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in table("tr")]
    assert rows[0] == ["No.", "Title", "Minutes", "Words", "Updated"]
    assert rows[3] == ["3", "Zebra", "2", "20", "2026-02-01"]


def test_a_table_of_a_foreign_project_has_no_empty_column(project: Callable[..., Site]) -> None:
    files = {"index.rst": "Home\n====\n\n.. reading-index::\n   :style: table\n\nSome words.\n"}
    site = project(
        {"conf.py": "extensions = ['sphinx_reading']", **files, "a.rst": ":orphan:\n\nA\n="}
    )
    heads = site.build().page("index").select(".reading-table th")
    assert [head.get_text(strip=True) for head in heads] == ["Title", "Minutes", "Words"]


def test_each_entry_carries_its_record_for_the_script(built: Callable[..., Built]) -> None:
    entry = view(built()).select("li")[2]
    data = {name: value for name, value in entry.attrs.items() if name.startswith("data-")}
    assert data == {
        "data-number": "3",
        "data-title": "Zebra",
        "data-minutes": "2",
        "data-words": "20",
        "data-updated": "2026-02-01",
        "data-topic": "Keeping things",
        "data-description": 'Five "drives" & one',
    }


def test_the_form_sleeps_in_a_template_and_offers_what_there_is(
    built: Callable[..., Built],
) -> None:
    shown = view(built(":group: topic"))
    assert "reading-interactive" in shown["class"]
    assert not shown.select("form, input, select, button")  # does not look into templates
    template = form(shown)
    choices = {
        str(select["name"]): [str(option["value"]) for option in select.select("option")]
        for select in template.select("select")
    }
    assert choices == {
        "topic": ["", "Keeping things", "nature"],
        "max": ["", "5", "10", "15"],
        "sort": ["number", "title", "minutes", "-minutes", "-words", "-updated"],
    }


@pytest.mark.parametrize(
    ("options", "first"),
    [([":sort: words", ":order: descending"], "-words"), ([":sort: title"], "title")],
)
def test_the_form_begins_with_the_order_of_the_index(
    built: Callable[..., Built], options: list[str], first: str
) -> None:
    offered = form(view(built(*options))).select("[name=sort] option")
    values = [option["value"] for option in offered]
    assert values[0] == first
    assert len(set(values)) == len(values)


def test_the_form_of_a_table_offers_both_directions_of_every_column(
    built: Callable[..., Built],
) -> None:
    offered = form(view(built(":style: table"))).select("[name=sort] option")
    values = {str(option["value"]) for option in offered}
    columns = {"number", "title", "minutes", "words", "updated"}
    assert values == columns | {f"-{column}" for column in columns}


def test_an_index_of_one_topic_does_not_ask_for_the_topic(built: Callable[..., Built]) -> None:
    fields = form(view(built(":topic: storage"))).select("[name]")
    names = [field["name"] for field in fields]
    assert names == ["q", "max", "sort"]


@pytest.mark.parametrize("options", [[":limit: 2"], [":topic: nature"]])
def test_a_limited_index_and_one_of_one_article_have_no_form(
    built: Callable[..., Built], options: list[str]
) -> None:
    shown = view(built(*options))
    assert shown["class"] == ["reading-index"]
    assert not shown.select("template")


def test_script_and_style_come_on_pages_with_an_index_only(built: Callable[..., Built]) -> None:
    result = built()
    page = result.html("all")
    assert re.search(r'<script defer="defer" src="_static/reading-index.js\?v=\w+"></script>', page)
    assert re.search(r'href="_static/reading-index.css\?v=\w+"', page)
    assert "reading-index" not in result.html("storage/raid")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            [":group: topic"],
            """All
***

-[ Keeping things ]-

2 articles · 7 min · 65 words

   * apple
     5 min · 45 words

   * Zebra
     2 min · 20 words

-[ nature ]-

1 article · 1 h 5 min · 650 words

   * Mango <1>
     65 min · 650 words
""",
        ),
        (
            [":style: cards", ":sort: minutes", ":limit: 1"],
            """All
***

   * Zebra
     2 min · 20 words
     Five "drives" & one
""",
        ),
    ],
)
def test_in_plain_text(built: Callable[..., Built], options: list[str], expected: str) -> None:
    result = built(*options, builder="text")
    assert result.warnings == ""
    assert (result.out / "all.txt").read_text(encoding="utf-8") == expected


def test_a_table_in_plain_text(built: Callable[..., Built]) -> None:
    text = (built(":style: table", builder="text").out / "all.txt").read_text(encoding="utf-8")
    rows = [line.strip("| ").split() for line in text.splitlines() if line.startswith("| ")]
    assert [" ".join(word for word in row if word != "|") for row in rows] == [
        "No. Title Minutes Words Updated",
        "1 apple 5 45 2026-01-05",
        "2 Mango <1> 65 650 2026-03-01",
        "3 Zebra 2 20 2026-02-01",
    ]


@pytest.mark.parametrize("builder", ["latex", "man", "texinfo"])
@pytest.mark.parametrize("style", ["list", "table", "cards"])
def test_in_other_builders_every_article_is_there_and_no_form(
    built: Callable[..., Built], builder: str, style: str
) -> None:
    result = built(":group: topic", f":style: {style}", builder=builder)
    assert result.warnings == ""
    suffix = {"latex": "tex", "man": "1", "texinfo": "texi"}[builder]
    (book,) = result.out.glob(f"*.{suffix}")
    text = book.read_text(encoding="utf-8")
    page = text[text.rindex("All") if builder != "man" else text.rindex("ALL") :]
    place = [page.index(title) for title in ("Keeping things", "apple", "Zebra", "Mango")]
    assert place == sorted(place)
    assert "Filter" not in text


def test_an_epub_has_the_list_and_neither_script_nor_form(built: Callable[..., Built]) -> None:
    result = built(":group: topic", builder="epub")
    (book,) = result.out.glob("*.epub")
    with zipfile.ZipFile(book) as archive:
        page = archive.read("all.xhtml").decode()
        names = archive.namelist()
    assert "Mango" in page
    assert "2 articles · 7 min · 65 words" in page
    assert not re.search("<(script|template|form|select)", page)
    assert not [name for name in names if name.endswith("reading-index.js")]


@pytest.mark.parametrize("builder", ["html", "text", "latex"])
def test_an_index_of_nothing_leaves_nothing(project: Callable[..., Site], builder: str) -> None:
    page = "# Home\n\n" + index() + index(":group: topic") + index(":style: table")
    built = project({"conf.py": CONF, "index.md": page}).build(builder)
    assert built.warnings == ""
    if builder == "html":
        assert not built.page("index").select(".reading-index *")
    if builder == "latex":
        (book,) = built.out.glob("*.tex")
        assert not re.search("itemize|tabular", book.read_text().partition(r"\begin{document}")[2])


def test_totals_of_a_topic_and_of_everything(project: Callable[..., Site]) -> None:
    total = index(name="reading-total")
    files = {
        **FILES,
        "all.md": f"# All\n\n{total}{index(':topic: storage', name='reading-total')}",
        "storage/index.md": f"{FILES['storage/index.md']!s}\n{total}",
    }
    built = project(files).build()
    sums = [line.get_text() for line in built.page("all").select(".reading-sum")]
    assert sums == ["3 articles · 1 h 12 min · 715 words", "2 articles · 7 min · 65 words"]
    own = built.page("storage/index").select_one(".reading-sum")
    assert own
    assert own.get_text() == sums[1]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (":sort: length", "write one of number, title, minutes, words, updated"),
        (":limit: -1", "write a whole number"),
        (":style:", "write one of list, table, cards"),
        (":topic: nowhere", "'nowhere' is no folder of this project: write its path"),
        (":colour: red", 'unknown option: "colour"'),
    ],
)
@pytest.mark.parametrize("parallel", [1, 2])
def test_a_bad_option_in_restructuredtext_gives_one_message_at_its_line(
    project: Callable[..., Site], option: str, message: str, parallel: int
) -> None:
    page = f"All\n===\n\n.. reading-index::\n   {option}\n"
    files = {name: text for name, text in FILES.items() if name != "all.md"}
    built = project({**files, "all.rst": page}).build(parallel=parallel)
    assert len(re.findall("WARNING|ERROR", built.warnings)) == 1, built.warnings
    assert re.search(r"all\.rst:[45]: (WARNING|ERROR): ", built.warnings)
    assert message in built.warnings


@pytest.mark.parametrize("style", ["list", "table", "cards"])
def test_two_processes_write_the_same_index(built: Callable[..., Built], style: str) -> None:
    options = (":group: topic", f":style: {style}")
    assert built(*options).html("all") == built(*options, parallel=2).html("all")
