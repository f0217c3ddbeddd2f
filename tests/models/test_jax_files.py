"""Files of JAX programs: Google's original ViTs (.npz), and Flax's (.msgpack).

The references are timm's own reader of Google's files, and transformers' network that
the file was made of. The files are written by NumPy and by the msgpack package.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.sharpen import require_sharp, sharpen
from vitviz.cli.main import main
from vitviz.errors import VitvizError

WIDTH, HEADS, DEPTH, PATCH, SIDE, CLASSES = 96, 4, 2, 8, 32, 5
Arrays = dict[str, Any]


def google(
    *,
    is_new: bool = False,
    is_stacked: bool = False,
    has_head: bool = True,
    has_pre_logits: bool = False,
) -> Arrays:
    """Random weights in the layout of the published files; `is_new` is big_vision's."""
    rng = np.random.default_rng(4)

    def made(*shape: int, scale: float = 0.15) -> np.ndarray:
        return (rng.normal(size=shape) * scale).astype(np.float32)

    def norm(place: str) -> Arrays:
        return {f"{place}/scale": 1 + made(WIDTH), f"{place}/bias": made(WIDTH)}

    def dense(place: str, *shape: int) -> Arrays:
        return {f"{place}/kernel": made(*shape), f"{place}/bias": made(shape[-1])}

    mha, mlp, second = (0, 0, 1) if is_new else (1, 3, 2)
    channels = WIDTH // HEADS
    blocks = []
    for _ in range(DEPTH):
        block = norm("LayerNorm_0") | norm(f"LayerNorm_{second}")
        attention = f"MultiHeadDotProductAttention_{mha}"
        for name in ("query", "key", "value"):
            scale = 0.15 if name == "value" else 0.4
            kernel = made(WIDTH, HEADS, channels, scale=scale)
            block[f"{attention}/{name}/kernel"] = kernel
            block[f"{attention}/{name}/bias"] = made(HEADS, channels)
        block[f"{attention}/out/kernel"] = made(HEADS, channels, WIDTH)
        block[f"{attention}/out/bias"] = made(WIDTH)
        block |= dense(f"MlpBlock_{mlp}/Dense_0", WIDTH, 2 * WIDTH)
        block |= dense(f"MlpBlock_{mlp}/Dense_1", 2 * WIDTH, WIDTH)
        blocks.append(block)
    found = dense("embedding", PATCH, PATCH, 3, WIDTH) | {"cls": made(1, 1, WIDTH)}
    table = "pos_embedding" if is_new else "Transformer/posembed_input/pos_embedding"
    found[table] = made(1, 1 + (SIDE // PATCH) ** 2, WIDTH)
    found |= norm("Transformer/encoder_norm")
    if is_stacked:
        for name in blocks[0]:
            stacked = np.stack([block[name] for block in blocks])
            found[f"Transformer/encoderblock/{name}"] = stacked
    else:
        for i, block in enumerate(blocks):
            found |= {f"Transformer/encoderblock_{i}/{n}": a for n, a in block.items()}
    if has_head:
        found |= dense("head", WIDTH, CLASSES)
    if has_pre_logits:
        found |= dense("pre_logits", WIDTH, WIDTH)
    return found


def by_timm(path: Path, num_classes: int) -> nn.Module:
    """The network that timm's own reader fills."""
    from timm.models.vision_transformer import VisionTransformer

    module: Any = VisionTransformer(
        img_size=SIDE,
        patch_size=PATCH,
        embed_dim=WIDTH,
        depth=DEPTH,
        num_heads=HEADS,
        mlp_ratio=2,
        num_classes=num_classes,
    )
    module.load_pretrained(str(path))
    for block in module.blocks:
        block.attn.fused_attn = False
    found: nn.Module = module.eval()
    return found


def rows(module: nn.Module, pixels: Tensor) -> list[Tensor]:
    """(H, N, N) of each layer, as timm's unfused path computes them."""
    found: list[Tensor] = []
    hooks = [
        block.attn.attn_drop.register_forward_pre_hook(
            lambda _m, args: found.append(args[0][0])
        )
        for block in module.blocks  # type: ignore[union-attr]
    ]
    with torch.no_grad():
        module(pixels)
    for hook in hooks:
        hook.remove()
    require_sharp(torch.stack(found))
    return found


def require_rows(model: vitviz.Model, module: nn.Module) -> None:
    pixels = torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(3))
    trace = vitviz.trace(model, pixels)
    for layer, expected in enumerate(rows(module, pixels)):
        for head, matrix in enumerate(expected):
            found = torch.as_tensor(trace.matrix(layer, head))
            torch.testing.assert_close(found, matrix, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("prefix", "is_new", "is_stacked"),
    [
        ("", False, False),
        ("opt/target/", False, False),
        ("", True, False),
        ("params/", True, True),
    ],
)
def test_googles_file_opens_as_timm_reads_it(
    prefix: str, is_new: bool, is_stacked: bool, tmp_path: Path
) -> None:
    arrays = google(is_new=is_new, is_stacked=is_stacked)
    beside: Arrays = {}
    if prefix == "opt/target/":
        beside = {"opt/state/param_states/cls/momentum": np.ones((1, 1, WIDTH))}
    path = tmp_path / "B_8-mine.npz"
    np.savez(path, **{f"{prefix}{n}": a for n, a in arrays.items()}, **beside)
    module = by_timm(path, CLASSES)
    model = vitviz.load_model(path, device="cpu")
    own = module.state_dict()
    found = model.adapter.module.state_dict()
    assert found.keys() == own.keys()
    assert all(torch.equal(found[name], own[name]) for name in own)
    require_rows(model, module)
    assert model.info.labels == tuple("01234")
    # 96 channels tell no number of heads: the file's shapes do
    assert model.info.num_heads == HEADS
    assert model.preprocessing.mean == model.preprocessing.std == (0.5,) * 3
    assert model.info.set_aside == tuple(beside)


def test_a_compressed_file_and_bfloat16(tmp_path: Path) -> None:
    """JAX saves bfloat16 as two bytes without a kind."""
    arrays = google()
    path = tmp_path / "mine.npz"
    np.savez_compressed(path, **arrays)
    module = by_timm(path, CLASSES)
    require_rows(vitviz.load_model(path, device="cpu"), module)
    half: Arrays = {}
    for name, array in arrays.items():
        bits = torch.from_numpy(array).bfloat16().view(torch.int16).numpy()
        half[name] = bits.view("V2")
        arrays[name] = torch.from_numpy(array).bfloat16().float().numpy()
    np.savez(path, **arrays)
    module = by_timm(path, CLASSES)
    np.savez(path, **half)
    require_rows(vitviz.load_model(path, device="cpu"), module)


def test_a_head_behind_another_layer_is_no_head_of_timms(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, **google(has_pre_logits=True))
    model = vitviz.load_model(path, device="cpu")
    require_rows(model, by_timm(path, 0))
    assert not model.info.has_head
    assert {"pre_logits/kernel", "head/bias"} <= {*model.info.set_aside}
    assert any("head is not recognised" in one for one in model.info.assumed)


def google_hybrid(module: nn.Module) -> Arrays:
    """Arrays of the shapes that timm's reader asks of a ViT behind a small ResNet."""
    state = module.state_dict()
    found: Arrays = {}
    for name, tensor in state.items():
        array = tensor.numpy()
        if name.startswith("patch_embed.backbone."):
            new = name.removeprefix("patch_embed.backbone.")
            new = re.sub(r"^(stem\.)?conv\.", "conv_root.", new)
            new = re.sub(r"^(stem\.)?norm\.", "gn_root.", new)
            new = re.sub(
                r"stages\.(\d+)\.blocks\.(\d+)\.",
                lambda m: f"block{int(m[1]) + 1}/unit{int(m[2]) + 1}/",
                new,
            )
            new = new.replace("downsample.conv", "conv_proj")
            new = new.replace("downsample.norm", "gn_proj")
            new = re.sub(r"norm(\d)", r"gn\1", new)
            is_norm = "gn" in new
            end = "scale" if is_norm else "kernel"
            new = new.replace(".weight", f"/{end}").replace(".bias", "/bias")
            array = array[None, None, None] if is_norm else array.transpose(2, 3, 1, 0)
            found[new] = array
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", ["vit_small_r26_s32_224", "vit_tiny_r_s16_p8_224"])
def test_a_hybrid_of_googles(name: str, tmp_path: Path) -> None:
    import timm

    torch.manual_seed(2)
    module: Any = timm.create_model(name, num_classes=3).eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.02)
    state = module.state_dict()
    width, heads = module.embed_dim, module.blocks[0].attn.num_heads
    arrays = google_hybrid(module)
    plain = {
        "embedding/kernel": state["patch_embed.proj.weight"].permute(2, 3, 1, 0),
        "embedding/bias": state["patch_embed.proj.bias"],
        "cls": state["cls_token"],
        "Transformer/posembed_input/pos_embedding": state["pos_embed"],
        "Transformer/encoder_norm/scale": state["norm.weight"],
        "Transformer/encoder_norm/bias": state["norm.bias"],
        "head/kernel": state["head.weight"].T,
        "head/bias": state["head.bias"],
    }
    for i in range(len(module.blocks)):
        block, own = f"Transformer/encoderblock_{i}", f"blocks.{i}"
        for old, new in (("LayerNorm_0", "norm1"), ("LayerNorm_2", "norm2")):
            plain[f"{block}/{old}/scale"] = state[f"{own}.{new}.weight"]
            plain[f"{block}/{old}/bias"] = state[f"{own}.{new}.bias"]
        for r in range(2):
            dense = f"{block}/MlpBlock_3/Dense_{r}"
            plain[f"{dense}/kernel"] = state[f"{own}.mlp.fc{r + 1}.weight"].T
            plain[f"{dense}/bias"] = state[f"{own}.mlp.fc{r + 1}.bias"]
        mha = f"{block}/MultiHeadDotProductAttention_1"
        weights = state[f"{own}.attn.qkv.weight"].chunk(3)
        biases = state[f"{own}.attn.qkv.bias"].chunk(3)
        for kind, weight, bias in zip(
            ("query", "key", "value"), weights, biases, strict=True
        ):
            plain[f"{mha}/{kind}/kernel"] = weight.T.reshape(width, heads, -1)
            plain[f"{mha}/{kind}/bias"] = bias.reshape(heads, -1)
        out = state[f"{own}.attn.proj.weight"]
        plain[f"{mha}/out/kernel"] = out.T.reshape(heads, -1, width)
        plain[f"{mha}/out/bias"] = state[f"{own}.attn.proj.bias"]
    arrays |= {n: t.contiguous().numpy() for n, t in plain.items()}
    path = tmp_path / "R_mine.npz"
    np.savez(path, **arrays)
    reference: Any = timm.create_model(name, num_classes=3).eval()
    reference.load_pretrained(str(path))
    found = vitviz.load_model(path, device="cpu").adapter.module.state_dict()
    own = reference.state_dict()
    assert found.keys() == own.keys()
    assert all(torch.equal(found[key], own[key]) for key in own)


