"""Owns the promises about what the docker offers beside its first button, in a real Krita: one's own styles, regions, presets, exploring, recent paintings."""

# mypy: ignore-errors

from dataclasses import replace
from pathlib import Path

from krita_bench import HEIGHT, QUICK, STILL, STYLE, WIDTH, above, application, close, docker, entry, image, layer, paint, select, show, trigger, wait
from restyle import strings
from restyle.host import order, source, thumbnails
from restyle.host.api import QtCore, QtGui, QtWidgets
from restyle.host.recipe import StyleChoice
from restyle.model.controller import controller
from restyle.packages import ServerState, presets

HOME = Path("/home/painter")
NIGHT = StyleChoice(library="night", title="Night")


def ready(**size):
    """An image, and the docker beside it with the server's styles."""
    document, below = yield from image(**{"width": 64, "height": 64, "alpha": 1.0, **size})
    dock = docker()
    dock.setVisible(True)
    dock.raise_()
    yield 0.5
    dock.look()
    yield from wait(lambda: controller().server.tiles and controller().server.state is ServerState.READY, what="a server that is ready")
    return document, below, dock


def done(painting):
    yield from wait(lambda: painting.over, what="the painting's end")
    assert painting.phase.value == "done", painting.text


def gray(value):
    return bytes([value, value, value, 255])


def test_the_status_line_tells_state_device_network_and_time():
    document, below, dock = yield from ready()
    yield from paint(below, QUICK, document)  # a server knows how long paintings take once it has done one
    controller().choose(replace(QUICK, preset="standard"))
    yield from wait(lambda: "about" in dock.status.words.toolTip(), what="an estimate")
    words = dock.status.words.toolTip()
    assert words.startswith(strings.SERVER_READY), words
    device = controller().server.info.devices[0].name
    assert device, controller().server.info
    assert device in words, words
    assert strings.NETWORKS["vgg16"] in words, words
    assert dock.status.install.isVisible()  # VGG19 is not
    assert "MiB" in dock.status.install.toolTip()
    return words


def test_a_painting_tells_every_stage_on_its_way():
    document, below, dock = yield from ready(width=256, height=256)
    stages, fractions = [], []
    painting = controller().paint(document, below, replace(QUICK, size=128, preset="standard"))
    forget = controller().listen(lambda: (stages.append((painting.phase.value, painting.text)), fractions.append(painting.fraction)))
    yield from done(painting)
    forget()
    assert fractions[:-1] == sorted(fractions[:-1])
    passed = [phase for phase in dict.fromkeys(phase for phase, _ in stages) if phase not in ("connecting", "queued")]  # which may be over in no time
    assert passed == ["uploading", "running", "downloading", "done"], passed
    assert any("left" in words for phase, words in stages if phase == "running"), stages[-3:]
    assert painting.preview is not None
    assert dock.pages.currentWidget() is dock.making


def test_a_file_a_layer_and_the_clipboard_become_styles_of_ones_own():
    document, below, dock = yield from ready(width=96, height=96)
    dock.add.adding.take([HOME / "photo.png"])
    yield from wait(lambda: controller().recipe.styles[0].title == "photo", what="the file's style")
    mine = controller().recipe.styles[0]
    yield from wait(lambda: any(tile.id == mine.library and tile.picture for tile in controller().server.tiles), what="its picture in the gallery")
    yield from done(controller().paint(document, below, replace(QUICK, styles=(mine,))))
    clipboard = QtWidgets.QApplication.clipboard()
    picture = QtGui.QImage(bytes(range(256)) * 64, 64, 64, QtGui.QImage.Format.Format_RGB32)
    clipboard.setImage(picture)
    yield 0.2
    dock.add.adding.clipboard()
    yield from wait(lambda: controller().recipe.styles[0].title == strings.CLIPBOARD, what="the clipboard's style")
    copied = controller().recipe.styles[0]
    document.setActiveNode(below)
    yield 0.3
    dock.add.adding.layer()
    chosen = controller().recipe.styles[0]
    assert (chosen.layer.name, chosen.library) == ("photo", "")
    yield from done(controller().paint(document, below, replace(QUICK, styles=(chosen,))))
    own = {mine.library, copied.library}
    for style in own:
        controller().server.delete_style(style)
    yield from wait(lambda: not any(tile.id in own for tile in controller().server.tiles), what="their end")


