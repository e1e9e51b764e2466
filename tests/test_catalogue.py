"""The catalogue is read whole, and a bad line is told with its place."""

from pathlib import Path

import pytest

from conftest import REPOSITORY, SOURCE
from editorial.catalogue import CatalogueError, read

HEADING = "number\ttitle\tminutes\twords\ttopic\tslug\n"
RAID = "3\tHow RAID Fails\t6\t1225\tstorage\traid\n"


def test_the_catalogue_has_110_articles_in_twelve_topics_that_exist() -> None:
    entries = read(SOURCE / "catalogue.tsv")
    assert [entry.number for entry in entries.values()] == list(range(1, 111))
    topics = {entry.topic for entry in entries.values()}
    assert topics == {index.parent.name for index in SOURCE.glob("*/index.md")}
    assert len(topics) == 12
    lora = entries["lora"]
    assert (lora.number, lora.minutes, lora.words) == (1, 4, 1660)
    assert lora.title.endswith("Behind LoRA’s Evolution")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: the heading must be number, title"),
        ("slug\ttitle\n", ":1: the heading must be number, title"),
        (HEADING + RAID + "4\tHow Heaps Grow\t6\tstorage\theaps\n", ":3: needs number"),
        (HEADING + RAID.replace("1225", "many"), ":2: needs number"),
        (HEADING + RAID + RAID.replace("3\t", "4\t"), ":3: number 4 or slug raid stands twice"),
        (HEADING + RAID + RAID.replace("raid", "mdadm"), ":3: number 3 or slug mdadm stands"),
    ],
)
def test_a_bad_line_is_named_with_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "catalogue.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}{message}")


def test_the_catalogue_is_read_without_sphinx() -> None:
    text = (REPOSITORY / "ext/editorial/catalogue.py").read_text(encoding="utf-8")
    assert "import sphinx" not in text
    assert "from sphinx" not in text
