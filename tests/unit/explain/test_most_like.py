"""*Most like* against the formula, from features of the library's own forward pass."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.dense import timm_model
from vitviz.domain.likeness import Likeness, ReferenceFeatures
from vitviz.errors import Cancelled, UnsupportedModelError
from vitviz.explain.most_like import reference_features
from vitviz.explain.perturbation import head_effects
from vitviz.models.model import Model
from vitviz.pictures.references import REFERENCES, reference_path
from vitviz.system.paths import resource

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def featureless(prefix: str = "cls", size: tuple[int, int] = (64, 64)) -> nn.Module:
    """Return a sharpened ViT whose answer is a feature: CLS, or a mean of patches."""
    module: Any = timm_model(prefix=prefix, size=size)
    module.reset_classifier(0)
    return module  # type: ignore[no-any-return]


def by_hand(picture: Path, side: int) -> Tensor:
    """Return a picture as torchvision prepares it: shorter side, centre, ImageNet."""
    from torchvision.transforms import v2

    steps = v2.Compose(
        [
            v2.Resize(side, v2.InterpolationMode.BICUBIC, antialias=True),
            v2.CenterCrop(side),
            v2.PILToTensor(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(MEAN, STD),
        ]
    )
    made: Tensor = steps(PIL.Image.open(picture).convert("RGB"))
    return made[None]


def formula(features: np.ndarray[Any, Any], own: np.ndarray[Any, Any]) -> list[float]:
    """Return the cosines of centred vectors, one by one."""
    mean = features.sum(axis=0) / len(features)
    found = []
    for one in features:
        a, b = one - mean, own - mean
        found.append(float(a.dot(b) / np.sqrt(a.dot(a) * b.dot(b))))
    return found


@pytest.mark.parametrize("prefix", ["cls", "registers", "none"])
def test_likenesses_are_the_cosines_of_centred_features(prefix: str) -> None:
    module = featureless(prefix)
    model = vitviz.wrap(module)
    side = model.preprocessing.size[0]
    picture = resource("samples", "kingfisher.jpg")
    found = reference_features(model)
    trace = vitviz.trace(model, picture)
    assert trace.output is not None
    likeness = found.likeness(trace.output)
    assert likeness is not None
    assert found.names == likeness.names == REFERENCES
    with torch.no_grad():
        features = [module(by_hand(reference_path(n), side))[0] for n in REFERENCES]
        own = module(by_hand(picture, side))[0]
    wide = torch.stack(features).double().numpy()
    expected = formula(wide, own.double().numpy())
    np.testing.assert_allclose(likeness.cosines, expected, atol=1e-3)
    assert np.ptp(expected) > 0.3, "else any order would do"
    best = [REFERENCES[i] for i in likeness.order()]
    assert best == sorted(
        REFERENCES, key=lambda n: -likeness.cosines[REFERENCES.index(n)]
    )


def test_the_features_are_made_once_for_one_models_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = featureless()
    model = vitviz.wrap(module)
    passes = []
    own = type(model.adapter).forward

    def counting(adapter: object, pixels: Tensor) -> Tensor:
        passes.append(1)
        return own(adapter, pixels)  # type: ignore[arg-type]

    monkeypatch.setattr(type(model.adapter), "forward", counting)
    first = reference_features(model)
    assert len(passes) == len(REFERENCES)
    again = reference_features(vitviz.wrap(module))
    assert len(passes) == len(REFERENCES)
    np.testing.assert_array_equal(first.values, again.values)
    other = reference_features(vitviz.wrap(copy.deepcopy(module)))
    assert len(passes) == 2 * len(REFERENCES), "not across models"
    np.testing.assert_array_equal(other.values, first.values)
    with torch.no_grad():
        module.get_parameter("patch_embed.proj.weight").mul_(2)
    changed = reference_features(model)
    assert len(passes) == 3 * len(REFERENCES), "trained on meanwhile"
    assert np.abs(changed.values - first.values).max() > 1e-3


def test_a_cancelled_computation_goes_on_where_it_was() -> None:
    model = vitviz.wrap(featureless())
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 6:
            raise Cancelled

    with pytest.raises(Cancelled):
        reference_features(model, check=check)
    assert not model.adapter.module.training
    calls.clear()
    reference_features(model, check=lambda: calls.append(1))
    assert len(calls) == len(REFERENCES) - 5


def test_a_model_with_labels_has_its_classes() -> None:
    with pytest.raises(UnsupportedModelError, match="answers with classes"):
        reference_features(vitviz.wrap(timm_model(prefix="cls")))


def test_heads_are_ranked_by_what_moves_the_likenesses() -> None:
    module: Any = featureless()
    model: Model = vitviz.wrap(module)
    side = model.preprocessing.size[0]
    entered = by_hand(resource("samples", "cat.jpg"), side)
    trace = vitviz.trace(model, entered)
    found = head_effects(model, trace, pixels=entered)
    features = reference_features(model).values.astype(np.float64)
    expected = np.zeros_like(found)
    for layer in range(trace.num_layers):
        for head in range(trace.num_heads):
            changed = copy.deepcopy(module)
            part = slice(32 * head, 32 * (head + 1))
            with torch.no_grad():
                changed.blocks[layer].attn.proj.weight[:, part] = 0
                answers = [m(entered)[0].double().numpy() for m in (module, changed)]
            before, after = (np.array(formula(features, one)) for one in answers)
            expected[layer, head] = np.abs(after - before).mean()
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert expected.max() > 3 * expected.min() > 0


def test_a_feature_that_is_not_finite_is_like_nothing() -> None:
    values = np.eye(3, 5, dtype=np.float32)
    references = ReferenceFeatures(("a", "b", "c"), values)
    assert references.likeness(np.full(5, np.nan, np.float32)) is None
    at_the_mean = references.likeness(values.mean(axis=0))
    assert at_the_mean is not None
    np.testing.assert_allclose(at_the_mean.cosines, 0, atol=1e-6)


def test_ties_keep_their_places_and_a_change_counts_every_picture() -> None:
    one = Likeness(("a", "b", "c"), np.array([0.5, 0.5, -1], np.float32))
    assert one.order() == (0, 1, 2)
    other = Likeness(("a", "b", "c"), np.array([0.5, 0.8, 0], np.float32))
    assert one.change_to(other) == pytest.approx((0.3 + 1) / 3)
    assert other.order() == (1, 0, 2)


def test_the_twelve_pictures_are_there_with_their_licences() -> None:
    folder = resource("references")
    assert len(REFERENCES) == 12
    assert {p.stem for p in folder.glob("*.jpg")} == {*REFERENCES}
    assert sum(p.stat().st_size for p in folder.glob("*.jpg")) <= 400_000
    rows = {
        line.split("`")[1]: line
        for line in (folder / "LICENSE.md").read_text("utf-8").splitlines()
        if line.startswith("| `")
    }
    assert rows.keys() == {f"{name}.jpg" for name in REFERENCES}
    for row in rows.values():
        licence, source = (cell.strip() for cell in row.split("|")[4:6])
        assert licence in ("CC0 1.0", "public domain")
        assert source
