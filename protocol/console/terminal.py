"""An error as the commands of station and hub show it: in both languages, with the next step.

The words are those of the pages; an installer's command has its own (provisioning/words.py).
"""

from __future__ import annotations

from protocol.console.texts import Lang, Translator
from protocol.console.translations.errors import ERRORS
from protocol.errors import MicrocenterError

_CHINESE, _ENGLISH = Translator(Lang.ZH, ERRORS), Translator(Lang.EN, ERRORS)


def told(error: MicrocenterError) -> str:
    lines = [f"没有完成 not done: {_CHINESE.happened(error)}", f"  {_ENGLISH.happened(error)} ({error.code})"]
    if step := _CHINESE.next_step(error):
        lines.append(f"下一步 next: {step} | {_ENGLISH.next_step(error)}")
    return "\n".join(lines)
