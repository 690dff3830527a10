"""Which upstream has which model, under which names. A caller's name is looked up here and goes nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from codeact_server.errors import RequestError
from codeact_server.upstream_settings import Price, Upstream
from codeact_server.upstreams.answer import ModelFacts
from codeact_server.upstreams.dialects import speaks

__all__ = ["Catalogue", "is_name"]

# As providers name models: "meta-llama/Llama-3.1-8B", "qwen2.5:7b", "ft:small@2024". No address, no way up a path.
_NAME = re.compile(r"(?!.*(?://|\.\.))[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}")


def is_name(text: str) -> bool:
    """Tell whether ``text`` looks like the name of a model.

    >>> is_name("openai/gpt-4.1:free"), is_name("openai/http://10.0.0.1/"), is_name("../files")
    (True, False, False)
    """
    return _NAME.fullmatch(text) is not None


class Catalogue:
    """The upstreams' models, as the settings tell of them."""

    def __init__(self, upstreams: Sequence[Upstream]) -> None:
        self._upstreams = sorted(upstreams, key=lambda each: each.fallback)

    def candidates(self, dialect: str, model: str) -> list[tuple[Upstream, str]]:
        """Give the upstreams to be asked for ``model``, in order, each with its own name for it.

        ``dialect`` is that of the request. An upstream without a list takes whatever looks like a name, if none
        lists it; the first such is asked. Raises RequestError 404.
        """
        speaking = [each for each in self._upstreams if each.dialect == speaks(dialect)]
        listed = [(each, each.aliases.get(model, model)) for each in speaking if _lists(each, model)]
        if listed:
            return listed
        if is_name(model) and (unlisted := [each for each in speaking if not each.models]):
            return [(unlisted[0], model)]
        shown = f"`{model}`" if is_name(model) else "of that name"
        message = f"There is no model {shown} here; /v1/models lists those there are."
        raise RequestError(404, "model_not_found", message)

    def price(self, dialect: str, model: str) -> Price | None:
        """Give the first price that the settings tell of those who would be asked; None where they tell none."""
        try:
            asked = self.candidates(dialect, model)
        except RequestError:
            return None
        prices = (upstream.price.get(name) for upstream, name in asked)
        return next((price for price in prices if price is not None), None)

    def facts(self, upstream: Upstream, names: Iterable[str]) -> list[ModelFacts]:
        """Tell of each model of ``names``, then of the aliases."""
        told = [*((name, name) for name in names), *upstream.aliases.items()]
        return [
            ModelFacts(
                name=name,
                upstream=upstream.name,
                dialect=upstream.dialect,
                price=upstream.price.get(model),
                context_window=upstream.context_window.get(model),
                takes_images=model in upstream.takes_images,
            )
            for name, model in told
        ]


def _lists(upstream: Upstream, model: str) -> bool:
    return model in upstream.models or model in upstream.aliases