# --- Flax ------------------------------------------------------------------------


def flax_names(state: dict[str, Tensor]) -> Arrays:
    """Nested names as Flax has them: `kernel` and `scale`, matrices turned."""
    found: Arrays = {}
    for name, tensor in state.items():
        array = tensor.detach()
        *words, last = name.split(".")
        if last == "weight" and array.dim() == 4:
            array, last = array.permute(2, 3, 1, 0), "kernel"
        elif last == "weight" and array.dim() == 2:
            array, last = array.T, "kernel"
        elif last == "weight":
            last = "scale"
        place = found
        for word in words:
            place = place.setdefault(word, {})
        place[last] = array.contiguous().numpy()
    return found


def packed(content: Arrays) -> bytes:
    """As `flax.serialization.msgpack_serialize` writes it."""

    def ext(value: Any) -> msgpack.ExtType:  # noqa: ANN401
        parts = (value.shape, value.dtype.name, value.tobytes())
        return msgpack.ExtType(1, msgpack.packb(parts, use_bin_type=True))

    found: bytes = msgpack.packb(content, default=ext, use_bin_type=True)
    return found


def old_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The names of transformers 4, which wrote Flax's files."""
    rules = {
        r"(^|\.)layers\.(\d+)\.": r"\1encoder.layer.\2.",
        r"attention\.(q_proj|query)\.": "attention.attention.query.",
        r"attention\.(k_proj|key)\.": "attention.attention.key.",
        r"attention\.(v_proj|value)\.": "attention.attention.value.",
        r"attention\.(o_proj|out)\.": "attention.output.dense.",
        r"\.mlp\.fc1\.": ".intermediate.dense.",
        r"\.mlp\.fc2\.": ".output.dense.",
    }
    found = {}
    for name, tensor in state.items():
        for pattern, replacement in rules.items():
            name = re.sub(pattern, replacement, name)
        found[name] = tensor
    return found


