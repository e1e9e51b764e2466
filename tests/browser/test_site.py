"""The site as a whole, in the browser."""

from collections.abc import Callable

from playwright.sync_api import Page


def test_the_home_page_opens_and_leads_to_every_topic(open_page: Callable[..., Page]) -> None:
    page = open_page("index.html")
    assert page.title() == "Inner Workings"
    links = page.locator("article a").evaluate_all("links => links.map(link => link.pathname)")
    assert "/algorithms/index.html" in links
