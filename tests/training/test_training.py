"""The compact weights can be made anew: a short training on random pictures, to its end and with a stop in between."""

from __future__ import annotations

import itertools

import pytest
import torch
from restyle_server.neural import vgg
from restyle_server.neural.calibration import levels
from restyle_server.neural.parameters import Pooling
from restyle_server.training.__main__ import main
from restyle_server.training.classifier import MIRRORED, Classifier, shipped
from restyle_server.training.pictures import Labelled
from restyle_server.training.schedule import MULTIPLE, PHASES, highest_rate, phase, rate
from restyle_server.training.training import Training, UnusableState
from safetensors.torch import load_file, save_file
from training.shards import CLASSES, pictures, write

LARGEST_FILE = 27_000_000  # bytes: what the package can carry


def learned(count=MULTIPLE) -> Labelled:
    made, labels = pictures(count)
    return Labelled(torch.from_numpy(made).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(labels))


def ticking(seconds):
    """A clock that goes on by as much at every look."""
    return itertools.count(0.0, seconds).__next__


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    """With norms that do something."""
    torch.manual_seed(1)
    made = Classifier(CLASSES)
    made.border = MIRRORED
    for norm in made.norms.values():
        for values, low, high in ((norm.weight, 0.5, 1.5), (norm.bias, -0.2, 0.4), (norm.running_mean, -0.3, 0.3), (norm.running_var, 0.5, 2.0)):
            torch.nn.init.uniform_(values, low, high)
    return made.eval()


@pytest.mark.slow
def test_the_folded_network_does_what_the_classifier_does(classifier):
    seen = {}
    handles = [
        classifier.norms[name].register_forward_hook(lambda _m, _i, out, layer=f"relu{name}": seen.update({layer: out.relu()}))
        for name in ("1_1", "3_4", "5_1")
    ]
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        classifier(image)
        found = vgg.Vgg(classifier.folded(), Pooling.MAX, pad_mode=MIRRORED).features(image, list(seen))
    for handle in handles:
        handle.remove()
    for layer, expected in seen.items():
        assert torch.allclose(found[layer], expected, atol=1e-4 * float(expected.abs().max())), layer


@pytest.mark.slow
def test_shipped_weights_load_as_any_others_and_stand_at_their_level(classifier, tmp_path):
    canvas = torch.rand(2, 3, 96, 96)
    save_file(shipped(classifier.folded(), Pooling.MAX, canvas), tmp_path / "w.safetensors")
    assert (tmp_path / "w.safetensors").stat().st_size < LARGEST_FILE
    filters = vgg.load(tmp_path / "w.safetensors")
    assert list(filters)[-1] == "5_1"
    gains = torch.cat(list(levels(filters, Pooling.MAX, canvas).gains.values()))
    assert float(gains[gains > 0].median()) == pytest.approx(1, abs=0.02)  # float16 rounds


def test_every_cell_of_a_canvas_is_named_by_what_stands_in_it():
    torch.manual_seed(0)
    made = Classifier(CLASSES).eval()
    one, other = torch.rand(2, 1, 3, 32, 32)
    canvas = torch.cat((torch.cat((one, other), 3), torch.cat((other, other), 3)), 2)
    with torch.no_grad():
        logits = made(canvas, 2)
        assert logits.shape == (4, CLASSES)
        changed = made(torch.cat((torch.cat((one, other), 3), torch.cat((other, one), 3)), 2), 2)
    moved = (logits - changed).abs().sum(1)
    assert int(moved.argmax()) == 3  # the cell that changed, below on the right


def test_the_recipe_goes_from_small_pictures_to_canvases_and_its_rate_rises_and_falls():
    assert [phase(share) for share in (0.0, 0.3, 0.5, 0.9, 1.0)] == [*PHASES, PHASES[-1]]
    sizes = [one.side * one.cells for one in PHASES]
    assert sizes == sorted(sizes) and sizes[-2] >= 128  # relu5_1 sees 156 px
    assert all(MULTIPLE % one.cells**2 == 0 for one in PHASES)
    rates = [rate(share / 100, highest_rate(144)) for share in range(101)]
    top = rates.index(max(rates))
    assert rates[:top] == sorted(rates[:top]) and rates[top:] == sorted(rates[top:], reverse=True)
    assert 0 < rates[-1] < rates[top] / 100
    assert rates[0] > 0


