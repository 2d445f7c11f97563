"""Understands a request to pack: reads everything it names, and refuses what the store cannot take."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from archiver.bagit.profiles.profile import Profile
from archiver.config import Settings, catalogue_place
from archiver.errors import Remedy, UsageError, Way
from archiver.executors.ordered import jobs_for
from archiver.ingest.assess import Assessor
from archiver.ingest.exclusion import Exclusion
from archiver.ingest.names import PORTABLE, NameRule
from archiver.model.accrual import Accrual
from archiver.model.bag import BagForm, Labels
from archiver.model.layout import LAYOUTS, PLAIN, Layout
from archiver.model.rights_context import RightsContext
from archiver.model.run import Run
from archiver.model.source import Source
from archiver.parity.program import require_par2
from archiver.parity.sets import Amount
from archiver.store.area import folds
from archiver.usecases.finished import refuse_finished
from archiver.usecases.hearings import Hearings
from archiver.usecases.pack.accruals import accrual_to
from archiver.usecases.pack.mounted import refuse_unmounted
from archiver.usecases.pack.naming import refuse_taken, refuse_unfit, refuse_unspeakable
from archiver.usecases.pack.profile import algorithms_for, labels_by_file, read_profile
from archiver.usecases.rights_inputs import RightsInputs, read_policy, read_rights
from archiver.usecases.settled import algorithms_asked, exclusion_for, labels_for
from archiver.usecases.sources import refuse_store_in_source, sources_of

_TWINS = (("N302", (b"x", b"X")), ("N303", ("\u00e9".encode(), "e\u0301".encode())))
"""Problem codes of names that are alike, each with two such names to try on a disk."""

KEEPING = "personal"
"""The policy of one who keeps a copy for themselves."""


@dataclass(frozen=True, slots=True)
class PackRequest:
    """What is to be packed, and how.

    Attributes:
        sources: Folders and files as the user named them.
        settings: What holds where nothing is asked for.
        store: Folder that gets the bag, made where it is missing; ``None`` for the configured one, which must be there.
        name: The bag's name; from the source and the date where ``None``.
        algorithms: Any common names of checksum algorithms; empty for the configured ones, or the default.
        info: Labels for ``bag-info.txt``, each as ``Label: value``, beside the configured ones.
        jobs: Threads and processes to use; ``None`` for as many as are configured, or as there are cores.
        read_back: Whether every copy is read from the disk again and compared.
        bag_in_bag: Whether a source may be a bag.
        max_bytes: What one bag may take, with its descriptions; ``None`` for no limit.
        rights: File of declarations that the user named, or ``None`` to look for one in each source.
        policy: Name of a policy, or path of a policy file; ``None`` for the configured one.
        anonymous_withheld: Whether the names of withheld files stay out of the bag.
        profile: Name of a recipient's profile, or path of a profile file, or ``None``.
        serialize: Format of the archive to make of each bag, or ``None`` for folders.
        exclude: Patterns of what to leave out, in gitignore's syntax, beside the configured ones.
        exclude_clutter: Whether clutter is left out, whatever is configured.
        names: Whether names are kept as they are, or stored as every system and program can hold them; ``None`` for
            what suits the policy and the profile.
        premis: Whether the bags get a PREMIS record; ``None`` for what the policy says.
        decode: Whether all music is decoded as well, which reads it once more.
        layout: Name of the layout of the bags.
        descriptions: Names of descriptions to write beside the records.
        accrual_to: The accession to add to: path of a bag, or an identifier; ``None`` for none.
        collection: Name of the collection; that of the first source where ``None``.
        catalogue: Path of the catalogue; ``None`` for the configured one.
        anew: What is done anew of what the store has from the last time: ``nothing`` that looks unchanged from outside,
            ``reading`` of everything, to pack what is new, or ``packing`` of everything.
        parity: How much recovery data the bags get; ``None`` for none.
    """

    sources: tuple[str, ...]
    settings: Settings
    store: str | None
    name: str | None
    algorithms: tuple[str, ...]
    info: tuple[str, ...]
    jobs: int | None
    read_back: bool
    bag_in_bag: bool
    max_bytes: int | None
    rights: str | None
    policy: str | None
    anonymous_withheld: bool
    profile: str | None
    serialize: Literal["tar", "zip"] | None
    exclude: tuple[str, ...] = ()
    exclude_clutter: bool = False
    names: Literal["exact", "portable"] | None = None
    premis: bool | None = None
    decode: bool = False
    layout: str = PLAIN.name
    descriptions: tuple[str, ...] = ()
    accrual_to: str | None = None
    collection: str | None = None
    catalogue: str | None = None
    anew: Literal["nothing", "reading", "packing"] = "nothing"
    parity: Amount | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that was understood, with everything it names read.

    Attributes:
        request: The request.
        sources: What it names.
        store: Absolute path of the store.
        jobs: Threads and processes to use.
        policy: The policy as it was named.
        inputs: Declarations and the documents behind them.
        assessor: Decides each file.
        hearings: Assesses with it, and listens to what is declared.
        profile: The recipient's profile, or ``None``.
        algorithms: Checksum algorithms of payload and tag manifests.
        tag_labels: Labels that the user gave, by the tag file they go into.
        exclusion: What is left out of the sources.
        accrual: The accession to add to; ``None`` where there is none.
    """

    request: PackRequest
    sources: tuple[Source, ...]
    store: bytes
    jobs: int
    policy: str
    inputs: RightsInputs
    assessor: Assessor
    hearings: Hearings
    profile: Profile | None
    algorithms: tuple[str, ...]
    tag_labels: Mapping[str, Labels]
    exclusion: Exclusion
    accrual: Accrual | None

    @property
    def packs_everything(self) -> bool:
        """Whether the bag holds everything, whatever the store has: as asked, and where a recipient gets it alone."""
        alone = self.profile is not None or self.layout is not PLAIN
        return self.request.anew == "packing" or alone

    @property
    def catalogue(self) -> str:
        """Path of the catalogue.

        Raises:
            ConfigError: where nothing says it.
        """
        return catalogue_place(self.request.catalogue, self.request.settings)

    @property
    def collection(self) -> str:
        """Name of the collection."""
        return self.request.collection or self.sources[0].name

    @property
    def names(self) -> Literal["exact", "portable"]:
        """How names are stored: as they are where a collector keeps a copy, portable where a bag is to travel."""
        if self.request.names is not None:
            return self.request.names
        travels = self.policy != KEEPING or self.profile is not None or self.layout is not PLAIN
        return "portable" if travels else "exact"

    @property
    def layout(self) -> Layout:
        """How the bags are laid out."""
        return LAYOUTS[self.request.layout]

    @property
    def form(self) -> BagForm:
        """What is asked of every bag."""
        premis = self.request.premis
        return BagForm(
            self.tag_labels,
            self.assessor.policy.premis if premis is None else premis,
            self.layout,
            tuple(sorted({*self.layout.describes, *self.request.descriptions})),
            self.accrual,
        )

    @property
    def names_withheld(self) -> bool:
        """Whether the records name what is withheld, and whoever gets the bags is not the holder."""
        return not self.request.anonymous_withheld and self.policy != KEEPING

    @property
    def rights_context(self) -> RightsContext:
        """What the decisions rest on, for the records."""
        assessor = self.assessor
        return RightsContext(
            policy=assessor.policy,
            assessed_on=assessor.on,
            declarations={declaration.id: declaration for declaration in assessor.declarations},
            documents={
                declaration: f"{self.layout.documents}/{name}"
                for declaration, name in self.inputs.evidenced.items()
            },
            anonymous_withheld=self.request.anonymous_withheld,
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """What in the declarations will not do what their writer may expect."""
        return tuple(
            f"{file.name}, line {remark.line}, {remark.declaration}: {remark.text}"
            for file in self.inputs.files
            for remark in file.remarks
        )


def prepare(request: PackRequest, run: Run) -> Prepared:
    """Read everything that the request names.

    Raises:
        UsageError: where it cannot be meant.
        ConfigError: where a file of declarations, a policy or a profile says something it cannot say.
        StoreError: where the store's disk is probably not mounted.
        MissingParityError: where recovery data are asked for and no program is there that makes them.
    """
    if request.parity is not None:
        require_par2()
    settings = request.settings
    named_store = request.store or settings.store
    if named_store is None:
        raise UsageError("nothing says which folder is to get the bag", remedies=[Remedy(Way.NAME_STORE)])
    labels = labels_for(request.info, settings)
    algorithms = algorithms_asked(request.algorithms, settings)
    exclusion = exclusion_for(request.exclude, settings, clutter=request.exclude_clutter)
    sources = sources_of(request.sources, bags_on_purpose=request.bag_in_bag)
    store = os.path.abspath(os.fsencode(named_store))
    refuse_finished(store, "store")
    refuse_store_in_source(store, sources)
    refuse_unmounted(store, configured=request.store is None)
    if request.name is not None:
        refuse_unfit(request.name)
    if request.collection is not None:
        refuse_unspeakable(request.collection)
    inputs = read_rights(sources, request.rights)
    profile = None if request.profile is None else read_profile(request.profile)
    policy = request.policy or settings.policy
    algorithms = algorithms_for(profile, algorithms)
    accrual = None
    if request.accrual_to is not None:
        accrual = accrual_to(request.accrual_to, os.fsdecode(store), algorithms)
    assessor = Assessor(inputs.declared, read_policy(policy), run.day())
    return Prepared(
        request=request,
        sources=sources,
        store=store,
        jobs=jobs_for(request.jobs, settings.jobs),
        policy=policy,
        inputs=inputs,
        assessor=assessor,
        hearings=Hearings(assessor, inputs, run.today()),
        profile=profile,
        algorithms=algorithms,
        tag_labels=labels_by_file(profile, labels),
        exclusion=exclusion,
        accrual=accrual,
    )


def refuse_taken_name(prepared: Prepared) -> None:
    """Refuse a name that the user gave and that is taken; ask it when what was interrupted has got its names, of a new bag.

    Raises:
        UsageError: where it is taken.
    """
    if prepared.request.name is not None:
        refuse_taken(prepared.request.name, prepared.store)


def name_rule(prepared: Prepared) -> NameRule:
    """Say which names are stored otherwise: what was asked for, and what the store's disk would take for another name.

    Raises:
        StoreError: where that cannot be tried.
    """
    if prepared.names == "portable":
        return PORTABLE
    return NameRule(frozenset(code for code, twins in _TWINS if folds(prepared.store, twins)))
