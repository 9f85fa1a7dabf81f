"""The catalogue's files at the hub's command: checked, brought out as a table, brought in from one.

Nothing here signs or publishes, and no file of a folder is overwritten unasked: what a table brings in
lies beside the other files, for a person to read as a diff. After an import the whole folder is checked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from protocol.catalogue.checking import check_catalogue, file_name
from protocol.catalogue.drafting import draft, is_list
from protocol.catalogue.items import Item
from protocol.catalogue.reading import item_files, load_folder
from protocol.catalogue.tables import from_json, from_rows, is_own, rows_of, to_csv, to_json
from protocol.catalogue.writing import item_to_yaml, plain_to_yaml
from protocol.errors import Refused
from protocol.settings import write_whole

Command = Callable[..., argparse.ArgumentParser]


def add_commands(under: Any, command: Command) -> None:
    folder_help = "事项文件夹；不写即随软件的目录 folder of <code>.v<version>.yaml; without it the delivered items"
    check = command("check", _check, "检查事项文件 check a folder of item files", under)
    check.add_argument("items", type=Path, nargs="?", help=folder_help)
    export = command("export", _export, "导出为表格 write the items as CSV or JSON", under)
    export.add_argument("to", type=Path, help="目标文件 file ending in .csv or .json")
    export.add_argument("--items", type=Path, help=folder_help)
    bring_in = command("import", _import, "从表格导入 write item files out of a CSV or JSON table", under)
    bring_in.add_argument("table", type=Path, help="表格文件 file ending in .csv or .json")
    bring_in.add_argument("--into", type=Path, required=True, help="事项文件夹 folder that takes the item files")
    bring_in.add_argument("--replace", action="store_true", help="替换已有文件 replace files that differ")


def _check(options: argparse.Namespace) -> int:
    return _told(options.items or _delivered())


def _export(options: argparse.Namespace) -> int:
    items = load_folder(options.items or _delivered())
    text = _kind(options.to, {".csv": to_csv, ".json": to_json})(items)
    write_whole(options.to, text.encode(), 0o644)
    print(f"{options.to}: {len(items)} 个事项 items")
    return 0


def _import(options: argparse.Namespace) -> int:
    """What comes in is written first and judged with its whole folder after."""
    files = _kind(options.table, {".csv": _from_csv, ".json": _from_json})(options.table)
    options.into.mkdir(parents=True, exist_ok=True)
    differ = [name for name, text in files.items() if _differs(options.into / name, text)]
    if differ and not options.replace:
        print(f"已有不同的文件 these are there and differ: {' '.join(differ)}", file=sys.stderr)
        print("核对后加 --replace 再导入 look at them, then import with --replace", file=sys.stderr)
        return 1
    for name, text in files.items():
        write_whole(options.into / name, text.encode(), 0o644)
    print(f"{options.into}: 写入 {len(files)} 个文件 {len(files)} files written")
    return _told(options.into)


def _told(folder: Traversable) -> int:
    problems = check_catalogue(folder)
    for problem in problems:
        print(problem)
    wrong = len({problem.file for problem in problems})
    count = len(item_files(folder))
    print(f"{count} 个文件，{wrong} 个需要修改 {count} files, {wrong} to correct")
    return 1 if problems else 0


def _from_csv(table: Path) -> dict[str, str]:
    rows = rows_of(table.name, table.read_bytes())
    if is_own(rows):
        return _written(from_rows(table.name, rows))
    if not is_list(rows[0]):
        raise Refused(
            "refused.catalogue",
            file=table.name,
            field="row 1",
            problem="needs the columns of an export, or at least id, name, legal_basis and statutory_limit",
        )
    drafts = [draft(row) for row in rows]
    for number, one in enumerate(drafts, start=2):
        if not str(one["code"]).isalnum():  # it becomes the name of a file
            raise Refused(
                "refused.catalogue", file=f"{table.name} row {number}", field="id", problem="must be letters and digits"
            )
    return {f"{one['code']}.v{one['version']}.yaml": plain_to_yaml(one) for one in drafts}


def _from_json(table: Path) -> dict[str, str]:
    return _written(from_json(table.name, table.read_bytes()))


def _written(items: list[Item]) -> dict[str, str]:
    for item in items:
        if not item.code.isalnum():
            raise Refused("refused.catalogue", file=item.code, field="code", problem="must be letters and digits")
    return {file_name(item): item_to_yaml(item) for item in items}


def _differs(file: Path, text: str) -> bool:
    return file.exists() and file.read_bytes() != text.encode()


def _delivered() -> Traversable:
    return resources.files("protocol.catalogue") / "items"


def _kind(file: Path, kinds: dict[str, Any]) -> Any:
    """
    :raises Refused: the name ends in nothing that is known here
    """
    made = kinds.get(file.suffix.lower())
    if made is None:
        raise Refused("refused.catalogue", file=file.name, field="name", problem="must end in .csv or .json")
    return made
