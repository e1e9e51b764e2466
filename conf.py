"""Sphinx configuration of the library; built with ``sphinx-build -c . source _build/html``."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

# The extensions are used from the checkout; two of them are for this library alone.
sys.path.insert(0, str(Path(__file__).parent / "ext"))

project = "Inner Workings"
author = "The authors of Inner Workings"
project_copyright = author  # no year: the same sources give the same bytes next year

extensions = [
    "myst_parser",
    "sphinx_design",
    "sphinx_copybutton",
    "notfound.extension",
    "sphinxext.opengraph",
    "sphinx_reading",
    "sphinx_section_nav",
    "sphinx_computed",
    "editorial",
    "reader",
]
nitpicky = True  # a reference that leads nowhere is an error here

# -- Articles ---------------------------------------------------------------------------
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
myst_dmath_allow_space = False  # "$5 and $6" is money, not a formula
myst_dmath_allow_digits = False

reading_article_key = "number"  # a page with this key in its front matter is an article
reading_exports = ["json", "txt", "atom", "sitemap", "json-ld"]

# -- The site ---------------------------------------------------------------------------
# Where it is hosted; without an address there is neither feed nor sitemap.
html_baseurl = os.environ.get("SITE_URL") or os.environ.get("READTHEDOCS_CANONICAL_URL", "")
html_theme = "furo"
html_math_renderer = "mathml"  # by the extension "reader": nothing to load
html_title = project
templates_path = ["source/_templates"]  # relative to this file
html_static_path = ["source/_static"]
html_css_files = ["site.css"]
html_favicon = "source/_static/mark.svg"
html_copy_source = False  # the repository has the sources
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False  # the master index and the search take its place
html_last_updated_fmt = None  # a date in the footer would change every page every day

ogp_site_url = html_baseurl
ogp_social_cards = {"enable": False}  # would need Matplotlib and draw differently per machine
notfound_template = "404.html"  # ours: it guesses the page from the address
# Links on the 404 page start at the site's root, which need not be that of its host.
notfound_urls_prefix = urlsplit(html_baseurl).path.rstrip("/") + "/"
