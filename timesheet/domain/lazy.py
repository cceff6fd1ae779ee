"""A property that is computed on first access and then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - it is used as a decorator
    """A replacement for ``functools.cached_property`` without its lock.

    Up to Python 3.11 that lock is shared by all objects of a class, so an object that waits for Jira while it
    computes the value would block the same property of all others.
    """

    def __init__(self, work_out: Callable[[Any], T]) -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        # The next access finds the value on the object itself and does not call this method.
        value = instance.__dict__[self._name] = self._work_out(instance)
        return value
