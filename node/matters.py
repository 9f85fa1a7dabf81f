"""What a draft applies for: one item, or several under one form because they are one matter (一件事).

Pure. The form of a matter asks what it and its parts ask, each thing once: a field or a material that two parts have
alike is shared, anything else keeps a name of its own. What is typed is taken apart again when it is submitted,
so that every part becomes a case like any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from protocol.cases.acts import Paper
from protocol.catalogue.items import Commitment, Field, Item, LicenceEffect, Material, Situation, holds
from protocol.catalogue.parts import When

_T = TypeVar("_T", Field, Situation)


@dataclass(frozen=True, slots=True)
class Part:
    """One item of the application, and under which names the form asks what is its."""

    item: Item
    fields: Mapping[str, str]  # key in the item -> key in the form
    materials: Mapping[str, str]
    situations: Mapping[str, str]

    def answers(self, typed: Mapping[str, str]) -> dict[str, str]:
        """Those that this item asks for, under its own keys; what does not apply in this situation is left out."""
        mine = {own: typed[key] for own, key in self.fields.items() if typed.get(key)}
        asked = {field.key for field in self.item.fields_for(mine | self.chosen(typed))}
        return {key: value for key, value in mine.items() if key in asked}

    def chosen(self, typed: Mapping[str, str]) -> dict[str, str]:
        """The answers to its situation questions."""
        return {own: typed[key] for own, key in self.situations.items() if typed.get(key)}

    def papers(self, papers: Sequence[Paper], typed: Mapping[str, str]) -> list[Paper]:
        """The same files under the codes of this item."""
        mine = {own: typed[key] for own, key in self.fields.items() if typed.get(key)} | self.chosen(typed)
        wanted = {material.code for material in self.item.materials_for(mine)}
        return [
            Paper(digest=paper.digest, size=paper.size, type=paper.type, material=own, name=paper.name)
            for own, code in self.materials.items()
            if own in wanted
            for paper in papers
            if paper.material == code
        ]


@dataclass(frozen=True, slots=True)
class Application:
    """`form` is asked and checked like any item; `parts` are what is submitted, in the order of the matter."""

    form: Item
    parts: tuple[Part, ...]

    @property
    def is_matter(self) -> bool:
        return bool(self.form.bundle)

    def own_answers(self, typed: Mapping[str, str]) -> dict[str, str]:
        """What only the matter itself asked: it goes to every part."""
        taken = {key for part in self.parts for key in (*part.fields.values(), *part.situations.values())}
        asked = {field.key for field in self.form.fields_for(typed)} | {one.key for one in self.form.situations}
        return {key: value for key, value in typed.items() if value and key in asked and key not in taken}

    def own_papers(self, papers: Sequence[Paper], typed: Mapping[str, str]) -> list[Paper]:
        """The same for papers; each says by its name what it shows, because no part's item knows its code."""
        taken = {code for part in self.parts for code in part.materials.values()}
        names = {one.code: one.name for one in self.form.materials_for(typed) if one.code not in taken}
        return [
            Paper(digest=one.digest, size=one.size, type=one.type, material=one.material, name=names[one.material])
            for one in papers
            if one.material in names
        ]


def application_of(item: Item, parts: Sequence[Item] = ()) -> Application:
    """`parts` are the items of a bundle, in its order; none for an ordinary item."""
    if not parts:
        return Application(item, (_alone(item),))
    return _Matter(item).of(parts)


def application_for(item: Item, pinned: Mapping[str, int], find: Callable[[str, int], Item]) -> Application:
    """The same for a draft, which pins the versions of the parts.

    :raises Refused: no-item
    """
    return application_of(item, [find(code, pinned[code]) for code in item.bundle if code in pinned])


def case_of_matter(matter: str, place: int) -> str:
    """The id of the case of one part, from 0: whoever knows the matter finds all its cases."""
    return matter if place == 0 else hashlib.sha256(f"{matter}/{place}".encode()).hexdigest()[:32]


def commitments(application: Application, known: Mapping[str, str]) -> list[tuple[Item, Commitment]]:
    """What the applicant may promise in this situation instead of proving it."""
    return [
        (part.item, part.item.commitment)
        for part in application.parts
        if part.item.commitment is not None and holds(part.item.commitment.when, _own(part, known))
    ]


