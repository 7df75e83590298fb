"""Static files for production: hashed, compressed, and the stylesheet's parts in one file. No build tool."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLE = "css/portal.css"
IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if BUNDLE in paths and not dry_run:
            text = bundle(lambda name: self.read(f"css/{name}"), self.read(BUNDLE))
            self.delete(BUNDLE)
            self._save(BUNDLE, ContentFile(text.encode()))
            paths = paths | {BUNDLE: (self, BUNDLE)}
        yield from super().post_process(paths, dry_run, **options)

    def read(self, name: str) -> str:
        with self.open(name) as file:
            return file.read().decode()


def bundle(read: Any, text: str) -> str:
    """The stylesheet with each @import replaced by the part it names, inside its layer."""

    def part(match: re.Match[str]) -> str:
        return f"@layer {match[2]}{{\n{read(match[1])}\n}}"

    return squeeze(IMPORT.sub(part, text))


def squeeze(css: str) -> str:
    """Without comments and indentation. No string in our stylesheets holds either."""
    lines = (line.strip() for line in COMMENT.sub("", css).splitlines())
    return "\n".join(line for line in lines if line)
