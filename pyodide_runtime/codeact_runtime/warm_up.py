"""What is done once, when the boot image is made, so that no session has to: imports and first uses."""

from __future__ import annotations

import collections
import csv
import datetime
import itertools
import math
import random
import re
import sqlite3
import statistics
import string
import textwrap

__all__ = ["warm_up"]

_COMMON = (collections, csv, datetime, itertools, math, random, re, sqlite3, statistics, string, textwrap)


def warm_up() -> None:
    """Import what analysts' code nearly always imports. Called by web/sandbox/image_maker.mjs."""
    assert all(_COMMON)
