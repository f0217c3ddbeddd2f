"""Folders of transformers' wrapper around a network of timm's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import vitviz
from tests.models.sharpen import sharpen


@pytest.mark.parametrize("has_classes", [True, False])
def test_the_network_inside_is_opened(has_classes: bool, tmp_path: Path) -> None:
    import transformers

    torch.manual_seed(2)
    config = transformers.TimmWrapperConfig(
        architecture="vit_tiny_patch16_224",
        num_labels=3,
        model_args={"depth": 2, "img_size": 64},
    )
    config.id2label = {0: "cat", 1: "dog", 2: "owl"}
    name = f"TimmWrapper{'ForImageClassification' if has_classes else 'Model'}"
    module: Any = getattr(transformers, name)(config).eval()
    sharpen(module, 3.0)
    module.save_pretrained(tmp_path)
    model = vitviz.load_model(tmp_path, device="cpu")
    x = torch.randn(1, 3, 64, 64)
    trace = vitviz.trace(model, x)
    found: list[Tensor] = []
    for block in module.timm_model.blocks:
        block.attn.fused_attn = False
        block.attn.attn_drop.register_forward_pre_hook(
            lambda _m, args: found.append(args[0][0])
        )
    with torch.no_grad():
        output = module(x)
    assert trace.num_layers == len(found) == 2
    for layer, weights in enumerate(found):
        for head in range(3):
            ours = torch.as_tensor(trace.matrix(layer, head))
            assert float((ours - weights[head]).abs().max()) < 1e-5
    assert model.info.has_head == has_classes
    if has_classes:
        assert model.info.labels == ("cat", "dog", "owl")
        logits = torch.as_tensor(trace.logits)
        torch.testing.assert_close(logits, output.logits[0], rtol=1e-4, atol=1e-4)
