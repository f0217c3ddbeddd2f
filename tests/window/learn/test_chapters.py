"""Every chapter of Learn, driven as a viewer would, its numbers computed again here."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot
from torch.autograd.functional import jacobian

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.learn.chapters import (
    LEFT,
    bring_into_view,
    figures,
    go_to,
    made,
    plain,
    press,
    said,
    scores,
    turn_to,
)
from vitviz.attention.run import trace
from vitviz.domain.interventions import Axis, HeadsOff, Interventions
from vitviz.ui.learn.chapters.ch1_sequence import SequencePage
from vitviz.ui.learn.chapters.ch3_patch_size import ScalePage
from vitviz.ui.learn.chapters.ch4_cost import CostPage
from vitviz.ui.learn.chapters.ch5_query_key import PairPage
from vitviz.ui.learn.chapters.ch6_scaling import ScalingPage
from vitviz.ui.learn.chapters.ch7_softmax_axis import AxisPage
from vitviz.ui.learn.chapters.ch8_output import OutputPage
from vitviz.ui.learn.chapters.ch9_heads import HeadsPage
from vitviz.ui.learn.figures.meeting import arrows
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter


@pytest.fixture
def window(spoken: str, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    return open_vitviz(photo)


@pytest.fixture
def classifying(
    spoken: str, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> MainWindow:
    return open_vitviz(photo, model=classifier_folder)


def near(seats: list[QPointF], point: QPointF) -> int:
    """The seat at a point."""
    gaps = [(seat - point).manhattanLength() for seat in seats]
    assert min(gaps) < 6, "no further than the rim of a seat"
    return gaps.index(min(gaps))


@pytest.fixture
def in_english(open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    """For what no language changes."""
    return open_vitviz(photo)


def test_a_picture_becomes_a_sequence(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitviz.ui.learn.chapters.ch1_sequence.APART_MS", 300)
    page = go_to(qtbot, window, Chapter.SEQUENCE)
    assert isinstance(page, SequencePage)
    assert {"49", "50", "112", "16"} <= set(figures(page.counts))
    assert {"3", "768", "48", "7"} <= set(figures(page.stops))
    press(qtbot, page.play)
    qtbot.waitUntil(lambda: page.slider.value() == page.slider.maximum())
    assert page.falling.isVisible()
    bar = window.panes.bar
    assert bar.isVisible()
    assert bar.isBlank(), "there are no colours it could be of"
    token = 1 + 2 * 7 + 5
    spot = page.falling.tileRect(token).center().toPoint()
    qtbot.mouseClick(page.falling, LEFT, pos=spot)
    wait_idle(qtbot, window)
    assert window.controller.state.token == token
    assert figures(page.place)[-2:] == [str(token), "0"]
    # the convolution, by torch, with what the model was given
    model, run = window.controller.model, made(window)
    assert model is not None
    setup = run.setup
    assert setup.image is not None
    from vitviz.pictures.preprocessing import prepare

    pixels = torch.from_numpy(
        prepare(setup.image, setup.placement, setup.preprocessing)
    )[None]
    conv = next(
        m for m in model.adapter.module.modules() if isinstance(m, torch.nn.Conv2d)
    )
    with torch.no_grad():
        expected = F.conv2d(pixels, conv.weight, conv.bias, stride=16)[0, :, 2, 5]
    shown = page.token.vectors()[0].values
    np.testing.assert_allclose(shown, expected.numpy(), atol=1e-5)
    for _ in range(12):
        qtbot.keyClick(page.token, Qt.Key.Key_Right)
    assert page.token.column() == 11
    assert page.convolution.value() == pytest.approx(float(expected[11]), abs=1e-5)
    press(qtbot, page.play)
    qtbot.waitUntil(lambda: not page.falling.isVisible())
    assert bar.isBlank(), "no map has been spoken of yet"


def test_tiles_fly_from_their_patch_and_keep_their_order(
    qtbot: QtBot, in_english: MainWindow
) -> None:
    window = in_english
    page = go_to(qtbot, window, Chapter.SEQUENCE)
    assert isinstance(page, SequencePage)
    page.slider.setValue(1)
    start = window.panes.picture.scenePointOf(17)
    assert start is not None
    middle = page.falling.tileRect(17).center()
    assert (middle - start).manhattanLength() < 2
    page.slider.setValue(page.slider.maximum())
    rects = [page.falling.tileRect(token) for token in range(50)]
    places = [(round(r.top()), round(r.left())) for r in rects]
    assert places == sorted(places)
    assert len(set(places)) == 50
    area = page.falling.rect().toRectF()
    assert all(area.contains(rect) for rect in rects)
    press(qtbot, window.panes.learn.button(Chapter.COST))
    assert not page.falling.isVisible()
    assert not window.panes.bar.isBlank()


def test_the_patch_slider_runs_the_same_model(qtbot: QtBot, window: MainWindow) -> None:
    page = go_to(qtbot, window, Chapter.PATCH_SIZE)
    assert isinstance(page, ScalePage)
    assert not page.slider.isEnabled(), "only the embedded model has five sizes"
    press(qtbot, page.offer)
    wait_idle(qtbot, window)
    assert not page.offer.isVisible()
    assert page.slider.value() == 2
    for key, patch in (
        (Qt.Key.Key_Right, 28),
        (Qt.Key.Key_Right, 32),
        (Qt.Key.Key_Home, 8),
    ):
        qtbot.keyClick(page.slider, key)
        qtbot.waitUntil(lambda patch=patch: patch in page.seen(), timeout=30_000)  # type: ignore[misc]
        wait_idle(qtbot, window)
        assert made(window).setup.model.patch_size == (patch, patch)
    seen = page.seen()
    expected = {8: 785, 16: 197, 28: 65, 32: 50}
    assert {patch: one.tokens for patch, one in seen.items()} == expected
    for one in seen.values():
        assert one.matrices_bytes == 6 * 6 * one.tokens**2 * 4
        assert one.kept_bytes == 6 * 3 * one.tokens * 192 * 4
        assert one.seconds is not None
    assert {"785", "28", "88.7", "10.9", "197"} <= set(figures(page.table))


def test_cost_is_measured_against_its_prediction(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitviz.lessons.pass_timing.BUDGET_S", 0.01)
    page = go_to(qtbot, window, Chapter.COST)
    assert isinstance(page, CostPage)
    assert {"50", "2,500"} <= set(figures(page.here))
    qtbot.keyClick(page.people, Qt.Key.Key_Right)
    assert page.meeting.people() == 5
    assert "5: 25; 10: 100" in page.meeting.accessibleDescription()
    seats = [QPointF(math.cos(angle), math.sin(angle)) * 40 for angle in range(5)]
    drawn = arrows(seats, QPointF(0, 0), 3)
    ends = [(path.elementAt(0), path.currentPosition()) for path in drawn]
    pairs = {(near(seats, QPointF(a.x, a.y)), near(seats, b)) for a, b in ends}  # type: ignore[attr-defined]
    assert len(drawn) == 25
    assert pairs == {(i, j) for i in range(5) for j in range(5)}, "oneself included"
    turn_to(page.measure)
    assert page.ratios.isVisible()
    growth = (392 + 1) / (196 + 1)
    predicted = [f"{growth**2:.1f}", f"{growth:.1f}"]
    assert figures(page.ratios) == ["196", "392", "197", "393", *predicted]
    press(qtbot, page.measure)
    wait_idle(qtbot, window)
    assert page.timed is not None
    first, second = (
        [one for made in page.timed.rounds for one in made if one.grid == grid]
        for grid in ((14, 14), (14, 28))
    )
    assert len(first) == len(second) >= 2
    assert {t.num_tokens for t in first} == {197}
    assert {t.num_tokens for t in second} == {393}

    def ratios(part: str) -> list[str]:
        found = [
            getattr(b, part) / getattr(a, part)
            for a, b in zip(first, second, strict=True)
        ]
        return [f"{one:.1f}" for one in (np.median(found), min(found), max(found))]

    shown = figures(page.ratios)
    assert shown[:4] == ["196", "392", "197", "393"]
    assert shown[4:8] == ["4.0", *(ratios("attention_s"))]
    assert shown[-3:] == ratios("whole_s")
    assert [t.num_tokens for t in page.chart.timings()] == [50, 197, 393, 785, 1569]
    layers, heads = 4, 3
    written = layers * heads * 50**2 * 4 / 1e3
    assert f"{written:.0f}" in figures(page.memory)
    assert f"{made(window).num_bytes / 1e3:.0f}" in figures(page.memory)


def test_a_query_meets_a_key_number_by_number(qtbot: QtBot, window: MainWindow) -> None:
    page = go_to(qtbot, window, Chapter.QUERY_KEY)
    assert isinstance(page, PairPage)
    press(qtbot, page.chips.chip(1))
    press(qtbot, page.click.button("query"))
    click_patch(qtbot, window, 3, 2)
    query = 1 + 3 * 7 + 2
    assert window.controller.state.token == query
    press(qtbot, page.click.button("key"))
    weights = scores(window, 3, 1).softmax(-1)[query]
    best = int(weights[1:].argmax()) + 1
    worst = int(weights[1:].argmin()) + 1
    for key in (best, worst):
        click_patch(qtbot, window, *divmod(key - 1, 7))
        assert window.controller.state.token == query
        assert window.controller.state.learn.key == key
    capture = made(window).capture(3)
    q, k = capture.q[1, query].numpy(), capture.k[1, worst].numpy()
    shown = page.bars.vectors()
    np.testing.assert_array_equal(shown[0].values, q)
    np.testing.assert_array_equal(shown[1].values, k)
    np.testing.assert_array_equal(shown[2].values, q * k)
    total = float((q.astype(float) * k).sum())
    weight = float(weights[worst])
    expected = [total, 16, 4, total / 4, weight, weight * 50]
    assert figures(page.chain)[:6] == [said(one) for one in expected]
    bring_into_view(window, page.bars)
    qtbot.mouseMove(page.bars, QPoint(round(page.bars.columnX(7)), 8))
    qtbot.waitUntil(lambda: page.bars.column() == 7)
    assert figures(page.column) == [
        "7",
        *(said(float(one)) for one in (q[7], k[7], (q * k)[7])),
    ]
    # with shift a click chooses the key while clicks choose the query
    press(qtbot, page.click.button("query"))
    click_patch(qtbot, window, 0, 0, Qt.KeyboardModifier.ShiftModifier)
    assert window.controller.state.learn.key == 1
    assert window.controller.state.others == ()


def test_a_query_is_the_token_times_a_matrix(qtbot: QtBot, window: MainWindow) -> None:
    """As the model's own linear layer has it, number by number."""
    click_patch(qtbot, window, 3, 5)
    page = go_to(qtbot, window, Chapter.QUERY_KEY)
    assert isinstance(page, PairPage)
    press(qtbot, page.chips.chip(1))
    wait_idle(qtbot, window)
    model, query = window.controller.model, window.controller.state.token
    assert model is not None
    linear = model.adapter.blocks[3].get_submodule("attention.q_proj")
    entered: list[torch.Tensor] = []
    hook = linear.register_forward_pre_hook(lambda _m, args: entered.append(args[0]))
    image = made(window).setup.image
    assert image is not None
    trace(model, image)
    hook.remove()
    x = entered[0][0, query].double()
    for _ in range(6):
        qtbot.keyClick(page.bars, Qt.Key.Key_Right)
    weight = linear.get_parameter("weight").detach()[16 + 5].double()  # of head 1
    bias = linear.get_parameter("bias").detach()[16 + 5].double()
    np.testing.assert_allclose(page.making.vectors()[0].values, x, atol=1e-5)
    np.testing.assert_allclose(page.making.vectors()[1].values, weight, atol=1e-6)
    assert said((weight @ x + bias).item()) in figures(page.origin)
    assert {"5", "48"} <= set(figures(page.origin))


