"""The search of the library's own site."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page


@pytest.mark.parametrize(
    ("query", "article"),
    [
        ("false positive", "algorithms/bloom-filters.html"),
        ("group relative advantage", "learning-and-reasoning/deepseek-r1.html"),
        ("singular value", "learning-and-reasoning/lora.html"),
    ],
)
def test_a_search_leads_to_the_article(
    open_page: Callable[..., Page], query: str, article: str
) -> None:
    page = open_page("search.html")
    page.locator("input[name=q]").first.fill(query)
    page.keyboard.press("Enter")
    result = page.locator("#search-results li a").first
    result.wait_for()
    result.click()
    assert page.url.partition("?")[0].partition("#")[0].endswith(f"/{article}")


def test_bylines_are_not_found(open_page: Callable[..., Page]) -> None:
    page = open_page("algorithms/bloom-filters.html")
    words = page.locator(".reading-byline").inner_text().split()[3]
    page = open_page(f"search.html?q={words}")
    summary = page.locator("#search-results .search-summary")
    summary.filter(has_text="did not match").wait_for()
    assert page.locator("#search-results li").count() == 0
