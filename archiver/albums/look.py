"""Looks at the albums of a scan, folder by folder, and says what is worth a look.

The entries come as a scan lists them: a folder's files, then what is below it. No more is held than the folders on the
way to where the scan is, and of each no more than :data:`MOST_TRACKS` files: a folder with more is no album.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from archiver.albums.alike import differing_notes
from archiver.albums.note import AlbumNote, NotedAlbum, NoteKind, listed
from archiver.albums.numbers import missing_numbers, number_notes
from archiver.albums.parts import Part
from archiver.albums.track import Track, track_of
from archiver.model.album import album_folder
from archiver.model.audio import ExaminedFile, Role

MOST_TRACKS = 1_000
_FEWEST = 3
_FEW_TITLES = 3
_NONE_NAMED = "not one of the {} tracks has both a title and an artist in the tags"
_COVERS = ("cover", "front")
_SELDOM_TAGGED = ("pcm", "adpcm")
"""Codecs, by how their names begin, of files that come out of a recorder or a ripper without tags."""
_PLAYS_S = 0.05
"""Seconds below which nothing is heard."""


@dataclass(slots=True)
class _Folder:
    """What is known so far of a folder that the scan is in."""

    path: str
    tracks: list[Track] = field(default_factory=list)
    too_many: bool = False
    picture: bool = False
    """Whether a picture lies in it, or in a folder below that has no audio of its own."""
    cover: bool = False
    """Whether one of them is called a cover."""
    covered_above: bool = False

    def holds(self, path: str) -> bool:
        return not self.path or path == self.path or path.startswith(self.path + "/")


def looked_at(entries: Iterable[object]) -> Iterator[NotedAlbum | Part]:
    """Yield each album of which there is something to say, and each part that an album elsewhere may complete.

    Args:
        entries: The entries of a scan, in its order; what is no examined file is passed over.
    """
    open_folders: list[_Folder] = [_Folder("")]
    for entry in entries:
        if not isinstance(entry, ExaminedFile):
            continue
        folder = album_folder(entry.ref.path)
        while not open_folders[-1].holds(folder):
            yield from _left(open_folders)
        if open_folders[-1].path != folder:
            open_folders.append(_Folder(folder, covered_above=_is_covered(open_folders[-1])))
        _take(open_folders[-1], entry)
    while open_folders:
        yield from _left(open_folders)


def _is_covered(above: _Folder) -> bool:
    return not above.tracks and (above.cover or above.covered_above)


def _take(folder: _Folder, file: ExaminedFile) -> None:
    if file.role is Role.ARTWORK:
        folder.picture = True
        name = file.ref.path.rpartition("/")[2].casefold()
        folder.cover = folder.cover or name.startswith(_COVERS)
    elif file.role is Role.AUDIO and not folder.too_many:
        folder.tracks.append(track_of(file))
        if len(folder.tracks) > MOST_TRACKS:
            folder.too_many = True
            folder.tracks.clear()


def _left(open_folders: list[_Folder]) -> Iterator[NotedAlbum | Part]:
    """Judge the innermost folder, which the scan has left."""
    folder = open_folders.pop()
    if not folder.tracks:
        if open_folders and folder.picture and not folder.too_many:
            open_folders[-1].picture = True  # scans in a folder of their own
        return
    yield from _judged(folder)


def _judged(folder: _Folder) -> Iterator[NotedAlbum | Part]:
    several = _several_albums(folder.tracks)
    if several is not None:
        yield NotedAlbum(folder.path, "", len(folder.tracks), (several,))
    albums: dict[str, list[Track]] = defaultdict(list)
    for track in folder.tracks:
        albums[track.album_key].append(track)
    loose = albums.pop("", [])
    if _is_loose(folder.tracks, albums):
        notes = tuple(_of_any(folder.tracks))
        if notes:
            yield NotedAlbum(folder.path, "", len(folder.tracks), notes)
        return
    if len(albums) == 1:  # what bears no title lies with the album
        (held,) = albums.values()
        held += loose
        loose = []
    notes = tuple(_untitled_notes(loose))
    if notes:
        yield NotedAlbum(folder.path, "", len(loose), notes)
    for held in albums.values():
        notes = tuple(_album_notes(held, folder))
        title = Counter(track.album for track in held if track.album).most_common(1)[0][0]
        if notes:
            yield NotedAlbum(folder.path, title, len(held), notes)
        if len(albums) == 1:
            yield from _parts(folder.path, title, held)


def _is_loose(tracks: Sequence[Track], albums: Mapping[str, Sequence[Track]]) -> bool:
    """Whether the files are songs out of many albums, none of which makes up half of the folder."""
    return len(albums) > _FEW_TITLES and 2 * max(map(len, albums.values())) < len(tracks)


def _album_notes(tracks: list[Track], folder: _Folder) -> Iterator[AlbumNote]:
    yield from number_notes(tracks)
    yield from differing_notes(tracks)
    covered = folder.picture or folder.covered_above or any(track.picture for track in tracks)
    digitised = all(track.broadcast is not None for track in tracks)
    if not covered and not digitised and len(tracks) >= _FEWEST:
        yield AlbumNote(NoteKind.NO_COVER, "no cover: neither a picture in the folder nor one in the files")
    yield from _nameless(tracks)
    yield from _of_any(tracks)


def _untitled_notes(tracks: list[Track]) -> Iterator[AlbumNote]:
    """What is to be said of files whose tags name no album: they may be loose, or an album that nobody has tagged."""
    numbers = sorted(track.name_number for track in tracks if track.name_number is not None)
    is_series = len(numbers) == len(tracks) >= _FEWEST and numbers == list(range(1, len(numbers) + 1))
    nameless = not any(track.named for track in tracks)
    if is_series and nameless and not any(track.codec.startswith(_SELDOM_TAGGED) for track in tracks):
        yield AlbumNote(NoteKind.NAMELESS, _NONE_NAMED.format(len(tracks)))
    yield from _of_any(tracks)


def _nameless(tracks: Sequence[Track]) -> Iterator[AlbumNote]:
    nameless = [track.name for track in tracks if not track.named]
    if len(tracks) < _FEWEST or not nameless:
        return
    if len(nameless) == len(tracks):
        told = _NONE_NAMED.format(len(tracks))
    else:
        verb = "has" if len(nameless) == 1 else "have"
        told = f"{len(nameless)} of {len(tracks)} tracks {verb} no title or no artist in the tags: {listed(nameless)}"
    yield AlbumNote(NoteKind.NAMELESS, told)


def _of_any(tracks: Sequence[Track]) -> Iterator[AlbumNote]:
    """What is worth a look whether or not the files are an album."""
    silent = [track.name for track in tracks if track.duration_s is not None and track.duration_s < _PLAYS_S]
    if silent:
        yield AlbumNote(NoteKind.NO_PLAYING_TIME, f"plays for no time at all: {listed(silent)}")
    yield from _broadcast(tracks)


def _broadcast(tracks: Sequence[Track]) -> Iterator[AlbumNote]:
    waves = [track.broadcast for track in tracks if track.broadcast is not None]
    lacking = Counter(name for missing in waves for name in missing)
    if lacking and 2 * len(waves) >= len(tracks):
        told = [f"{name} in {_of(number, len(waves))}" for name, number in lacking.items()]
        yield AlbumNote(
            NoteKind.BROADCAST_FIELDS,
            f"Broadcast Wave without fields that FADGI's guideline of 2012 recommends: {listed(told, 5)}",
        )


def _of(number: int, whole: int) -> str:
    return ("the file" if whole == 1 else f"all {whole}") if number == whole else f"{number} of {whole}"


def _several_albums(tracks: Sequence[Track]) -> AlbumNote | None:
    """Say so where whole albums, each counted from 1, lie in one folder together."""
    places: dict[str, dict[str, list[Track]]] = defaultdict(lambda: defaultdict(list))
    for track in tracks:
        if track.album_key:
            places[track.folder][track.album_key].append(track)
    for albums in places.values():
        whole = [held for held in albums.values() if _is_whole(held)]
        if len(whole) > 1:
            told = listed([f"{held[0].album} ({len(held)} tracks)" for held in whole])
            return AlbumNote(NoteKind.SEVERAL_ALBUMS, f"several albums lie in this folder: {told}")
    return None


def _is_whole(tracks: Sequence[Track]) -> bool:
    numbers = {track.number for track in tracks if track.number}
    return len(numbers) >= _FEWEST and numbers == set(range(1, len(numbers) + 1))


def _parts(folder: str, title: str, tracks: Sequence[Track]) -> Iterator[Part]:
    """What there is of an album in one folder, for finding the rest of it in another."""
    releases = {track.release for track in tracks}
    artists = {track.album_artist or track.artist for track in tracks}
    if len(releases) == 1 and releases != {""}:
        key = f"release {releases.pop()}"
    elif len(artists) == 1 and artists != {""}:
        key = f"album {tracks[0].album_key} {artists.pop()}"
    else:
        return
    places = {(track.disc or 1, track.number) for track in tracks if track.number}
    if len(places) == len(tracks):
        gaps = missing_numbers(tracks)
        missing = {
            (disc if isinstance(disc, int) else 1, number)
            for disc, numbers in gaps.items()
            for number in numbers
        }
        held = tuple(sorted((disc, number or 0) for disc, number in places))
        yield Part(key, folder, title, held, tuple(sorted(missing)))