def transformers_vit() -> Any:  # noqa: ANN401
    import transformers

    torch.manual_seed(5)
    config = transformers.ViTConfig(
        hidden_size=WIDTH,
        num_hidden_layers=DEPTH,
        num_attention_heads=HEADS,
        intermediate_size=2 * WIDTH,
        image_size=SIDE,
        patch_size=PATCH,
        num_labels=3,
    )
    module = transformers.ViTForImageClassification(config).eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    sharpen(module, 2)
    return module


@pytest.mark.parametrize("place", ["folder", "parts", "alone"])
def test_flax_weights_of_transformers(place: str, tmp_path: Path) -> None:
    module = transformers_vit()
    module.config.architectures = [type(module).__name__]
    module.config.save_pretrained(tmp_path)
    content = flax_names(old_names(module.state_dict()))
    name = "flax_model.msgpack"
    if place == "parts":
        names = [f"flax_model-0000{i}-of-00002.msgpack" for i in (1, 2)]
        (tmp_path / names[0]).write_bytes(packed({"vit": content["vit"]}))
        (tmp_path / names[1]).write_bytes(packed({"classifier": content["classifier"]}))
        listed = dict.fromkeys(("vit/a", "vit/b"), names[0]) | {
            "classifier/kernel": names[1]
        }
        index = {"metadata": {}, "weight_map": listed}
        (tmp_path / f"{name}.index.json").write_text(json.dumps(index))
    else:
        (tmp_path / name).write_bytes(packed(content))
    path = tmp_path
    if place == "alone":
        (tmp_path / "config.json").unlink()
        path = tmp_path / name
    said = f"heads={HEADS}:{path}" if place == "alone" else path
    model = vitviz.load_model(said, device="cpu")
    pixels = torch.rand(1, 3, SIDE, SIDE)
    with torch.no_grad():
        module.set_attn_implementation("eager")
        out = module(pixels, output_attentions=True)
    require_sharp(torch.stack(out.attentions))
    trace = vitviz.trace(model, pixels)
    for layer, expected in enumerate(out.attentions):
        for head, matrix in enumerate(expected[0]):
            found = torch.as_tensor(trace.matrix(layer, head))
            torch.testing.assert_close(found, matrix, rtol=0, atol=1e-5)
    logits = torch.as_tensor(trace.logits)
    torch.testing.assert_close(logits, out.logits[0], rtol=1e-5, atol=1e-5)


