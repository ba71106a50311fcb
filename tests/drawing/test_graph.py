"""Pictures of graphs: nothing is lost, nothing lies on something else, hostile names stay text."""

import itertools
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.drawing.canvas import LINE
from sdlc.drawing.graph import BOX_WIDTH, Edge, Node, Zone, picture
from sdlc.drawing.placing import BAND_TITLE

SVG = "{http://www.w3.org/2000/svg}"


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[Edge], list[Zone]]:
    zones = [Zone(f"z{place}", f"Zone {place}") for place in range(draw(st.integers(0, 3)))]
    names = draw(st.lists(st.text(max_size=12), min_size=1, max_size=14, unique=True))
    nodes = [
        Node(
            name,
            name,
            draw(st.sampled_from([zone.id for zone in zones] or [""])),
            note=("note",) * draw(st.integers(0, 2)),
        )
        for name in names
    ]
    ends = st.sampled_from(names)
    return (
        nodes,
        [Edge(draw(ends), draw(ends), draw(st.text(max_size=8))) for _ in range(draw(st.integers(0, 25)))],
        zones,
    )


def boxes(svg: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    found = [rect for rect in svg.iter(f"{SVG}rect") if rect.get("class", "").startswith("box")]
    return [
        (float(rect.get("x", 0)), float(rect.get("y", 0)), float(rect.get("width", 0)), float(rect.get("height", 0)))
        for rect in found
    ]


@given(graphs())
def test_every_node_has_a_box_of_its_own_inside_of_the_picture(
    graph: tuple[list[Node], list[Edge], list[Zone]],
) -> None:
    nodes, edges, zones = graph
    svg = ElementTree.fromstring(picture(nodes, edges, zones, title="t"))
    places = boxes(svg)
    assert len(places) == len(nodes)
    width, height = float(svg.get("width", 0)), float(svg.get("height", 0))
    for index, (x, y, wide, high) in enumerate(places):
        assert x >= 0
        assert y >= 0
        assert x + wide <= width
        assert y + high <= height
        for other_x, other_y, other_wide, other_high in places[index + 1 :]:
            assert (
                x + wide <= other_x
                or other_x + other_wide <= x
                or y + high <= other_y + 0.2
                or other_y + other_high <= y + 0.2
            )
    assert len([path for path in svg.iter(f"{SVG}path") if path.get("class", "").startswith("edge")]) == len(edges)


@given(graphs())
def test_the_same_graph_gives_the_same_bytes(graph: tuple[list[Node], list[Edge], list[Zone]]) -> None:
    nodes, edges, zones = graph
    assert picture(nodes, edges, zones, title="t") == picture(list(nodes), list(edges), list(zones), title="t")


def test_a_node_stands_inside_of_its_zone() -> None:
    nodes = [Node("a", "a", "inner"), Node("b", "b", "outer"), Node("c", "c", "inner")]
    svg = ElementTree.fromstring(
        picture(nodes, [Edge("a", "b"), Edge("b", "c")], [Zone("outer", "Outer"), Zone("inner", "Inner")], title="t")
    )
    borders = [
        (float(rect.get("y", 0)), float(rect.get("y", 0)) + float(rect.get("height", 0)))
        for rect in svg.iter(f"{SVG}rect")
        if rect.get("class") == "zone"
    ]
    outer, inner = borders
    assert outer[1] < inner[0]
    (_, a, _, high), (_, b, _, _), (_, c, _, _) = boxes(svg)
    assert outer[0] < b
    assert b + high < outer[1]
    assert all(inner[0] < top and top + high < inner[1] for top in (a, c))


def test_arrows_run_from_left_to_right_and_a_circle_is_drawn_whole() -> None:
    svg = ElementTree.fromstring(
        picture([Node(name, name) for name in "abc"], [Edge("a", "b"), Edge("b", "c"), Edge("c", "a")], title="t")
    )
    lefts = [x for x, *_ in boxes(svg)]
    assert lefts == sorted(lefts)
    assert lefts[0] + BOX_WIDTH < lefts[1]
    tips = [float(tip.get("points", "").split(",")[0]) for tip in svg.iter(f"{SVG}polygon")]
    assert tips == [lefts[1], lefts[2], lefts[0] + BOX_WIDTH], "the third arrow ends at the box it leads back to"


def test_a_long_edge_runs_beside_the_boxes_between() -> None:
    svg = ElementTree.fromstring(
        picture([Node(name, name) for name in "abc"], [Edge("a", "b"), Edge("b", "c"), Edge("a", "c")], title="t")
    )
    (_, top, _, high) = boxes(svg)[1]
    long_way = [path.get("d", "") for path in svg.iter(f"{SVG}path")][2]
    level = float(long_way.split("C")[2].split(" ")[-1])
    assert not top - 1 < level < top + high + 1


def test_names_are_text_whatever_they_hold() -> None:
    hostile = '</title><script>alert(1)</script>" onload="x\x00\x1b[31m'
    drawn = picture(
        [Node("n", hostile, "z", note=(hostile,))],
        [Edge("n", "n", hostile)],
        [Zone("z", hostile)],
        title=hostile,
        description=hostile,
        standalone=True,
    )
    svg = ElementTree.fromstring(drawn)
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} <= {
        "svg",
        "g",
        "title",
        "desc",
        "style",
        "rect",
        "path",
        "polygon",
        "text",
    }
    assert not any(name.startswith("on") or name == "style" for element in svg.iter() for name in element.attrib)
    assert "\x00" not in drawn
    assert "\x1b" not in drawn


