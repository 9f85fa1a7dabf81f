"""The press in a process of its own, gone when nobody prints.

The typesetter keeps some 100 MB of fonts for as long as its process lives. A station that printed one
receipt in the morning would carry them all day, so the press runs in a child that ends after a minute
without work; the first print of a burst costs its start, the others a few milliseconds. Whatever
happens to the typesetter happens to that child alone.
"""

from __future__ import annotations

import contextlib
import json
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import IO, Any

from protocol.documents.front import Document
from protocol.documents.press import NO_MARKS, Press
from protocol.errors import Damaged, MicrocenterError, Refused

IDLE_S = 60.0
ANSWER_S = 30.0  # a page that takes longer than this is not coming
_TREE: dict[str, type[MicrocenterError]] = {"refused": Refused, "damaged": Damaged}


class PrintRoom:
    """Used like a Press, by any thread. close() may be called twice; a later print starts the child again."""

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def missing_in(self, data: Mapping[str, object]) -> set[str]:
        """The characters of a document that the fonts here cannot print.

        :raises Damaged: there is no font for Chinese on this machine
        """
        answer, _ = self._ask({"do": "missing", "data": data})
        return set(answer["missing"])

    def print_document(self, document: Document, fill_by_hand: bool = False) -> bytes:
        """The PDF; the same words as Press.print_pdf about what is refused."""
        return self.print_pdf(document.template, document.data(), fill_by_hand)

    def print_pdf(
        self,
        template: str,
        data: Mapping[str, object],
        fill_by_hand: bool = False,
        marks: Mapping[str, object] = NO_MARKS,
    ) -> bytes:
        """As Press.print_pdf()."""
        asked = {"do": "print", "template": template, "data": data, "hand": fill_by_hand, "marks": marks}
        _, pdf = self._ask(asked)
        return pdf

    def close(self) -> None:
        with self._turn:
            self._end()

    def is_open(self) -> bool:
        """Whether the child is there (and its memory in use)."""
        return self._child is not None and self._child.poll() is None

    def _ask(self, question: Mapping[str, object]) -> tuple[dict[str, Any], bytes]:
        line = json.dumps(question, ensure_ascii=True).encode() + b"\n"
        with self._turn:
            try:
                answer, data = self._try(line)
            except (OSError, ValueError):
                # it ended in the very moment in which we asked: once more with a new one
                self._end()
                try:
                    answer, data = self._try(line)
                except (OSError, ValueError) as why:
                    self._end()
                    raise Damaged("damaged.press", why=type(why).__name__) from why
        if "error" in answer:
            raise _TREE[answer["error"].split(".")[0]](answer["error"], **answer["params"])
        return answer, data

    def _try(self, line: bytes) -> tuple[dict[str, Any], bytes]:
        if not self.is_open():
            self._end()
            self._child = subprocess.Popen(  # noqa: S603  our own module, no shell, no argument from outside
                [sys.executable, "-m", "protocol.documents", str(self._idle_s)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the parent; the child ends when its questions do
            )
        assert self._child is not None
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(line)
        self._child.stdin.flush()
        if not select.select([self._child.stdout], [], [], ANSWER_S)[0]:
            raise OSError("no answer")
        head = self._child.stdout.readline()
        answer: dict[str, Any] = json.loads(head)
        data = self._child.stdout.read(answer.get("size", 0))
        if len(data) != answer.get("size", 0):
            raise OSError("half an answer")
        return answer, data

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not flushed has no reader any more
                    pipe.close()
        child.kill()
        child.wait()


def work(questions: IO[bytes], answers: IO[bytes], idle_s: float) -> None:
    """The child: answers until its parent is gone or nobody has asked for `idle_s` seconds."""
    press = Press()
    while select.select([questions], [], [], idle_s)[0]:
        line = questions.readline()
        if not line:
            return
        data = b""
        try:
            asked = json.loads(line)
            if asked["do"] == "print":
                data = press.print_pdf(asked["template"], asked["data"], asked["hand"], asked["marks"])
                answer: dict[str, object] = {"size": len(data)}
            else:
                answer = {"missing": sorted(press.missing_in(asked["data"]))}
        except MicrocenterError as why:
            answer = {"error": why.code, "params": {key: str(value) for key, value in why.params.items()}}
        answers.write(json.dumps(answer).encode() + b"\n" + data)
        answers.flush()