def test_scaling_changes_row_entropy_and_answer(
    qtbot: QtBot, classifying: MainWindow
) -> None:
    window = classifying
    click_patch(qtbot, window, 1, 3)
    page = go_to(qtbot, window, Chapter.SCALING)
    assert isinstance(page, ScalingPage)
    press(qtbot, page.chips.chip(2))
    press(qtbot, page.switch.button(False))
    qtbot.waitUntil(
        lambda: page.outcome.after is not made(window) and bool(page.outcome.after)
    )
    wait_idle(qtbot, window)
    query = window.controller.state.token
    raw = scores(window, 2, 2)[query] * 4  # d_k is 16
    spike, own = raw.softmax(-1), (raw / 4).softmax(-1)

    def entropy(row: torch.Tensor) -> float:
        return float(-(row * row.log()).sum())

    assert page.changed is not None
    np.testing.assert_allclose(page.changed.weights, spike.numpy(), atol=1e-6)
    shown = figures(page.table)
    for row in (own, spike):
        share = entropy(row) / np.log(len(row))
        assert f"{100 * share:.0f}" in shown
        assert said(float(row.max())) in shown
        assert said(float((row * (1 - row)).sum())) in shown
    for divisor in (4, 1):  # what gets through softmax and the division, by autograd
        slope = jacobian(lambda x, by=divisor: (x / by).softmax(-1), raw)  # type: ignore[misc]
        assert said(float(slope.trace())) in shown
    assert entropy(spike) < entropy(own)
    # T is the Lab's: 1 as trained, 1/√d_k = 1/4 without the division
    assert plain(page.table).count("T = 0.25") == 1
    assert page.bars.vectors()[0].name == "T = 1"
    model = window.controller.model
    assert model is not None
    image = made(window).setup.image
    assert image is not None
    expected = trace(model, image, interventions=Interventions(is_scaled=False))
    assert page.outcome.after is not None
    assert page.outcome.after.logits is not None
    assert expected.logits is not None
    np.testing.assert_allclose(page.outcome.after.logits, expected.logits, atol=1e-5)
    shares = torch.from_numpy(expected.logits).softmax(0)
    assert f"{100 * float(shares.max()):.1f}" in figures(page.outcome)
    qtbot.keyClick(page.slider, Qt.Key.Key_End)
    wait_idle(qtbot, window)
    assert page.divisor == pytest.approx(16)
    press(qtbot, page.switch.button(True))
    qtbot.waitUntil(lambda: page.outcome.after is made(window))
    # scores of the first 4, 8 and 16 numbers spread more and more
    capture = made(window).capture(2)
    for width in (4, 8, 16):
        part = capture.k[2, :, :width] @ capture.q[2, query, :width]
        assert said(float(part.std(correction=0))) in figures(page.growth)


