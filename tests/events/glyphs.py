"""Which glyph Typst put where, read from its SVG, and which one HarfBuzz would put there."""

import math
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import uharfbuzz as hb
from PIL import Image

from events.certificates.document import FONTS

UNITS = 1000  # of Sarabun's em
Outline = tuple[tuple[float, float], ...]
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True)
class Glyph:
    number: int
    x: float  # points from the left edge of the page, or from the start of the text
    y: float  # points down
    cluster: int = 0  # of the text's characters, where HarfBuzz shaped it


@cache
def font(style: str) -> hb.Font:
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(FONTS / f"Sarabun-{style}.ttf"))))


class Pen:
    """Keeps the contours of an outline: their corners and control points, in font units."""

    def __init__(self) -> None:
        self.contours: list[list[tuple[float, float]]] = []

    def move(self, point: tuple[float, float]) -> None:
        self.contours.append([point])

    def draw(self, *points: tuple[float, float]) -> None:
        for point in points:
            if math.dist(point, self.contours[-1][-1]) > 1:
                self.contours[-1].append(point)

    moveTo, lineTo, qCurveTo, curveTo = move, draw, draw, draw  # noqa: N815  the names that HarfBuzz calls

    def closePath(self) -> None:  # noqa: N802
        pass

    @property
    def outline(self) -> Outline:
        """Whether the line back to the start is drawn or implied makes no difference."""
        closed = [line[:-1] if len(line) > 1 and math.dist(line[0], line[-1]) <= 1 else line for line in self.contours]
        return tuple(point for line in closed if len(line) > 1 for point in line)


@cache
def outline_of(number: int, style: str) -> Outline:
    pen = Pen()
    font(style).draw_glyph_with_pen(number, pen)
    return pen.outline


@cache
def glyph_of(outline: Outline, style: str) -> int | None:
    """The first glyph of this shape, whichever point its contours begin with; none for a blank."""
    if not outline:
        return None
    for number in range(font(style).face.glyph_count):
        own = outline_of(number, style)
        if own and are_close(frame(own), frame(outline)) and lies_on(own, outline) and lies_on(outline, own):
            return number
    return None


@cache
def frame(outline: Outline) -> tuple[float, ...]:
    return tuple(end(side) for side in zip(*outline, strict=True) for end in (min, max))


def are_close(one: Iterable[float], other: Iterable[float]) -> bool:
    """A path in an SVG is rounded at every step, so a unit or two do not matter."""
    return all(abs(a - b) < 2 for a, b in zip(one, other, strict=True))


def lies_on(one: Outline, other: Outline) -> bool:
    """All its points are points of the other, but for one that a contour may begin with."""
    return sum(not any(are_close(point, near) for near in other) for point in one) <= 1


def shape(text: str, *, style: str, size: float) -> list[Glyph]:
    """By HarfBuzz alone; glyphs that leave no ink are left out."""
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font(style), buffer, {})
    x, glyphs = 0, []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        number = glyph_of(outline_of(info.codepoint, style), style)
        if number is not None:
            left, down = x + position.x_offset, -position.y_offset
            glyphs.append(Glyph(number, left * size / UNITS, down * size / UNITS, info.cluster))
        x += position.x_advance
    return glyphs


# --- What Typst did ---------------------------------------------------------------------------------------
def placed(svg: str, *, style: str, size: float) -> list[Glyph]:
    """The glyphs of this weight and size, in the order of the document, where they lie on the page."""
    root = ElementTree.fromstring(svg)  # noqa: S314  made by ourselves
    symbols = {}
    for symbol in root.iter(f"{SVG}symbol"):
        path = symbol.find(f"{SVG}path")
        outline = outline_in(path.get("d", ""), size / UNITS) if path is not None else ()
        symbols[f"#{symbol.get('id')}"] = glyph_of(outline, style)
    found: list[Glyph] = []
    walk(root, (1, 0, 0, 1, 0, 0), symbols, found)
    return found


def walk(node: ElementTree.Element, matrix: tuple, symbols: dict[str, int | None], found: list[Glyph]) -> None:
    matrix = combined(matrix, node.get("transform", ""))
    if node.tag == f"{SVG}use" and (number := symbols.get(node.get(LINK, ""))) is not None:
        a, b, c, d, e, f = matrix
        x, y = float(node.get("x", 0)), float(node.get("y", 0))
        found.append(Glyph(number, a * x + c * y + e, b * x + d * y + f))
    for child in node:
        walk(child, matrix, symbols, found)


