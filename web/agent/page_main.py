"""Started by PyScript in the page (web/session.js puts the script element there)."""

import asyncio

from codeact_agent.hosts.page import main

serving = asyncio.create_task(main())  # noqa: RUF006 - kept by the module
