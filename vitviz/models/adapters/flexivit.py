"""FlexiViT, the network of the embedded model: a small ViT for every patch size.

FlexiViT: One Model for All Patch Sizes. Beyer, Izmailov, Kolesnikov, Caron,
Kornblith, Zhai, Minderer, Tschannen, Alabdulmohsin, Pavetic, 2022, arXiv 2212.08013
(section 3.4, "PI-resize"; the patch size is drawn at random for each training batch).
The block is the pre-norm block of: An Image is Worth 16x16 Words. Dosovitskiy et al.,
2020, arXiv 2010.11929, equations 1 to 4.

How a picture becomes attention, top to bottom of this file:

    pixels  (B, 3, height, width)
      │ PatchEmbedding: one strided convolution, its kernel resized to the patch
      ▼
    patches (B, R·C, width)      + a position for each, resampled to R×C
      │ the CLS token is put in front
      ▼
    tokens  (B, 1 + R·C, width)
      │ Block × depth: tokens look at each other (Attention), then each by itself (Mlp)
      ▼
    features (B, 1 + R·C, width), normalised

Deviations from the paper: 6 blocks of width 192, distilled from a ViT-S/14 (its patch
features, its CLS feature and its attention) instead of trained on labels; no head.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Subtracted from red, green and blue in [0, 1] before the model sees them.
MEAN: tuple[float, float, float] = (0.485, 0.456, 0.406)

# What the difference is divided by.
STD: tuple[float, float, float] = (0.229, 0.224, 0.225)


# Side of the stored patch kernel, in pixels.
BASE_PATCH_SIZE = 16

# Rows and columns of the stored position table.
BASE_GRID = 16

# Side of the training pictures, in pixels.
IMAGE_SIZE = 224


def resize_matrix(old_px: int, new_px: int) -> Tensor:
    """Return the matrix B of antialiased bilinear resizing of a flattened square patch.

    Returns
    -------
    Tensor, (new_px², old_px²), float32: `B @ patch.flatten()` is the resized patch.
    """
    basis = torch.eye(old_px**2).reshape(old_px**2, 1, old_px, old_px)
    size = (new_px, new_px)
    resized = F.interpolate(basis, size, mode="bilinear", antialias=True)
    return resized.reshape(old_px**2, new_px**2).T


def pi_resize_matrix(old_px: int, new_px: int) -> Tensor:
    """Return the matrix from a kernel for `old_px` patches to one for `new_px` patches.

    A kernel w answers a patch x with ⟨x, w⟩. The resized patch B·x should be answered
    alike by the new kernel v: ⟨B·x, v⟩ = ⟨x, Bᵀ·v⟩, so v = pinv(Bᵀ)·w (section 3.4).
    Exact when patches grow; the nearest in least squares when they shrink.

    Returns
    -------
    Tensor, (new_px², old_px²), float32.
    """
    if old_px == new_px:
        return torch.eye(old_px**2)
    matrix: Tensor = torch.linalg.pinv(resize_matrix(old_px, new_px).double().T)
    return matrix.float()


class PatchEmbedding(nn.Module):
    """The patch embedding: `width` numbers for each patch of a picture.

    It is one convolution whose stride is its kernel's side, so that each patch is read
    once. Only a 16×16 kernel is stored; the one for another patch size is computed from
    it when that size is first used, and cached.
    """

    def __init__(self, patch_size: int, width: int) -> None:
        super().__init__()
        base = BASE_PATCH_SIZE
        self.patch_size = patch_size
        self.weight = nn.Parameter(torch.empty(width, 3, base, base))
        self.bias = nn.Parameter(torch.zeros(width))
        nn.init.trunc_normal_(self.weight, std=(3 * base**2) ** -0.5)
        self._matrices: dict[int, Tensor] = {}
        self._kept: tuple[Tensor, tuple[object, ...], Tensor] | None = None

    @property
    def kernel(self) -> Tensor:
        """The convolution's kernel at the present patch size, (width, 3, patch, patch).

        In training it follows the weights, gradients and all; in eval mode it is
        computed once for a patch size and shared by later calls.
        """
        if self.training:
            return self._resized()
        key = (self.patch_size, self.weight._version, self.weight.dtype)
        kept = self._kept
        if kept is None or kept[0] is not self.weight or kept[1] != key:
            # Not an inference tensor, so that a later pass may compute gradients.
            with torch.inference_mode(False), torch.no_grad():
                kept = (self.weight, key, self._resized().detach())
            self._kept = kept
        return kept[2].to(self.weight.device)

    def _resized(self) -> Tensor:
        """Return the kernel for the present patch size, (width, 3, patch, patch)."""
        patch = self.patch_size
        if patch == BASE_PATCH_SIZE:
            return self.weight
        if patch not in self._matrices:
            self._matrices[patch] = pi_resize_matrix(BASE_PATCH_SIZE, patch)
        matrix = self._matrices[patch].to(self.weight)
        kernel = self.weight.flatten(2) @ matrix.T  # (width, 3, patch²)
        return kernel.reshape(*kernel.shape[:2], patch, patch)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return patches, (B, width, R, C), of pixels (B, 3, R·patch, C·patch)."""
        return F.conv2d(pixels, self.kernel, self.bias, stride=self.patch_size)


