"""Why a bundle could not be built; the person can mend it."""

from __future__ import annotations

__all__ = ["BundleError"]


class BundleError(Exception):
    """The message is a sentence that says what is missing and how to get it."""
