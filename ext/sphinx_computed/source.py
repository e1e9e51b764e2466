"""The model at the end of its page: folded, highlighted, ready to download."""

from __future__ import annotations

from html import escape
from pathlib import Path
from posixpath import join
from urllib.parse import quote

from docutils import nodes
from sphinx import addnodes
from sphinx.writers.html5 import HTML5Translator

from sphinx_computed.lexer import NAME as LEXER


class model_source(nodes.General, nodes.Element):
    """The text of a model as an attribute, so that it is neither counted nor searched.

    Its only child makes Sphinx copy the file into ``_downloads``. Only HTML shows it: other
    formats print the page, and the model would be half of it.
    """


def source_node(path: Path, text: str) -> model_source:
    """The node for the model at *path*; sphinx_reading skips its class."""
    download = addnodes.download_reference("", "", reftarget=f"/{path.as_posix()}")
    return model_source(
        "", download, text=text, file=path.name, classes=["calc-source", "reading-skip"]
    )


def visit_source(self: HTML5Translator, node: model_source) -> None:
    file = escape(node["file"])
    code = self.highlighter.highlight_block(node["text"], LEXER, location=node)
    copied = next(node.findall(addnodes.download_reference))
    address = escape(join(self.builder.dlpath, quote(copied.get("filename", ""))))
    self.body.append(
        '<button type="button" class="calc-switch" aria-pressed="false" hidden>'
        "Show how each number is computed</button>\n"
        + self.starttag(node, "details", ids=[f"model-{Path(node['file']).stem.replace('_', '-')}"])
        + f"<summary>The model of this page: <code>{file}</code></summary>\n"
        f'<p><a class="reference download internal" download="" href="{address}">'
        f"Download <code>{file}</code></a></p>\n"
        f'<div class="highlight-python notranslate">{code}</div>\n</details>\n'
    )
    raise nodes.SkipNode
