"""The parts of the documents that are written by the code: `python -m tests.generated` writes them anew.

Each stands between two marks in its file; tests/test_generated.py holds file and code together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import yaml

from protocol.casebook import Inner
from protocol.cases.acts import CaseAct, Retold
from protocol.cases.duties import duties_as_markdown
from protocol.cases.rules import rules_as_markdown
from protocol.documents.kinds import documents_as_markdown
from protocol.exchange.hall_day import HallDay
from protocol.exchange.messages import (
    CataloguePublished,
    DemandStep,
    DemandTold,
    EpochBegan,
    FetchAsked,
    Header,
    KioskDay,
    LicencesEnded,
    Message,
    PersonTold,
    QuestionLeft,
    RatingStep,
    RatingTold,
    Recovered,
    RuleRead,
    StationsKnown,
)
from protocol.opening import Opening
from protocol.transfers import TransferStep

ROOT = Path(__file__).parent.parent
BODIES = (
    EpochBegan,
    Recovered,
    CataloguePublished,
    RuleRead,
    PersonTold,
    LicencesEnded,
    StationsKnown,
    FetchAsked,
    TransferStep,
    Opening,
    KioskDay,
    QuestionLeft,
    HallDay,
    RatingTold,
    RatingStep,
    DemandTold,
    DemandStep,
    CaseAct,
    Retold,
    Inner,
)


def schemas() -> str:
    """Everything that is said, from the shapes that decode it."""
    _, components = msgspec.json.schema_components(
        [Header, Message, *BODIES], ref_template="#/components/schemas/{name}"
    )
    for schema in components.values():
        if "description" in schema:
            schema["description"] = " ".join(schema["description"].split())
    text = yaml.safe_dump(components, sort_keys=False, width=110, allow_unicode=True)
    return "".join(f"    {line}\n" for line in text.splitlines())


# file -> name of the part -> what writes it
PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "protocol/asyncapi.yaml": {"schemas": schemas},
    "protocol/DESIGN.md": {
        "rules": rules_as_markdown,
        "duties": duties_as_markdown,
        "documents": documents_as_markdown,
    },
}


def generated() -> Iterator[tuple[Path, str, str]]:
    """(file, its text now, its text as the code would write it)"""
    for name, parts in PARTS.items():
        file = ROOT / name
        now = text = file.read_text(encoding="utf-8")
        for part, write in parts.items():
            text, found = re.subn(
                rf"(begin generated: {part}\b[^\n]*\n).*?([^\n]*end generated: {part}\b)",
                lambda match, write=write: match[1] + write() + match[2],
                text,
                flags=re.DOTALL,
            )
            assert found == 1, f"{name} has no part {part}"
        yield file, now, text


def main() -> None:
    for file, now, text in generated():
        if now != text:
            file.write_text(text, encoding="utf-8")
            print(f"written: {file.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