def test_several_styles_are_mixed_by_their_shares():
    document, below, dock = yield from ready()
    controller().choose(replace(QUICK, styles=(STYLE,)))
    dock.gallery.itemSelectionChanged.emit()
    controller().choose_styles((STYLE, NIGHT))
    yield 0.2
    shares = [spin for (_key, field), spin in dock.selected_styles._spins.items() if field == "weight"]
    assert len(shares) == 2
    shares[1].setValue(3.0)
    assert [style.weight for style in controller().recipe.styles] == [1.0, 3.0]
    painting = controller().paint(document, below)
    yield from done(painting)
    assert above(below).name() == "Woodcut + Night · photo"
    made = order.order(document, below, source.find(document, below), controller().recipe)
    assert [(use.source, use.weight) for use in made.request.styles] == [("woodcut", 1.0), ("night", 3.0)]


def test_regions_are_what_layers_and_color_labels_cover():
    document, below, dock = yield from ready()
    left = document.createNode("left", "paintlayer")
    left.setPixelData(gray(90) * (32 * 64), 0, 0, 32, 64)
    group = document.createGroupLayer("group")
    document.rootNode().addChildNode(group, below)
    group.addChildNode(left, None)
    right = document.createNode("right", "paintlayer")
    right.setPixelData(gray(200) * (32 * 64), 32, 0, 32, 64)
    document.rootNode().addChildNode(right, group)
    right.setColorLabel(3)
    document.refreshProjection()
    document.waitForDone()
    document.setActiveNode(below)
    yield 0.6
    offered = {title: region for region, title in order.regions(document)}
    first, second = offered[strings.REGION_LAYER.format(name="group")], offered[strings.REGION_LABEL.format(name=strings.LABELS[3])]
    styles = (replace(STYLE, region=first), replace(NIGHT, region=second))
    made = order.order(document, below, source.find(document, below), replace(QUICK, styles=styles))
    covered = [bytes(use.mask.data) for use in made.request.styles]
    assert covered[0] == (b"\xff" * 32 + bytes(32)) * 64
    assert covered[1] == (bytes(32) + b"\xff" * 32) * 64
    controller().choose(replace(QUICK, styles=styles))
    yield 0.5
    boxes = [box for box in dock.selected_styles.findChildren(QtWidgets.QComboBox) if box.isVisible()]
    assert [box.currentData() for box in boxes] == [first, second], [(box.currentData(), box.count()) for box in boxes]
    yield from paint(below, replace(QUICK, styles=styles), document)


def test_presets_are_saved_offered_and_taken_back():
    _document, _below, dock = yield from ready()
    controller().choose(replace(QUICK, strength=83.0, tv=2.0))
    presets.of_user().save("My evening", presets.settings_of(controller().recipe))
    controller().choose(STILL)
    menu = dock.controls.saved.menu()
    entry(menu, "My evening").trigger()
    assert (controller().recipe.strength, controller().recipe.tv) == (83.0, 2.0)
    assert dock.controls.number.value() == 83
    entry(menu, strings.PRESET_DELETE.format(name="My evening")).trigger()
    menu.aboutToShow.emit()
    assert "My evening" not in [action.text() for action in menu.actions()]


def test_the_draft_that_is_clicked_is_painted_in_full():
    document, below, dock = yield from ready()
    document.setActiveNode(below)
    controller().choose(QUICK)
    dock.explore.click()
    yield from wait(lambda: all(draft.image is not None for draft in dock.exploring.drafts), 240, "six drafts")
    draft = dock.exploring.drafts[4]
    dock.exploring.buttons[4].click()
    yield from wait(lambda: len(document.topLevelNodes()) == 2 and not controller().running(), 240, "the painting")
    assert controller().recipe == draft.variation.recipe
    assert dock.pages.currentWidget() is dock.making
    assert draft.variation.recipe.strength == 80.0


