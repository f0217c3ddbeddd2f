"""Position tables that are not square: told, said by the user, or seen in the table."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from tests.models.sharpen import require_sharp, sharpen
from vitviz.errors import VitvizError
from vitviz.models.checkpoints.layout import Told, grid_of

PATCH, WIDTH, HEADS, DEPTH = 8, 64, 1, 2
ROWS, COLS = 6, 4


def table(rows: int, cols: int, *, noise: float, seed: int, width: int = 48) -> Tensor:
    """(1, R·C, W) as trainings leave it: a field that is smooth over the picture."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.randn(1, width, 3, 3, generator=generator)
    field = F.interpolate(coarse, size=(rows, cols), mode="bicubic")
    field = field + noise * torch.randn(field.shape, generator=generator)
    return field.flatten(2).transpose(1, 2).contiguous()


def sines(rows: int, cols: int, width: int) -> Tensor:
    """MAE's fixed positions: sines and cosines of the column, then of the row."""
    rates = 10_000 ** -(torch.arange(width // 4) / (width // 4))
    y = (torch.arange(rows)[:, None] * rates)[:, None].expand(rows, cols, -1)
    x = (torch.arange(cols)[:, None] * rates)[None].expand(rows, cols, -1)
    return torch.cat([x.sin(), x.cos(), y.sin(), y.cos()], -1).reshape(1, -1, width)


GRIDS = [(16, 12), (12, 16), (16, 8), (21, 10), (8, 24), (12, 101), (14, 28), (18, 16)]


@pytest.mark.parametrize("grid", GRIDS)
def test_a_table_shows_its_grid_or_nothing(grid: tuple[int, int]) -> None:
    """Never another grid; and always its own while the noise is below the field."""
    told = Told()
    for seed in range(3):
        for noise in (0.0, 0.2, 0.5, 1.0, 3.0, 10.0):
            made = table(*grid, noise=noise, seed=seed)
            found = None
            with contextlib.suppress(VitvizError):
                found = grid_of(made, 0, PATCH, told)[:2]
            assert found in ((grid,) if noise < 1 else (grid, None))
    made = sines(*grid, 64)
    assert grid_of(made, 0, PATCH, told)[:2] == grid


def test_noise_shows_no_grid() -> None:
    generator = torch.Generator().manual_seed(1)
    for count in (192, 216, 240, 128, 6, 66):
        for width in (16, 64, 384):
            made = torch.randn(1, count, width, generator=generator)
            with pytest.raises(VitvizError, match=r"grid=16x12:PATH"):
                grid_of(made, 0, PATCH, Told())


def made_timm(positions: Tensor, cols: int) -> nn.Module:
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(3)
    module = VisionTransformer(
        img_size=(ROWS * PATCH, cols * PATCH),
        patch_size=PATCH,
        embed_dim=WIDTH,
        depth=DEPTH,
        num_heads=HEADS,
        num_classes=3,
    )
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
        assert module.pos_embed is not None
        module.pos_embed[:, 1:] = positions
    sharpen(module, 2)
    for block in module.blocks:
        block.attn.fused_attn = False  # type: ignore[union-attr]
    found: nn.Module = module.eval()
    return found


# OpenMMLab's names for timm's, as its libraries write them.
_MMLAB = {
    r"^patch_embed\.proj\.": "patch_embed.projection.",
    r"^norm\.": "ln1.",
    r"^blocks\.": "layers.",
    r"\.norm([12])\.": r".ln\1.",
    r"\.mlp\.fc1\.": ".ffn.layers.0.0.",
    r"\.mlp\.fc2\.": ".ffn.layers.1.",
}


def written(module: nn.Module, naming: str) -> dict[str, Tensor]:
    state = {name: t.clone() for name, t in module.state_dict().items()}
    if naming == "timm":
        return state
    found = {}
    for name, tensor in state.items():
        new = name
        for pattern, replacement in _MMLAB.items():
            new = re.sub(pattern, replacement, new)
        is_head = name.startswith("head.")
        found[f"head.layers.{name}" if is_head else f"backbone.{new}"] = tensor
    return found


def rows_of(module: Any, pixels: Tensor) -> list[Tensor]:  # noqa: ANN401
    """(H, N, N) of each layer, as timm's unfused path computes them."""
    found: list[Tensor] = []
    hooks = [
        block.attn.attn_drop.register_forward_pre_hook(
            lambda _m, args: found.append(args[0][0])
        )
        for block in module.blocks
    ]
    with torch.no_grad():
        module(pixels)
    for hook in hooks:
        hook.remove()
    require_sharp(torch.stack(found))
    return found


def require_equal(model: vitviz.Model, module: Any, grid: tuple[int, int]) -> None:  # noqa: ANN401
    """Rows of timm's unfused path, at its own grid and at another."""
    assert model.preprocessing.size == (grid[1] * PATCH, grid[0] * PATCH)
    generator = torch.Generator().manual_seed(3)
    for rows, cols in (grid, (5, 7)):
        pixels = torch.rand(1, 3, rows * PATCH, cols * PATCH, generator=generator)
        if (rows, cols) != grid:
            module.set_input_size((rows * PATCH, cols * PATCH))
        found = rows_of(module, pixels)
        trace = vitviz.trace(model, pixels)
        for layer, expected in enumerate(found):
            for head, matrix in enumerate(expected):
                seen = torch.as_tensor(trace.matrix(layer, head))
                torch.testing.assert_close(seen, matrix, rtol=0, atol=1e-5)


@pytest.mark.parametrize("naming", ["timm", "OpenMMLab"])
@pytest.mark.parametrize("told", ["positions", "args", "user"])
def test_a_file_opens_at_its_own_grid(naming: str, told: str, tmp_path: Path) -> None:
    # 24 patches and CLS are 25, which may be 5 × 5; 30 and 31 are no squares
    cols = 5 if told == "user" else COLS
    positions = table(ROWS, cols, noise=0.1, seed=2, width=WIDTH)
    if told != "positions":
        positions = torch.randn(1, ROWS * cols, WIDTH)
    module = made_timm(positions, cols)
    content: dict[str, Any] = {"state_dict": written(module, naming)}
    if told == "args":
        content["hyper_parameters"] = {"img_size": [ROWS * PATCH, cols * PATCH]}
    path = tmp_path / "mine.pth"
    torch.save(content, path)
    if told == "user":
        with pytest.raises(VitvizError, match="rows and columns before the path"):
            vitviz.load_model(path, device="cpu")
        model = vitviz.load_model(f"grid={ROWS}x{cols}:{path}", device="cpu")
        assert not any("grid" in one for one in model.info.assumed)
        with pytest.raises(VitvizError, match="no grid of 5×5"):
            vitviz.load_model(f"grid=5x5:{path}", device="cpu")
    else:
        model = vitviz.load_model(path, device="cpu")
        said = {
            "positions": f"grid of {ROWS}×{cols} (as its positions show)",
            "args": f"grid of {ROWS}×{cols} (as hyper_parameters.img_size says)",
        }
        assert said[told] in model.info.assumed
    assert model.info.labels == ("0", "1", "2")
    require_equal(model, module, (ROWS, cols))


def test_a_square_count_that_is_no_square(tmp_path: Path) -> None:
    """4 × 9 patches are 6 × 6, too: only what is said tells."""
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(3)
    module = VisionTransformer(
        img_size=(32, 72), patch_size=8, embed_dim=64, depth=2, num_heads=1,
        num_classes=0,
    )  # fmt: skip
    path = tmp_path / "mine.pth"
    torch.save({"model": module.state_dict(), "args": {"img_size": [32, 72]}}, path)
    assert vitviz.load_model(path).preprocessing.size == (72, 32)
    torch.save(module.state_dict(), path)
    assert vitviz.load_model(path).preprocessing.size == (48, 48)
    assert vitviz.load_model(f"grid=4x9:{path}").preprocessing.size == (72, 32)


@pytest.mark.parametrize("kind", ["torchvision", "transformers"])
def test_other_libraries_at_a_grid_that_is_not_square(
    kind: str, tmp_path: Path
) -> None:
    """At its own grid the library's numbers; at another, of planes resampled here."""
    torch.manual_seed(4)
    if kind == "torchvision":
        from torchvision.models import VisionTransformer

        module: Any = VisionTransformer(32, PATCH, DEPTH, HEADS, WIDTH, 128)
        place, own = module.encoder, "pos_embedding"
    else:
        import transformers

        config = transformers.ViTConfig(
            hidden_size=WIDTH,
            num_hidden_layers=DEPTH,
            num_attention_heads=HEADS,
            intermediate_size=128,
            image_size=[ROWS * PATCH, COLS * PATCH],
            patch_size=PATCH,
        )
        module = transformers.ViTModel(config, add_pooling_layer=False)
        place, own = module.embeddings, "position_embeddings"
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
        first = torch.randn(1, 1, WIDTH)
        positions = table(ROWS, COLS, noise=0.1, seed=2, width=WIDTH)
        joined = torch.cat([first, positions], 1)
        setattr(place, own, nn.Parameter(joined))
    module.eval()
    path = tmp_path / "mine.pth"
    torch.save(module.state_dict(), path)
    model = vitviz.load_model(path, device="cpu")
    assert model.preprocessing.size == (COLS * PATCH, ROWS * PATCH)
    for grid in ((ROWS, COLS), (5, 7)):
        height, width = (side * PATCH for side in grid)
        pixels = torch.rand(1, 3, height, width)
        planes = positions.reshape(1, ROWS, COLS, -1).permute(0, 3, 1, 2)
        options: dict[str, Any] = {"align_corners": True}
        if kind == "transformers":
            options = {"align_corners": False}
        if grid != (ROWS, COLS):
            planes = F.interpolate(planes, size=grid, mode="bicubic", **options)
        listed = planes.flatten(2).transpose(1, 2)
        with torch.no_grad(), model.adapter.ready((width, height)):
            found = model.adapter.forward(pixels)
            setattr(place, own, nn.Parameter(torch.cat([first, listed], 1)))
            if kind == "torchvision":
                tokens = module.conv_proj(pixels).flatten(2).transpose(1, 2)
                tokens = torch.cat([module.class_token, tokens], 1)
                expected = module.heads(module.encoder(tokens)[:, 0])
            else:
                module.embeddings.image_size = (height, width)
                expected = module(pixels).last_hidden_state[:, 0]
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
