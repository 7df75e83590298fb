"""What production serves: one stylesheet, hashed names, compressed copies; and nobody else's slips in the way."""

import gzip
import json
import re
from pathlib import Path

import brotli
import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, FilteredSelectMultiple
from django.contrib.staticfiles.finders import get_finder
from django.core.management import call_command
from django.template.utils import get_app_template_dirs
from django.test.utils import override_settings
from whitenoise.storage import MissingFileError

from accounts.models import User
from core.forms import RichTextWidget
from core.staticfiles import bundle, is_served, squeeze

BUNDLED = {"staticfiles": {"BACKEND": "core.staticfiles.BundledStaticFilesStorage"}}
FILES_ONLY = ["django.contrib.staticfiles.finders.FileSystemFinder"]
OWN = Path(__file__).parents[2] / "static"


def collect(source: Path, target: Path) -> dict[str, str]:
    """The names under which `source` is served from `target`."""
    found = {"STATICFILES_DIRS": [source], "STATICFILES_FINDERS": FILES_ONLY}
    with override_settings(STORAGES=BUNDLED, STATIC_ROOT=str(target), **found):
        get_finder.cache_clear()
        call_command("collectstatic", interactive=False, verbosity=0)
    get_finder.cache_clear()
    return json.loads((target / "staticfiles.json").read_text())["paths"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    target = tmp_path_factory.mktemp("static")
    return target, collect(OWN, target)


def test_every_part_of_the_stylesheet_is_in_one_file(served: tuple[Path, dict[str, str]]) -> None:
    target, names = served
    css = (target / names["css/portal.css"]).read_text()
    parts = re.findall(r'url\("(.+?)"\) layer\((\w+)\)', (OWN / "css/portal.css").read_text())
    on_disk = {str(path.relative_to(OWN / "css")) for path in (OWN / "css").rglob("*.css")}
    assert {part for part, _ in parts} | {"portal.css"} == on_disk
    assert css.startswith("@layer reset,tokens,base,layout,components,utilities;@layer reset{")
    assert re.findall(r"@layer (\w+)\{", css) == [layer for _, layer in parts]
    assert "@import" not in css
    assert "/*" not in css


def test_names_carry_a_hash_and_copies_are_compressed(served: tuple[Path, dict[str, str]]) -> None:
    target, names = served
    assert {name for name in names if not name.startswith("css/components/")} >= {
        "css/portal.css",
        "js/portal.js",
        "mark.svg",
        "symbols.svg",
    }
    name = names["css/portal.css"]
    assert re.fullmatch(r"css/portal\.[0-9a-f]{12}\.css", name)
    plain = (target / name).read_bytes()
    assert gzip.decompress((target / f"{name}.gz").read_bytes()) == plain
    assert brotli.decompress((target / f"{name}.br").read_bytes()) == plain
    assert not (target / "css/portal.css.br").exists()


def test_what_a_visitor_loads_first_is_small(served: tuple[Path, dict[str, str]]) -> None:
    target, names = served
    first = ["css/portal.css", "js/portal.js", "mark.svg", "symbols.svg"]
    assert sum((target / f"{names[name]}.br").stat().st_size for name in first) < 12_000


def test_the_stylesheet_asks_for_nothing_that_the_policy_forbids(served: tuple[Path, dict[str, str]]) -> None:
    target, names = served
    assert re.findall(r"url\(|data:|https?://(?!www)", (target / names["css/portal.css"]).read_text()) == []


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ('a::before { content: "/* kept */ { } ;  "; }', 'a::before{content: "/* kept */ { } ;  ";}'),
        ("a { margin: calc(1rem + 2px) } /* \" it's */ b { c: d }", "a{margin: calc(1rem + 2px)}b{c: d}"),
        ("@media (min-width: 1px) and (max-width: 2px) {\n  a > b , c { d: e }\n}",
         "@media (min-width: 1px) and (max-width: 2px){a > b,c{d: e}}"),
        (r'a { content: "\"/*"; }', r'a{content: "\"/*";}'),
    ],
)  # fmt: skip
def test_only_what_means_nothing_is_squeezed_out(css: str, expected: str) -> None:
    assert squeeze(css) == expected


@pytest.mark.parametrize(
    ("sheet", "part"),
    [
        ("@import 'part.css';", ""),
        ('@import url("part.css") layer(a) print;', ""),
        ('@import url("part.css") layer(a);', "a { background: url(x.png) }"),
        ('@import url("part.css") layer(a);', '@import url("other.css");'),
    ],
)
def test_a_part_that_would_be_lost_stops_the_collection(sheet: str, part: str) -> None:
    with pytest.raises(ValueError, match=r"portal\.css|part\.css"):
        bundle("css/portal.css", {"css/portal.css": sheet, "css/part.css": part}.__getitem__)


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_css", ".css").replace("_js", ".js")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_another_package_may_name_a_file_that_it_does_not_bring(tmp_path: Path) -> None:
    source = write(
        tmp_path / "source", other__a_js="1;\n//# sourceMappingURL=gone.js.map\n", other__a_css="b{c:url(no)}"
    )
    assert sorted(collect(source, tmp_path / "target")) == ["other/a.css", "other/a.js"]


def test_our_own_may_not(tmp_path: Path) -> None:
    source = write(tmp_path / "source", css__a_css="a { background: url(gone.png) }")
    with pytest.raises(MissingFileError, match=r"gone\.png"):
        collect(source, tmp_path / "target")


def test_nothing_that_a_page_asks_for_is_left_out() -> None:
    templates = (path for folder in get_app_template_dirs("templates") for path in Path(folder).rglob("*.html"))
    named = (re.findall(r"""{% static ["']([^"']+)["'] %}""", path.read_text()) for path in templates)
    choice = AutocompleteSelect(User._meta.get_field("agency"), admin.site)
    media = RichTextWidget().media + FilteredSelectMultiple("", False).media + choice.media
    asked = {str(getattr(name, "path", name)) for names in [media._js, *media._css.values(), *named] for name in names}
    assert "admin/js/vendor/select2/i18n/th.js" in asked
    assert {name for name in asked if not is_served(name)} == set()


def test_what_no_page_asks_for_is_left_out() -> None:
    editor = "django_ckeditor_5/dist"
    names = [f"{editor}/bundle.js", f"{editor}/translations/th.js", f"{editor}/translations/tr.js",
             f"{editor}/translations/de.js", f"{editor}/bundle.js.map", "django_htmx/htmx-2.min.js",
             "django_htmx/htmx-4.min.js", "django_htmx/django-htmx.js"]  # fmt: skip
    assert [name for name in names if is_served(name)] == [
        f"{editor}/bundle.js", f"{editor}/translations/th.js",
        "django_htmx/htmx-2.min.js", "django_htmx/django-htmx.js",
    ]  # fmt: skip
