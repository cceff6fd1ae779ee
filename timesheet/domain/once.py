"""An attribute that is worked out when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class Once(Generic[T]):
    """``functools.cached_property`` without the lock that Python 3.11 puts around it.

    That lock is one for all objects of a class: while one person's waits for Jira, everybody else's waits too.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work, self._name = work, ""
        self.__doc__ = work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, held: None, owner: type) -> Once[T]: ...

    @overload
    def __get__(self, held: object, owner: type) -> T: ...

    def __get__(self, held: object | None, owner: type) -> Once[T] | T:
        if held is None:
            return self
        value = held.__dict__[self._name] = self._work(held)
        return value
