"""What the server says of a painting to come counts only for what is chosen now; installing tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from restyle_client import Estimate, InstallProgress, JobRequest, RestyleError, ServerInfo, Style
from restyle_editor.background import Background
from restyle_editor.status import Estimates, ServerStatus, install

FIRST, SECOND = (cast("JobRequest", name) for name in ("first", "second"))
INFO = cast("ServerInfo", object())
MIB = 1 << 20


class Later:
    """In the place of a Background: answers when it is told to."""

    def __init__(self, session: object) -> None:
        self._session = session
        self._waiting: list[Callable[[], None]] = []

    def ask(self, question: Callable[[Any], Any], answer: Callable[[Any], None], failed: Callable[[str, BaseException], None]) -> None:
        def act() -> None:
            try:
                found = question(self._session)
            except RestyleError as error:
                failed(str(error), error)
            else:
                answer(found)

        self._waiting.append(act)

    def tell(self, listener: Callable[[Any], None], news: Any) -> None:
        listener(news)

    def answer(self, which: int = 0) -> None:
        self._waiting.pop(which)()

    @property
    def background(self) -> Background:
        return cast("Background", self)


class Session:
    """error: what every question ends with."""

    def __init__(self, error: RestyleError | None = None) -> None:
        self._error = error

    def estimate(self, request: JobRequest) -> Estimate:
        if self._error is not None:
            raise self._error
        return cast("Estimate", f"of the {request}")

    def install_weights(self, weights_id: str, on_event: Callable[[InstallProgress], None]) -> None:
        assert weights_id == "vgg19"
        for step, done, total in (("downloading", 0, 0), ("downloading", 100 * MIB, 400 * MIB), ("converting", 500 * MIB, 400 * MIB)):
            on_event(InstallProgress(done, total, step))
        if self._error is not None:
            raise self._error

    def info(self) -> ServerInfo:
        return INFO


@pytest.fixture
def told() -> list[Any]:
    return []


@pytest.mark.parametrize("which", [0, 1], ids=["the first answers first", "the first answers last"])
def test_only_the_last_question_is_answered(told: list[Any], which: int) -> None:
    later = Later(Session())
    estimates = Estimates(later.background)
    for request in (FIRST, SECOND):
        estimates.ask(request, told.append, told.append)
    later.answer(which)
    later.answer()
    assert told == ["of the second"]


def test_a_refusal_of_what_was_chosen_before_is_not_told_either(told: list[Any]) -> None:
    later = Later(Session(RestyleError("It is too large; choose a smaller size.")))
    estimates = Estimates(later.background)
    estimates.ask(FIRST, told.append, told.append)
    estimates.renew()
    estimates.ask(SECOND, told.append, told.append)
    later.answer()
    assert told == []
    later.answer()
    assert told == ["It is too large; choose a smaller size."]


def test_nothing_is_told_once_something_else_is_chosen(told: list[Any]) -> None:
    later = Later(Session())
    estimates = Estimates(later.background)
    estimates.ask(FIRST, told.append, told.append)
    estimates.renew()
    later.answer()
    assert told == []


@pytest.mark.parametrize("error", [None, RestyleError("The download broke off; try again.")])
def test_installing_is_told_in_words_and_as_a_share_and_ends_one_way(told: list[Any], error: RestyleError | None) -> None:
    later = Later(Session(error))
    ended: list[Any] = []
    install(later.background, lambda words, share: told.append((words, share)), ended.append, lambda *problem: ended.append(problem))
    later.answer()
    assert [share for _, share in told] == [None, 0.25, 1.0]
    assert "100 MiB of 400 MiB" in told[1][0]
    assert ended == [INFO if error is None else (str(error), error)]


def test_while_several_styles_are_added_the_library_is_asked_for_once_at_a_time() -> None:
    class Library:
        listed = 0

        def add_style(self, file: bytes, *, title: str) -> Style:
            return Style(title, title)

        def styles(self, *, thumbnails: bool) -> list[Style]:
            self.listed += 1
            return []

    library, chosen = Library(), []  # type: Library, list[str]
    later = Later(library)
    status = ServerStatus(later.background, lambda: None, lambda *_: None)
    for number in range(5):
        status.add_style(b"", f"style-{number}", chosen.append)
    for _ in range(5):
        later.answer()
    assert len(chosen) == 5
    later.answer()
    later.answer()
    assert (library.listed, later._waiting) == (2, [])