def test_recent_paintings_are_listed_continued_and_deleted_and_their_settings_used():
    document, below, dock = yield from ready()
    before = len(controller().history.recents)
    yield from paint(below, replace(QUICK, strength=70.0), document)
    recents = dock.recent
    dock.tabs.setCurrentIndex(1)
    yield 0.3
    assert dock.pages.currentWidget() is recents
    assert recents.list.count() == before + 1
    newest = controller().history.recents[0]
    assert thumbnails.of_file(controller().history.read(newest.picture)) is not None
    top = yield from layer(document, "top")
    controller().choose(STILL)
    recents.list.setCurrentRow(0)
    recents.take.click()
    assert controller().recipe.strength == 70.0
    assert dock.pages.currentWidget() is dock.making
    document.setActiveNode(top)
    yield 0.5
    controller().choose(replace(QUICK, strength=20.0))
    dock.tabs.setCurrentIndex(1)
    recents.list.setCurrentRow(0)
    recents.resume.click()
    yield from wait(lambda: len(document.topLevelNodes()) == 4 and not controller().running(), what="the continued painting")
    assert controller().paintings[-1].phase.value == "done"
    job, picture = controller().history.recents[0].id, controller().history.recents[0].picture
    recents.list.setCurrentRow(0)
    recents.remove.click()
    assert job not in [recent.id for recent in controller().history.recents]
    assert controller().history.read(picture) is None
    dock.tabs.setCurrentIndex(0)


def test_a_painting_that_krita_would_not_take_is_placed_from_the_recent_ones():
    document, below, dock = yield from ready()
    group = document.createGroupLayer("group")
    document.rootNode().addChildNode(group, below)
    inner = yield from layer(document, "inner", parent=group)
    select(document, 8, 8, 20, 12)
    painting = controller().paint(document, inner, replace(QUICK, preset="standard"))
    yield from wait(lambda: painting.phase.value in ("running", "downloading"), what="running")
    inner.remove()
    document.waitForDone()
    document.setSelection(None)
    yield from wait(lambda: painting.over, what="its end")
    newest = controller().history.recents[0]
    assert newest.title == "Woodcut · inner"
    before = len(document.topLevelNodes())
    dock.tabs.setCurrentIndex(1)
    dock.recent.list.setCurrentRow(0)
    dock.recent.place.click()
    yield from wait(lambda: len(document.topLevelNodes()) == before + 1 and not controller().running(), what="the painting placed")
    new = document.topLevelNodes()[-1]
    assert (new.name(), [mask.type() for mask in new.childNodes()]) == ("Woodcut · inner", ["transparencymask"])
    dock.tabs.setCurrentIndex(0)


def test_restyle_and_explore_take_what_a_painted_layer_was_painted_from():
    document, below, dock = yield from ready()
    yield from paint(below, QUICK, document)
    yield from wait(lambda: document.activeNode().name() == "Woodcut · photo", 20, "the painting chosen by Krita")
    dock.look()
    controller().choose(QUICK)
    yield from wait(lambda: strings.PAINT_AGAIN.format(name="photo") in dock.status.words.toolTip(), 20, "the docker saying so")
    dock.paint.click()
    yield from wait(lambda: len(document.topLevelNodes()) == 3 and not controller().running(), what="the second painting")
    one, two = document.topLevelNodes()[1:]
    assert [node.name() for node in document.topLevelNodes()] == ["photo", "Woodcut · photo", "Woodcut · photo"]
    assert bytes(one.pixelData(0, 0, 64, 64)) == bytes(two.pixelData(0, 0, 64, 64))  # the same source, settings and seed


def test_the_buttons_stay_where_they_are_whatever_is_said():
    _document, _below, dock = yield from ready()
    controller().choose(QUICK)
    dock.setFloating(True)
    for size in ((290, 640), (260, 270)):
        dock.resize(*size)
        yield 0.8
        places = set()
        for words in ("", "Locked.", "One thing went wrong, and this is what to do about it, in words that need several lines. " * 2):
            controller().say(words)
            yield 0.3
            places.add(tuple(dock.mapFromGlobal(each.mapToGlobal(QtCore.QPoint(0, 0))).y() for each in (dock.paint, dock.explore, dock.other)))
        assert len(places) == 1, places
        controller().say("")
    dock.setFloating(False)


def test_a_selection_is_said_and_as_a_style_it_is_what_the_gallery_shows():
    document, below, dock = yield from ready()
    below.setPixelData(bytes([0, 0, 255, 255]) * (64 * 64), 0, 0, 64, 64)
    below.setPixelData(bytes([255, 0, 0, 255]) * (20 * 20), 8, 8, 20, 20)
    select(document, 8, 8, 20, 20)
    note = strings.SELECTION_NOTE.format(width=20, height=20).rstrip(".")
    yield from wait(lambda: dock.look() or dock.status.words.toolTip().startswith(note), 20, "the word of the selection")
    controller().attempt(dock.add.adding.selection)
    yield 0.3
    assert "limits" in dock.status.words.toolTip()
    picture = dock.gallery._icon(dock.gallery.item(0).data(QtCore.Qt.ItemDataRole.UserRole)).pixmap(68, 68).toImage()
    assert {picture.pixelColor(x, y).name() for x in range(20, 48) for y in range(20, 48)} == {"#0000ff"}


