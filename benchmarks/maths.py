"""Compare ways to set formulas, in Chromium: what each page weighs, asks for, and moves.

``PYTHONPATH=ext python benchmarks/maths.py PACKAGES OUT``: PACKAGES is a folder where npm has put
``katex`` and ``mathjax`` (``node_modules`` in it); ``math-core`` comes by pip. OUT receives one
article-like page for each way, ``comparison.html`` and its picture; the figures are printed.
Node is needed for KaTeX. How things were found and what was chosen: MATHS.md.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread

from docutils.utils.math.latex2mathml import tex2mathml
from math_core import LatexToMathML
from playwright.sync_api import Browser, sync_playwright

from reader.maths import to_mathml

SOURCE = Path(__file__).parents[1] / "source"
Formula = tuple[str, bool]
"""TeX, and whether it stands in a line of its own."""

LATER: list[str] = [
    r"\bar{x} = \frac{1}{n} \sum_{i=1}^{n} x_i, "
    r"\qquad \int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}",
    r"f(x) = \begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"R = \begin{pmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{pmatrix}",
    r"\sqrt[3]{\frac{a}{b + \sqrt{c}}}",
    r"\hat{\theta},\ \bar{x},\ \tilde{y},\ \vec{v},\ \dot{q},\ \widehat{abc},\ \overline{a + b}",
    r"\underbrace{x_1 + \dots + x_n}_{n \text{ terms}} \le \overbrace{y}^{\text{bound}}",
    r"\binom{n}{k} = \frac{n!}{k!\,(n - k)!}",
    r"\lVert x \rVert_2^2 = \sum_i |x_i|^2, \qquad \left\| \frac{a}{b} \right\|",
    r"A \xrightarrow{k_1} B \to C \mapsto D \Rightarrow E \rightleftharpoons F",
    r"\hat{\theta} = \operatorname*{arg\,min}_{\theta \in \Theta} \mathcal{L}(\theta)",
    r"\begin{aligned} (a + b)^2 &= a^2 + 2ab + b^2 \\ &\ge 4ab \end{aligned}",
    r"R^{\mu}{}_{\nu\rho\sigma} = \partial_\rho \Gamma^{\mu}_{\nu\sigma} - \dots",
    r"\mathcal{N}(0, I),\ \mathbb{E}[X],\ \mathbb{R}^{d},\ \mathbf{W}x,\ \boldsymbol{\beta}",
    r"\mathrm{2\,H_2O \rightarrow 2\,H_2 + O_2}, \quad \mathrm{SO_4^{2-}}",
    r"9.81\,\mathrm{m\,s^{-2}}, \quad 3.0 \times 10^{8}\,\text{m/s}, \quad 12{,}000",
    r"0 \le a_1 \le a_2 \le \dots \le a_n < \infty \iff \forall \varepsilon > 0\ \exists N",
    r"\lim_{n \to \infty} \max_{i < n} \frac{\log n}{n} = 0",
    r"\left( \frac{1}{1 + \frac{1}{x}} \right)^{\!2} \bigg|_{x = 1}",
    r"\nabla \times \mathbf{E} = -\frac{\partial \mathbf{B}}{\partial t}",
    r"p(x \mid y) = \frac{p(y \mid x)\, p(x)}{p(y)} \propto p(y \mid x)\, p(x)",
    r"a \oplus b \pmod{2}, \quad x \not\in A \cup B, \quad A \setminus \{0\}",
    r"\prod_{\substack{p \le n \\ p \text{ prime}}} \left( 1 - \frac{1}{p} \right)^{-1}",
    r"\sin^2 x + \cos^2 x = 1, \quad O(n \log n), \quad \gcd(a, b)",
    r"\langle \psi | \hat{H} | \psi \rangle = \hbar \omega \left( n + \tfrac{1}{2} \right)",
    r"f'(x),\ \ddot{x},\ x^{\ast},\ x^{\dagger},\ \lfloor x \rfloor,\ a \approx b,\ \pm 1\,\%",
]
"""What later articles will need; all in lines of their own."""

_NODE = """const katex = require(process.argv[1] + "/node_modules/katex");
const [output, formulas] = JSON.parse(require("fs").readFileSync(0));
const set = ([tex, displayMode]) =>
  katex.renderToString(tex, {displayMode, output, throwOnError: false});
