"""Started by PyScript in the page (web/agent_start.js puts the script element there)."""

import asyncio

from js import codeact_bridge

with open("import_order.txt") as order:
    modules = order.read().split()


async def start() -> None:
    """Serve the page.

    Importing the loop at once would block it, and pages that hold it in a frame: so one module at a time, in the
    order that the bundler wrote down, with a turn for the browser in between.
    """
    for module in modules:
        __import__(module)
        await codeact_bridge.next_turn()
    from codeact_agent.hosts.page import main

    await main()


serving = asyncio.create_task(start())  # noqa: RUF006 - kept by the module
