"""The page's own Python: two tools for the model's code, and a button that asks."""

from codeact_agent.page import RunError, agent, tool
from pyscript import document, when

CARS = {"van": 9.5, "small": 5.0}
desk = agent()


@desk.tool
def litres_per_100_km(car: str) -> float:
    """What a car of ours uses. There are: van, small."""
    if car not in CARS:
        raise KeyError(f"we have no {car}; there are: {', '.join(sorted(CARS))}")
    return CARS[car]


@desk.tool
@tool(approval="run")
async def book(car: str, day: str) -> str:
    """Book a car for a day (YYYY-MM-DD). The person is asked first."""
    document.querySelector("#answer").textContent = f"Booked: {car} on {day}."
    return "booked"


@when("click", "#ask")
async def ask(_event: object) -> None:
    """Have the question answered, and show the answer on the page."""
    answer = document.querySelector("#answer")
    answer.textContent = "Working…"
    try:
        result = await desk.run("How many km do 12 litres take each of our cars?")
        answer.textContent = result.text or result.status
    except RunError as error:
        answer.textContent = str(error)


document.documentElement.classList.add("python-runs")