def test_a_head_that_spikes_is_proposed(qtbot: QtBot, window: MainWindow) -> None:
    click_patch(qtbot, window, 5, 2)
    page = go_to(qtbot, window, Chapter.SCALING)
    assert isinstance(page, ScalingPage)
    query = window.controller.state.token
    rows = torch.stack(
        [
            (scores(window, layer, head)[query] * 4).softmax(-1)
            for layer in range(4)
            for head in range(3)
        ]
    ).view(4, 3, -1)
    largest = rows.amax(-1)
    entropies = torch.distributions.Categorical(rows).entropy()
    layer, head = divmod(int(entropies.argmin()), 3)
    other = (head + 1) % 3
    press(qtbot, page.chips.chip(other))
    wait_idle(qtbot, window)
    assert figures(page.spike) == [
        "3",
        str(other),
        said(float(largest[3, other])),
        str(layer),
        str(head),
        said(float(largest[layer, head])),
    ]
    press(qtbot, page.show_sharpest)
    wait_idle(qtbot, window)
    assert window.controller.state.layer == layer
    assert window.controller.state.heads.single == head
    assert not page.show_sharpest.isVisible()
    assert page.changed is not None
    press(qtbot, page.switch.button(False))
    wait_idle(qtbot, window)
    expected = float(largest[layer, head])
    assert page.changed.largest == pytest.approx(expected, abs=1e-6)


