"""The registry: every method by name, with its formula, source, price and caveat.

Plain data, without torch: the window shows it before anything is computed. What runs
them is `vitviz.explain`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """What is said of a method beside its map."""

    name: str
    title: str
    formula: str
    source: str
    cost: str
    caveat: str
    is_layerwise: bool
    """Whether it shows one layer, and its heads one by one."""
    needs_gradients: bool
    sums_to_one: bool
    """Whether the values of all tokens add up to 1, so that 1/N is a measure."""
    options: tuple[str, ...] = ()
    needs_model: bool = False
    """Whether the model is needed beside its trace."""
    is_per_query: bool = True
    """Whether another query has another map."""
    takes_pool: bool = False
    """Whether the query may be a pooling head's: it needs one row and nothing else."""

    @property
    def needs_rows_of_one(self) -> bool:
        """Whether its formula takes attention as shares: not for a changed axis."""
        return not self.is_layerwise and self.name != "occlusion"


_LAYER = ("layer", "head")
_ALL = (
    Method(
        "raw",
        "attention",
        "softmax(q_i Kᵀ/√d_k)",
        "Dosovitskiy et al. 2021, arXiv 2010.11929",
        "one row",
        "Max and min over heads do not sum to 1.",
        is_layerwise=True,
        needs_gradients=False,
        sums_to_one=True,
        options=_LAYER,
        takes_pool=True,
    ),
    Method(
        "received",
        "attention received",
        "A_·j",
        "the same matrix, read down a column",
        "all rows once, then one column",
        "A column does not sum to 1.",
        is_layerwise=True,
        needs_gradients=False,
        sums_to_one=False,
        options=_LAYER,
    ),
    Method(
        "value-weighted",
        "attention × size of the value",
        "α_ij ‖v_j‖",
        "Kobayashi et al. 2020, arXiv 2004.10102",
        "one row",
        "Leaves out the projection after the heads, which may turn a value's size.",
        is_layerwise=True,
        needs_gradients=False,
        sums_to_one=False,
        options=_LAYER,
        takes_pool=True,
    ),
    Method(
        "norm-based",
        "size of what is sent",
        "‖Σ_h α^h_ij v^h_j W_O^h‖",
        "Kobayashi et al. 2020, arXiv 2004.10102",
        "one row, and a pass to find W_O the first time",
        "Before the residual and layer scale, which may undo what is sent.",
        is_layerwise=True,
        needs_gradients=False,
        sums_to_one=False,
        options=_LAYER,
        needs_model=True,
    ),
    Method(
        "mass-mask",
        "smallest set of patches with a share of the attention",
        "the fewest patches whose attention adds up to τ of the patches' own",
        "Caron et al. 2021 (DINO), arXiv 2104.14294",
        "one row",
        "A set, not a measure: a patch just outside may differ by nothing.",
        is_layerwise=True,
        needs_gradients=False,
        sums_to_one=False,
        options=(*_LAYER, "mass"),
        takes_pool=True,
    ),
    Method(
        "rollout",
        "rollout",
        "Â = ½Ā + ½I,  R = Â^L ⋯ Â^1",
        "Abnar and Zuidema 2020, arXiv 2005.00928",
        "about a forward pass",
        "Assumes that residual and attention count alike and that values do not "
        "cancel; the same for every class.",
        is_layerwise=False,
        needs_gradients=False,
        sums_to_one=True,
        options=("fusion", "start_layer", "discard"),
    ),
    Method(
        "relevance",
        "generic-attention relevance",
        "Ā = E_h[(∇A ⊙ A)⁺],  R ← R + Ā R",
        "Chefer, Gur and Wolf 2021, arXiv 2103.15679",
        "about four forward passes",
        "Negative contributions are dropped; the query's own patch keeps its start "
        "of 1.",
        is_layerwise=False,
        needs_gradients=True,
        sums_to_one=False,
        options=("target", "start_layer"),
    ),
    Method(
        "gradient-rollout",
        "gradient rollout",
        "M = E_h[(A ⊙ ∇A)⁺], rows of M + I made to sum to 1, multiplied as in rollout",
        "rollout with relevance's layer matrices",
        "about four forward passes",
        "The gradients are small beside I, so the map is faint away from the query.",
        is_layerwise=False,
        needs_gradients=True,
        sums_to_one=True,
        options=("target", "start_layer"),
    ),
    Method(
        "grad-cam",
        "grad-CAM on attention",
        "(E_h[w_h A^h_i·])⁺,  w_h = mean over patches of ∇A^h_i·",
        "baseline in Chefer, Gur and Wolf 2021, arXiv 2012.09838",
        "a forward and a backward pass",
        "Looks at one layer only; often nearly empty.",
        is_layerwise=False,
        needs_gradients=True,
        sums_to_one=False,
        options=("layer", "target"),
    ),
    Method(
        "legrad",
        "LeGrad",
        "Σ_l E_{h,i}[(∂s^l/∂A^{l,h}_i·)⁺],  s^l read out at layer l",
        "Bousselham et al. 2024, arXiv 2404.03214",
        "about four forward passes",
        "One map for all queries; how attention would have to change, not what it is.",
        is_layerwise=False,
        needs_gradients=False,
        sums_to_one=False,
        options=("target", "start_layer"),
        needs_model=True,
        is_per_query=False,
    ),
    Method(
        "occlusion",
        "occlusion",
        "p(whole) − p(patch hidden)",
        "Zeiler and Fergus 2014, arXiv 1311.2901",
        "a forward pass for each patch",
        "One map for all queries; what stands in for a patch is a picture too, and "
        "patches that say the same hide each other's effect. Negative: hiding helps.",
        is_layerwise=False,
        needs_gradients=False,
        sums_to_one=False,
        options=("target", "fill", "cells"),
        needs_model=True,
        is_per_query=False,
    ),
)
METHODS = {method.name: method for method in _ALL}
"""All methods by name, in the order in which they are offered."""
