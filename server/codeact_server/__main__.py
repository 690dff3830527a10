"""``python -m codeact_server``: the command ``codeact-web``."""

import sys

from codeact_server.cli import main

sys.exit(main())
