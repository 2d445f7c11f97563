"""Where the program begins, as ``archiver`` and as ``python -m archiver``: nothing of the current folder is ever run.

A person types ``archiver scan .`` in a folder that somebody donated, and Python would import ``socket.py`` from it. So
the current folder is taken from where this process and those it starts look for modules and programs, before
anything else is imported.
"""

import os
import sys

# Python has these two already; any other import, that of __future__ too, might be met in the current folder


def _leave_current_folder() -> None:
    """Take the current folder, and what is named from it on, from all that says where to look for things.

    What Python imported before this line, it took from where it was told: ``python -P -m archiver`` keeps it from
    the current folder too.
    """
    if _begun_by_name() and not sys.flags.safe_path and sys.path[0] in {"", _absolute(os.curdir)}:
        del sys.path[0]
    named = [] if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "").split(os.pathsep)
    dropped = {_absolute(entry) for entry in named if not os.path.isabs(entry)}
    sys.path[:] = [entry for entry in sys.path if os.path.isabs(entry) and entry not in dropped]
    _keep_absolute("PYTHONPATH", "")
    _keep_absolute("PATH", os.defpath)  # an empty one would mean the current folder
    os.environ["PYTHONSAFEPATH"] = "1"
    for variable in ("HOME", "XDG_CONFIG_HOME"):  # below which a configuration is looked for
        if not os.path.isabs(os.environ.get(variable, os.sep)):
            del os.environ[variable]


def _begun_by_name() -> bool:
    """Whether Python was told ``-m archiver`` and so has put the current folder first."""
    specification = sys.modules["__main__"].__spec__
    return specification is not None and specification.name == "archiver.__main__"


def _keep_absolute(variable: str, otherwise: str) -> None:
    """Drop the entries of a list of folders that stand for the current folder or lie in it."""
    if variable in os.environ:
        entries = os.environ[variable].split(os.pathsep)
        os.environ[variable] = os.pathsep.join(filter(os.path.isabs, entries)) or otherwise


def _absolute(entry: str) -> str:
    """Return ``entry`` as Python has it in ``sys.path``; as it is where the current folder is gone."""
    try:
        return os.path.abspath(entry)
    except OSError:
        return entry


def _occupy_closed_streams() -> None:
    """Give a standard stream that came closed to nobody; its number would become that of the next file opened."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)


def main() -> None:
    """Run the command line and end the process with its exit status; no traceback reaches a user."""
    try:
        _leave_current_folder()
        _occupy_closed_streams()
        from archiver import process  # noqa: PLC0415 - nothing is imported before the paths are safe

        process.on_ending(process.stop_at_once)
        sys.unraisablehook = process.heed_lost_interrupt
        from archiver.cli.main import main as run  # noqa: PLC0415
    except KeyboardInterrupt:
        os.write(2, b"archiver: interrupted\n")
        os._exit(130)
    except (MemoryError, ImportError) as error:
        if isinstance(error, ImportError) and "failed to map" not in str(error):
            raise  # it is not installed as it should be
        os.write(2, b"archiver: there is not enough memory to begin\n")
        os._exit(1)
    run()


if __name__ == "__main__":
    main()
