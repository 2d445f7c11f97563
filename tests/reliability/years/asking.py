"""Asking: what a collection was, how it differs from its source, how things stand."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from tests.reliability.years.archive import Bag, files_below
from tests.reliability.years.world import World
from tests.running import Outcome


class Asking(World):
    """A collector who asks."""

    def restore(self) -> str:
        """Give back a state, the newest or an older one, into an empty folder."""
        archive = self._archive
        at_hand = {bag for _, bag in archive.copies()}
        speaking = {bag for store, bag in archive.copies() if archive.speaks(store, bag)}
        collection = self._chance.choice(self._collections)
        bags = [
            bag
            for name, bag in archive.bags.items()
            if name in speaking and bag.collection == collection.name
        ]
        if not bags:
            return f"nothing to restore of {collection.name}"
        newest = max(bags, key=lambda bag: bag.at)
        chosen = self._chance.choice((newest, self._chance.choice(bags)))
        target = self.folder / "Restored"
        shutil.rmtree(target, ignore_errors=True)
        words: list[str | Path] = [collection.name if chosen is newest else chosen.accession]
        words += [word for store in self._stores() for word in ("--from", self._store(store))]
        with self._nothing_changes():
            done = self._run("restore", *words, "--to", target, "--json")
        is_silent = at_hand != speaking
        told = done.json
        if is_silent and told["accession"] != chosen.accession:  # a damaged bag may be able to say a part
            chosen = next(bag for bag in archive.bags.values() if bag.accession == told["accession"])
            assert chosen.at >= newest.at, done.out
        self._hold_restored(target, chosen, told, done)
        lost = told["files"]["lacking"] + told["files"]["damaged"]
        if not is_silent:
            faulty = {os.path.realpath(one["bag"]) for one in told["damaged_copies"]}
            assert done.code == (4 if lost or faulty else 0), f"{done.code}: {done.out}{done.err}"
            broken = {str(archive.path(*copy)) for copy in archive.copies() if not archive.is_whole(*copy)}
            assert faulty <= broken, done.out
        assert done.code in {0, 4}, done.err
        shutil.rmtree(target)
        return f"restore {collection.name} as of {chosen.name}, lost {lost}"

    def _hold_restored(self, target: Path, chosen: Bag, told: dict[str, Any], done: Outcome) -> None:
        archive, found = self._archive, files_below(target)
        wanted = chosen.look.contents
        assert all(wanted.get(path) == content for path, content in found.items()), (
            "what was given back is wrong"
        )
        must = {path for path, content in wanted.items() if any(archive.on_disk(content))}
        assert must <= found.keys(), f"these are in some bag: {must - found.keys()}\n{done.out}{done.err}"
        assert told["files"]["restored"] == len(found)
        assert told["files"]["wanted"] == len(wanted)
        assert all(int((target / path).stat().st_mtime) == chosen.look.files[path].modified for path in found)
        if told["damaged_records"]:
            return
        folders = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_dir()}
        assert folders == chosen.look.folders
        links = {
            str(path.relative_to(target)): os.readlink(path)
            for path in target.rglob("*")
            if path.is_symlink()
        }
        assert links == chosen.look.links

    def diff(self) -> str:
        """Compare the newest state with the source."""
        archive, collection = self._archive, self._chance.choice(self._collections)
        bags = [bag for bag in archive.bags.values() if bag.collection == collection.name]
        if not bags or any(not archive.speaks(*copy) for copy in archive.copies()):
            return "nothing to compare"
        at_hand = [bag for bag in bags if archive.is_there("First", bag.name)]
        if not at_hand:
            return "nothing to compare"
        newest, look = max(at_hand, key=lambda bag: bag.at), collection.look()
        with self._nothing_changes():
            done = self._run(
                "diff", collection.name, collection.root, "--from", self._store("First"), "--json"
            )
        before, now = newest.look.contents, look.contents
        told = done.json["files"]
        same = {path for path, content in before.items() if now.get(path) == content}
        assert told["same"] == len(same), done.out
        other = {path for path in before.keys() & now.keys() if path not in same}
        assert told["retagged"] + told["changed"] + told["possibly_damaged"] == len(other), done.out
        assert told["new"] + told["moved"] == len(now.keys() - before.keys()), done.out
        assert told["gone"] + told["moved"] == len(before.keys() - now.keys()), done.out
        is_equal = before == now and (newest.look.folders, newest.look.links) == (look.folders, look.links)
        assert done.json["equal"] is is_equal, done.out
        assert done.code == (0 if is_equal else 3)
        return f"diff {collection.name}"

    def status(self) -> str:
        """Ask how things stand."""
        archive = self._archive
        if not archive.known:
            return "nothing to ask"
        done = self._run("status", "--json")
        assert done.code == 0, done.err
        for one in done.json["stores"]:
            states = Counter(
                known.state for (store, _), known in archive.known.items() if store == one["store"]
            )
            said = {"present": one["bags"], "damaged": one["damaged"], "missing": one["missing"]}
            assert said == {state: states[state] for state in said}, done.out
        whole = Counter(bag for (_, bag), known in archive.known.items() if known.state == "present")
        there = {bag for (_, bag), known in archive.known.items() if known.state != "retired"}
        copies = Counter(whole[bag] for bag in there)
        assert {one["copies"]: one["bags"] for one in done.json["copies"]} == copies, done.out
        return "status"