@pytest.mark.parametrize(
    ("nodes", "edges", "said"),
    [
        ([Node("a", "a"), Node("a", "b")], [], "one id"),
        ([Node("a", "a")], [Edge("a", "b")], "no node of the picture"),
        ([Node("a", "a", mark="fine")], [], "no such mark: fine"),
    ],
)
def test_a_picture_that_would_mislead_is_refused(nodes: list[Node], edges: list[Edge], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        picture(nodes, edges, title="t")


def test_no_node_is_an_empty_picture() -> None:
    assert boxes(ElementTree.fromstring(picture([], [], [Zone("z", "Zone")], title="t"))) == []


@given(graphs())
def test_a_label_lies_on_no_title_of_a_zone_and_inside_of_the_picture(
    graph: tuple[list[Node], list[Edge], list[Zone]],
) -> None:
    nodes, edges, zones = graph
    svg = ElementTree.fromstring(picture(nodes, edges, zones, title="t"))
    tops = [float(rect.get("y", 0)) for rect in svg.iter(f"{SVG}rect") if rect.get("class") == "zone"]
    labels = [text for text in svg.iter(f"{SVG}text") if text.get("class", "").startswith("halo")]
    middles = [float(text.get("y", 0)) - 4 for text in labels]
    assert len(labels) == sum(bool(edge.label) and edge.source != edge.target for edge in edges)
    assert not [(at, top) for at in middles for top in tops if top - LINE / 2 < at < top + BAND_TITLE + LINE / 2]
    columns: dict[str, list[float]] = {}
    for text, at in zip(labels, middles, strict=True):
        columns.setdefault(text.get("x", ""), []).append(at)
    for column in columns.values():
        assert all(other - one >= LINE - 0.11 for one, other in itertools.pairwise(sorted(column)))
    height = float(svg.get("viewBox", "").split()[3])
    assert all(LINE / 2 <= at <= height - LINE / 2 for at in middles)


def test_a_flow_between_two_zones_has_its_label_beside_their_titles() -> None:
    """In the middle between its boxes it would lie on the title of the lower zone."""
    nodes = [Node("a", "A", "up"), Node("b", "B", "down"), Node("c", "C", "up"), Node("d", "D", "down")]
    edges = [Edge("a", "b", "images"), Edge("c", "d", "reports"), Edge("a", "d", "orders")]
    svg = ElementTree.fromstring(picture(nodes, edges, [Zone("up", "Up"), Zone("down", "Down")], title="t"))
    lower = max(float(rect.get("y", 0)) for rect in svg.iter(f"{SVG}rect") if rect.get("class") == "zone")
    middles = [float(text.get("y", 0)) - 4 for text in svg.iter(f"{SVG}text") if text.get("class") == "halo"]
    assert len(middles) == 3
    assert all(at <= lower - LINE / 2 or at >= lower + BAND_TITLE + LINE / 2 for at in middles)
