"""What a bag tells of files that were withheld and are to stay unnamed."""

from __future__ import annotations

from pathlib import Path

from tests.running import run_here

_RIGHTS = """
version = 1
[defaults]
by = "Erika Example"
role = "rightsholder"
date = 2024-03-01
[[declaration]]
id = "ours"
scope = { path = "Open/**" }
basis = "own"
layers = ["recording", "performance", "work", "lyrics"]
acts = { preserve = "allow", access = "allow", transfer = "allow", publish = "allow", mine = "allow" }
[[declaration]]
id = "secret-gift"
scope = { path = "Secret Album/**" }
basis = "donor"
by = "Max Muster"
role = "donor"
acts = { preserve = "allow", publish = "deny" }
document = "secret-deed.txt"
note = "Secret Album: publishing needs a further agreement."
"""


def test_the_bag_repeats_neither_their_names_nor_the_deeds_behind_them(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for folder in ("Open", "Secret Album"):
        (source / folder).mkdir(parents=True)
        (source / folder / f"{folder} notes.txt").write_text(f"{folder}\n")
    rights = tmp_path / "rights.toml"
    rights.write_text(_RIGHTS)
    (tmp_path / "secret-deed.txt").write_text("Secret deed of Max Muster.\n")
    options = ("--rights", rights, "--policy", "public", "--name", "bag")
    quiet = tmp_path / "quiet"
    assert run_here("pack", source, "--all", "--to", quiet, *options, "--anonymous-withheld").code == 3
    assert (quiet / "bag/data/Open/Open notes.txt").exists()
    for path in sorted((quiet / "bag").rglob("*")):
        assert "secret" not in path.name.casefold()
        if path.is_file():
            data = path.read_bytes()
            assert b"Secret" not in data, path
            assert b"Muster" not in data, path
    assert run_here("verify", quiet / "bag").code == 0
    named = tmp_path / "named"
    told = run_here("pack", source, "--all", "--to", named, *options)
    assert told.code == 3
    assert "'publish' is denied: exclude under 'public'." in told.out
    assert "denies 'publish', with the document" in told.out
    assert "allows 'preserve'" not in told.out
    assert not (named / "bag/metadata/submissionDocumentation").exists(), "a deed goes where its files go"
