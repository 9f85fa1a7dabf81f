"""What every template of a console must hold; node and hub call these on their own folders."""

from __future__ import annotations

import re
from pathlib import Path

HAN = re.compile(r"[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]|[\U00020000-\U0003ffff]")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_KEY = re.compile(r"""(?<!\w)(?:_|say)\(\s*["']([\w.-]+)["']\s*[,)]""")
_ELSEWHERE = re.compile(r"""(?:https?:)?//[\w.-]+\.\w""")
_INLINE = re.compile(
    r"""<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|hx-vals=["']js:|hx-trigger="[^"]*\["""
)


def templates(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def keys_named(folder: Path) -> set[str]:
    """Keys that templates and Python files under `folder` name as a whole."""
    files = [*folder.rglob("*.html"), *folder.rglob("*.py")]
    return {key for path in files for key in _KEY.findall(path.read_text())}


def raw_han(folder: Path) -> list[str]:
    """Lines of templates with Chinese outside a comment: words belong into the table of texts."""
    found = []
    for path in templates(folder):
        text = _COMMENT.sub("", path.read_text())
        found += [f"{path.name}: {line.strip()}" for line in text.splitlines() if HAN.search(line)]
    return found


def not_allowed(folder: Path) -> list[str]:
    """Inline script or style (our CSP stops them), and anything that points at another host."""
    found = []
    for path in [*templates(folder), *folder.rglob("*.css")]:
        for line in _COMMENT.sub("", path.read_text()).splitlines():
            if _INLINE.search(line) or _ELSEWHERE.search(line):
                found.append(f"{path.name}: {line.strip()}")
    return found
