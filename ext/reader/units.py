"""A number and its unit stay on one line: a no-break space joins them.

Such a space separates words too, so the count of words stays what it is. Titles are left
alone, since anchors, navigation and exports repeat them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from sphinx_computed.calc import calc

if TYPE_CHECKING:
    from sphinx.application import Sphinx

UNITS = """
% ‰ ° °C °F € $ £
bit bits byte bytes B kB KB MB GB TB PB EB KiB MiB GiB TiB PiB EiB kbit Mbit Gbit kbit/s Mbit/s
Gbit/s kB/s MB/s GB/s TB/s MiB/s GiB/s
fs ps ns µs μs ms s min h d Hz kHz MHz GHz THz
fm pm nm µm μm mm cm dm m km m² cm² mm² km² m³ cm³ m/s km/s km/h m/s² l L ml mL
µg μg mg g kg t mol mmol K mK eV meV keV MeV GeV J mJ kJ MJ GJ N mN kN Pa hPa kPa MPa GPa bar mbar
V mV µV μV kV A mA µA μA Ah mAh W mW µW μW kW MW GW TW Wh kWh MWh GWh TWh Ω mΩ kΩ MΩ F pF nF µF μF
mF H mH T mT dB dBm lx lm cd ppm ppb FLOP/s TFLOP/s thousand million billion trillion
""".split()  # noqa: SIM905
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_AFTER_DIGIT = re.compile(rf"(?<=\d)[ \n](?=(?:{_UNIT})(?![\w/]))")
_FIRST = re.compile(rf"^[ \n](?=(?:{_UNIT})(?![\w/]))")
# What a model gave stays as it is: a knob puts its other answers in the same place.
_VERBATIM = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.raw, nodes.title, calc)


def join(text: str, before: str = "") -> str:
    """Join numbers and units in *text*, which stands after *before*.

    >>> join("120 MB in 3 ms, 5 Mbits in 2 a day")
    '120\\xa0MB in 3\\xa0ms, 5 Mbits in 2 a day'
    >>> join(" % of it", before="52"), join(" % of it", before="that")
    ('\\xa0% of it', ' % of it')
    """
    text = _AFTER_DIGIT.sub("\xa0", text)
    return _FIRST.sub("\xa0", text) if before[-1:].isdigit() else text


class JoinUnits(SphinxTransform):
    default_priority = 730  # after numbers are computed (720), before the count (740)

    def apply(self, **kwargs: Any) -> None:
        for block in self.document.findall(nodes.TextElement):
            if isinstance(block, (nodes.Inline, *_VERBATIM)):
                continue
            before = ""
            for text in list(block.findall(nodes.Text)):
                if not _inside_verbatim(text, block):
                    joined = join(text.astext(), before)
                    if joined != text.astext():
                        text.parent.replace(text, nodes.Text(joined))
                before = text.astext()


def _inside_verbatim(text: nodes.Text, block: nodes.Element) -> bool:
    node = text.parent
    while node is not block:
        if isinstance(node, _VERBATIM):
            return True
        node = node.parent
    return False


def setup_units(app: Sphinx) -> None:
    app.add_transform(JoinUnits)
