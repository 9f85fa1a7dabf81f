"""Who may import whom, held over the syntax tree of the four packages.

The tables below are the arrows of the design, written once; a wall that moves is moved here, with
its reason in the DESIGN.md of the package. Nothing is imported and nothing runs: the files are only
read, so a broken module cannot hide a broken arrow.

What a name matches: the longest prefix in a table decides, and a prefix ends at a dot.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("protocol", "node", "hub", "provisioning")

GROUND = ("protocol.errors", "protocol.codes", "protocol.faults", "protocol.clock", "protocol.identity")
HEART = (*GROUND, "protocol.cases", "protocol.catalogue")
# what topics, sizes and events are called: names without a wire behind them
NAMES = ("protocol.exchange.topics", "protocol.exchange.limits")
SEAM = ("protocol.exchange.link", *NAMES)
RECORDS = (
    *HEART,
    *NAMES,
    "protocol.store",
    "protocol.settings",
    "protocol.asking",
    "protocol.attention",
    "protocol.casebook",
    "protocol.clocks",
    "protocol.controls",
    "protocol.documents",
    "protocol.instant",
    "protocol.licences",
    "protocol.opening",
    "protocol.rebuilding",
    "protocol.standing",
    "protocol.transfer_book",
    "protocol.transfers",
)
MAIL = (
    "protocol.exchange.messages",
    "protocol.exchange.hall_day",
    "protocol.exchange.envelope",
    "protocol.exchange.journal",
    "protocol.exchange.inbox",
    "protocol.exchange.blobs",
)
WIRES = ("protocol.exchange.mqtt", "protocol.exchange.loopback")

# module or package -> what it may import of ours, besides its own package (see `may`)
ARROWS: dict[str, tuple[str, ...]] = {
    "protocol.codes": (),
    "protocol.faults": (),
    "protocol.errors": ("protocol.codes",),
    "protocol.clock": ("protocol.errors",),
    "protocol.identity": ("protocol.errors", "protocol.clock"),
    "protocol.store": ("protocol.errors", "protocol.clock"),
    "protocol.settings": (*GROUND, *NAMES, "protocol.settings_tables"),
    "protocol.settings_tables": (),
    "protocol.claim": GROUND,
    "protocol.cases": (*GROUND, "protocol.catalogue"),
    "protocol.catalogue": (*GROUND, "protocol.cases"),
    # questions are answered by items and by nothing else
    "protocol.asking": (*GROUND, "protocol.catalogue"),
    "protocol.controls": (*GROUND, "protocol.cases.words", "protocol.catalogue"),
    "protocol.clocks": (*HEART,),
    # pure, so that hub and station come to the same: what is asked of records is handed in
    "protocol.instant": (*HEART,),
    "protocol.standing": (*HEART, "protocol.casebook", "protocol.clocks", "protocol.exchange.journal"),
    "protocol.licences": (*HEART, "protocol.exchange.journal"),
    "protocol.opening": HEART,
    "protocol.transfers": HEART,
    # lists of papers on their way, kept alike at both ends
    "protocol.transfer_book": (*HEART, *NAMES, "protocol.attention", "protocol.transfers", *MAIL),
    # a line of the list as it is told, and as a verify page asks for it
    "protocol.endings": (*HEART, "protocol.documents.verify", "protocol.exchange.messages"),
    # what the verify page asks of this machine's own records
    "protocol.confirmations": (*HEART, "protocol.documents.verify", "protocol.store"),
    # checked with the authority's key alone: no store, no party
    "protocol.archive": (
        *HEART,
        "protocol.exchange.envelope",
        "protocol.exchange.journal",
        "protocol.exchange.messages",
        *NAMES,
    ),
    "protocol.exchange.limits": (),
    "protocol.exchange.link": ("protocol.errors",),
    "protocol.exchange.topics": ("protocol.errors", "protocol.exchange.link"),
    "protocol.exchange.mqtt": ("protocol.errors", *SEAM),
    "protocol.exchange.loopback": ("protocol.errors", *SEAM),
    "protocol.attention": (*GROUND, "protocol.store"),
    "protocol.exchange": (*HEART, *NAMES, "protocol.store", "protocol.attention"),
    # what of a case came as the hub's word for another desk
    "protocol.copies": (*HEART, "protocol.attention", *MAIL),
    "protocol.casebook": (*HEART, *NAMES, "protocol.store", "protocol.attention", "protocol.copies", *MAIL),
    "protocol.rebuilding": (*HEART, *NAMES, "protocol.store", "protocol.attention", "protocol.casebook", *MAIL),
    "protocol.replica": (*GROUND, *NAMES, "protocol.store", "protocol.settings"),
    "protocol.documents": (*HEART, *NAMES),
    "protocol.console": (*RECORDS,),
    # the pages of papers that travel are the same at both ends, and what is signed for is mail
    "protocol.console.transferring": (
        *RECORDS,
        *MAIL,
        "protocol.transfer_book",
        "protocol.transfers",
        "protocol.console",
    ),
    # a party put together, and what it does by the clock: the same at both ends
    "protocol.office": (*HEART, "protocol.store", "protocol.attention", "protocol.exchange"),
    "protocol.chores": (*RECORDS, "protocol.console.looks", "protocol.exchange", "protocol.replica", "protocol.office"),
    # a side: its use cases, then its pages, then the one place that knows the concrete parts
    "node": (*RECORDS, *MAIL, "protocol.endings", "protocol.exchange", "protocol.replica", "node"),
    "node.jobs": (*RECORDS, "protocol.replica", "protocol.chores", "node"),
    # people: an account is what a console lets in; its table has no page in it
    "node.people": (*RECORDS, *MAIL, "protocol.console.accounts", "protocol.console.managed", "node"),
    # devices: they know cards and cables, no case and no page
    "node.devices": (*GROUND, "protocol.catalogue", "protocol.settings"),
    "node.schema": (
        "node.asking",
        "node.demands",
        "node.endings",
        "node.instant",
        "node.hall",
        "node.kiosk",  # its three tables
        "node.machines",
        "node.paper_ratings",
        "node.prefills",
        "node.ratings",
        "protocol.casebook",
        "protocol.console.accounts",
        "protocol.console.looks",
        "protocol.copies",
        "protocol.exchange.schema",
        "protocol.licences",
        "protocol.standing",
        "node.opening",
        "node.places",
        "node.printing",  # the table of its jobs
        "protocol.transfer_book",
        "node.deliver",
    ),
    "node.web": (*RECORDS, *MAIL, "protocol.console", "node"),
    "node.app": ("protocol", "node"),
    "node.cli": ("protocol", "node", "provisioning"),
    "hub": (*RECORDS, *MAIL, "protocol.archive", "protocol.endings", "protocol.exchange", "protocol.replica", "hub"),
    "hub.jobs": (*RECORDS, "protocol.replica", "protocol.chores", "hub"),
    "hub.people": (*RECORDS, *MAIL, "protocol.console.accounts", "protocol.console.managed", "hub"),
    "hub.sections": (*RECORDS, *MAIL, "protocol.console.accounts", "hub"),
    # a claim and the answer to a card are a person's
    "hub.holdings": (*RECORDS, "protocol.console.accounts", "hub"),
    "hub.carding": (*RECORDS, *MAIL, "protocol.console.accounts", "hub"),
    "hub.schema": (
        "protocol.casebook",
        "protocol.console.accounts",
        "protocol.console.looks",
        "hub.endings",
        "hub.finished",
        "hub.instant",
        "hub.rehearsing",
        "hub.counting",
        "hub.demands",
        "hub.hall_days",
        "hub.kiosk_days",
        "hub.people",
        "hub.people_record",
        "hub.questions",
        "hub.ratings",
        "hub.sections",
        "protocol.exchange.schema",
        "protocol.licences",
        "protocol.standing",
        "hub.retelling",
        "protocol.copies",
        "hub.directory",
        "hub.openings",
        "protocol.transfer_book",
    ),
    "hub.web": (*RECORDS, *MAIL, "protocol.console", "hub"),
    "hub.app": ("protocol", "hub", "provisioning"),
    "hub.cli": ("protocol", "hub", "provisioning"),
    "hub.embedded_broker": (*GROUND, *NAMES, "protocol.settings"),
    "provisioning": ("protocol",),
}

# never, whatever ARROWS lets through: importer -> imported
WALLS: tuple[tuple[str, str, str], ...] = (
    ("node", "hub", "the two ends meet on the wire only"),
    ("hub", "node", "the two ends meet on the wire only"),
    ("protocol", "node", "what both have in common knows neither"),
    ("protocol", "hub", "what both have in common knows neither"),
    ("protocol", "provisioning", "what both have in common knows neither"),
    ("provisioning", "protocol.console", "an installer has a terminal and no pages"),
)

# only the place that puts a party together knows which parts it is made of; the courier alone calls the link
APPS = ("node.app", "hub.app")
CONCRETE: dict[str, tuple[str, ...]] = {
    "protocol.exchange.link": ("protocol.exchange", "protocol.office", *APPS),
    "protocol.exchange.courier": ("protocol.office", "protocol.chores", *APPS),
    "protocol.exchange.mqtt": APPS,
    "protocol.exchange.loopback": APPS,
    "hub.embedded_broker": APPS,
    "node.app": ("node.cli",),
    "hub.app": ("hub.cli",),
    "node.cli": (),
    "hub.cli": (),
    "provisioning.cli": (),
    "node.web": ("node.app",),
    "hub.web": ("hub.app",),
}

PAGES = ("protocol.console", "node.web", "hub.web", "node.app", "hub.app")
EVERYWHERE = PACKAGES
# library -> the only ones that may import it. A library that is not here may not be imported at all.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "paho": ("protocol.exchange.mqtt",),
    "amqtt": ("hub.embedded_broker",),
    "escpos": ("node.devices",),  # slip printers
    "PIL": ("node.devices",),  # slips as pictures
    "websockets": ("node.devices",),  # the makers' services of card readers
    "starlette": PAGES,
    "anyio": ("node.app", "hub.app"),
    "uvicorn": (*APPS, "node.cli", "hub.cli"),
    "jinja2": ("protocol.console", "protocol.documents", "provisioning"),
    "markupsafe": ("protocol.console", "node.web", "hub.web"),
    "argon2": ("protocol.console",),
    "apscheduler": ("node.jobs", "hub.jobs", "protocol.chores", *APPS),
    "typst": ("protocol.documents",),
    "cel": ("protocol.catalogue.expressions",),  # instant rules: what may stand in one is decided in one place
    "opencc": ("protocol.asking.words",),
    "pypinyin": ("protocol.catalogue", "protocol.casebook", "hub"),
    "yaml": ("protocol.catalogue", "protocol.replica", "provisioning"),
    "cryptography": (
        "protocol.identity",
        "protocol.archive",
        "protocol.catalogue",
        "protocol.exchange.envelope",
        "protocol.exchange.blobs",
        "protocol.documents",
        "provisioning",
        "hub.seeking",  # what was searched for, closed for an address
    ),
    "pyhanko": ("protocol.documents.pades",),
    "pyhanko_certvalidator": ("protocol.documents.pades",),
    "asn1crypto": ("protocol.documents",),
    "cbor2": ("protocol.documents.qr",),
    "base45": ("protocol.documents.qr",),
    "segno": ("protocol.documents.qr",),
    "msgspec": EVERYWHERE,
    "sqlite_utils": EVERYWHERE,
}

# `async` is the loop's business: a form's body is awaited, a party is started and stopped
ASYNC: dict[str, str] = {
    "protocol/console/forms.py": "reads the body of a form on the loop, then leaves it",
    "protocol/console/protect.py": "ASGI middleware is called by the loop",
    "node/app.py": "lifespan",
    "hub/app.py": "lifespan",
    "node/web/screen_stream.py": "a screen that waits for a call waits on the loop: a thread each would use up the sixteen",
    "hub/embedded_broker.py": "amqtt is written for a loop; it gets one of its own",
}

# the four borders (page, courier, job, command): here anything may be caught, logged and survived
BORDERS: dict[str, str] = {
    "protocol/console/*.py": "page: an unforeseen error becomes a page",
    "node/web/*.py": "page",
    "hub/web/*.py": "page",
    "protocol/exchange/courier.py": "courier: the thread lives on",
    "protocol/exchange/post.py": "courier: a letter that cannot be kept keeps no other waiting",
    "protocol/office.py": "courier: the thread's body",
    "protocol/exchange/inbox.py": "courier: an entry whose effect fails is set aside and blocks nothing",
    "protocol/exchange/mqtt.py": "the wire's own thread: it goes on to the next connection",
    "node/jobs.py": "job: the next run comes anyway",
    "hub/jobs.py": "job: the next run comes anyway",
    "hub/papermaking.py": "job: one document that cannot be made keeps no other waiting",
    "node/cli.py": "command",
    "hub/cli.py": "command",
    "provisioning/cli.py": "command",
}

# the clock is read at the border and handed on; everybody else is given `at`
CLOCK_READERS: dict[str, str] = {
    "protocol/clock.py": "is the clock",
}

MAX_LINES = 400
# file -> why it is one idea all the same
LONG: dict[str, str] = {
    "protocol/console/translations/*.py": "a list of words, some lines each, and no logic",
    "protocol/codes.py": "one table of every code, a line each",
    "protocol/errors.py": "one table of every refusal, some lines each",
}


@dataclass(frozen=True, slots=True)
class Module:
    name: str  # dotted, a package without its __init__
    path: str  # from the root, with /
    is_package: bool
    tree: ast.Module
    lines: int


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def any_within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(within(name, prefix) for prefix in prefixes)


def read_packages(root: Path) -> list[Module]:
    modules = []
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            path = file.relative_to(root)
            parts = path.with_suffix("").parts
            is_package = parts[-1] == "__init__"
            source = file.read_text(encoding="utf-8")
            name = ".".join(parts[:-1] if is_package else parts)
            tree = ast.parse(source, filename=str(path))
            modules.append(Module(name, path.as_posix(), is_package, tree, source.count("\n")))
    return modules


def imports(module: Module, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each thing imported anywhere in the file, in functions and for types too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                around = module.name.split(".")
                around = around[: len(around) - node.level + module.is_package]
                base = ".".join([*around, base]) if base else ".".join(around)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield node.lineno, whole if whole in known or base == "importlib" else base


def may(importer: str, imported: str) -> bool:
    """What ARROWS says: the longest prefix of the importer decides."""
    key = max((prefix for prefix in ARROWS if within(importer, prefix)), key=len, default="")
    if key and within(imported, key) and key not in ("node", "hub"):
        return True  # its own package
    return bool(key) and any_within(imported, ARROWS[key])


def broken_arrows(root: Path) -> list[str]:
    """One sentence for each import that the tables forbid."""
    modules = read_packages(root)
    known = frozenset(module.name for module in modules)
    found = []
    for module in modules:
        for line, name in imports(module, known):
            where = f"{module.path}:{line} imports {name}"
            top = name.split(".")[0]
            if top in PACKAGES:
                if not may(module.name, name):
                    found.append(f"{where}: not an arrow of ARROWS")
                found.extend(
                    f"{where}: {why}"
                    for importer, imported, why in WALLS
                    if within(module.name, importer) and within(name, imported)
                )
                found.extend(
                    f"{where}: only {' and '.join(readers) or 'nobody'} may"
                    for part, readers in CONCRETE.items()
                    if within(name, part) and not within(module.name, part) and not any_within(module.name, readers)
                )
            elif top in LIBRARIES:
                if not any_within(module.name, LIBRARIES[top]):
                    found.append(f"{where}: only {', '.join(LIBRARIES[top])} may")
            elif name == "importlib" or within(name, "importlib.import_module"):
                found.append(f"{where}: an import that is made at run time cannot be checked")
            elif top not in sys.stdlib_module_names:
                found.append(f"{where}: not in LIBRARIES")
    return found


def import_circles(root: Path) -> list[str]:
    """Modules that need each other, wherever in the file the import stands: a circle of types is one too."""
    modules = {module.name: module for module in read_packages(root)}
    known = frozenset(modules)
    needs = {
        name: {imported for _, imported in imports(module, known) if imported in known and imported != name}
        for name, module in modules.items()
    }
    circles: list[str] = []
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circles.append(" -> ".join((*path[path.index(name) :], name)))
        elif name not in done:
            for imported in sorted(needs[name]):
                walk(imported, (*path, name))
            done.add(name)

    for name in sorted(needs):
        walk(name, ())
    return circles


def _listed(path: str, table: dict[str, str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in table)


def async_outside_the_bridge(root: Path) -> list[str]:
    kinds = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    return [
        f"{module.path}:{node.lineno} is async"
        for module in read_packages(root)
        if not _listed(module.path, ASYNC)
        for node in ast.walk(module.tree)
        if isinstance(node, kinds)
    ]


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")) for kind in kinds
    )


def catch_alls_inside(root: Path) -> list[str]:
    """Handlers that swallow anything, away from the borders. One that ends in a bare `raise` swallows nothing."""
    return [
        f"{module.path}:{node.lineno} catches everything"
        for module in read_packages(root)
        if not _listed(module.path, BORDERS)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node)
        if not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]


def _called(node: ast.AST) -> str:
    """`datetime.now` for the call datetime.now(...), also when it is reached through a module."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        left = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
        return f"{left}.{node.func.attr}"
    return ""


