"""The words of both consoles: what the shell says, what cases and errors are called."""

from protocol.console.texts import merged
from protocol.console.translations.cases import CASES
from protocol.console.translations.errors import ERRORS
from protocol.console.translations.instant import INSTANT
from protocol.console.translations.looks import LOOKS
from protocol.console.translations.shell import SHELL
from protocol.console.translations.transfers import TRANSFERS
from protocol.console.translations.verify import VERIFY

SHARED = merged(SHELL, CASES, ERRORS, VERIFY, LOOKS, INSTANT, TRANSFERS)
