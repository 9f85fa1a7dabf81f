"""What the documents claim is held against what is there.

A command, a script or an error code that nobody can find in the documents or in the code is either
forgotten or dead; both are failures here.
"""

from __future__ import annotations

import ast
import os
import re
import tomllib
from pathlib import Path

import pytest

from protocol.codes import TEXTS
from protocol.errors import Damaged, Distrusted, Refused, Unreachable

ROOT = Path(__file__).parent.parent
PACKAGES = ("protocol", "node", "hub", "provisioning")
READMES = ("README.md", "README.zh-CN.md")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def scripts() -> list[str]:
    return sorted(file.name for file in (ROOT / "scripts").iterdir() if file.is_file() and os.access(file, os.X_OK))


def documents() -> list[Path]:
    return [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *(file for name in PACKAGES for file in (ROOT / name).rglob("*.md")),
    ]


@pytest.mark.parametrize("readme", READMES)
def test_a_newcomer_finds_every_command_and_every_script_in_the_readme(readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    wanted = [*PYPROJECT["project"]["scripts"], *(f"scripts/{name}" for name in scripts())]
    assert [name for name in wanted if f"`{name}" not in text and f"\n{name}" not in text] == []


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_names_no_script_that_is_not_there(readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    named = set(re.findall(r"\bscripts/([a-z-]+)(?![a-z.-])", text))
    assert sorted(named - set(scripts())) == []


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_says_what_each_package_is_for(readme):
    rows = re.findall(r"^\| `([a-z]+)/` \|", (ROOT / readme).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(PACKAGES) | {"tests", "scripts"} <= set(rows)
    assert [name for name in rows if not (ROOT / name).is_dir()] == []


def test_no_document_points_to_something_that_is_not_there():
    dead = []
    for document in documents():
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            if "://" not in target and not (document.parent / target).exists():
                dead.append(f"{document.relative_to(ROOT)}: {target}")
    assert dead == []


def test_the_changelog_knows_the_version_that_is_built():
    version = PYPROJECT["project"]["version"]
    assert re.search(
        rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )


def test_every_debian_package_has_its_reason_and_a_script_that_wants_it():
    lines = (ROOT / "scripts" / "debian-packages.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(maxsplit=4) for line in lines if line and not line.startswith("#")]
    assert rows
    for row in rows:
        assert len(row) == 5, f"{row}: for, need, package, there, reason"
        wanted_by, need, _, there, reason = row
        assert wanted_by == "all" or set(wanted_by.split(",")) <= {
            "demo",
            "simulate",
            "check",
            "bench",
            "test",
            "voice",
        }, row
        assert need in ("must", "should"), row
        assert there == "python" or there.startswith("/"), row
        assert len(reason) > 10, row


# -- error codes

BRANCHES = tuple(kind.branch for kind in (Refused, Distrusted, Unreachable, Damaged))
TEXTS_LIVE_IN = ("protocol/codes.py", "protocol/console/translations/")  # here every code is named, and none happens
CODE = re.compile(rf"(?:{'|'.join(BRANCHES)})\.[a-z][a-z-]*")


def codes_in_the_packages() -> dict[str, str]:
    """Each string in the code that is an error code -> one file that says it. Docstrings do not count."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if path.startswith(TEXTS_LIVE_IN):
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                    found.setdefault(node.value, path)
    return found


def test_every_error_code_can_happen():
    unused = sorted(set(TEXTS) - set(codes_in_the_packages()))
    assert unused == [], f"{len(unused)} codes of protocol.codes.TEXTS are raised nowhere: {', '.join(unused)}"


def test_every_error_code_that_is_raised_has_its_text():
    unknown = {code: path for code, path in codes_in_the_packages().items() if code not in TEXTS}
    assert unknown == {}


def test_every_error_text_is_a_sentence_with_known_blanks():
    for code, (text, hint) in TEXTS.items():
        assert CODE.fullmatch(code), code
        assert text, code
        for part in (text, hint):
            assert part == part.strip(), code
            assert not re.search(r"\{[^a-z]", part), f"{code}: a blank has a name: {part}"