def must_commit(application: Application, known: Mapping[str, str]) -> bool:
    """Whether the way that was chosen is the one by commitment: then it has to be signed."""
    return any(commitment.when for _, commitment in commitments(application, known))


def asks_licence(item: Item) -> bool:
    return item.licence is not None and item.licence.effect is not LicenceEffect.ISSUES


def _own(part: Part, known: Mapping[str, str]) -> dict[str, str]:
    return {own: known[key] for own, key in (*part.fields.items(), *part.situations.items()) if known.get(key)}


def _alone(item: Item) -> Part:
    return Part(
        item,
        {field.key: field.key for field in item.fields},
        {material.code: material.code for material in item.materials},
        {situation.key: situation.key for situation in item.situations},
    )


class _Matter:
    """Puts the parts together, one after the other."""

    def __init__(self, bundle: Item) -> None:
        self._bundle = bundle
        # what the matter itself asks comes first: the applicant, and what only all parts together need
        self._fields = {field.key: field for field in bundle.fields}
        self._materials = {material.code: material for material in bundle.materials}
        self._situations = {situation.key: situation for situation in bundle.situations}

    def of(self, items: Sequence[Item]) -> Application:
        parts = tuple(self._add(item) for item in items)
        codes = {item.code for item in items}
        after = dict.fromkeys(code for item in items for code in item.after if code not in codes)
        form = replace(
            self._bundle,
            fields=tuple(self._fields.values()),
            materials=tuple(self._materials.values()),
            situations=tuple(self._situations.values()),
            after=tuple(after),
            windows=tuple(window for item in items for window in item.windows),
            licence=next((item.licence for item in items if asks_licence(item)), self._bundle.licence),
            conditional=next((item.conditional for item in items if item.conditional), self._bundle.conditional),
        )
        return Application(form, parts)

    def _add(self, item: Item) -> Part:
        names = {one.key: self._place(self._situations, one, one.key, _asks_the_same, item) for one in item.situations}
        fields = {field.key: self._add_field(item, field, names) for field in item.fields}
        materials = {one.code: self._add_material(one, names) for one in item.materials}
        return Part(item, fields, materials, names)

    def _add_field(self, item: Item, field: Field, names: Mapping[str, str]) -> str:
        """Asked for by one of two parts it is asked for; where they differ about when, it always is."""
        person = next((key for key, one in self._fields.items() if _is_that_person(one, field)), None)
        if person is not None:
            return person
        told = replace(field, role=None, when=_renamed(field.when, names))
        # the field that answers a situation question goes by the name of the question
        key = names.get(field.key) or self._place(self._fields, told, field.key, _is_alike, item)
        one = self._fields.setdefault(key, replace(told, key=key))
        self._fields[key] = replace(
            one, required=one.required or told.required, when=one.when if one.when == told.when else {}
        )
        return key

    def _add_material(self, material: Material, names: Mapping[str, str]) -> str:
        """One paper for all that ask for it; wanted in every situation if the parts differ about when."""
        when = _renamed(material.when, names)
        for code, one in self._materials.items():
            if one.name == material.name and one.source is material.source:
                self._materials[code] = replace(
                    one,
                    required=one.required or material.required,
                    secondary=one.secondary and material.secondary,
                    copies=max(one.copies, material.copies),
                    when=one.when if one.when == when else {},
                )
                return code
        self._materials[material.code] = replace(material, when=when)
        return material.code

    def _place(self, known: dict[str, _T], one: _T, key: str, alike: Callable[[_T, _T], bool], item: Item) -> str:
        """The name under which the form asks it: its own, unless another part means something else by that."""
        if key in known and not alike(known[key], one):
            key = f"{item.code}.{key}"
        known.setdefault(key, replace(one, key=key))
        return key


def _is_that_person(one: Field, other: Field) -> bool:
    return one.role is not None and one.role is other.role and one.type is other.type


def _is_alike(one: Field, other: Field) -> bool:
    """The same question to the same end: then it is asked once."""
    return (one.label, one.type, one.about, one.choices) == (other.label, other.type, other.about, other.choices)


def _asks_the_same(one: Situation, other: Situation) -> bool:
    return [choice.value for choice in one.choices] == [choice.value for choice in other.choices]


def _renamed(when: When, names: Mapping[str, str]) -> When:
    return {names.get(key, key): values for key, values in when.items()}
