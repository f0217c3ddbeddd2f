"""DINOv2's ViT-S/14, the network of the embedded model vitviz-small.

DINOv2: Learning Robust Visual Features without Supervision. Oquab et al., 2023, arXiv
2304.07193: a plain pre-norm ViT (arXiv 2010.11929, equations 1 to 4) with a CLS token,
patches of 14 px and 37×37 positions. Its blocks are those of `adapters.flexivit`.

Two deviations, neither of which changes what is computed:

- LayerScale (arXiv 2103.17239, equation 8) is folded into the matrices that it follows.
- Patches of another size p are as if each had been resampled to 14×14 px. Resampling is
  a matrix D, so the kernel w answers ⟨w, D·x⟩ = ⟨Dᵀ·w, x⟩: the kernel for p is Dᵀ·w.
  The network was never trained at those sizes.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.adapters.flexivit import Block, resize_matrix
from vitviz.models.adapters.group_scales import read_weights

# Side of the stored patch kernel, in pixels.
OWN_PATCH_SIZE = 14

# Rows and columns of the stored position table.
OWN_GRID = 37


def folded_kernel(kernel: Tensor, patch_size: int) -> Tensor:
    """Return the kernel that answers patches of `patch_size` px resampled to its own.

    kernel : (width, 3, 14, 14), float32.

    Returns
    -------
    Tensor, (width, 3, patch, patch), float32: `kernel` itself for 14.
    """
    side = kernel.shape[-1]
    if patch_size == side:
        return kernel
    matrix = resize_matrix(patch_size, side)  # D: (side², patch²)
    flat = kernel.flatten(2).double() @ matrix.double()  # (width, 3, patch²)
    folded: Tensor = flat.float().unflatten(2, (patch_size, patch_size))
    return folded


class Dinov2(nn.Module):
    """A Vision Transformer with patches of one size, chosen when it is made.

    Attributes
    ----------
    patch_embed
        One convolution whose stride is its kernel's side.
    blocks
        The `depth` blocks, first to last; each has `.attn` and `.mlp`.
    num_prefix_tokens
        1: the CLS token comes first and belongs to no patch.
    """

    num_prefix_tokens: int = 1

    def __init__(
        self,
        *,
        patch_size: int = OWN_PATCH_SIZE,
        depth: int = 12,
        width: int = 384,
        num_heads: int = 6,
        mlp_ratio: int = 4,
    ) -> None:
        super().__init__()
        self.patch_size = patch_size
        self.patch_embed = nn.Conv2d(3, width, patch_size, stride=patch_size)
        # with the position of the CLS token in it
        self.cls_token = nn.Parameter(torch.empty(1, 1, width))
        self.positions = nn.Parameter(torch.empty(1, width, OWN_GRID, OWN_GRID))
        self.blocks = nn.ModuleList(
            Block(width, num_heads, mlp_ratio) for _ in range(depth)
        )
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the CLS token's features, (B, width), after the final norm.

        See `forward_features` for the pixels.
        """
        return self.forward_features(pixels)[:, 0]

    def forward_features(self, pixels: Tensor) -> Tensor:
        """Return all tokens' features, (B, 1 + R·C, width), after the final norm.

        pixels : (B, 3, R·patch, C·patch), RGB, normalised.
        """
        patches = self.patch_embed(pixels)  # (B, width, R, C)
        rows, cols = patches.shape[2:]
        patches = patches + self.positions_for(rows, cols)
        patches = patches.flatten(2).transpose(1, 2)  # (B, R·C, width)
        cls = self.cls_token.expand(patches.shape[0], -1, -1)  # (B, 1, width)
        tokens = torch.cat((cls, patches), dim=1)
        for block in self.blocks:
            tokens = block(tokens)
        normed: Tensor = self.norm(tokens)
        return normed

    def positions_for(self, rows: int, cols: int) -> Tensor:
        """Return the position table resampled to a grid, (1, width, rows, cols).

        Bicubic without antialias, as transformers resamples those of DINOv2.
        """
        if (rows, cols) == (OWN_GRID, OWN_GRID):
            return self.positions
        resampled = F.interpolate(
            self.positions.float(), (rows, cols), mode="bicubic", align_corners=False
        )
        return resampled.to(self.positions.dtype)


def load_dinov2(data: bytes, *, patch_size: int) -> Dinov2:
    """Return the network of a file's content, on the CPU, in eval mode, float32.

    data : of a `.safetensors` file, matrices in 8 bits (see `group_scales`) or not.

    Raises
    ------
    ValueError
        If the content is damaged, or its tensors are not exactly this network's in name
        and shape, or hold numbers that are not finite.
    """
    weights = read_weights(data)
    with torch.device("meta"):  # no time spent on a random start
        expected = Dinov2().state_dict()
        model = Dinov2(patch_size=patch_size)
    for verb, names in (
        ("lacks", expected.keys() - weights.keys()),
        ("has the unknown", weights.keys() - expected.keys()),
    ):
        if names:
            raise ValueError(f"the file {verb} tensors: {', '.join(sorted(names))}")
    for name, values in weights.items():
        if values.shape != expected[name].shape:
            raise ValueError(
                f"{name} has shape {tuple(values.shape)}, "
                f"not {tuple(expected[name].shape)}"
            )
    name = "patch_embed.weight"
    weights[name] = folded_kernel(weights[name], patch_size)
    model.load_state_dict(weights, strict=True, assign=True)
    return model.requires_grad_(False).eval()
