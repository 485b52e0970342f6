"""Compute a value of an object once."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

Given = TypeVar("Given")
Found = TypeVar("Found")


def remembered(compute: Callable[[Given], Found]) -> Callable[[Given], Found]:
    """A function that keeps what it computed of an object for as long as the object lives.

    Objects are told apart by their identity, so they must neither change nor be compared by value.
    """
    known: WeakKeyDictionary[Given, Found] = WeakKeyDictionary()

    @wraps(compute)
    def once(given: Given) -> Found:
        if given not in known:
            known[given] = compute(given)
        return known[given]

    return once
