"""A fault of ours as a line of the log: its kinds and where in the code it came from, never its words.

An exception quotes what it stumbled over, and that is now and then a citizen's name or number: an enumeration that
was told another word, a day that is none. So nobody logs a traceback of what came in a form, a letter or a case.
"""

from __future__ import annotations

import traceback

FRAMES_LOGGED = 6


def fault(why: BaseException) -> str:
    """`KeyError from ValueError at=b.py:7 g < a.py:3 f`: it and its causes, and the innermost places."""
    kinds, cause = [type(why).__name__], why.__cause__ or why.__context__
    while cause is not None and len(kinds) < FRAMES_LOGGED:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(why.__traceback__)[-FRAMES_LOGGED:]
    places = " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
    return f"{' from '.join(kinds)} at={places}"