console.log(JSON.stringify(formulas.map(set)))"""
_STYLE = """body { font: 18.5px/1.6 serif; max-width: 40em; margin: 2em auto }
.katex { font-size: 1.1em }
.formula { margin-block: 1.1em } table { border-collapse: collapse } td { padding: 2px 10px;
border-top: 1px solid #ccc } body:has(table) { max-width: none; width: max-content; margin: 16px }
small { font: 13px monospace }"""
_WATCH = """window.shift = 0; window.settled = 0; let before = "";
new PerformanceObserver(list => { for (const entry of list.getEntries()) shift += entry.value })
  .observe({type: "layout-shift", buffered: true});
const look = () => { const now = [...document.querySelectorAll(".f")].map(f => {
  const r = f.getBoundingClientRect(); return [r.width, r.top] }).join();
  if (now !== before) { before = now; settled = performance.now() } requestAnimationFrame(look) };
requestAnimationFrame(look)"""
_FORMULA = """<style>math { font-family: Formula, math; font-size: 1.04em } @font-face {
font-family: Formula; font-display: swap; src: url(fonts/stix-two-math-subset.woff2) }</style>"""
_KATEX = '<link rel="stylesheet" href="node_modules/katex/dist/katex.min.css">'
_MATHJAX = '<script defer src="node_modules/mathjax/es5/tex-{}.js"></script>'


def articles() -> list[Formula]:
    """All distinct formulas of the articles, in order."""
    found: dict[Formula, None] = {}
    for page in sorted(SOURCE.glob("*/*.md")):
        text = re.sub(r"^```.*?^```|`[^`\n]*`|\\\$", "", page.read_text("utf-8"), flags=re.M | re.S)
        for block, line in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", text, re.S):
            found[(block or line).strip(), bool(block)] = None
    return list(found)


def each(convert: Callable[[str, bool], str], formulas: list[Formula]) -> list[str]:
    """Set each formula; one that fails gives its reason."""

    def one(tex: str, block: bool) -> str:
        try:
            return convert(tex, block)
        except Exception as error:  # five packages, each with its own classes
            return f"<code>fails: {escape(type(error).__name__)}</code>"

    return [one(*formula) for formula in formulas]


def katex(packages: Path, output: str, formulas: list[Formula]) -> list[str]:
    asked = json.dumps([output, formulas])
    command = ["node", "-e", _NODE, str(packages.resolve())]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def ours(tex: str, block: bool) -> str:
    return to_mathml(tex, block=block)


def core(tex: str, block: bool) -> str:
    return LatexToMathML().convert_with_local_state(tex, displaystyle=block)


def source(tex: str, block: bool) -> str:
    return escape(rf"\[{tex}\]" if block else rf"\({tex}\)")


def ways(packages: Path) -> dict[str, tuple[str, Callable[[list[Formula]], list[str]]]]:
    """What stands in the head of the page, and what sets a list of formulas."""
    return {
        "latex2mathml": (_FORMULA, partial(each, ours)),
        "docutils": (_FORMULA, partial(each, lambda tex, block: tex2mathml(tex, as_block=block))),
        "math-core": (_FORMULA, partial(each, core)),
        "KaTeX": (_KATEX, partial(katex, packages, "html")),
        "KaTeX and MathML": (_KATEX, partial(katex, packages, "htmlAndMathml")),
        "MathJax CHTML": (_MATHJAX.format("chtml"), partial(each, source)),
        "MathJax SVG": (_MATHJAX.format("svg"), partial(each, source)),
    }


def page(head: str, body: str) -> str:
    style = f'<link rel="stylesheet" href="style.css">{head}'
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Maths</title>{style}{body}'


def article(formulas: list[Formula], made: list[str]) -> str:
    """A page of text with its formulas: as many words between them as our articles have."""
    words = "The cost of a step is what one reads of it, and here it stays the same: "
    parts = []
    for (_, block), markup in zip(formulas, made, strict=True):
        shell = '<div class="formula f">{}</div>' if block else '<span class="f">{}</span>'
        parts.append(f"<p>{words * 2}{shell.format(markup)}.</p>" if not block else
                     f"<p>{words * 3}</p>{shell.format(markup)}")  # fmt: skip
    return "".join(parts)


class Handler(SimpleHTTPRequestHandler):
    """A server that compresses, as the site's does; notes bytes by address."""

    sent: dict[str, int] = {}  # noqa: RUF012 (shared on purpose)

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return self.send_error(404)
        packed = path.suffix not in {".woff2", ".woff"}
        data = gzip.compress(path.read_bytes(), 9) if packed else path.read_bytes()
        self.sent[self.path] = len(data)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(data)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def kinds(sent: dict[str, int]) -> str:
    """KB by kind: page, style and script, font."""
    suffixes = {
        "page": (".html",),
        "style": (".css",),
        "script": (".js",),
        "font": (".woff", ".woff2"),
    }
    sums = {kind: sum(size for name, size in sent.items() if name.endswith(ends))
            for kind, ends in suffixes.items()}  # fmt: skip
    total = sum(sums.values())
    return " | ".join(f"{size / 1000:.1f}" for size in [*sums.values(), total])


def load(browser: Browser, address: str) -> tuple[float, float]:
    """Layout shift and milliseconds to the last change of a formula's place, on a slow 4G line."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    view = context.new_page()
    line = {
        "offline": False,
        "latency": 150,
        "downloadThroughput": 200_000,
        "uploadThroughput": 94_000,
    }
    client = context.new_cdp_session(view)
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", line)
    view.add_init_script(_WATCH)
    view.goto(address, wait_until="networkidle")
    view.wait_for_timeout(1500)
    shift, settled = view.evaluate("[shift, settled]")
    context.close()
    return shift, settled


def measure(browser: Browser, address: str) -> str:
    """One row: gzip KB by kind, requests, shift, time (median of three), text without scripts."""
    Handler.sent.clear()
    runs = [load(browser, address) for _ in range(3)]
    sent = {name: size for name, size in Handler.sent.items() if "favicon" not in name}
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(address)
    works = "no" if "\\frac" in plain.locator("body").inner_text() else "yes"
    shift, settled = (median(column) for column in zip(*runs, strict=True))
    return f"{kinds(sent)} | {len(sent)} | {shift:.3f} | {settled:.0f} | {works}"


def compare(made: dict[str, list[str]], head: str) -> str:
    """All ways side by side, for the eye."""
    names = [name for name in made if name not in {"KaTeX and MathML", "MathJax SVG"}]
    rows = ["".join(f"<td><small>{name}</small>" for name in ["", *names])]
    for number in range(len(LATER)):
        cells = "".join(f"<td>{made[name][number]}" for name in names)
        rows.append(f"<td><small>{number + 1}</small>{cells}")
    return page(head, f"<table>{''.join(f'<tr>{row}' for row in rows)}</table>")


def main(packages: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(SOURCE / "_static/fonts", out / "fonts", dirs_exist_ok=True)
    for package in ("katex/dist", "mathjax/es5"):
        end = out / "node_modules" / package
        shutil.copytree(packages / "node_modules" / package, end, dirs_exist_ok=True)
    (out / "style.css").write_text(_STYLE)
    later = [(tex, True) for tex in LATER]
    formulas = articles() + later
    made = {}
    for name, (head, convert) in ways(packages).items():
        done = convert(formulas)
        made[name] = done[-len(later) :]
        (out / f"{name}.html".replace(" ", "-")).write_text(page(head, article(formulas, done)))
    (out / "comparison.html").write_text(
        compare(made, _FORMULA + _KATEX + _MATHJAX.format("chtml"))
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(out)))
    Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}/"
    print(f"{len(formulas)} formulas, {len(later)} of them of later articles")
    print(
        "way | page | style | script | font | total KB | requests | shift | ms | without JavaScript"
    )
    with sync_playwright() as playwright:
        system = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=system, args=["--no-sandbox"])
        print("Chromium", browser.version)
        for name in made:
            print(name, "|", measure(browser, root + f"{name}.html".replace(" ", "-")), flush=True)
        view = browser.new_page(viewport={"width": 1500, "height": 800})
        view.goto(root + "comparison.html", wait_until="networkidle")
        view.wait_for_timeout(1000)
        view.locator("table").screenshot(path=out / "comparison.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
