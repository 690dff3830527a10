"""A small shop: products, prices, weights, stock in three warehouses, shipping and currencies."""

from codeact_agent import tool

_PRODUCTS = {
    "anvil": ("tools", 89.0, 25.0),
    "clamp": ("tools", 14.5, 0.8),
    "drill": ("tools", 129.0, 2.4),
    "hammer": ("tools", 22.0, 1.1),
    "saw": ("tools", 31.5, 0.9),
    "kettle": ("kitchen", 45.0, 1.3),
    "pan": ("kitchen", 38.0, 1.9),
    "whisk": ("kitchen", 6.25, 0.1),
    "lamp": ("home", 54.0, 1.7),
    "rug": ("home", 120.0, 6.5),
    "vase": ("home", 27.5, 1.2),
}
_STOCK = {
    "Lyon": {"anvil": 2, "clamp": 140, "drill": 0, "hammer": 35, "saw": 12, "kettle": 18, "rug": 1, "vase": 9},
    "Porto": {"anvil": 1, "clamp": 60, "drill": 7, "hammer": 0, "saw": 25, "pan": 40, "whisk": 300, "lamp": 4},
    "Gdansk": {"anvil": 0, "clamp": 15, "drill": 11, "hammer": 80, "saw": 3, "kettle": 2, "lamp": 16, "vase": 30},
}
_RATES = {"EUR": 1.0, "USD": 1.1, "PLN": 4.3, "CHF": 0.95}  # for one euro
_SHIPPING = {"France": (4.0, 0.5), "Poland": (3.0, 0.4), "Switzerland": (9.0, 1.2)}


def _known(product: str) -> tuple[str, float, float]:
    if product not in _PRODUCTS:
        raise KeyError("there is no product " + repr(product))
    return _PRODUCTS[product]


@tool
def products(category: str) -> list[str]:
    """Names of the products of a category: tools, kitchen or home."""
    found = sorted([name for name in _PRODUCTS if _PRODUCTS[name][0] == category])
    if not found:
        raise ValueError("no category " + repr(category) + ": there are tools, kitchen and home")
    return found


@tool
def price(product: str) -> float:
    """Price of one piece in euros."""
    return _known(product)[1]


@tool
def weight(product: str) -> float:
    """Weight of one piece in kilograms."""
    return _known(product)[2]


@tool
def stock(product: str, warehouse: str) -> int:
    """Pieces of a product in a warehouse: Lyon, Porto or Gdansk."""
    _known(product)
    if warehouse not in _STOCK:
        raise ValueError("no warehouse " + repr(warehouse))
    return _STOCK[warehouse].get(product, 0)


@tool
def shipping(country: str, kilograms: float) -> float:
    """Euros it costs to send a parcel to France, Poland or Switzerland."""
    if country not in _SHIPPING:
        raise ValueError("nothing is sent to " + repr(country))
    fixed, per_kilogram = _SHIPPING[country]
    return round(fixed + per_kilogram * kilograms, 2)


@tool
def exchange(amount: float, source: str, target: str) -> float:
    """Convert an amount between EUR, USD, PLN and CHF, rounded to cents."""
    for each in (source, target):
        if each not in _RATES:
            raise ValueError("no currency " + repr(each))
    return round(amount / _RATES[source] * _RATES[target], 2)
