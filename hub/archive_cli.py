"""The archive at the hub's command: a package checked by anybody, and taken out of the hub's folder.

To verify nothing of a hub is needed: the file, and the district's public key as its office gives it out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from hub.archiving import Archiving
from hub.finished import last_package
from protocol.archive.packing import MAX_PACKAGE_BYTES
from protocol.archive.verifying import Report, Wrong, verify
from protocol.casebook import Casebook
from protocol.cases.case import Case
from protocol.errors import Distrusted, Refused
from protocol.identity import read_authority
from protocol.settings import write_whole
from protocol.store import Store

Command = Callable[..., argparse.ArgumentParser]
SAID = {
    Wrong.NO_PACKAGE: "不是档案包，或者不完整 no archive package, or not whole",
    Wrong.NOT_AS_WRITTEN: "文件之外有改动或者多出的内容 something was changed or added beside the files",
    Wrong.OTHER_DISTRICT: "不是本区签发的名册 not signed by this district's authority",
    Wrong.BAD_SIGNATURE: "区中心的签名不对 the hub's signature does not fit",
    Wrong.NEWER: "由更新的软件制作 made by newer software",
    Wrong.MISSING: "缺少 missing",
    Wrong.ADDED: "多出 added",
    Wrong.CHANGED: "被改动 changed",
    Wrong.BAD_ENTRY: "记录被改动，或者接不上链 the entry was changed, or does not fit its chain",
    Wrong.BAD_PROOF: "服务站的签名证明不对 what the station signed does not fit",
    Wrong.UNPROVED: "没有服务站的签名证明 no signature of the station covers it",
    Wrong.NOT_WHAT_WAS_SAID: "与办理记录不符 does not say what the entries say",
}
_CHECKED = {
    "files": "文件 files",
    "entries": "记录 entries",
    "proofs": "服务站签名 signed letters",
    "acts": "办理步骤 acts",
    "papers": "材料和文书 papers and documents",
}


class Hub(Protocol):
    store: Store
    book: Casebook
    archiving: Archiving


def add_commands(
    under: Any,
    command: Command,
    with_folder: Callable[[argparse.ArgumentParser], argparse.ArgumentParser],
    open_hub: Callable[[Path], AbstractContextManager[Hub]],
) -> None:
    check = command("verify", _verify, "核验档案包 check a package with the district's public key alone", under)
    check.add_argument("file", type=Path, help="档案包 the package")
    check.add_argument(
        "--authority", type=Path, required=True, help="本区公钥文件 authority.pub, the district's public key"
    )
    export = with_folder(
        command("export", lambda options: _export(options, open_hub), "导出档案包 copy a case's package out", under)
    )
    export.add_argument("case", help="办件编号或者标识 number or id of the case")
    export.add_argument("to", type=Path, help="目标文件夹 folder that takes it")


def _verify(options: argparse.Namespace) -> int:
    """What was checked, or each thing that is wrong; 1 if anything is."""
    if options.file.stat().st_size > MAX_PACKAGE_BYTES:
        raise Distrusted("distrusted.archive", why="too large")
    report = verify(options.file.read_bytes(), read_authority(options.authority))
    _tell(report)
    return 0 if report.is_good else 1


def _tell(report: Report) -> None:
    if report.number:
        print(f"办件 case {report.number}, 区 district {report.district}, 制作 made {report.made_at}")
    if report.previous:
        print(f"补充之前的档案包 follows the package {report.previous}")
    if report.is_good:
        counts = ", ".join(f"{words} {report.checked.get(name, 0)}" for name, words in _CHECKED.items())
        print(f"核验通过 genuine and whole: {counts}")
        return
    print(f"核验不通过 not what was made: {len(report.problems)}", file=sys.stderr)
    for problem in report.problems:
        print(f"  {problem.file or '（档案包 package）'}: {SAID[problem.wrong]}", file=sys.stderr)


def _export(options: argparse.Namespace, open_hub: Callable[[Path], AbstractContextManager[Hub]]) -> int:
    with open_hub(options.folder) as hub:
        with hub.store.read() as db:
            row = db.execute("select id from cases where ? in (id, number) limit 1", (options.case,)).fetchone()
            case: Case | None = hub.book.case(db, str(row[0])) if row is not None else None
        last = last_package(case) if case is not None else None
        if case is None or last is None:
            raise Refused("refused.no-case", case=options.case)
        target = options.to / f"{case.number}-{last.package[:8]}.zip"
        write_whole(target, hub.archiving.read(last.package))
    print(f"{target} SHA-256 {last.package}")
    return 0