def test_continue_goes_on_after_the_file_was_reopened():
    document, below, _ = yield from ready()
    yield from paint(below, QUICK, document)
    path = str(HOME / "continued.kra")
    assert document.saveAs(path)
    yield 0.3
    yield from close(document)
    reopened = application().openDocument(path)
    yield from show(reopened)
    new = next(node for node in reopened.topLevelNodes() if node.name() == "Woodcut · photo")
    reopened.setActiveNode(new)
    yield 0.6
    dock = docker()
    dock.look()
    controller().choose(replace(QUICK, styles=(NIGHT,), strength=35.0))
    entry(dock.other.menu(), strings.CONTINUE).trigger()
    assert controller().complaint == ""
    painting = controller().paintings[-1]
    yield from done(painting)
    assert painting.recipe.styles[0].library == "night"
    assert len(reopened.topLevelNodes()) == 3
    reopened.setActiveNode(new)
    yield 0.6
    entry(dock.other.menu(), strings.USE_SETTINGS).trigger()
    assert controller().recipe == QUICK


def test_tab_goes_through_the_docker_from_top_to_foot():
    _document, _below, dock = yield from ready()
    controller().choose(QUICK)
    dock.controls.more.setChecked(True)
    yield 0.3
    usable = [widget for widget in dock.focus_chain() if widget.isVisible() and widget.isEnabled()]
    assert len(usable) > 12
    found, widget = [usable[0]], usable[0].nextInFocusChain()
    while widget is not usable[0]:
        if widget in usable:
            found.append(widget)
        widget = widget.nextInFocusChain()
    assert found == usable
    dock.controls.more.setChecked(False)


def test_nothing_is_cut_off_in_270_pixels():
    _document, _below, dock = yield from ready()
    controller().choose(QUICK)
    dock.setFloating(True)
    dock.resize(260, 270)
    yield 0.8
    assert (dock.width(), dock.height()) == (260, 270), (dock.width(), dock.height())
    whole = QtCore.QRect(0, 0, 260, 270)
    for widget in (dock.tabs, dock.add, dock.gallery, dock.paint, dock.explore, dock.other, dock.status):
        place = QtCore.QRect(widget.mapTo(dock, QtCore.QPoint(0, 0)), widget.size())
        assert widget.isVisible(), widget
        assert whole.contains(place), (widget, place)
    for button in (dock.paint, dock.explore, dock.recent.take, dock.running.keep):
        assert button.minimumWidth() >= button.fontMetrics().horizontalAdvance(button.text())
    dock.setFloating(False)


def test_the_actions_say_what_they_do():
    yield from ready()
    for name in ("restyle_layer", "restyle_layer_with", "restyle_cancel"):
        assert application().action(name).toolTip() not in ("", application().action(name).text()), name


def test_a_layer_that_blends_is_replaced_with_its_opacity_and_mode():
    document, _, _ = yield from ready(width=WIDTH, height=HEIGHT)
    top = yield from layer(document, "glaze")
    top.setOpacity(128)
    top.setBlendingMode("multiply")
    document.refreshProjection()
    document.waitForDone()
    looks = bytes(document.pixelData(0, 0, WIDTH, HEIGHT))
    painting = yield from paint(top, STILL, document)
    new = above(top)
    assert (new.opacity(), new.blendingMode(), top.visible()) == (128, "multiply", False)
    assert any("hidden" in note for note in painting.notes)
    yield from wait(lambda: bytes(document.pixelData(0, 0, WIDTH, HEIGHT)) == looks, 20, "an image that looks as before")


def test_a_layer_in_a_locked_group_gets_a_sentence_in_the_docker():
    document, below, dock = yield from ready()
    group = document.createGroupLayer("group")
    document.rootNode().addChildNode(group, below)
    inner = yield from layer(document, "inner", parent=group)
    group.setLocked(True)
    document.setActiveNode(inner)
    yield 0.6
    controller().choose(QUICK)
    dock.look()
    yield from trigger("restyle_layer")
    yield 0.3
    assert "“group” is locked" in dock.status.words.toolTip()
    assert dock.isVisible()
    select(document, 0, 0, 4, 4)
    group.setLocked(False)
    controller().complaint = ""
