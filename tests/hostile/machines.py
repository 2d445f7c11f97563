"""Machines in trouble: a folder for temporary files that is full, and names that a folder lists and the system denies."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_DENY = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int denied(const char *path) {
    const char *name = getenv("DENIED_NAME"), *last = path ? strrchr(path, '/') : NULL;
    return name && path && strcmp(last ? last + 1 : path, name) == 0;
}

int fstatat(int folder, const char *path, struct stat *into, int flags) {
    static int (*real)(int, const char *, struct stat *, int);
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "fstatat");
    if (denied(path)) { errno = atoi(getenv("DENIED_ERRNO")); return -1; }
    return real(folder, path, into, flags);
}

int fstatat64(int folder, const char *path, struct stat64 *into, int flags) {
    static int (*real)(int, const char *, struct stat64 *, int);
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "fstatat64");
    if (denied(path)) { errno = atoi(getenv("DENIED_ERRNO")); return -1; }
    return real(folder, path, into, flags);
}
"""


def small_disk(folder: Path, size: str, *, filled: bool = False) -> list[str]:
    """Return the words before a command that give it a disk of ``size`` at ``folder``; skip where that cannot be done.

    The disk is seen by that command alone. With ``filled`` hardly anything fits on it.
    """
    program = shutil.which("unshare")
    if program is None:
        pytest.skip("unshare is not installed: full disks are not tried")
    folder.mkdir()
    words = [program, "-m"] if os.geteuid() == 0 else [program, "-Urm"]
    fill = 'dd if=/dev/zero of="$0/filler" bs=4k 2>/dev/null; truncate -s -8k "$0/filler"; ' if filled else ""
    script = f'mount -t tmpfs -o size={size} tmpfs "$0" && {{ {fill}exec "$@"; }}'
    words += ["sh", "-c", script, str(folder)]
    probe = subprocess.run([*words, "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(
            f"no disk can be mounted here, so full ones are not tried: {probe.stderr.decode().strip()}"
        )
    return words


def denying(folder: Path, name: str, error: int) -> dict[str, str]:
    """Return the environment in which ``lstat`` of every file called ``name`` fails; skip where that cannot be made."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler: names that a disk lists and denies are not tried")
    source, library = folder / "deny.c", folder / "deny.so"
    source.write_text(_DENY)
    made = subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"the library that denies names cannot be built: {made.stderr.decode()}")
    return {"LD_PRELOAD": str(library), "DENIED_NAME": name, "DENIED_ERRNO": str(error)}
