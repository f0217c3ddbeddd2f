"""Files of OpenMMLab's libraries: rows, logits, classes and input as it has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import PIL.Image
import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.openmmlab import (
    CLASSES,
    PATCH,
    SIDE,
    WIDTH,
    Classifier,
    Layer,
    Old,
)
from tests.models.sharpen import require_sharp
from tests.models.test_folder_kinds import made_input
from tests.models.test_folder_pixels import photo
from vitviz.errors import CheckpointError

NAMES = tuple(f"class {letter}" for letter in "abcde")
# As mmengine writes it: the text of a Python file.
CONFIG = """
data_preprocessor = dict(
    mean=[127.5, 120.0, 110.0],
    num_classes=5,
    std=[127.5, 60.0, 50.0],
    to_rgb={rgb})
model = dict(
    backbone=dict(
        {arch},
        layer_cfgs=dict(act_cfg=dict(type='{act}')),
        norm_cfg=dict(eps={eps}, type='LN'),
        type='VisionTransformer'),
    head=dict(in_channels=128, num_classes=5, type='{head}'),
    type='ImageClassifier')
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(backend='pillow', edge='short', interpolation='bicubic', scale=40,
         type='ResizeEdge'),
    dict(crop_size=32, type='CenterCrop'),
    dict(type='PackInputs'),
]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline, type='CustomDataset'))
work_dir = './work_dirs/mine'
"""
PARTS = {
    "rgb": "True",
    "arch": "arch=dict(embed_dims=128, num_heads=2, num_layers=2)",
    "act": "GELU",
    "eps": "1e-06",
    "head": "VisionTransformerClsHead",
}


def config(**parts: str) -> str:
    return CONFIG.format(**{**PARTS, **parts})


def randomised(network: nn.Module) -> Any:  # noqa: ANN401
    torch.manual_seed(5)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            is_norm = parameter.dim() == 1 and name.endswith("weight")
            parameter.normal_(float(is_norm), 0.15)
        for part in network.modules():
            if isinstance(part, Layer | Old):
                for name, parameter in part.named_parameters():
                    if name.endswith(("qkv.weight", "in_proj_weight")):
                        parameter[: 2 * WIDTH] *= 1.5
    return network.eval()


def pixels(height: int = SIDE, width: int = SIDE) -> Tensor:
    return torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(8))


def saved(network: Classifier, folder: Path, **beside: object) -> Path:
    path = folder / "epoch_100.pth"
    state = {name: t.clone() for name, t in network.state_dict().items()}
    torch.save({"state_dict": state, **beside}, path)
    return path


def require_equal(model: vitviz.Model, network: Classifier, x: Tensor) -> None:
    """Hold rows and logits of a file against the network that it was saved from."""
    trace = vitviz.trace(model, x)
    with torch.no_grad():
        logits = network(x)
    matrices = network.backbone.seen
    require_sharp(torch.stack(matrices))
    assert trace.num_layers == len(matrices)
    worst = 0.0
    for layer, matrix in enumerate(matrices):
        assert trace.num_heads == matrix.shape[0]
        for head in range(matrix.shape[0]):
            ours = torch.as_tensor(trace.matrix(layer, head))
            worst = max(worst, float((ours - matrix[head]).abs().max()))
    assert worst < 1e-5
    if model.info.has_head:
        torch.testing.assert_close(
            torch.as_tensor(trace.logits), logits[0], rtol=1e-4, atol=1e-4
        )


KINDS: dict[str, dict[str, Any]] = {
    "mmpretrain": {},
    "mmcls, LinearClsHead": {"place": "fc"},
    "distilled": {"has_dist": True},
    "DINOv2": {"has_scale": True},
    "DINOv2 giant": {"has_scale": True, "is_gated": True},
    "mean, one norm": {"pooled": True, "ends": ("ln2",)},
    "mean, two norms": {"pooled": True, "ends": ("ln1", "ln2")},
    "mmcls before 0.15": {"style": "old"},
    "mmcv's attention": {"style": "joint"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_classifier_opens_with_its_classes(kind: str, tmp_path: Path) -> None:
    network = randomised(Classifier(**KINDS[kind]))
    path = saved(network, tmp_path, meta={"dataset_meta": {"classes": NAMES}})
    model = vitviz.load_model(path, device="cpu")
    assert model.info.labels == NAMES
    require_equal(model, network, pixels())


def test_a_backbone_of_a_segmentation_has_no_norm_behind_it(tmp_path: Path) -> None:
    network = randomised(Classifier(style="joint", ends=()))
    state = {
        name: t.clone()
        for name, t in network.state_dict().items()
        if name.startswith("backbone.")
    }
    state |= {
        "decode_head.conv_seg.weight": torch.ones(19, 8, 1, 1),
        "decode_head.up_convs.0.0.conv.weight": torch.ones(8, WIDTH, 3, 3),
        "auxiliary_head.0.conv_seg.weight": torch.ones(19, 8, 1, 1),
    }
    meta = {"CLASSES": ("road", "sky"), "PALETTE": [[1, 2, 3]], "mmseg_version": "0.30"}
    path = tmp_path / "setr.pth"
    torch.save({"meta": meta, "state_dict": state}, path)
    model = vitviz.load_model(path, device="cpu")
    assert not model.info.has_head
    assert any(name.startswith("decode_head.") for name in model.info.set_aside)
    require_equal(model, network, pixels())


def test_clip_has_its_activation_and_epsilon_from_the_configuration(
    tmp_path: Path,
) -> None:
    network = randomised(Classifier(is_clip=True, eps=1e-3))
    meta = {"cfg": config(act="mmpretrain.QuickGELU", eps="0.001")}
    path = saved(network, tmp_path, meta=meta)
    require_equal(vitviz.load_model(path, device="cpu"), network, pixels())


@pytest.mark.parametrize("arch", ["arch=dict(num_heads=8)", "arch='s'", "num_heads=8"])
def test_heads_are_those_of_the_configuration(arch: str, tmp_path: Path) -> None:
    network = randomised(Classifier(heads=8))
    path = saved(network, tmp_path, meta={"cfg": config(arch=arch)})
    model = vitviz.load_model(path, device="cpu")
    require_equal(model, network, pixels())
    assert "8 heads (as meta says)" in model.info.assumed


def test_a_training_of_mmengine_holds_more_than_tensors(tmp_path: Path) -> None:
    network = randomised(Classifier())
    averaged = {f"module.{n}": t * 0.5 for n, t in network.state_dict().items()}
    path = saved(
        network,
        tmp_path,
        meta={"dataset_meta": {"classes": NAMES}, "epoch": 3, "seed": 1},
        ema_state_dict={"steps": torch.tensor(5), **averaged},
        optimizer={"state": {0: {"exp_avg": torch.ones(3)}}, "param_groups": []},
        param_schedulers=[{"last_step": 3}],
    )
    model = vitviz.load_model(path, device="cpu")
    require_equal(model, network, pixels())
    assert any("ema_state_dict" in one for one in model.info.assumed)


def test_contrasted_networks_take_the_trained_one(tmp_path: Path) -> None:
    network = randomised(Classifier(heads=4))
    state = {n: t.clone() for n, t in network.backbone.state_dict().items()}
    whole = {f"backbone.{n}": t for n, t in state.items()}
    whole |= {f"momentum_encoder.module.0.{n}": t * 0.5 for n, t in state.items()}
    whole |= {"neck.fc0.weight": torch.ones(8, WIDTH), "head.predictor.fc0.weight":
              torch.ones(8, 8)}  # fmt: skip
    meta = {"cfg": config(arch="arch=dict(num_heads=4)")}
    path = tmp_path / "mocov3.pth"
    torch.save({"meta": meta, "state_dict": whole}, path)
    require_equal(vitviz.load_model(path, device="cpu"), network, pixels())


def test_masked_training_sets_its_decoder_aside(tmp_path: Path) -> None:
    network = randomised(Classifier())
    state = {f"backbone.{n}": t for n, t in network.backbone.state_dict().items()}
    state |= {
        "backbone.mask_token": torch.zeros(1, 1, WIDTH),
        "neck.mask_token": torch.zeros(1, 1, 64),
        "neck.decoder_embed.weight": torch.ones(64, WIDTH),
        "neck.decoder_pos_embed": torch.ones(1, 17, 64),
        "neck.decoder_blocks.0.ln1.weight": torch.ones(64),
        "neck.decoder_blocks.0.attn.qkv.weight": torch.ones(192, 64),
    }
    path = tmp_path / "mae.pth"
    torch.save({"meta": {}, "state_dict": state}, path)
    require_equal(vitviz.load_model(path, device="cpu"), network, pixels())


def test_several_labels_are_read_through_a_sigmoid(tmp_path: Path) -> None:
    network = randomised(Classifier(place="fc"))
    path = saved(
        network, tmp_path, meta={"cfg": config(head="MultiLabelLinearClsHead")}
    )
    model = vitviz.load_model(path, device="cpu")
    assert model.info.problem.value == "multi_label"


@pytest.mark.parametrize("is_rgb", [True, False])
def test_the_input_is_that_of_the_tests_pipeline(is_rgb: bool, tmp_path: Path) -> None:
    network = randomised(Classifier())
    path = saved(network, tmp_path, meta={"cfg": config(rgb=str(is_rgb))})
    model = vitviz.load_model(path, device="cpu")
    for size in ((60, 60), (90, 48), (47, 80)):
        picture = photo(size)
        sides = [int(40 * side / min(size)) for side in size]
        resized = picture.resize((sides[0], sides[1]), PIL.Image.Resampling.BICUBIC)
        left, top = (round((side - 32) / 2) for side in sides)
        part = np.asarray(resized.crop((left, top, left + 32, top + 32)), np.float64)
        part = part if is_rgb else part[..., ::-1]
        wanted = (part - [127.5, 120.0, 110.0]) / [127.5, 60.0, 50.0]
        steps = made_input(model, picture) - torch.from_numpy(wanted).permute(2, 0, 1)
        worst = (steps.abs() * torch.tensor([127.5, 60.0, 50.0])[:, None, None]).max()
        assert float(worst) < 1.05
    assert not any("mean and deviation" in one for one in model.info.assumed)


OLD = """
img_norm_cfg = dict(mean=[10.0, 20.0, 30.0], std=[50.0, 60.0, 70.0], to_rgb=True)
model = dict(type='ImageClassifier', backbone=dict(type='VisionTransformer', arch='b'))
data = dict(test=dict(type='ImageNet', pipeline=[
    dict(type='LoadImageFromFile'),
    dict(type='Resize', size={size}, interpolation='bicubic', backend='{backend}'),
    {crop}
    dict(type='Normalize', **img_norm_cfg),
    dict(type='Collect', keys=['img'])]))