def test_the_temperature_moves_by_key_from_where_it_was_trained(
    qtbot: QtBot, in_english: MainWindow
) -> None:
    page = go_to(qtbot, in_english, Chapter.SCALING)
    assert isinstance(page, ScalingPage)
    start = page.slider.value()
    for key, by in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Left, 0), (Qt.Key.Key_Left, -1)):
        qtbot.keyClick(page.slider, key)
        assert page.slider.value() == start + by
        assert page.changed is not None
        expected = (page.divisor or 4) / 4
        assert page.bars.vectors()[1].name == f"T = {said(expected)}"
        assert (expected == 1) is (by == 0)


def test_only_the_last_axis_makes_rows_sum_to_one(
    qtbot: QtBot, window: MainWindow
) -> None:
    click_patch(qtbot, window, 4, 4)
    page = go_to(qtbot, window, Chapter.SOFTMAX)
    assert isinstance(page, AxisPage)
    query = window.controller.state.token
    for axis in (Axis.KEYS, Axis.QUERIES, Axis.HEADS):
        press(qtbot, page.switch.button(axis))
        wait_idle(qtbot, window)
        stacked = torch.stack([scores(window, 3, head) for head in range(3)])
        weights = stacked[None].softmax(dim=axis.dim)[0]
        assert figures(page.row_sum)[-1] == f"{float(weights[0, query].sum()):.3f}"
        ends = [
            f"{float(end):.3f}"
            for dim in (-1, -2, 0)
            for end in (weights.sum(dim).min(), weights.sum(dim).max())
        ]
        assert figures(page.table) == ends
        if axis is Axis.HEADS:  # the slip of articles, by its own name
            assert "dim=1" in plain(page.verdict)
            wrong = torch.softmax(stacked[None], dim=1)[0, 0, query].sum()
            assert f"{float(wrong):.1f}" in figures(page.verdict)
        shown = page.maps.maps()[-1].patches.ravel()
        np.testing.assert_allclose(shown, weights[0, query, 1:].numpy(), atol=1e-6)