def test_a_training_state_and_chunks_of_flax(tmp_path: Path) -> None:
    """A state with its optimiser; one array in chunks, as Flax cuts large ones."""
    from vitviz.models.checkpoints.read import read_state

    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    chunks = {"0": array.reshape(-1)[:7], "1": array.reshape(-1)[7:]}
    cut = {
        "__msgpack_chunked_array__": True,
        "shape": {"0": 3, "1": 4},
        "chunks": chunks,
    }
    path = tmp_path / "state.msgpack"
    path.write_bytes(packed({"params": {"a": cut, "b": array.astype("f2")}, "step": 7}))
    state = read_state(path)
    assert torch.equal(state.content["params/a"], torch.from_numpy(array))
    assert state.content["params/b"].dtype == torch.float16
    assert state.left == ("step",)


# --- files that are damaged or lie -----------------------------------------------


def damaged_npz(kind: str) -> bytes:
    file = io.BytesIO()
    if kind == "objects":
        np.savez(file, a=np.array([{"x": 1}], dtype=object))
        return file.getvalue()
    np.savez(file, a=np.ones((4, 4), np.float32), b=np.ones(3, np.float32))
    data = file.getvalue()
    if kind == "cut":
        return data[: len(data) // 2]
    member = io.BytesIO()
    np.save(member, np.ones((4, 4), np.float32))
    npy = member.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if kind == "claims":
            npy = npy.replace(b"(4, 4)", b"(999999999, 4)".ljust(6)[:14])
            archive.writestr("a.npy", npy)
        elif kind == "bomb":
            archive.writestr("a.npy", npy + bytes(30_000_000))
        elif kind == "twice":
            archive.writestr("a.npy", npy)
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("a.npy", npy)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["objects", "cut", "claims", "bomb", "twice"])
def test_a_damaged_archive_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    path.write_bytes(damaged_npz(kind))
    with pytest.raises(VitvizError) as caught:
        vitviz.load_model(path)
    words = {
        "objects": "holds no named tensors",
        "cut": "damaged",
        "claims": "damaged",
        "bomb": "more than numbers can shrink",
        "twice": "twice",
    }
    assert words[kind] in str(caught.value)


