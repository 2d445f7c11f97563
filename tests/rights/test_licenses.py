from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.rights import Act
from archiver.rights.licenses import identify_license

SHARE = {Act.PRESERVE, Act.ACCESS, Act.TRANSFER, Act.PUBLISH}


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        ("CC-BY-4.0", "CC-BY-4.0"),
        (" cc-by-sa-3.0 ", "CC-BY-SA-3.0"),
        ("CC-BY-3.0-de", "CC-BY-3.0-DE"),
        ("CC-BY-NC-SA-3.0-IGO", "CC-BY-NC-SA-3.0-IGO"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-nd/3.0/us/", "CC-BY-NC-ND-3.0"),
        ("creativecommons.org/licenses/by/4.0/deed.de", "CC-BY-4.0"),
        ("http://www.creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://www.gnu.org/licenses/gpl-3.0.html", "GPL-3.0"),
        ("https://www.gnu.org/licenses/gpl-3.0.en.html", "GPL-3.0"),
        ("GPL-2.0-or-later", "GPL-2.0-or-later"),
        ("LAL-1.3", "LAL-1.3"),
        ("https://artlibre.org/licence/lal/en/", "LAL-1.3"),
    ],
)
def test_known(text: str, spdx: str) -> None:
    found = identify_license(text)
    assert found is not None
    assert found.spdx == spdx


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CC-BY",
        "CC-BY-5.0",
        "CC-BY-4.0 or something",
        "https://creativecommons.org/licenses/",
        "https://creativecommons.org/licenses/by/4.01/",
        "https://example.org/creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/publicdomain/mark/1.0/",
        "my letter",
    ],
)
def test_not_known(text: str) -> None:
    assert identify_license(text) is None


@given(st.text(max_size=40))
def test_any_text_is_known_or_not(text: str) -> None:
    found = identify_license(text)
    assert found is None or found.acts


@pytest.mark.parametrize("kind", ["BY", "BY-SA", "BY-ND"])
def test_free_licences_let_anyone_share(kind: str) -> None:
    found = identify_license(f"CC-{kind}-4.0")
    assert found is not None
    assert found.acts == SHARE


@pytest.mark.parametrize("kind", ["BY-NC", "BY-NC-SA", "BY-NC-ND"])
def test_a_condition_on_purpose_is_never_taken_as_met(kind: str) -> None:
    found = identify_license(f"CC-{kind}-4.0")
    assert found is not None
    assert found.acts == {Act.PRESERVE, Act.ACCESS}
    assert "non-commercial" in found.condition


def test_only_a_waiver_lets_machines_mine() -> None:
    assert Act.MINE in identify_license("CC0-1.0").acts  # type: ignore[union-attr]
    assert Act.MINE not in identify_license("CC-BY-4.0").acts  # type: ignore[union-attr]
