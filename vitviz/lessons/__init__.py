"""Computations behind the chapters of Learn: attention step by step, without Qt.

    one_head          softmax(Q Kᵀ / √d_k) V of one head, each step by itself
    softmax_axes      what sums to 1 if the softmax runs along another axis
    query_projection  W_Q x: a head's query, made of the token by the model's matrix
    shuffling         the answer to shuffled patches, with and without positions
    block_parts       what a block adds, and runs without one of its parts
    term_maps         each term of the formula as a map on the patches
    snippet           code that repeats a run and its numbers outside of vitviz
    patch_embedding   the model's strided convolution, which makes tokens of patches
    pass_timing       seconds of a pass, the attention calls apart
    cost              predictions from these: what grows with N, what with N²

All but the timing works on numbers that the model's own run computed.
"""
