"""The child of printroom.py; of no use by hand."""

import sys

from protocol.documents.printroom import work

work(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[1]))