class Attention(nn.Module):
    """Multi-head self-attention: q asks, k is asked, v answers, once for each head."""

    def __init__(self, width: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return what each token gathered from all others, (B, N, width)."""
        qkv = self.qkv(tokens).unflatten(2, (3, self.num_heads, -1))  # (B, N, 3, H, D)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # (B, H, N, D) each
        gathered = F.scaled_dot_product_attention(q, k, v)  # (B, H, N, D)
        out: Tensor = self.proj(gathered.transpose(1, 2).flatten(2))  # (B, N, width)
        return out


class Mlp(nn.Module):
    """Two linear layers with a GELU between them, applied to each token by itself."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the tokens after both layers, (B, N, width)."""
        out: Tensor = self.fc2(F.gelu(self.fc1(tokens)))
        return out


class Block(nn.Module):
    """Attention, then the MLP; each reads normalised tokens and adds its output."""

    def __init__(self, width: int, num_heads: int, mlp_ratio: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, num_heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width, mlp_ratio * width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the tokens after this block, (B, N, width)."""
        tokens = tokens + self.attn(self.norm1(tokens))
        tokens = tokens + self.mlp(self.norm2(tokens))
        return tokens


class FlexiViT(nn.Module):
    """A Vision Transformer whose patch size can be changed after training.

    Small patches: many tokens, a fine map, much work. Large patches: few tokens, a
    coarse map, little work. The weights are the same. What makes it possible is that
    the patch kernel is resized by the pseudo-inverse (`pi_resize_matrix`), that
    positions are resampled to the grid, and that training drew the patch size anew
    for every batch, so that the network had to understand them all.

    Parameters
    ----------
    patch_size
        Side of a patch in pixels; `set_patch_size` changes it later.
    image_size
        (height, width) in pixels that the model is meant for. Other sizes work, as
        long as the patch divides them.

    Attributes
    ----------
    blocks
        The `depth` blocks, first to last; each has `.attn` and `.mlp`.
    num_prefix_tokens
        1: the CLS token comes first and belongs to no patch.
    """

    num_prefix_tokens: int = 1

    def __init__(
        self,
        *,
        patch_size: int = BASE_PATCH_SIZE,
        image_size: tuple[int, int] = (IMAGE_SIZE, IMAGE_SIZE),
        depth: int = 6,
        width: int = 192,
        num_heads: int = 6,
        mlp_ratio: int = 4,
    ) -> None:
        super().__init__()
        if width % num_heads:
            raise ValueError(f"width {width} is no multiple of {num_heads} heads")
        self.image_size = image_size
        self.depth = depth
        self.width = width
        self.num_heads = num_heads
        self.patch_embed = PatchEmbedding(patch_size, width)
        self.cls_token = nn.Parameter(torch.empty(1, 1, width))
        self.positions = nn.Parameter(torch.empty(1, width, BASE_GRID, BASE_GRID))
        self.blocks = nn.ModuleList(
            Block(width, num_heads, mlp_ratio) for _ in range(depth)
        )
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.set_patch_size(patch_size)
        self._initialise()

    def _initialise(self) -> None:
        for table in (self.cls_token, self.positions):
            nn.init.trunc_normal_(table, std=0.02)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    @property
    def patch_size(self) -> int:
        """Side of a patch in pixels."""
        return self.patch_embed.patch_size

    def set_patch_size(self, patch_size: int) -> None:
        """Use patches of `patch_size` pixels a side from the next call on.

        Raises
        ------
        ValueError
            If it is not a positive whole number.
        """
        if isinstance(patch_size, bool) or not isinstance(patch_size, int):
            raise ValueError(f"the patch size is a whole number, not {patch_size!r}")
        if patch_size < 1:
            raise ValueError(f"the patch size is at least 1 pixel, not {patch_size}")
        self.patch_embed.patch_size = patch_size

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the CLS token's features, (B, width), after the final norm.

        See `forward_features` for the pixels.
        """
        return self.forward_features(pixels)[:, 0]

    def forward_features(self, pixels: Tensor) -> Tensor:
        """Return all tokens' features, (B, 1 + R·C, width), after the final norm.

        Parameters
        ----------
        pixels : (B, 3, height, width), float
            RGB, normalised with `MEAN` and `STD`. The grid R×C is what fits, and the
            patch must divide both sides.

        Raises
        ------
        ValueError
            If the patch does not divide the sides, or there are not three channels.
        """
        tokens = self.embed(pixels)
        for block in self.blocks:
            tokens = block(tokens)
        normed: Tensor = self.norm(tokens)
        return normed

    def embed(self, pixels: Tensor) -> Tensor:
        """Return the tokens before the first block, (B, 1 + R·C, width), CLS first."""
        patch = self.patch_size
        if pixels.dim() != 4 or pixels.shape[1] != 3:
            shape = tuple(pixels.shape)
            raise ValueError(f"pixels are (B, 3, height, width), not {shape}")
        height, width = pixels.shape[2:]
        if min(height, width) < patch or height % patch or width % patch:
            raise ValueError(
                f"a picture of {width}×{height} pixels cannot be cut into whole "
                f"patches of {patch}×{patch}"
            )
        patches = self.patch_embed(pixels)  # (B, width, R, C)
        rows, cols = patches.shape[2:]
        patches = patches + self.positions_for(rows, cols)
        patches = patches.flatten(2).transpose(1, 2)  # (B, R·C, width)
        cls = self.cls_token.expand(patches.shape[0], -1, -1)  # (B, 1, width)
        return torch.cat((cls.to(patches.dtype), patches), dim=1)

    def positions_for(self, rows: int, cols: int) -> Tensor:
        """Return the position table resampled to a grid, (1, width, rows, cols)."""
        if (rows, cols) == (BASE_GRID, BASE_GRID):
            return self.positions
        resampled = F.interpolate(  # in float32: the CPU has no antialias in less
            self.positions.float(), (rows, cols), mode="bilinear", antialias=True
        )
        return resampled.to(self.positions.dtype)


def load_flexi(
    source: Path | str | bytes, *, patch_size: int = BASE_PATCH_SIZE
) -> FlexiViT:
    """Read the weights of a `.safetensors` file into a model on the CPU, in eval mode.

    source : the file's path, or what it holds.

    Weights may be stored in half precision; they are float32 in memory.

    Raises
    ------
    ValueError
        If the file is missing or damaged, or its tensors are not exactly this
        network's in name and shape, or hold numbers that are not finite.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path = "the file" if isinstance(source, bytes) else str(source)
    try:
        stored = load(
            source if isinstance(source, bytes) else Path(source).read_bytes()
        )
    except (OSError, SafetensorError, TypeError, KeyError) as error:
        raise ValueError(f"{path} cannot be read as safetensors: {error}") from error
    with torch.device("meta"):  # no time spent on a random start
        model = FlexiViT(patch_size=patch_size)
    expected = model.state_dict()
    for verb, names in (
        ("lacks", expected.keys() - stored.keys()),
        ("has the unknown", stored.keys() - expected.keys()),
    ):
        if names:
            raise ValueError(f"{path} {verb} tensors: {', '.join(sorted(names))}")
    weights = {}
    for name, values in stored.items():
        if values.shape != tuple(expected[name].shape):
            raise ValueError(
                f"{path}: {name} has shape {values.shape}, "
                f"not {tuple(expected[name].shape)}"
            )
        if values.dtype.kind != "f" or not np.isfinite(values).all():
            raise ValueError(f"{path}: {name} holds values that are no finite numbers")
        weights[name] = torch.from_numpy(values.astype(np.float32))
    model.load_state_dict(weights, strict=True, assign=True)
    return model.requires_grad_(False).eval()
