"""What an operator sees of the catalogue's files at the command."""

from __future__ import annotations

import shutil

import pytest

from hub.cli import main
from protocol.catalogue.reading import load_folder, standard_items
from tests.catalogue.test_items import ITEMS


def test_the_delivered_items_are_checked_without_naming_a_folder(capsys):
    assert main(["catalogue", "check"]) == 0
    assert "0 to correct" in capsys.readouterr().out


def test_a_slip_is_named_with_file_field_and_what_to_do(capsys, tmp_path):
    text = (ITEMS / "P08.v1.yaml").read_text(encoding="utf-8")
    (tmp_path / "P08.v1.yaml").write_text(text.replace("unit: cd", "unit: days", 1), encoding="utf-8")
    assert main(["catalogue", "check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "P08.v1.yaml: limits[0].unit: 'days' is not one of the values" in told
    assert "1 files, 1 to correct" in told


@pytest.mark.parametrize("name", ["items.csv", "items.json"])
def test_what_was_exported_is_imported_as_the_same_items(name, capsys, tmp_path):
    assert main(["catalogue", "export", str(tmp_path / name)]) == 0
    assert main(["catalogue", "import", str(tmp_path / name), "--into", str(tmp_path / "items")]) == 0
    assert load_folder(tmp_path / "items") == standard_items()
    assert main(["catalogue", "import", str(tmp_path / name), "--into", str(tmp_path / "items")]) == 0
    capsys.readouterr()


def test_an_import_overwrites_nobodys_work_unasked(capsys, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    shutil.copy(ITEMS / "P08.v1.yaml", mine)
    before = (mine / "P08.v1.yaml").read_bytes()
    main(["catalogue", "export", str(tmp_path / "a.csv")])
    assert main(["catalogue", "import", str(tmp_path / "a.csv"), "--into", str(mine)]) == 1
    assert "P08.v1.yaml" in capsys.readouterr().err
    assert (mine / "P08.v1.yaml").read_bytes() == before
    assert [file.name for file in mine.iterdir()] == ["P08.v1.yaml"]
    assert main(["catalogue", "import", str(tmp_path / "a.csv"), "--into", str(mine), "--replace"]) == 0
    assert load_folder(mine) == standard_items()


def test_a_foreign_list_becomes_drafts_and_the_check_names_what_they_lack(capsys, tmp_path):
    table = tmp_path / "list.csv"
    table.write_text(
        "id,name,type,legal_basis,statutory_limit,source_flag,materials\n"
        "Z01,犬只登记,行政确认,本市条例,20wd,L,申请表;照片\n",
        encoding="utf-8",
    )
    assert main(["catalogue", "import", str(table), "--into", str(tmp_path / "drafts")]) == 1
    told = capsys.readouterr().out
    assert "Z01.v1.yaml: fields: is missing; add it" in told
    assert "Z01.v1.yaml: materials[1].standard: is missing; add it" in told
    assert "Z01.v1.yaml: limits" not in told
    draft = (tmp_path / "drafts" / "Z01.v1.yaml").read_text(encoding="utf-8")
    assert "name: 犬只登记\n" in draft


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "id, name, legal_basis and statutory_limit"),
        ("id,name,legal_basis,statutory_limit\n../../x,a,b,c\n", "must be letters and digits"),
    ],
)
def test_a_table_that_is_no_list_of_items_writes_nothing(text, says, capsys, tmp_path):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert main(["catalogue", "import", str(tmp_path / "a.csv"), "--into", str(tmp_path / "to")]) == 1
    assert says in capsys.readouterr().err
    assert not (tmp_path / "to").exists()


def test_a_table_of_another_kind_is_refused(capsys, tmp_path):
    assert main(["catalogue", "export", str(tmp_path / "a.xlsx")]) == 1
    assert "must end in .csv or .json" in capsys.readouterr().err