def test_a_score_becomes_a_weight_in_three_steps(
    qtbot: QtBot, window: MainWindow
) -> None:
    click_patch(qtbot, window, 4, 4)
    page = go_to(qtbot, window, Chapter.SOFTMAX)
    assert isinstance(page, AxisPage)
    row = scores(window, 3, 0)[window.controller.state.token]
    for _ in range(8):
        qtbot.keyClick(page.steps, Qt.Key.Key_Right)
    assert page.steps.column() == 7
    steps = (row[7], row[7].exp(), row.exp().sum(), row.softmax(-1)[7])
    expected = [said(float(one)) for one in steps]
    assert [one for one in figures(page.chain) if one in expected] == expected


def test_more_pixels_make_more_pairs(qtbot: QtBot, window: MainWindow) -> None:
    page = go_to(qtbot, window, Chapter.COST)
    assert isinstance(page, CostPage)
    assert page.side.value() == 0
    assert figures(page.here)[:3] == ["112", "112", "50"]
    for _ in range(2):
        qtbot.keyClick(page.side, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: made(window).setup.placement.model_size == (224, 224))
    wait_idle(qtbot, window)
    tokens = 1 + (224 // 16) ** 2
    assert {f"{tokens}", f"{tokens**2:,}"} <= set(figures(page.here))
    assert page.side.value() == 2


def test_the_output_is_the_sum_of_its_parts(qtbot: QtBot, window: MainWindow) -> None:
    click_patch(qtbot, window, 2, 2)
    page = go_to(qtbot, window, Chapter.OUTPUT)
    assert isinstance(page, OutputPage)
    press(qtbot, page.chips.chip(2))
    query = window.controller.state.token
    weights = scores(window, 3, 2).softmax(-1)[query]
    values = made(window).capture(3).v[2].double()
    lengths = (weights[:, None] * values).norm(dim=1)
    order = lengths.argsort(descending=True)[:6].tolist()
    assert [bar.key for bar in page.parts.bars()] == order
    longest = page.parts.bars()[0].number
    assert longest.endswith(said(float(lengths[order[0]])))
    assert figures(page.shapes)[-4:] == ["1", "3", "50", "16"]
    qtbot.mouseClick(page.parts, LEFT, pos=page.parts.rowRect(0).center().toPoint())
    assert window.controller.state.learn.key == order[0]
    vectors = page.bars.vectors()
    np.testing.assert_allclose(
        vectors[1].values,
        (weights[order[0]] * values[order[0]]).numpy(),
        atol=1e-6,
    )
    np.testing.assert_allclose(vectors[2].values, (weights @ values).numpy(), atol=1e-5)
    click_patch(qtbot, window, 6, 6)
    assert window.controller.state.token == 49


def test_heads_are_joined_by_one_more_matrix(
    qtbot: QtBot, classifying: MainWindow
) -> None:
    """As the model's own projection has it, with all heads and without one."""
    window = classifying
    click_patch(qtbot, window, 2, 4)
    page = go_to(qtbot, window, Chapter.HEADS)
    assert isinstance(page, HeadsPage)
    model, run = window.controller.model, made(window)
    query = window.controller.state.token
    assert model is not None
    block = model.adapter.blocks[2]
    linear = next(
        part for name, part in block.named_modules() if name == "attention.o_proj"
    )
    found: list[torch.Tensor] = []
    entered: list[torch.Tensor] = []

    def keep(
        _part: torch.nn.Module, args: tuple[torch.Tensor], out: torch.Tensor
    ) -> None:
        entered.append(args[0])
        found.append(out)

    hook = linear.register_forward_hook(keep)
    image = run.setup.image
    assert image is not None
    trace(model, image)
    trace(model, image, interventions=Interventions(heads_off=(HeadsOff(2, (1,)),)))
    hook.remove()
    both = ("whole", "without head 1")
    for own, joined, words in zip(found, entered, both, strict=True):
        shown = page.joined.vectors()[1].values
        np.testing.assert_allclose(
            shown, own[0, query].detach().numpy(), atol=1e-5, err_msg=words
        )
        length = float(own[0, query].double().norm())
        assert figures(page.mixing)[-1] == said(length)
        lengths = []
        for head in range(run.num_heads):
            alone = torch.zeros_like(joined)  # (1, N, H·D)
            mine = slice(16 * head, 16 * (head + 1))
            alone[..., mine] = joined[..., mine]
            with torch.inference_mode():
                wrote = linear(alone) - linear(torch.zeros_like(joined))
            lengths.append(float(wrote[0, query].double().norm()))
        shares = {
            str(head): f"{100 * one / sum(lengths):.0f}"
            for head, one in enumerate(lengths)
        }
        assert len(set(shares.values())) == 3, "the heads must differ"
        shown_shares = figures(page.writes)
        assert dict(zip(shown_shares[::2], shown_shares[1::2], strict=True)) == shares
        order = sorted(range(3), key=lambda head: -lengths[head])
        assert [int(head) for head in shown_shares[::2]] == order
        spot = page.maps.mapRect(1).center().toPoint()
        qtbot.mouseClick(page.maps, LEFT, pos=spot)
        wait_idle(qtbot, window)


def test_heads_are_switched_off(qtbot: QtBot, classifying: MainWindow) -> None:
    window = classifying
    page = go_to(qtbot, window, Chapter.HEADS)
    assert isinstance(page, HeadsPage)
    assert {"48", "3", "16"} <= set(figures(page.shapes))
    rows = made(window).row(2, 0)
    for head, small in enumerate(page.maps.maps()):
        np.testing.assert_array_equal(small.patches.ravel(), rows[head, 1:])
    for head in (0, 2):
        spot = page.maps.mapRect(head).center().toPoint()
        qtbot.mouseClick(page.maps, LEFT, pos=spot)
    wait_idle(qtbot, window)
    model, run = window.controller.model, made(window)
    assert model is not None
    image = run.setup.image
    assert image is not None

    def logits(*heads: int) -> torch.Tensor:
        off = Interventions(heads_off=(HeadsOff(2, heads),))
        found = trace(model, image, interventions=off).logits
        assert found is not None
        return torch.from_numpy(found)

    assert page.outcome.after is not None
    assert page.outcome.after.logits is not None
    np.testing.assert_allclose(
        page.outcome.after.logits, logits(0, 2).numpy(), atol=1e-5
    )
    assert "0, 2" in plain(page.outcome)
    assert [one.is_off for one in page.maps.maps()] == [True, False, True]
    press(qtbot, page.all_on)
    wait_idle(qtbot, window)
    assert page.outcome.after is run
    press(qtbot, page.each)
    wait_idle(qtbot, window)
    assert page.effects is not None
    assert run.logits is not None
    whole = torch.from_numpy(run.logits).softmax(0)
    target = int(whole.argmax())
    for head, lost in enumerate(page.effects.values):
        expected = float(whole[target] - logits(head).softmax(0)[target])
        assert lost == pytest.approx(expected, abs=1e-6)
    assert len(page.list.bars()) == 3
