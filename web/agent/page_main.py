"""Started by PyScript in the page (web/agent_start.js puts the script element there)."""

import asyncio

from js import codeact_bridge


def import_order() -> list[str]:
    """The loop's modules, each after those it needs, as the bundler wrote them down."""
    with open("import_order.txt") as order:
        return order.read().split()


async def start() -> None:
    """Serve the page. Importing the loop at once would block it, and pages that hold it in a frame: so one module
    at a time, with a turn for the browser in between."""
    for module in import_order():
        __import__(module)
        await codeact_bridge.next_turn()
    from codeact_agent.hosts.page import main

    await main()


serving = asyncio.create_task(start())  # noqa: RUF006 - kept by the module
