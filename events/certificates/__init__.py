from .document import render_pdf, render_png, render_svg
from .wording import Wording, wording

__all__ = ["Wording", "render_pdf", "render_png", "render_svg", "wording"]
