"""A certificate on paper: Typst sets it from `certificate.typ` with Sarabun, which lies beside it."""

import io
import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from ..models import Certificate
from .wording import wording

HERE = Path(__file__).resolve().parent
FONTS = HERE / "fonts"
# For keeping for years, and for screen readers. The e-certificate standard (ขมธอ. 11-2560) asks for PDF/A-3.
STANDARDS = ["a-3a", "ua-1"]


def render_pdf(certificate: Certificate) -> bytes:
    try:
        return compiled(certificate, "pdf", pdf_standards=STANDARDS)
    except typst.TypstError:
        # E.g. a sign in the topic that is in no font here, which these standards forbid.
        return compiled(certificate, "pdf")


def render_png(certificate: Certificate, *, ppi: float = 144) -> bytes:
    return compiled(certificate, "png", ppi=ppi)


def render_svg(certificate: Certificate, *, fonts: Path = FONTS) -> str:
    """Which tells each glyph's place."""
    return compiled(certificate, "svg", fonts=fonts).decode()


def compiled(
    certificate: Certificate, output: Literal["pdf", "png", "svg"], *, fonts: Path = FONTS, **options: Any
) -> bytes:
    words = wording(certificate).as_dict()
    words |= {"qr": qr_image(words["address"]), "qr_says": f"คิวอาร์โค้ดสำหรับตรวจสอบที่ {words['address']}"}
    return typst.compile(
        str(HERE / "certificate.typ"),
        root=str(HERE),
        font_paths=loaded(fonts),
        sys_inputs={"wording": json.dumps(words)},
        format=output,
        timestamp=int(certificate.issued_at.timestamp()),  # the same certificate is the same file
        **options,
    )


@cache
def loaded(fonts: Path) -> typst.Fonts:
    """The machine's own fonts stay out: a certificate looks the same wherever it is made."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(fonts)])


def qr_image(address: str) -> str:
    """As SVG, without size and without style."""
    image = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(image, kind="svg", border=0, dark="#20233f", xmldecl=False, omitsize=True, svgclass=None, lineclass=None)
    return image.getvalue().decode()
