"""Copies of the same music: for people and for programs."""

from __future__ import annotations

import base64
import heapq
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from archiver.bagit.sizes import human_size
from archiver.cli.remedies import advice
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.table import table_lines
from archiver.cli.terminal.text import brief, count, duration, shown, shown_path, wrapped
from archiver.duplicates.best import told_sound
from archiver.duplicates.copy import Copy, Place
from archiver.duplicates.groups import Group, Member, groups_of
from archiver.duplicates.tier import NEED_DECODING, Tier
from archiver.usecases.duplicates.find import DuplicatesReport, TierTotal

_SHOWN_GROUPS = 3
_SHOWN_OTHERS = 3
_SHOWN_UNREAD = 3


def summary_lines(report: DuplicatesReport) -> Iterator[str]:
    """Yield what was compared, and what the groups of each tier add up to."""
    gathered = report.gathered
    in_bags = f" and the records of {count(gathered.bags, 'bag')}" if gathered.bags else ""
    yield wrapped(
        f"Compared {count(gathered.files, 'music file')}{in_bags}, {human_size(gathered.bytes)};"
        f" {count(report.read_files, 'file')} had to be read for it, {human_size(report.read_bytes)}"
    )
    rows = [
        (tier.heading, f"{of.groups:,}", f"{of.files:,}", human_size(of.bytes))
        for tier in report.tiers
        if (of := report.totals.get(tier)) is not None
    ]
    yield ""
    if rows:
        yield from table_lines(("", "Groups", "Copies", "Their size"), rows)
        yield "\n  Of each group one file is the best; the others are its copies."
    else:
        yield "No copies were found."


def group_lines(report: DuplicatesReport) -> Iterator[str]:
    """Yield for each tier its largest groups."""
    largest: dict[Tier, list[tuple[int, int, Group]]] = {}
    for group in groups_of(report.members):
        heap = largest.setdefault(group.tier, [])
        heapq.heappush(heap, (group.bytes, -group.number, group))
        if len(heap) > _SHOWN_GROUPS:
            heapq.heappop(heap)
    for tier in report.tiers:
        found = sorted(largest.get(tier, []), key=lambda item: item[:2], reverse=True)
        if found:
            yield from _titled(tier)
            for _, _, group in found:
                yield from _lines(group, group.others[:_SHOWN_OTHERS])
                left = group.files - min(len(group.others), _SHOWN_OTHERS)
                if left:
                    yield f"        and {count(left, 'more copy', 'more copies')}"
            more = report.totals[tier].groups - len(found)
            if more:
                yield f"\n  and {count(more, 'more group')}; --verbose lists them"


def every_group_lines(report: DuplicatesReport) -> Iterator[str]:
    """Yield every group with every copy."""
    tier, number, waiting = None, -1, None
    for member in report.members:
        if member.tier not in report.tiers:
            continue
        if member.tier is not tier:
            tier = member.tier
            yield from _titled(tier)
        if member.group != number:
            number, waiting = member.group, member.copy
        elif waiting is not None:
            (group,) = groups_of((Member(member.tier, number, waiting), member))
            yield from _lines(group, group.others)
            waiting = None
        else:
            yield from _copy_lines(member)


def rest_lines(report: DuplicatesReport, *, every: bool) -> Iterator[str]:
    """Yield what else is to be known: links, bags, what could not be read, and that nothing was changed."""
    gathered = report.gathered
    yield ""
    if report.links:
        files = count(report.links, "file has", "files have")
        yield wrapped(
            f"{files} {count(report.link_names, 'more name')} (hard links); each was counted as one file."
        )
    decoded = any(tier in NEED_DECODING for tier in report.tiers)
    if gathered.bags and not decoded:
        yield wrapped("Of bags with a record, the recorded digests were compared; their files were not read.")
    for reason, undecoded in report.undecoded.most_common():
        yield wrapped(f"{count(undecoded, 'file')} not decoded: {reason.meaning}.")
    in_bags = sum(of.bytes_in_bags for tier, of in report.totals.items() if tier in report.tiers)
    if in_bags:
        yield wrapped(f"Copies of {human_size(in_bags)} are in bags. Leave bags whole.")
    if report.passed_over:
        yield wrapped(
            f"In stores {count(len(report.passed_over), 'entry', 'entries')} no bag, not looked at."
        )
    for fault in gathered.faults:
        yield wrapped(shown(f"{fault.message}. {advice(fault.hint, fault.remedies)}"))
    yield from _unread(gathered.unread, gathered.unread_files, every=every)
    yield "Nothing was changed or deleted."


def kept_back_lines(number: int, kept_back: Counter[str]) -> Iterator[str]:
    """Yield how many copies were named, and why others were not, for standard error."""
    yield wrapped(f"{count(number, 'path')} named. Nothing was changed or deleted.")
    for reason, files in kept_back.most_common():
        yield wrapped(f"{count(files, 'copy', 'copies')} not named: {reason}.", indent="  ", below="    ")


