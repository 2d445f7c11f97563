from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from archiver.model.rights import Declaration, Level, Scope
from archiver.rights.deciding.scope import CLOSEST, ScopeIndex, place
from archiver.rights.declaring.fields import derived_level
from archiver.rights.globs import normal_path, normal_text, path_matcher, text_matcher
from tests.rights.builders import declared

patterns = st.sampled_from(
    ("a/", "a/b/", "a/b/c", "*", "**", "*.x", "a/*", "a/**/c", "**/c", "A/b", "b/c.x", "a/b/c.x", "z/")
)
titles = st.sampled_from(("one", "two", "ONE", "o*", "*"))
scopes = st.builds(
    Scope,
    paths=st.lists(patterns, max_size=2).map(tuple),
    albums=st.lists(titles, max_size=2).map(tuple),
    tags=st.lists(
        st.tuples(st.sampled_from(("label", "isrc")), st.lists(titles, min_size=1, max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
    level=st.sampled_from(Level),
)
paths = st.sampled_from(("a/b/c", "a/b/c.x", "c", "b/c.x", "a/c", "A/b", "q.x", "z/z/z/z"))
tag_values = st.lists(st.sampled_from(("One", "two", "other", "")), max_size=2).map(tuple)
tag_tables = st.dictionaries(st.sampled_from(("album", "label", "isrc")), tag_values)


def takes_in(scope: Scope, path: str, tags: dict[str, tuple[str, ...]]) -> bool:
    if scope.paths and not any(path_matcher([pattern])(normal_path(path)) for pattern in scope.paths):
        return False
    wanted = [("album", scope.albums), *scope.tags]
    return all(
        any(
            text_matcher([pattern])(normal_text(value))
            for pattern in patterns
            for value in tags.get(name, ())
        )
        for name, patterns in wanted
        if patterns
    )


@given(st.lists(scopes, max_size=6), paths, tag_tables)
def test_the_index_finds_what_looking_at_each_finds(
    given_scopes: list[Scope], path: str, tags: dict[str, tuple[str, ...]]
) -> None:
    declarations = [
        replace(declared(), id=f"d{number}", scope=scope) for number, scope in enumerate(given_scopes)
    ]
    expected = place((one for one in declarations if takes_in(one.scope, path, tags)), path)
    index = ScopeIndex(declarations)
    assert index.placed(path, tags) == expected
    closest_first = sorted(expected, key=lambda placed: -placed.depth)
    assert list(index.matching(path, tags)) == [placed.declaration for placed in closest_first]


def test_how_close_a_scope_is_follows_the_folders_it_spells_out() -> None:
    def depth(path: str = "a/b/c/1.flac", **scope: object) -> int:
        paths = scope.pop("paths", ())
        tags = scope.pop("tags", ())
        albums = scope.pop("albums", ())
        level = scope.pop("level", None) or derived_level(paths, albums, tags)  # type: ignore[arg-type]
        one = declared(scope=Scope(paths, albums, tags, level))  # type: ignore[arg-type]
        return place([one], path)[0].depth

    assert [depth(), depth(paths=("**",)), depth(paths=("**/*.flac",))] == [0, 0, 0]
    assert [depth(paths=("a/",)), depth(paths=("a/b/",)), depth(paths=("a/b/**/*.flac",))] == [1, 2, 2]
    assert depth(paths=("a/", "a/b/c/", "z/")) == 3
    assert depth(paths=("a/", "a/b/c/", "z/"), path="a/1.flac") == 1
    assert depth(paths=("a/", "a/b/c/1.flac")) == depth(level=Level.FILE) == CLOSEST
    assert depth(albums=("Title",)) == depth(tags=(("label", ("x",)),)) == 3
    assert depth(albums=("Title",), paths=("a/",)) == 3
    assert depth(albums=("Title",), path="1.flac") == 1
    assert depth(paths=("a/b/",), level=Level.COLLECTION) == 0


def test_an_empty_scope_is_the_whole_collection() -> None:
    everything = declared()
    assert ScopeIndex([everything]).matching("any/where", {}) == (everything,)


def test_closest_first_then_in_the_order_of_the_file() -> None:
    def one(name: str, level: Level) -> Declaration:
        return declared(id=name, scope=Scope(level=level))

    given_order = [
        one("c1", Level.COLLECTION),
        one("f1", Level.FILE),
        one("a", Level.ALBUM),
        one("f2", Level.FILE),
    ]
    assert [found.id for found in ScopeIndex(given_order).matching("x", {})] == ["f1", "f2", "a", "c1"]


def test_how_closely_a_scope_is_aimed() -> None:
    assert derived_level(("a/b.flac",), ()) is Level.FILE
    assert derived_level(("a/b.flac", "c.flac"), ()) is Level.FILE
    assert derived_level(("Artist/Album/",), ()) is Level.ALBUM
    assert derived_level(("Artist/Album/*.flac",), ()) is Level.ALBUM
    assert derived_level(("Artist/Album/**",), ()) is Level.ALBUM
    assert derived_level((), ("Title",)) is Level.ALBUM
    assert derived_level(("**/*.flac",), ("Title",)) is Level.ALBUM
    assert derived_level(("*.flac",), ()) is Level.COLLECTION
    assert derived_level(("Artist */",), ()) is Level.COLLECTION
    assert derived_level(("Artist/Album/", "**"), ()) is Level.ALBUM
    assert derived_level((), (), (("label", ("x",)),)) is Level.ALBUM
    assert derived_level(("**",), ()) is Level.COLLECTION
    assert derived_level((), ()) is Level.COLLECTION