def combined(outer: tuple, text: str) -> tuple:
    values = [float(value) for value in re.findall(r"-?[\d.]+", text)]
    inner = (1, 0, 0, 1, *values) if text.startswith("translate") else tuple(values) or (1, 0, 0, 1, 0, 0)
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)


def outline_in(path: str, scale: float) -> Outline:
    """Of a path in relative commands."""
    pen, x, y = Pen(), 0.0, 0.0
    for command, arguments in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        values = [float(value) for value in re.findall(r"-?[\d.]+", arguments)]
        if command == "h":
            values.append(0.0)
        elif command == "v":
            values.insert(0, 0.0)
        points = [(x + dx, y + dy) for dx, dy in zip(values[::2], values[1::2], strict=True)]
        if command in "Mm":
            pen.move((points[0][0] / scale, points[0][1] / scale))
        elif points:
            pen.draw(*((px / scale, py / scale) for px, py in points))
        if command == "Z":
            x, y = pen.contours[-1][0][0] * scale, pen.contours[-1][0][1] * scale
        elif points:
            x, y = points[-1]
    return pen.outline


def differences(text: str, found: list[Glyph], *, style: str, size: float, tolerance: float = 0.05) -> list[str]:
    """How the line of `text` among the placed glyphs differs from HarfBuzz, in words; none: they agree."""
    wanted = shape(text, style=style, size=size)
    numbers, sought = [glyph.number for glyph in found], [glyph.number for glyph in wanted]
    starts = [at for at in range(len(numbers)) if numbers[at : at + len(sought)] == sought]
    if not starts:
        return [f"glyphs {sought} do not stand in {numbers}"]
    line = found[starts[0] : starts[0] + len(wanted)]
    x, y = line[0].x - wanted[0].x, line[0].y - wanted[0].y
    return [
        f"glyph {want.number} of {text[want.cluster]!r} is off by {have.x - x - want.x:.2f}, {have.y - y - want.y:.2f}"
        for have, want in zip(line, wanted, strict=True)
        if abs(have.x - x - want.x) > tolerance or abs(have.y - y - want.y) > tolerance
    ]


# --- Ink --------------------------------------------------------------------------------------------------
def blobs(image: Image.Image, *, darker_than: int = 140, smallest: int = 6) -> int:
    """Pieces of ink that do not touch; specks of a few pixels are none."""
    width, height = image.size
    grey = image.convert("L").load()
    ink = {(x, y) for x in range(width) for y in range(height) if grey[x, y] < darker_than}
    count = 0
    while ink:
        queue, size = deque([ink.pop()]), 0
        while queue:
            x, y = queue.popleft()
            size += 1
            around = {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} & ink
            ink -= around
            queue.extend(around)
        count += size >= smallest
    return count


def ink_box(image: Image.Image, *, darker_than: int = 140) -> tuple[int, int, int, int] | None:
    return image.convert("L").point(lambda value: 255 if value < darker_than else 0).getbbox()


def box_of(glyphs: list[Glyph], *, style: str, size: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of their ink, in points."""
    edges = []
    for glyph in glyphs:
        extents = font(style).get_glyph_extents(glyph.number)
        left, top = glyph.x + extents.x_bearing * size / UNITS, glyph.y - extents.y_bearing * size / UNITS
        edges.append((left, top, left + extents.width * size / UNITS, top - extents.height * size / UNITS))
    lefts, tops, rights, bottoms = zip(*edges, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def without_table(folder: Path, table: bytes) -> Path:
    """The same fonts, but one table has another name, so that nobody finds it."""
    folder.mkdir()
    for path in FONTS.glob("*.ttf"):
        content = bytearray(path.read_bytes())
        tables = int.from_bytes(content[4:6], "big")
        for entry in range(12, 12 + 16 * tables, 16):
            if content[entry : entry + 4] == table:
                content[entry : entry + 4] = table[:3] + b"~"
        (folder / path.name).write_bytes(content)
    return folder
