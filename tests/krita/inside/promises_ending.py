"""What becomes of a painting that ends before its time: cancelled, stopped, its image closed, its layer deleted, its server failing."""

from __future__ import annotations

from typing import Any

import pytest
import restyle_client as client
from painted import OPAQUE, Until, paint
from restyle import strings
from restyle.host import layers
from restyle.packages import Failure, Phase


def test_cancel_leaves_nothing_and_says_so(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    session.hold = True
    painting = shop.paint(document, document.active)
    until(lambda: painting.phase is Phase.RUNNING)
    shop.cancel(layers.id_of(document))
    until(lambda: painting.over)
    assert painting.phase is Phase.CANCELLED
    assert [node.name() for node in document.root.children] == ["photo"]


def test_stop_and_keep_places_what_there_is(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    session.hold = True
    painting = shop.paint(document, document.active)
    until(lambda: painting.can_finish)
    shop.finish(layers.id_of(document))
    until(lambda: painting.over)
    assert painting.phase is Phase.DONE
    assert "early" in painting.text


def test_cancel_in_one_image_does_not_touch_another(shop: Any, image: Any, until: Until, session: Any) -> None:
    one, other = image(), image()
    one.layer("a", OPAQUE)
    other.layer("b", OPAQUE)
    session.hold = True
    first, second = shop.paint(one, one.active), shop.paint(other, other.active)
    until(lambda: first.phase is Phase.RUNNING and second.phase is Phase.RUNNING)
    shop.cancel(layers.id_of(one))
    until(lambda: first.over)
    assert not second.over
    session.release.set()
    until(lambda: second.over)
    assert len(other.root.children) == 2


def test_a_layer_is_painted_once_at_a_time(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    session.hold = True
    painting = shop.paint(document, document.active)
    with pytest.raises(Failure, match="already"):
        shop.paint(document, document.active)
    session.release.set()
    until(lambda: painting.over)


def test_closing_the_image_ends_its_painting_alone(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    session.hold = True
    painting = shop.paint(document, document.active)
    until(lambda: painting.phase is Phase.RUNNING)
    document.close()
    shop.close_documents()
    until(lambda: painting.over)
    assert painting.phase is Phase.CANCELLED


def test_an_image_closed_at_the_last_moment_gets_a_sentence(shop: Any, image: Any, until: Until, session: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(shop, "close_documents", lambda: None)  # the last look at what is open was before
    document = image()
    document.layer("photo", OPAQUE)
    session.hold = True
    painting = shop.paint(document, document.active)
    document.close()
    session.release.set()
    until(lambda: painting.over)
    assert (painting.phase, painting.text) == (Phase.FAILED, strings.IMAGE_GONE)


def test_a_deleted_source_leaves_the_painting_on_top(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    below = document.layer("photo", OPAQUE)
    session.hold = True
    painting = shop.paint(document, below)
    until(lambda: painting.phase is Phase.RUNNING)
    below.remove()
    session.release.set()
    until(lambda: painting.over)
    assert [node.name() for node in document.root.children] == ["Woodcut · photo"]
    assert strings.SOURCE_GONE in painting.notes


def test_a_failed_job_is_told_in_its_own_words(shop: Any, image: Any, until: Until, session: Any) -> None:
    document = image()
    document.layer("photo", OPAQUE)
    session.error = client.JobFailed("Choose a size of 256 px or less.", "OUT_OF_MEMORY", client.Job("x", client.JobState.FAILED))
    painting = paint(shop, document, until)
    assert (painting.phase, painting.text) == (Phase.FAILED, "Choose a size of 256 px or less.")


def test_an_unforeseen_error_is_logged_and_told_in_a_sentence(shop: Any, image: Any, until: Until, session: Any) -> None:
    from restyle.packages import log

    document = image()
    document.layer("photo", OPAQUE)
    session.error = ZeroDivisionError("deep inside")
    painting = paint(shop, document, until)
    assert painting.phase is Phase.FAILED
    assert str(log.path()) in painting.text
    assert "deep inside" not in painting.text
    assert "deep inside" in log.path().read_text(encoding="utf-8")


def test_a_failed_painting_keeps_no_pixels_in_memory(shop: Any, image: Any, until: Until, session: Any) -> None:
    import gc
    import weakref

    document = image()
    document.layer("photo", OPAQUE)
    session.error = client.JobFailed("Choose a smaller size.", "OUT_OF_MEMORY", client.Job("x", client.JobState.FAILED))
    gc.collect()
    gc.disable()
    try:
        paint(shop, document, until)
        sent = weakref.ref(session.requests.pop())
        until(lambda: sent() is None)
    finally:
        gc.enable()