"""


@pytest.mark.parametrize(
    ("size", "crop", "resize", "fit"),
    [
        ("(40, -1)", "dict(type='CenterCrop', crop_size=32),", 40, "CROP"),
        ("(32, 32)", "", None, "SQUEEZE"),
        ("32", "", None, "SQUEEZE"),
        ("40", "dict(type='CenterCrop', crop_size=(32, 32)),", (40, 40), "SQUEEZE"),
    ],
)
@pytest.mark.parametrize("backend", ["pillow", "cv2"])
def test_an_old_configuration_says_the_input(
    size: str, crop: str, resize: object, fit: str, backend: str, tmp_path: Path
) -> None:
    network = randomised(Classifier())
    text = OLD.format(size=size, crop=crop, backend=backend)
    path = saved(network, tmp_path, meta={"config": text})
    model = vitviz.load_model(path, device="cpu")
    own = model.preprocessing
    assert (own.size, own.resize, own.fit.name) == ((32, 32), resize, fit)
    assert own.mean == pytest.approx((10 / 255, 20 / 255, 30 / 255))
    is_said = any("OpenCV" in one for one in model.info.assumed)
    assert is_said == (backend == "cv2")


def test_a_pipeline_that_is_not_followed_is_said(tmp_path: Path) -> None:
    network = randomised(Classifier())
    text = config().replace("type='ResizeEdge'", "type='MyResize'")
    model = vitviz.load_model(saved(network, tmp_path, meta={"cfg": text}))
    assert "the test pipeline in meta is not followed" in model.info.assumed
    assert model.preprocessing.size == (32, 32)


@pytest.mark.parametrize(
    "text",
    [
        "model = __import__('os').system('exit 3')\n" + config(),
        "model = dict(" * 90 + ")" * 90,
        "-" * 100_000,
        "(" * 10_000,
        "x = " + "[" * 5_000,
        "\0",
        "model = dict(backbone=dict(num_heads=-4, arch=7, norm_cfg=3, act_cfg=[]))",
        "model = 5\ndata_preprocessor = [1]\ntest_pipeline = dict()",
        "data_preprocessor = dict(mean=[1, 2, 3], std=[0, 1, 1])",
        "data_preprocessor = dict(mean=[1, 2, 1e999], std=[1, 1, 1])\n"
        "test_pipeline = [dict(type='Resize', scale=10**9)]",
    ],
)
def test_a_configuration_is_data(text: str, tmp_path: Path) -> None:
    network = randomised(Classifier())
    model = vitviz.load_model(saved(network, tmp_path, meta={"cfg": text}))
    require_equal(model, network, pixels())


def test_ones_own_head_of_more_layers_is_set_aside(tmp_path: Path) -> None:
    network = randomised(Classifier())
    state = {n: t for n, t in network.state_dict().items() if "head" not in n}
    state["head.layers.pre_logits.weight"] = torch.ones(8, WIDTH)
    state["head.layers.pre_logits.bias"] = torch.ones(8)
    state["head.layers.head.weight"] = torch.ones(CLASSES, 8)
    state["head.layers.head.bias"] = torch.ones(CLASSES)
    path = tmp_path / "pre.pth"
    torch.save({"state_dict": state}, path)
    model = vitviz.load_model(path, device="cpu")
    assert not model.info.has_head
    assert any("head" in name for name in model.info.set_aside)
    require_equal(model, network, pixels())


def test_positions_of_a_tall_picture(tmp_path: Path) -> None:
    network = randomised(Classifier(grid=(6, 4)))
    path = saved(network, tmp_path)
    model = vitviz.load_model(f"grid=6x4:{path}", device="cpu")
    require_equal(model, network, pixels(6 * PATCH, 4 * PATCH))


def test_beit_of_mmpretrain_is_timms(tmp_path: Path) -> None:
    import timm

    torch.manual_seed(3)
    module = timm.create_model("beit_base_patch16_224", depth=2, num_classes=0)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.05)
    state = {}
    for name, tensor in module.state_dict().items():
        for timms, theirs in (
            ("patch_embed.proj.", "patch_embed.projection."),
            ("fc_norm.", "ln2."),
            ("blocks.", "layers."),
            (".norm1.", ".ln1."),
            (".norm2.", ".ln2."),
            (".mlp.fc1.", ".ffn.layers.0.0."),
            (".mlp.fc2.", ".ffn.layers.1."),
        ):
            name = name.replace(timms, theirs)
        state[f"backbone.{name}"] = tensor.clone()
    for layer in range(2):
        place = f"backbone.layers.{layer}.attn.relative_position_index"
        state[place] = torch.zeros(197, 197, dtype=torch.int64)
    path = tmp_path / "beit.pth"
    torch.save({"meta": {}, "state_dict": state}, path)
    model = vitviz.load_model(f"timm:beit_base_patch16_224={path}", device="cpu")
    x = pixels(224, 224)
    trace = vitviz.trace(model, x)
    found: list[Tensor] = []
    for block in module.eval().blocks:
        block.attn.fused_attn = False
        block.attn.attn_drop.register_forward_pre_hook(
            lambda _m, args: found.append(args[0][0])
        )
    with torch.no_grad():
        cast("Any", module)(x)
    for layer, matrix in enumerate(found):
        for head in (0, 7):
            ours = torch.as_tensor(trace.matrix(layer, head))
            assert float((ours - matrix[head]).abs().max()) < 1e-5


@pytest.mark.parametrize(
    "name",
    [
        "backbone.prompt",
        "backbone.layers.0.attn.qkv.lora_down.weight",
        "backbone.layers.0.attn.attn.lora_up.weight",
    ],
)
def test_what_changes_attention_is_refused(name: str, tmp_path: Path) -> None:
    network = randomised(Classifier())
    state = {**network.state_dict(), name: torch.ones(1, 4, WIDTH)}
    path = tmp_path / "tuned.pth"
    torch.save({"state_dict": state}, path)
    with pytest.raises(CheckpointError, match=r"prompt|lora"):
        vitviz.load_model(path, device="cpu")
