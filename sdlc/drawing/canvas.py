"""A sheet of SVG: what every picture shares, from the measure of a text to the colors of light and dark.

Colors come from classes, never from `style` attributes, so that a page with a strict content-security policy shows
the picture once `STYLE` is part of its own style sheet. A picture that stands alone carries `STYLE` itself.
"""

import unicodedata
from dataclasses import dataclass, field
from xml.etree import ElementTree

FONT = 12
LINE = 16

STYLE = """
.drawing{--ink:#1c2430;--soft:#66707f;--paper:#fff;--panel:#f4f6f9;
--good:#1a7f4b;--warn:#9a6200;--bad:#b3261e;--accent:#2457a6;
color:var(--ink);max-width:100%;height:auto}
@media(prefers-color-scheme:dark){.drawing{--ink:#e6e9ee;--soft:#a2abb8;--paper:#14181f;--panel:#1d232d;
--good:#5fd08f;--warn:#f0b445;--bad:#ff8a80;--accent:#8ab4f8}}
@media print{.drawing{--ink:#000;--soft:#444;--paper:#fff;--panel:#f4f4f4;
--good:#0b5d33;--warn:#7a4d00;--bad:#8f1d17;--accent:#173f7d}}
.drawing text{font:12px system-ui,sans-serif;fill:var(--ink)}
.drawing .soft{fill:var(--soft)}
.drawing .strong{font-weight:600}
.drawing .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
.drawing .sheet{fill:var(--paper)}
.drawing .zone{fill:var(--panel);stroke:var(--soft);stroke-dasharray:6 4}
.drawing .box{fill:var(--paper);stroke:var(--ink);stroke-width:1.2}
.drawing .edge{fill:none;stroke:var(--soft);stroke-width:1.2}
.drawing .tip{fill:var(--soft);stroke:none}
.drawing .grid{stroke:var(--soft);stroke-width:.5;opacity:.5}
.drawing .line{fill:none;stroke:var(--accent);stroke-width:2}
.drawing .bar{fill:var(--accent)}
.drawing .dashed{stroke-dasharray:4 3}
.drawing .good{stroke:var(--good)}.drawing .warn{stroke:var(--warn)}.drawing .bad{stroke:var(--bad)}
.drawing .box.good,.drawing .box.warn,.drawing .box.bad{stroke-width:2}
.drawing .tip.good,.drawing .bar.good,.drawing text.good{fill:var(--good);stroke:none}
.drawing .tip.warn,.drawing .bar.warn,.drawing text.warn{fill:var(--warn);stroke:none}
.drawing .tip.bad,.drawing .bar.bad,.drawing text.bad{fill:var(--bad);stroke:none}
"""

MARKS = frozenset({"", "good", "warn", "bad"})


def width_of(text: str, size: int = FONT) -> float:
    """The width of a text in pixels, on the safe side: wide scripts count a whole em, others six tenths of one."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return size * (wide + 0.6 * (len(text) - wide))


def shortened(text: str, width: float) -> str:
    """The text, cut with an ellipsis where it is wider than `width` pixels; control characters are shown as `·`."""
    shown = "".join(character if character.isprintable() else "·" for character in text)
    if width_of(shown) <= width:
        return shown
    shown = shown[: int(width / (0.6 * FONT)) + 1]  # no more could fit: a long text is not measured letter by letter
    while shown and width_of(shown + "…") > width:
        shown = shown[:-1]
    return shown + "…"


def number(value: float) -> str:
    """A coordinate with one decimal at most, so that the same picture has the same bytes on every machine."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


@dataclass
class Sheet:
    """One picture that is being drawn; `title` and `description` are what a screen reader says."""

    title: str
    description: str
    _root: ElementTree.Element = field(init=False, default_factory=lambda: ElementTree.Element("svg"))

    def add(
        self, tag: str, text: str = "", parent: ElementTree.Element | None = None, **attributes: object
    ) -> ElementTree.Element:
        """One element: `class_` is `class`, `_` becomes `-`, numbers are rounded, empty attributes are left out."""
        named = {
            key.rstrip("_").replace("_", "-"): number(value) if isinstance(value, int | float) else str(value)
            for key, value in attributes.items()
            if value != ""
        }
        element = ElementTree.SubElement(self._root if parent is None else parent, tag, named)
        element.text = text or None
        return element

    def write(
        self,
        x: float,
        y: float,
        text: str,
        css: str = "",
        anchor: str = "start",
        parent: ElementTree.Element | None = None,
    ) -> ElementTree.Element:
        """A line of text whose base line is at `y`."""
        return self.add("text", text, parent, x=x, y=y, class_=css, text_anchor=anchor if anchor != "start" else "")

    def finish(self, width: float, height: float, standalone: bool) -> str:
        """The SVG text; `standalone` puts the style sheet in, for a file that is opened by itself."""
        root = self._root
        root.attrib = {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "drawing",
            "role": "img",
            "viewBox": f"0 0 {number(width)} {number(height)}",
            "width": number(width),
            "height": number(height),
        }
        head = [("title", self.title), ("desc", self.description)] + ([("style", STYLE)] if standalone else [])
        for place, (tag, text) in enumerate(head):
            element = ElementTree.Element(tag)
            element.text = "".join(
                character if character.isprintable() or character == "\n" else "·" for character in text
            )
            root.insert(place, element)
        if standalone:
            root.insert(len(head), ElementTree.Element("rect", {"class": "sheet", "width": "100%", "height": "100%"}))
        return ElementTree.tostring(root, encoding="unicode")