def write_duplicates(report: DuplicatesReport) -> None:
    """Write the JSON object to standard output."""
    gathered = report.gathered
    members = {
        "files": gathered.files,
        "bytes": gathered.bytes,
        "bags": gathered.bags,
        "read_files": report.read_files,
        "read_bytes": report.read_bytes,
        "linked_files": report.links,
        "links": report.link_names,
        "algorithm": report.algorithm,
        "tiers": [_total(tier, report.totals.get(tier, TierTotal())) for tier in report.tiers],
        "undecoded": {reason.value: files for reason, files in sorted(report.undecoded.items())},
        "unread_files": gathered.unread_files,
        "unread": [{"path": path, "reason": reason} for path, reason in gathered.unread],
        "faults": [fault.message for fault in gathered.faults],
        "passed_over": list(report.passed_over),
    }
    wanted = report.tiers
    groups = (_group(group) for group in groups_of(report.members) if group.tier in wanted)
    write_json("archiver.duplicates/1", members, {"groups": groups, "copies": _copies(report)})


def _titled(tier: Tier) -> Iterator[str]:
    yield ""
    yield wrapped(f"{tier.heading}: {tier.meaning}")


def _lines(group: Group, others: Sequence[Member]) -> Iterator[str]:
    yield ""
    yield wrapped(f"best  {_name(group.best)}", indent="  ", below="        ")
    yield wrapped(_details(group.best), indent="        ")
    yield wrapped(brief(group.why), indent="        ")
    for member in others:
        yield from _copy_lines(member)


def _copy_lines(member: Member) -> Iterator[str]:
    yield wrapped(f"copy  {_name(member.copy)}", indent="  ", below="        ")
    if member.tier is not Tier.BYTES:
        apart = f"; {member.apart}" if member.apart else ""
        yield wrapped(_details(member.copy) + apart, indent="        ")


def _name(copy: Copy) -> str:
    return shown_path(copy.place.path)


def _details(copy: Copy) -> str:
    length = "" if copy.duration_s is None else f", {duration(copy.duration_s)}"
    damaged = ", damaged" if copy.damaged else ""
    return f"{shown(told_sound(copy.sound))}{length}, {human_size(copy.stat.size_bytes)}{damaged}"


def _unread(unread: Sequence[tuple[str, str]], files: int, *, every: bool) -> Iterator[str]:
    if not files:
        return
    yield f"{count(files, 'entry', 'entries')} could not be looked at:"
    told = unread if every else unread[:_SHOWN_UNREAD]
    for path, reason in told:
        yield wrapped(f"{shown_path(path)}: {brief(reason)}", indent="  ", below="      ")
    if files > len(told):
        yield f"  and {files - len(told):,} more" + ("" if every else "; --verbose lists them")


def _total(tier: Tier, of: TierTotal) -> dict[str, Any]:
    return {
        "tier": tier.value,
        "groups": of.groups,
        "copies": of.files,
        "bytes": of.bytes,
        "bytes_in_bags": of.bytes_in_bags,
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "group": group.number,
        "tier": group.tier.value,
        "best": group.best.place.path,
        "why": group.why,
        "copies": group.files,
        "bytes": group.bytes,
        "bytes_in_bags": group.bytes_in_bags,
    }


def _copies(report: DuplicatesReport) -> Iterator[dict[str, Any]]:
    last = None
    for member in report.members:
        if member.tier in report.tiers:
            yield {"group": member.group, "best": member.group != last, **_record(member)}
            last = member.group


def _record(member: Member) -> dict[str, Any]:
    copy, sound = member.copy, member.copy.sound
    return {
        "path": copy.place.path,
        **_file(copy.place),
        "bag": copy.bag,
        "links": [_file(link) for link in copy.links],
        "size_bytes": copy.stat.size_bytes,
        "duration_s": copy.duration_s,
        "codec": None if sound is None else sound.codec,
        "lossless": None if sound is None else sound.lossless,
        "sample_rate_hz": None if sound is None else sound.sample_rate_hz,
        "bit_depth": None if sound is None else sound.bit_depth,
        "bitrate_bps": None if sound is None else sound.bitrate_bps,
        "damaged": copy.damaged,
        "apart": member.apart or None,
    }


def _file(place: Place) -> dict[str, str | None]:
    """The absolute path; as Base64 too, where it is not UTF-8."""
    absolute = place.absolute if place.relative else None
    if absolute is None:
        return {"file": None, "file_b64": None}
    text = os.fsdecode(absolute)
    is_text = not any("\udc80" <= char <= "\udcff" for char in text)
    return {"file": text, "file_b64": None if is_text else base64.b64encode(absolute).decode("ascii")}
