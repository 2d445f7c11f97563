"""Whatever a name or a tag holds, a page says it and does nothing of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.package import PackedFile
from archiver.model.problem import Problem
from archiver.records.visible import one_line
from archiver.report.markup import address, text
from tests.records.entries import CONTEXT, DECLARATIONS, packed, record_files
from tests.report.pages import FLAC, addresses, elements, index_page, parsed, picture

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "-->]]><!--",
    "&lt;b&gt;&#x3c;b&#x3e;",
    "{{7*7}}${7*7}",
    "\u202egnp.exe\u202c",
    "\u2066\u2067abc\u2069",
    "a\x00b\x1b[31m\x7f\u2028c\ufeff",
    "lone \udce9 and \ud800",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "file:///etc/passwd",
    "//example.org/x.png",
    "#a1",
    "?x=%2e%2e%2f",
)


def entry(value: str, folder: str) -> PackedFile:
    tags = dict.fromkeys(("title", "artist", "album", "album_artist", "date", "license", "comment"), (value,))
    problem = Problem("x", "F208", value)
    return packed(f"{folder}/song.flac", audio=FLAC, tags=tags, problems=(problem,))


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.case(26)
def test_tags_are_text(value: str) -> None:
    page, plain = index_page([entry(value, "F")]), index_page([entry("plain", "F")])
    assert elements(page) == elements(plain)
    assert addresses(page) == addresses(plain)
    shown = " ".join(one_line(value).split())
    assert shown in " ".join(page.cssselect(".tracks .ti bdi")[0].text_content().split())


@pytest.mark.parametrize("value", [one for one in HOSTILE if "/" not in one and "\0" not in one])
def test_names_are_text_and_lead_nowhere_else(value: str) -> None:
    def entries(name: str) -> list[PackedFile]:
        return [packed(f"{name}/{name}.flac", audio=FLAC), picture(f"{name}/{name}.jpg")]

    page, plain = index_page(entries(value)), index_page(entries("plain"))
    assert elements(page) == elements(plain)
    for one in addresses(page):
        assert one.startswith("../data/")
        assert one.isascii()
        assert not set("\"'<>#?&\\ ") & set(one)


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_one_run_of_text(value: str) -> None:
    page = parsed(f"<p>{text(value)}</p>".encode("utf-8", "backslashreplace"))
    assert page.text_content() == one_line(value)
    assert not list(page)


@given(st.text(st.characters(codec=None, exclude_characters="/"), min_size=1, max_size=40))
def test_any_name_is_one_step_of_an_address(name: str) -> None:
    found = address(f"data/{name}", "../")
    if name in {".", ".."}:
        assert found is None
    else:
        assert found is not None
        assert found.startswith("../data/")
        assert found.count("/") == 2
        assert not set("\"'<>#?&\\ :") & set(found)


@pytest.mark.parametrize(
    "path",
    ["", "data", "data/", "/etc/passwd", "data/../x", "data//x", "data/./x", "metadata/x", "javascript:x"],
)
def test_a_forged_path_leads_nowhere(path: str) -> None:
    assert address(path, "../") is None


def test_what_people_declare_is_text() -> None:
    import dataclasses  # noqa: PLC0415 - of this test alone

    mark = "<img src=x onerror=alert(1)>"
    told = {
        name: dataclasses.replace(one, by=mark, license=mark, note=mark) for name, one in DECLARATIONS.items()
    }
    context = dataclasses.replace(CONTEXT, declarations=told)
    found = record_files([entry("x", "F")], context)
    for path in ("metadata/index.html", "metadata/receipt.html"):
        page = parsed(found[path])
        assert not page.cssselect("img[src=x]")
