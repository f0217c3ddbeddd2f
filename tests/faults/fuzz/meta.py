"""The text of a training's configuration in OpenMMLab's files, and names of classes."""

from __future__ import annotations

import torch

from vitviz.models.checkpoints.openmmlab import Training, training_of

MODULES = ("vitviz.models.checkpoints.openmmlab",)
IS_JSON = False
_TEXTS = (
    "data_preprocessor=dict(mean=[1.,2,3],std=[4,5,6],to_rgb=True)\n"
    "test_pipeline=[dict(type='ResizeEdge',scale=40,edge='short',backend='pillow',"
    "interpolation='bicubic'),dict(type='CenterCrop',crop_size=32)]",
    "img_norm_cfg=dict(mean=[1,1,1],std=[1,1,1],bgr_to_rgb=False)\n"
    "a=[dict(type='mmcv.Resize',size=(32,-1)),dict(type='CenterCrop',"
    "crop_size=(32,48))]\ndata=dict(test=dict(pipeline=a))",
    "model=dict(backbone=dict(type='VisionTransformer',arch='small',norm_cfg="
    "dict(eps=1e-6),layer_cfgs={'act_cfg':dict(type='QuickGELU')}),"
    "head=dict(type='CSRAClsHead'),data_preprocessor=dict(mean=(-1,0,1)))",
    "a0=[1,1]\na1=[a0,a0]\nmodel=dict(backbone=dict(type=a1,num_heads=0xffff,"
    "arch=dict(num_heads=3),act_cfg=dict(type=b'a')))",
    "test_dataloader=dict(dataset=dict(pipeline=[dict(type='Resize',scale=32,"
    "keep_ratio=False,interpolation='lanczos')]))",
)
SEEDS = [text.encode() for text in _TEXTS]
_TENSORS = {"patch_embed.projection.weight": torch.zeros(8, 3, 4, 4)}


def one(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    meta = {"cfg": text, "CLASSES": text.split(",")}
    found = training_of({"meta": meta}, _TENSORS)
    assert isinstance(found, Training)
    assert found.heads is None or 0 < found.heads <= 1024
    assert found.eps is None or 0 < found.eps < 0.01
    assert all(one.isprintable() for one in found.said)
    prepared = found.preprocessing
    if prepared is not None:
        sides = [*prepared.size]
        if prepared.resize is not None:
            resize = prepared.resize
            sides += resize if isinstance(resize, tuple) else [resize]
        assert all(type(side) is int and 0 < side <= 8192 for side in sides)
