"""Registry of methods: formula, source, cost, caveat and options of each.

    METHODS      every method by name; `explain.run_method` computes them
    TOKEN_MAPS   maps of what tokens carry instead of where they look, likewise
    MAPS         both: whatever can be laid over the picture
    OPTIONS      the options of methods, with the texts of menus and captions

Plain data, without torch: the window shows it before anything is computed. The texts
are English, and translated where they are shown.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields

from vitviz.domain.heads import Fusion
from vitviz.domain.interventions import Fill


class Source(enum.Enum):
    """Vectors of the tokens that similarity is computed from."""

    STATE = "x"
    QUERY = "q"
    KEY = "k"
    VALUE = "v"


@dataclass(frozen=True, slots=True)
class MethodOptions:
    """Values of all methods' options; a method reads those that its entry names.

    fusion : how rollout makes one matrix of a layer's heads.
    start_layer : first layer that rollout and relevance take in, from 0.
    discard : share of the smallest values of each row that rollout drops, in [0, 1).
    mass : share of the patches' attention that the mass mask holds, in (0, 1].
    fill : what occlusion puts in place of a patch.
    cells : side of the square of patches that occlusion hides at once.
    source : vectors that the similarity of tokens is computed from.
    after : whether states are those that leave the layer, not those that enter it.
    """

    fusion: Fusion = Fusion.MEAN
    start_layer: int = 0
    discard: float = 0.0
    mass: float = 0.6
    fill: Fill = Fill.BLUR
    cells: int = 1
    source: Source = Source.STATE
    after: bool = False

    def __post_init__(self) -> None:
        if self.start_layer < 0 or self.cells < 1:
            raise ValueError(f"out of range: {self}")
        if not 0 <= self.discard < 1 or not 0 < self.mass <= 1:
            raise ValueError(f"out of range: {self}")


# Default values, which captions and command lines leave out.
USUAL = MethodOptions()


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that an option offers, with texts where it is not a number."""

    value: object
    text: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class MethodOption:
    """An option of methods, with the texts of its menu and of captions.

    name : of the field in `MethodOptions`.
    label : heading of the menu.
    choices : in the order of the menu; empty where they are the layers of a model.
    caption : with `{n}` for the number, in percent for a share; empty where each choice
        has a caption of its own.
    is_share : whether values are shares of 1, shown in percent.
    is_always_said : whether captions name the default value as well.
    """

    name: str
    label: str
    choices: tuple[Choice, ...] = ()
    caption: str = ""
    is_share: bool = False
    is_always_said: bool = False


OPTIONS = {
    one.name: one
    for one in (
        MethodOption(
            "fusion",
            "Heads",
            (
                Choice(Fusion.MEAN, "mean of heads", "mean of heads"),
                Choice(Fusion.MAX, "max of heads, rows renormalised", "max of heads"),
                Choice(Fusion.MIN, "min of heads, rows renormalised", "min of heads"),
            ),
        ),
        MethodOption(
            "discard",
            "Drop the smallest of each row",
            tuple(map(Choice, (0.0, 0.5, 0.8, 0.9, 0.95))),
            caption="smallest {n} % of each row dropped",
            is_share=True,
        ),
        MethodOption("start_layer", "First layer", caption="from layer {n}"),
        MethodOption(
            "mass",
            "Share of attention",
            tuple(map(Choice, (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9))),
            caption="patches holding {n} % of their attention",
            is_share=True,
            is_always_said=True,
        ),
        MethodOption(
            "fill",
            "Hidden by",
            (
                Choice(Fill.BLUR, "blurred", "hidden by blur"),
                Choice(Fill.MEAN, "mean colour", "hidden by mean"),
                Choice(Fill.NOISE, "noise", "hidden by noise"),
            ),
            is_always_said=True,
        ),
        MethodOption(
            "cells",
            "Patches at once",
            (
                Choice(1, "1 × 1"),
                Choice(2, "2 × 2"),
                Choice(3, "3 × 3"),
                Choice(4, "4 × 4"),
            ),
            caption="{n}×{n} patches at once",
        ),
        MethodOption(
            "source",
            "Vectors",
            (
                Choice(Source.STATE, "states, x", "of states"),
                Choice(Source.QUERY, "queries, q", "of queries"),
                Choice(Source.KEY, "keys, k", "of keys"),
                Choice(Source.VALUE, "values, v", "of values"),
            ),
            is_always_said=True,
        ),
        MethodOption(
            "after",
            "State",
            (
                Choice(False, "as it enters the layer", "state that enters the layer"),
                Choice(True, "as it leaves the layer", "state that leaves the layer"),
            ),
            is_always_said=True,
        ),
    )
}
assert set(OPTIONS) == {field.name for field in fields(MethodOptions)}


