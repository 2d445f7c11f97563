"""Lets ``python -m archiver`` do what the ``archiver`` command does."""

from archiver.cli.main import main

if __name__ == "__main__":
    main()
