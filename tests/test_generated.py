"""The generated parts of the documents are what the code says; `scripts/docs` writes them."""

from __future__ import annotations

import pytest

from tests.generated import ROOT, generated


@pytest.mark.parametrize(("file", "now", "text"), list(generated()), ids=lambda value: getattr(value, "name", ""))
def test_the_document_says_what_the_code_says(file, now, text):
    assert now == text, f"{file.relative_to(ROOT)} is out of date: run scripts/docs"