@dataclass(frozen=True, slots=True)
class Method:
    """Entry of a method: texts shown with its map, and what it takes and returns."""

    name: str
    title: str
    formula: str
    source: str
    cost: str
    caveat: str
    # Whether each layer and head has a map of its own.
    is_layerwise: bool
    needs_gradients: bool
    # Whether the values of all tokens add up to 1, so that 1/N is the uniform value.
    sums_to_one: bool
    options: tuple[str, ...] = ()
    # Whether the model is needed in addition to the trace.
    needs_model: bool = False
    # Whether each query has a map of its own.
    is_per_query: bool = True
    # Whether the query may be that of a pooling head, which has one row and no more.
    takes_pool: bool = False
    # Whether it shows what tokens carry, and not where attention goes.
    reads_tokens: bool = False

    @property
    def needs_rows_of_one(self) -> bool:
        """Whether rows must sum to 1, which they do not on another softmax axis."""
        is_of_runs = self.name == "occlusion" or self.reads_tokens
        return not self.is_layerwise and not is_of_runs

    @property
    def has_layers(self) -> bool:
        """Whether each layer has a map of its own, be it of attention or of tokens."""
        return self.is_layerwise or self.needs_states

    @property
    def needs_states(self) -> bool:
        """Whether the states between blocks are needed, which take a pass."""
        return self.reads_tokens and "layer" in self.options


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
        "value-weighted attention",
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
        "norm-based attention",
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
        "mass mask",
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
        "relevance",
        "Ā = E_h[(∇A ⊙ A)⁺],  R ← R + Ā R",
        "Chefer, Gur and Wolf 2021, arXiv 2103.15679",
        "about four forward passes",
        "For the class chosen under Class, or without a head for the model's own "
        "feature. Negative contributions are dropped.",
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
        "grad-CAM",
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
# All methods by name, in the order in which they are offered.
METHODS = {method.name: method for method in _ALL}

_READ = (
    Method(
        "token-norms",
        "token norms",
        "‖x_j‖",
        "Darcet et al. 2023, arXiv 2309.16588",
        "a forward pass the first time",
        "Length alone: two states of one length may have nothing in common.",
        is_layerwise=False,
        needs_gradients=False,
        sums_to_one=False,
        options=("layer", "after"),
        needs_model=True,
        is_per_query=False,
        reads_tokens=True,
    ),
    Method(
        "token-colours",
        "token colours (PCA)",
        "red, green, blue = the first three principal components of all x_j",
        "Oquab et al. 2023, arXiv 2304.07193",
        "a forward pass the first time",
        "Each layer has components of its own: colours of two layers do not compare.",
        is_layerwise=False,
        needs_gradients=False,
        sums_to_one=False,
        options=("layer", "after"),
        needs_model=True,
        is_per_query=False,
        reads_tokens=True,
    ),
    Method(
        "token-similarity",
        "token similarity",
        "cos(x_i, x_j)",
        "cosine of the query's vector to all others",
        "a forward pass the first time",
        "Often high everywhere, because states share a large part.",
        is_layerwise=False,
        needs_gradients=False,
        sums_to_one=False,
        options=("layer", "source", "after"),
        needs_model=True,
        reads_tokens=True,
    ),
    Method(
        "lens",
        "lens",
        "softmax(head(norm(x_j)))",
        "nostalgebraist 2020; Vilas et al. 2023, arXiv 2310.18969",
        "a forward pass the first time",
        "The classifier was trained on what leaves the last layer only.",
        is_layerwise=False,
        needs_gradients=False,
        sums_to_one=False,
        options=("layer", "target", "after"),
        needs_model=True,
        is_per_query=False,
        reads_tokens=True,
    ),
    Method(
        "position-similarity",
        "position similarity",
        "cos(e_i, e_j)",
        "Dosovitskiy et al. 2021, arXiv 2010.11929",
        "the patch embedding, no block",
        "Of the embedding of positions alone: the same for every picture.",
        is_layerwise=False,
        needs_gradients=False,
        sums_to_one=False,
        needs_model=True,
        reads_tokens=True,
    ),
)
# Maps of what tokens carry by name, in the order in which they are offered.
TOKEN_MAPS = {method.name: method for method in _READ}
MAPS = METHODS | TOKEN_MAPS