def test_a_damaged_msgpack_is_refused(tmp_path: Path) -> None:
    """Cut at any byte, and with lengths that lie: refused, and nothing else."""
    data = packed({"vit": {"a": np.ones((2, 3), np.float32), "b": {"c": np.ones(2)}}})
    path = tmp_path / "flax_model.msgpack"
    cases = [data[:end] for end in range(2, len(data))]
    cases += [
        b"\x81\xa1a" + b"\x81\xa1a" * 5_000 + b"\x01",
        b"\x81\xa1a\xdd\xff\xff\xff\xff",
    ]
    cases += [b"\x81\xa1a\xc9\xff\xff\xff\xff\x01", data + b"\0"]
    for case in cases:
        path.write_bytes(case)
        with pytest.raises(VitvizError):
            vitviz.load_model(path)


def npy(header: str, data: bytes = b"") -> bytes:
    """An array's file with a header that says what one likes."""
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def says(descr: object = "<f4", shape: object = (1,)) -> str:
    return repr({"descr": descr, "fortran_order": False, "shape": shape})


@pytest.mark.parametrize(
    ("header", "data"),
    [
        (says("<f16"), bytes(16)),  # a long double: read by NumPy, not by torch
        (says("<M8[s]"), bytes(8)),
        (says(shape=(0, 2**70)), b""),
        (says(shape=(0, 2**62)), b""),
        (says(shape=(True,)), bytes(4)),
        (says(shape=(-1, -1)), bytes(4)),
        (says(descr=()), b""),
        (says(descr=[("a", "<f4"), ("a", "<f4")]), b""),
        (says("V99999999999"), b""),
        ("{'descr': " + "(" * 90 + "'<f4'" + ",)" * 90 + "}", b""),
        ("-" * 9000 + "1", b""),  # more than Python's parser has memory for
        ("(" * 9000, b""),
        ("{'descr': '''", b""),
        ("if 1:\n   1\n 2", b""),
        ("{1: 2, 'descr': 3}", b""),
        ("{[]: 2}", b""),
        ("\0\0", b""),
        (says(shape=()).replace("()", f"({'9' * 5000},)"), b""),
    ],
)
def test_an_array_whose_header_lies_is_refused(
    header: str, data: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "mine.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", npy(header, data))
    with pytest.raises(VitvizError, match=r"damaged|no named tensors"):
        vitviz.load_model(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_packed_in_another_way_is_refused(
    method: int, tmp_path: Path
) -> None:
    path = tmp_path / "mine.npz"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.npy", npy(says(), bytes(4)))
    data = bytearray(path.read_bytes())
    start = data.index(b"a.npy") + 11
    data[start : start + 10] = b"\xff" * 10
    path.write_bytes(data)
    with pytest.raises(VitvizError, match="damaged"):
        vitviz.load_model(path)


def chunked(**parts: object) -> dict[str, object]:
    return {"x": {"__msgpack_chunked_array__": True, **parts}}


ONE = msgpack.ExtType(1, msgpack.packb(([1], "float32", bytes(4))))
HALF = msgpack.ExtType(1, msgpack.packb(([1], "float16", bytes(2))))


@pytest.mark.parametrize(
    "content",
    [
        chunked(),
        chunked(shape={"0": 1}, chunks={"0": 1}),
        chunked(shape={"0": 1}, chunks={}),
        chunked(shape={"0": 5}, chunks={"0": ONE}),
        chunked(shape={"1": 1}, chunks={"0": ONE}),
        chunked(shape={"0": 1.0}, chunks={"0": ONE}),
        chunked(shape={"0": 2}, chunks={"0": ONE, "1": HALF}),
        chunked(shape={"0": 0, "1": 2**63}, chunks={}),
        {"a": msgpack.ExtType(1, msgpack.packb(([0, 2**63], "float32", b"")))},
        {"a": msgpack.ExtType(1, msgpack.packb(([1], "int99", bytes(4))))},
        {"a": msgpack.ExtType(1, msgpack.packb(([1], ONE, bytes(4))))},
        {"a/b": ONE, "a": {"b": ONE}},
    ],
)
def test_an_array_of_flax_that_lies_is_refused(
    content: dict[str, object], tmp_path: Path
) -> None:
    path = tmp_path / "flax_model.msgpack"
    path.write_bytes(msgpack.packb(content))
    with pytest.raises(VitvizError, match="damaged"):
        vitviz.load_model(path)


def test_arrays_within_arrays_are_refused(tmp_path: Path) -> None:
    inner = b"\xc0"
    for _ in range(3000):
        inner = msgpack.packb(msgpack.ExtType(1, b"\x91" + inner))
    path = tmp_path / "flax_model.msgpack"
    path.write_bytes(b"\x81\xa1a" + inner)
    with pytest.raises(VitvizError, match="damaged"):
        vitviz.load_model(path)


@pytest.mark.parametrize("within", [True, False])
def test_more_values_than_weights_have_are_not_read(
    within: bool, tmp_path: Path
) -> None:
    """20 MB of them took nine seconds, and 160 MB."""
    many = 2_000_000
    content = b"\xdd" + struct.pack(">I", many) + bytes(many)
    if within:
        content = b"\xc9" + struct.pack(">I", len(content)) + b"\x01" + content
    path = tmp_path / "flax_model.msgpack"
    path.write_bytes(b"\x81\xa1a" + content)
    with pytest.raises(VitvizError, match="too long to read"):
        vitviz.load_model(path)


def test_another_network_in_an_archive(tmp_path: Path) -> None:
    """An MLP-Mixer has no attention, and its refusal says so."""
    path = tmp_path / "Mixer.npz"
    arrays: Arrays = {
        "stem/kernel": np.ones((8, 8, 3, 16), np.float32),
        "MixerBlock_0/token_mixing/Dense_0/kernel": np.ones((16, 16), np.float32),
        "head/kernel": np.ones((16, 2), np.float32),
    }
    np.savez(path, **arrays)
    with pytest.raises(VitvizError, match="no attention at all"):
        vitviz.load_model(path)


def test_check_says_what_such_a_file_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "mine.npz", **google())
    assert main(["models", "check", str(tmp_path / "mine.npz")]) == 0
    text = capsys.readouterr().out
    assert "NumPy (npz)" in text
    assert "Google's ViT (JAX)" in text
    assert "4 heads" in text
