"""Attention of one forward pass: recorded at the fused kernel, computed on demand.

    prepare → run → tap → capture → trace → compute
    picture   one    q, k, v of     all      rows, columns, tiles
    → input   pass   every call     layers   and pooled matrices

Beside this path: `price` (what a run takes), `intervene` (runs of a changed model),
`independent_check` (proof that a record is exact), `cpu_fallback` (out of memory).
"""
