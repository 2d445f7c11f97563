"""What the decisions on a package's files add up to, for records, labels and reports."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model.rights import Act, Answer, Basis, DeclarantRole, Disposition, MachineUse

Counts = tuple[tuple[str, int], ...]
"""Names, each with a number of files, in a fixed order."""

ActCounts = tuple[tuple[Act, tuple[tuple[Answer, int], ...]], ...]
"""Numbers of files by act and answer, every act and answer in order."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What settled the disposition of some files.

    Attributes:
        disposition: What became of them.
        code: The rule.
        act: The act that the rule was about, or ``None`` where it was about the file.
    """

    disposition: Disposition
    code: str
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class InBag:
    """Numbers of the files that are in the bag, in the words of :class:`RightsSummary`."""

    acts: ActCounts = ()
    bases: tuple[tuple[Basis, int], ...] = ()
    protection: Counts = ()
    unseen_files: int = 0
    personal_files: int = 0
    declarations: Counts = ()
    unread_files: int = 0

    @property
    def unknown(self) -> int:
        """Files for which nobody declared a basis."""
        return dict(self.bases).get(Basis.UNKNOWN, 0)


@dataclass(frozen=True, slots=True)
class DeclaredUse:
    """What one person declared of one use by machines.

    Attributes:
        use: The use.
        answer: What was declared.
        declared_by: Who declared it.
        role: In what role.
    """

    use: MachineUse
    answer: Answer
    declared_by: str
    role: DeclarantRole


@dataclass(frozen=True, slots=True)
class RightsSummary:
    """Numbers of files; *assessed* means packed, held in an earlier bag, or withheld.

    Attributes:
        packed: Files in the bag.
        withheld: Files that a decision keeps out.
        dispositions: Assessed files by disposition, every disposition in order.
        bases: Assessed files by governing basis, every basis in order.
        acts: Assessed files by act and answer, every act and answer in order.
        protection: Assessed files by the name of the protection measure, sorted; empty where none was detected.
        unseen_files: Assessed files whose headers could not be read, so that no protection could be seen in them.
        personal_files: Assessed files that carry personal data.
        unread_files: Assessed files in which none was detected and that could not be read whole for it.
        personal_kinds: Those files by code of the evidence, sorted; a file may count under several.
        because: Files that are closed or withheld by what settled it, in the order of dispositions, rules and acts.
        restricted_until_a_date: Packed files that are closed until a declared date.
        uses_declared: What was declared of the use of packed files by machines, sorted, each with the files it covers.
        usage: Packed files by AIPREF statement, sorted; the empty statement where no rightsholder declared any.
        reservations: Packed files by TDM reservation, ``1``, ``0`` or empty, sorted.
        assertions: Packed files by the entries of their CAWG assertion, sorted; empty where there are none.
        signals: Packed files that carry a signal of their own about the use by machines.
        stricter_signals: Packed files whose own signal is stricter than what was declared.
        mining_protected: Packed files of which mining is denied by what protects them, and by nobody's word or signal.
        declarations: Assessed files by identifier of the declarations that bear on them, sorted.
        in_bag: The same numbers for the files in the bag alone.
        held: Files whose bytes are in an earlier bag of the store.
    """

    packed: int
    withheld: int
    dispositions: tuple[tuple[Disposition, int], ...]
    bases: tuple[tuple[Basis, int], ...]
    acts: ActCounts
    protection: Counts
    unseen_files: int
    personal_files: int
    personal_kinds: Counts
    because: tuple[tuple[Ground, int], ...]
    restricted_until_a_date: int
    uses_declared: tuple[tuple[DeclaredUse, int], ...]
    usage: Counts
    reservations: Counts
    assertions: Counts
    signals: int
    stricter_signals: int
    mining_protected: int
    declarations: Counts
    in_bag: InBag
    unread_files: int = 0
    held: int = 0

    @property
    def assessed(self) -> int:
        """Files on which there is a decision."""
        return self.packed + self.held + self.withheld

    @property
    def unknown(self) -> int:
        """Assessed files for which nobody declared a basis."""
        return dict(self.bases).get(Basis.UNKNOWN, 0)