def clocks_read_inside(root: Path) -> list[str]:
    readings = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
    return [
        f"{module.path}:{node.lineno} reads {_called(node)}()"
        for module in read_packages(root)
        if not _listed(module.path, CLOCK_READERS)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _called(node) in readings
    ]


def constructors_that_start(root: Path) -> list[str]:
    """`__init__` that calls something's start(): a thing that is only made must not be running."""
    return [
        f"{module.path}:{call.lineno} starts something in a constructor"
        for module in read_packages(root)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and node.name == "__init__"
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "start"
    ]


def long_files(root: Path) -> list[str]:
    return [
        f"{module.path} has {module.lines} lines; at most {MAX_LINES}, or a reason in LONG"
        for module in read_packages(root)
        if module.lines > MAX_LINES and not _listed(module.path, LONG)
    ]


RULES = (
    broken_arrows,
    import_circles,
    async_outside_the_bridge,
    catch_alls_inside,
    clocks_read_inside,
    constructors_that_start,
    long_files,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_stands_as_it_was_drawn(rule):
    assert rule(ROOT) == []


def test_the_arrows_themselves_never_lead_in_a_circle_between_packages():
    @cache
    def below(package: str) -> frozenset[str]:
        direct = {name.split(".")[0] for key, names in ARROWS.items() if within(key, package) for name in names}
        return frozenset(direct - {package})

    assert below("protocol") == frozenset()
    assert below("provisioning") == {"protocol"}
    assert below("node") <= {"protocol", "provisioning"}
    assert below("hub") <= {"protocol", "provisioning"}


def test_a_library_that_may_be_imported_is_one_that_gets_installed():
    import importlib.metadata
    import tomllib

    pinned = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    installed = {line.split("==")[0].lower().replace("_", "-") for line in pinned}
    # these come with starlette, jinja2 and pyhanko and are part of how one speaks to them
    installed |= {"anyio", "markupsafe", "asn1crypto", "pyhanko-certvalidator"}
    offered = importlib.metadata.packages_distributions()
    for library in LIBRARIES:
        names = {name.lower().replace("_", "-") for name in offered.get(library, [])}
        assert names & installed, f"{library} is in LIBRARIES but not among the dependencies of pyproject.toml"


# -- the proof that the rules bite: each is shown a house with one wall broken

BREACHES = [
    (broken_arrows, "node/desk.py", "import hub.intake\n", "the two ends meet on the wire only"),
    (broken_arrows, "hub/intake.py", "from node import desk\n", "the two ends meet on the wire only"),
    (broken_arrows, "protocol/cases/fold.py", "from protocol.store import Store\n", "not an arrow"),
    (broken_arrows, "protocol/cases/fold.py", "from ..store import Store\n", "not an arrow"),
    (broken_arrows, "protocol/exchange/__init__.py", "from ..casebook import keep\n", "not an arrow"),
    (broken_arrows, "protocol/exchange/journal.py", "import protocol.exchange.mqtt\n", "only node.app and hub.app may"),
    (broken_arrows, "node/desk.py", "from protocol.exchange import mqtt\n", "only node.app and hub.app may"),
    (
        broken_arrows,
        "node/desk.py",
        "from protocol.exchange.link import Link\n",
        "only protocol.exchange and protocol.office and node.app",
    ),
    (broken_arrows, "node/desk.py", "import paho.mqtt.client as mqtt\n", "only protocol.exchange.mqtt may"),
    (broken_arrows, "hub/app.py", "def f():\n    import amqtt.broker\n", "only hub.embedded_broker may"),
    (broken_arrows, "node/desk.py", "from starlette.requests import Request\n", "only protocol.console"),
    (broken_arrows, "node/web/pages.py", "from protocol.exchange.link import Link\n", "not an arrow"),
    (broken_arrows, "node/desk.py", "from node.web import pages\n", "only node.app may"),
    (broken_arrows, "node/web/pages.py", "from node.app import Station\n", "only node.cli may"),
    (broken_arrows, "provisioning/revive.py", "from hub import stations\n", "not an arrow"),
    (broken_arrows, "provisioning/revive.py", "import requests\n", "not in LIBRARIES"),
    (broken_arrows, "node/desk.py", "from importlib import import_module\n", "cannot be checked"),
    (
        broken_arrows,
        "node/desk.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from hub.intake import Case\n",
        "the two ends meet on the wire only",
    ),
    (import_circles, "node/desk.py", "import node.cases\n", "node.cases -> node.desk -> node.cases"),
    (async_outside_the_bridge, "node/desk.py", "async def submit():\n    pass\n", "node/desk.py:1 is async"),
    (catch_alls_inside, "node/desk.py", "try:\n    pass\nexcept Exception:\n    pass\n", "node/desk.py:3"),
    (catch_alls_inside, "node/desk.py", "try:\n    pass\nexcept (OSError, Exception):\n    pass\n", "node/desk.py:3"),
    (catch_alls_inside, "node/desk.py", "try:\n    pass\nexcept:\n    pass\n", "node/desk.py:3"),
    (clocks_read_inside, "node/desk.py", "import datetime\nat = datetime.datetime.now()\n", "reads datetime.now()"),
    (
        constructors_that_start,
        "node/desk.py",
        "class Desk:\n    def __init__(self, courier):\n        courier.start()\n",
        "node/desk.py:3",
    ),
    (long_files, "node/desk.py", "\n" * 401, "node/desk.py has 401 lines"),
]


@pytest.mark.parametrize(("rule", "file", "source", "expected"), BREACHES)
def test_a_broken_wall_is_seen(tmp_path, rule, file, source, expected):
    house = {
        "node/desk.py": "from protocol.store import Store\n",
        "node/cases.py": "from node import desk\n",
        "node/web/pages.py": "from starlette.requests import Request\n",
        "node/app.py": "from protocol.exchange import mqtt\nasync def lifespan():\n    pass\n",
        "hub/intake.py": "import msgspec\n",
        "protocol/store.py": "try:\n    pass\nexcept BaseException:\n    raise\n",
        "protocol/exchange/mqtt.py": "import paho.mqtt.client\n",
        "protocol/exchange/__init__.py": "",
        "protocol/exchange/link.py": "",
        "protocol/casebook.py": "",
        "protocol/cases/fold.py": "from protocol.errors import Refused\n",
        "protocol/errors.py": "",
    }
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    for name, text in house.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [finding for each in RULES for finding in each(tmp_path)] == [], "the house was not sound to begin with"

    (tmp_path / file).write_text(source)

    assert any(expected in finding for finding in rule(tmp_path)), rule(tmp_path)