@pytest.mark.slow
def test_what_there_is_to_learn_is_learned():
    training = Training(learned(), seconds=1.0, batch=12, clock=ticking(0.002))
    losses = [training.step().loss for _ in range(12)]
    assert sum(losses[-3:]) < 0.8 * sum(losses[:3])


@pytest.mark.slow
@pytest.mark.parametrize("now", PHASES)
def test_every_phase_learns_from_whole_canvases(now):
    clock = itertools.chain([0.0], itertools.repeat(now.until - 0.01)).__next__
    training = Training(learned(), seconds=1.0, batch=max(4, now.cells**2), clock=clock)
    before = next(training.classifier.parameters()).detach().clone()
    told = training.step()
    assert (told.phase, told.epochs) == (now, training.seen / MULTIPLE)
    assert not torch.equal(next(training.classifier.parameters()), before)


@pytest.mark.slow
def test_a_kept_training_goes_on_where_it_stood(tmp_path):
    first = Training(learned(), seconds=100.0, batch=12, clock=ticking(1.0))
    for _ in range(2):
        first.step()
    first.keep(tmp_path / "state")
    second = Training(learned(), seconds=100.0, batch=12, seed=5, clock=lambda: 1000.0)
    second.go_on(tmp_path / "state")
    assert (second.seen, second.share) == (first.seen, pytest.approx(0.03, abs=0.011))
    second.keep(tmp_path / "again")
    before, after = load_file(tmp_path / "state"), load_file(tmp_path / "again")
    assert {name.partition(".")[0] for name in before} == {"network", "momentum"}
    assert before.keys() == after.keys()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())


def test_what_is_no_state_is_refused_in_a_sentence(tmp_path):
    training = Training(learned(), seconds=1.0, batch=MULTIPLE)
    (tmp_path / "text").write_text("no state")
    write(tmp_path / "shard.npz", 2)
    for name in ("text", "shard.npz", "missing"):
        with pytest.raises(UnusableState, match="is no state of this training"):
            training.go_on(tmp_path / name)


@pytest.mark.slow
def test_the_command_trains_stops_goes_on_and_writes_weights_that_load(tmp_path, capsys):
    write(tmp_path / "train-0.npz", MULTIPLE)
    write(tmp_path / "val.npz", 9)
    given = [str(tmp_path / "w.safetensors"), "--shards", str(tmp_path / "train-*.npz"), "--validation", str(tmp_path / "val.npz"), "--batch", str(MULTIPLE)]
    assert main([*given, "--minutes", "60", "--stop-after", "0.001"]) == 0
    state = tmp_path / "w.safetensors.state"
    assert str(state) in capsys.readouterr().out
    assert not (tmp_path / "w.safetensors").exists()
    assert main([*given, "--minutes", "0.0005", "--go-on", str(state), "--split", "3"]) == 0
    assert "top1: " in capsys.readouterr().out
    assert list(vgg.load(tmp_path / "w.safetensors"))[-1] == "5_1"
    assert b"".join((tmp_path / f"w.safetensors.{i}").read_bytes() for i in range(3)) == (tmp_path / "w.safetensors").read_bytes()


def test_the_command_refuses_in_a_sentence(tmp_path, capsys):
    shard = str(write(tmp_path / "a.npz", 4))
    needed = ["--validation", shard, "--minutes", "1"]
    assert main([str(tmp_path / "w"), "--shards", str(tmp_path / "none-*.npz"), *needed]) == 1
    assert capsys.readouterr().err.startswith("There are no pictures to learn from")
    assert main([str(tmp_path / "w"), "--shards", shard, *needed, "--go-on", shard]) == 1
    assert "is no state" in capsys.readouterr().err
    for wrong, said in (["--batch", "50"], "multiple of 36"), (["--minutes", "0"], "no number of minutes"), (["--minutes", "soon"], "no number of minutes"):
        with pytest.raises(SystemExit):
            main([str(tmp_path / "w"), "--shards", shard, *needed, *wrong])
        assert said in capsys.readouterr().err
    with pytest.raises(SystemExit):  # before hours of training, not after
        main([str(tmp_path / "missing" / "w"), "--shards", shard, *needed])
    assert "is no folder" in capsys.readouterr().err


def test_pictures_reach_the_network_as_the_engine_shows_them():
    image = torch.rand(1, 3, 4, 4)
    assert torch.allclose(vgg.standardised(image) * torch.tensor(vgg.STD).view(1, 3, 1, 1) + torch.tensor(vgg.MEAN).view(1, 3, 1, 1), image, atol=1e-6)
