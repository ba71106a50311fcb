"""
An SBOM as one page that people read: the product, a picture of what requires what, every component, searchable.

It is one file that makes no request: its style and its script are allowed by their digests, everything else by nothing;
every foreign text is escaped, and shown with its invisible characters spelled out.
"""

from __future__ import annotations

from jinja2 import PackageLoader
from markupsafe import Markup

from sdlc import __version__
from sdlc.drawing.canvas import STYLE
from sdlc.drawing.graph import Edge, Node, picture
from sdlc.formats.html_page import content_security_policy, source, templates
from sdlc.inventory.rows import Inventory, Item

ROOM = "inventory"
MOST_DRAWN = 120
"""More components than that are no picture that anybody reads: those nearest to the product are drawn."""


def to_page(inventory: Inventory) -> bytes:
    """The page as UTF-8 HTML; equal documents give equal bytes."""
    style, script = source(ROOM, "page.css") + Markup(STYLE), source(ROOM, "page.js")  # noqa: S704 - our own style
    carried = inventory.carried()
    named = {item.ref: f"{item.name} {item.version}".strip() for item in inventory.every}
    needed: dict[str, list[str]] = {}
    for item in inventory.every:
        for ref in item.requires:
            needed.setdefault(ref, []).append(named[item.ref])
    svg, left_out = drawn(inventory)
    page = (
        templates(PackageLoader("sdlc", ROOM))
        .get_template("page.html.j2")
        .render(
            version=__version__,
            csp=content_security_policy(style, script),
            style=style,
            script=script,
            bom=inventory,
            named=named,
            needed=needed,
            carried=carried,
            picture=Markup(svg),  # noqa: S704 - made by an XML writer, which escapes
            left_out=left_out,
            numbers={
                "components": sum(not item.carrier for item in inventory.items),
                "parts inside of them": sum(bool(item.carrier) for item in inventory.items),
                "edges": sum(len(item.requires) for item in inventory.every),
                "unexplained places": sum(len(item.unexplained) for item in inventory.every),
                "without a declared license": sum(not item.license for item in inventory.every),
                "without a hash": sum(not item.hashes and not item.carrier for item in inventory.every),
            },
        )
    )
    return page.encode("utf-8")


def drawn(inventory: Inventory) -> tuple[str, int]:
    """The dependency graph as SVG, and how many components it leaves out: those far from the product, or unreached.

    What a component carries inside is a number in its box, red where something in it is unexplained.
    """
    by_ref, carried = inventory.by_ref(), inventory.carried()
    near: dict[str, Item] = {}
    front = [inventory.root]
    while front:
        near.update((item.ref, item) for item in front[: MOST_DRAWN - len(near)])
        following = {ref: by_ref[ref] for item in front for ref in item.requires if ref not in near}
        front = [following[ref] for ref in sorted(following)] if len(near) < MOST_DRAWN else []
    nodes = [_node(item, len(carried.get(item.ref, []))) for item in near.values()]
    edges = [Edge(item.ref, ref) for item in near.values() for ref in item.requires if ref in near]
    left_out = sum(not item.carrier and item.ref not in near for item in inventory.items)
    said = f"{len(nodes)} components and {len(edges)} dependencies of {inventory.root.name}; {left_out} are left out"
    return picture(nodes, edges, title="What requires what", description=said), left_out


def _node(item: Item, inside: int) -> Node:
    notes = [item.version or "no version"]
    if inside:
        notes.append(f"{inside} inside")
    mark = "bad" if item.unexplained else "warn" if inside else ""
    return Node(item.ref, item.name, note=tuple(notes), mark=mark)
