"""Static files for production: hashed, compressed, and the stylesheet's parts put into one file. No build tool.

In development the browser follows the @import lines of css/portal.css itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from typing import Any

import brotli
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET = "css/portal.css"
# Never asked for by a page: hashing and compressing them would take longer than everything else together.
LEFT_OUT = (
    "*.map",
    "django_ckeditor_5/src/*",
    "django_ckeditor_5/dist/translations/[!t]*.js",
    "django_ckeditor_5/dist/translations/t[!h]*.js",
    "django_htmx/htmx-2.js",
    "django_htmx/ht*-4*",
    "django_htmx/ext/*",
    "admin/js/vendor/*.js",  # but for the minified ones, which the admin uses outside DEBUG
)
KEPT = ("admin/js/vendor/*.min.js", "admin/js/vendor/select2/i18n/th.js")
LARGE = 100_000  # bytes; beyond that the last per cent of compression costs seconds

_IMPORT = re.compile(r'@import url\("(?P<part>[\w/.-]+)"\)(?: layer\((?P<layer>[\w.-]+)\))?;')
_STRING_OR_COMMENT = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|/\*.*?\*/""", re.DOTALL)
_BLANKS = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\s*([{};,])\s*|\s+""")


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    keep_intermediate_files = False

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        paths = {name: source for name, source in paths.items() if is_served(name)}
        if STYLESHEET in paths and not dry_run:
            paths[STYLESHEET] = (self.bundled(STYLESHEET), STYLESHEET)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def bundled(self, name: str) -> InMemoryStorage:
        memory = InMemoryStorage()
        memory.save(name, ContentFile(bundle(name, self.text_of).encode()))
        return memory

    def text_of(self, name: str) -> str:
        with self.open(name) as file:
            return file.read().decode()

    def url_converter(self, name: str, hashed_files: dict[str, str], template: str | None = None) -> Any:
        """Unlike ours, other people's files may name a file that they did not bring along, or that is left out."""
        convert = super().url_converter(name, hashed_files, template)

        def convert_if_there(match: re.Match[str]) -> str:
            try:
                return convert(match)
            except ValueError:
                if is_ours(name):
                    raise
                return match["matched"]

        return convert_if_there

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Only under the hashed names, the only ones that pages use."""
        hashed = set(self.hashed_files.values())
        yield from super().compress_files([path for path in paths if path in hashed])

    def create_compressor(self, **options: Any) -> Compressor:
        return QuickCompressor(**options)


class QuickCompressor(Compressor):
    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return brotli.compress(data, quality=9 if len(data) > LARGE else 11)


def is_served(name: str) -> bool:
    return any(fnmatch(name, kept) for kept in KEPT) or not any(fnmatch(name, pattern) for pattern in LEFT_OUT)


def is_ours(name: str) -> bool:
    return name.startswith(("css/", "js/")) or "/" not in name


def bundle(name: str, text_of: Callable[[str], str]) -> str:
    """A stylesheet with each @import replaced by the part that it names, in its layer."""
    folder = name.rpartition("/")[0]

    def put_in(statement: re.Match[str]) -> str:
        part = text_of(f"{folder}/{statement['part']}")
        if "url(" in part or "@import" in part:
            raise ValueError(f"{statement['part']} names another file, which would not be found from {name}")
        return f"@layer {statement['layer']}{{{part}}}" if statement["layer"] else part

    text = _IMPORT.sub(put_in, squeeze(text_of(name)))
    if "@import" in text:
        raise ValueError(f'{name}: an @import is to be written as @import url("part.css") layer(name);')
    return squeeze(text)


def squeeze(css: str) -> str:
    """Without comments, and without white space where it means nothing. Strings stay as they are."""
    css = _STRING_OR_COMMENT.sub(lambda found: found[1] or " ", css)
    return _BLANKS.sub(lambda found: found[1] or found[2] or " ", css).strip()
