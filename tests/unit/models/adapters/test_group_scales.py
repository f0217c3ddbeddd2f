"""Weights stored in 8 bits, against the format read by numpy alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from safetensors.torch import save
from torch import Tensor

from vitviz.models.adapters.group_scales import in_eight_bits, read_weights


def some_matrix(rows: int = 6, columns: int = 192) -> Tensor:
    torch.manual_seed(3)
    return torch.randn(rows, columns) * torch.logspace(-3, 2, rows)[:, None]


def test_each_number_is_within_half_a_unit_of_its_group(tmp_path: Path) -> None:
    matrix = some_matrix()
    matrix[2, 64:128] = 0
    codes, scales = in_eight_bits(matrix)
    path = tmp_path / "a.safetensors"
    path.write_bytes(save({"a": codes, "a.scale": scales}))
    stored = load_file(path)
    units = np.repeat(stored["a.scale"].astype(np.float64), 64, axis=1) / 4096
    expected = stored["a"].astype(np.float64) * units
    got = read_weights(path.read_bytes())["a"].double().numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    # the scale itself is a half float, of eleven digits in base two
    largest = np.abs(matrix.numpy()).reshape(6, 3, 64).max(-1).repeat(64, axis=1)
    error = np.abs(got - matrix.double().numpy())
    assert (error <= largest / 127 * (0.5 + 127 / 2**11)).all()
    assert error.max() > 0
    assert not got[2, 64:128].any()
    assert np.abs(stored["a"]).max() == 127


def test_other_tensors_are_as_they_are() -> None:
    bias, kernel = torch.randn(5), torch.randn(2, 3, 4, 4).half()
    found = read_weights(save({"bias": bias, "kernel": kernel}))
    assert torch.equal(found["bias"], bias)
    assert torch.equal(found["kernel"], kernel.float())
    assert found["kernel"].dtype == torch.float32


CODES, SCALES = in_eight_bits(some_matrix())


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        pytest.param({"a": CODES}, "a has not a scale", id="no scale"),
        pytest.param({"a": CODES, "a.scale": SCALES[:, :2].contiguous()},
                     "a has not a scale", id="too few"),
        pytest.param({"a": CODES[0], "a.scale": SCALES}, "a has not", id="no matrix"),
        pytest.param({"a": CODES, "a.scale": SCALES * float("nan")}, "no finite",
                     id="nan"),
        pytest.param({"a": CODES, "a.scale": torch.full((6, 3), float("inf"))},
                     "no finite", id="infinite"),
        pytest.param({"a": CODES, "a.scale": torch.ones(6, 3, dtype=torch.int64)},
                     "no finite", id="whole"),
        pytest.param({"a.scale": SCALES}, "scales of nothing: a.scale", id="no codes"),
        pytest.param({"a": torch.ones(2), "a.scale": SCALES}, "not known", id="twice"),
        pytest.param({"a": torch.ones(2, dtype=torch.int16)}, "not known", id="kind"),
        pytest.param({"a": torch.tensor([1.0, float("nan")])}, "no finite", id="plain"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(tensors: dict[str, Tensor], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_weights(save(tensors))


def test_what_is_no_safetensors_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be read as safetensors"):
        read_weights(b"nothing of the kind")
