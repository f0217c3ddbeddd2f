<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>AxisPage</name>
    <message>
        <source>Axis of the softmax</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the two wrong axes. Which sums are 1, and what becomes of the query's row?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every row sums to 1, so every query takes a weighted mean of the values. Columns do not: some keys are popular.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now every &lt;k&gt;key&lt;/k&gt; hands out exactly 1, and queries get more or less than a whole attention. No error appears: only the sums tell.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now the heads compete for every pair, and a query's weights add up to {sum} instead of 1. No error appears: only the sums tell.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Softmax makes weights of scores: each becomes a power of e, then all are divided by their sum. The weights are positive and add up to 1. &lt;b&gt;Over which axis?&lt;/b&gt; Scores have the shape (B, H, N, N): batch, heads, queries, keys. The last axis, &lt;code&gt;dim=-1&lt;/code&gt;, means “over all &lt;k&gt;keys&lt;/k&gt;, for each &lt;q&gt;query&lt;/q&gt;”: every query has one whole attention to give away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The last axis: over all keys, for each query. Right.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The query's row, as it is and over this axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The second to last axis: over all queries, for each key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The third to last axis: over the heads of each pair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights of &lt;q&gt;query&lt;/q&gt; {query} add up to &lt;b&gt;{sum}&lt;/b&gt;{mark}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two minutes. Write the scores as a table on the board, queries downwards, keys across, and let someone divide the wrong way. &lt;b&gt;Often misunderstood:&lt;/b&gt; columns need not sum to 1. A key that everyone looks at collects far more, one that nobody needs nearly nothing: that is information, not a fault. And the wrong axis raises no error: shapes fit, numbers lie between 0 and 1, pictures come out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dim=-1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dim=-1: keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dim=-2: queries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dim=-3: heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>over heads, for each pair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>over keys, for each query</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>over queries, for each key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>smallest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sums in this layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>w_ij = exp(s_ij) / Σ_j exp(s_ij)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CodeLines</name>
    <message>
        <source>Attention in three lines of code</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CodePage</name>
    <message>
        <source>&lt;k&gt;K&lt;/k&gt;: what every token can be found by. Shown: key {key}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;k&gt;Kᵀ&lt;/k&gt;: transpose(-1, -2) exchanges the last axis, -1, and the second to last, -2. Each key becomes a column, so that Q @ Kᵀ meets every query with every key. Shown: column {key}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;q&gt;Q&lt;/q&gt;: what every token looks for. Shown: query {query}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;v&gt;V&lt;/v&gt;: what every token hands over. Shown: value {key}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;w&gt;What a map is not.&lt;/w&gt; Weights say where a head looks, not yet why the model decides. A patch can be looked at and change nothing, because its value is short or a later layer ignores it. Whether it matters can be tested: hide it, cut the edge, and see what changes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of it is three lines. Click a term, in the code or in the formula: below stand its shape and its values in this very run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>B = 1 batch, pictures at once · H = {heads} heads · N = {tokens} tokens ({patches} patches, {special} special) · d&lt;sub&gt;k&lt;/sub&gt; = {d_k}, width of a head's query and key, often d&lt;sub&gt;model&lt;/sub&gt;/H: {heads} × {d_k} = {width} · d&lt;sub&gt;v&lt;/sub&gt; = {d_v}, width of its value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go where the model is changed and maps are put to the test</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number {n}{name}: {values}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>O = softmax(QKᵀ / √d_k) V</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open five terms. Where does N × N appear, and where is it gone?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Point at the bars to read single numbers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Three minutes. Let the class say each line in words before you open the terms. &lt;b&gt;Often misunderstood:&lt;/b&gt; negative axes count from the end: -1 is the last, -2 the second to last, whatever stands in front, so that the same code works with and without batch and heads. @ multiplies matrices, * would multiply element by element. vitviz never writes attn or weights out: it computes the row you point at.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Values of the chosen term</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>attn: the scaled score of every query with every key, N × N in each head. Shown: the row of query {query}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>out: for every query the weighted sum of all values. N × N is gone: one of its axes was summed over. Shown: output {query}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>scores</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>softmax(dim=-1): along the last axis, over all keys for each query. This row now sums to &lt;b&gt;{sum}&lt;/b&gt;; its scores summed to {before}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weights: where every query looks, N × N in each head. Shown: the row of query {query}, largest {largest}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>√d&lt;sub&gt;k&lt;/sub&gt; = √{d_k} = &lt;b&gt;{root}&lt;/b&gt;, one number. Without it scores grow with the width of the head.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ConvolutionView</name>
    <message>
        <source>A patch times a filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>patch</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CostChart</name>
    <message>
        <source>Time against the number of tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>milliseconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokens</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CostPage</name>
    <message>
        <source>&lt;b&gt;Memory&lt;/b&gt; is N² too, if the matrices are written out: &lt;b&gt;{written}&lt;/b&gt; in all layers at N = {tokens}, {twice} at twice that. The way vitviz runs it, it is N: &lt;b&gt;{kept}&lt;/b&gt; for q, k and v, and {kept_twice}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attention is {few} % of the pass at {few_tokens} tokens and {many} % at {many_tokens}. By that, it overtakes all the rest at about N = {even}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From 14×14 to 14×28, {patches} to {more} patches, {tokens} to {more_tokens} tokens:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Here N = &lt;b&gt;{tokens}&lt;/b&gt;, so each head of each layer weighs {tokens} × {tokens} = &lt;b&gt;{pairs}&lt;/b&gt; pairs. A picture with twice the sides has four times the patches, and about sixteen times the pairs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In self-attention every token looks at every token. It is a meeting in which everyone listens to everyone: N people, N × N listenings. Twice the people, four times the work.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let more people come to the meeting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure here and now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure it. Which part of the time grows four times when the patches are doubled, and which only twice?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>People at the first table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run this model on this picture at several sizes, a few seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Three minutes. Ask for a guess before you measure: twice the tokens, how much longer? &lt;b&gt;Often misunderstood:&lt;/b&gt; the whole pass does not take four times as long. Only attention grows with N², and in small models at few tokens it is the smaller part; projections and MLPs grow with N. Measured ratios stay below the prediction where fixed costs of each call still count, and other programs disturb them: the fastest of several passes is taken. Memory is N² only if the matrix is written out; fused kernels, as here, never do that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>attention, N²</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>predicted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>projections, MLPs, rest, N</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>whole pass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{attention} attention, predicted to grow with N² · {rest} projections, MLPs and all else, with N · dots measured, dashed predicted from {grid}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FallingApart</name>
    <message>
        <source>The picture as a sequence of patches</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeadChips</name>
    <message>
        <source>Head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Head {n} (keys , and .)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {layer} · &lt;q&gt;query&lt;/q&gt; {query} · &lt;k&gt;key&lt;/k&gt; {key} · head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {layer} · &lt;q&gt;query&lt;/q&gt; {query} · head</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeadsPage</name>
    <message>
        <source>All heads on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a head to switch it off, or on again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click heads to switch them off. Without which one does the model's answer change most? Then try each.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {layer} · &lt;q&gt;query&lt;/q&gt; {query} · each map on its own scale, × = strongest patch ÷ uniform · framed: on the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lost without it: 1 − cosine to the unchanged feature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lost without it: probability of the likeliest class</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One head has one way of looking. Several look side by side, each with queries, keys and values of its own: one at the neighbours, one at what is alike, one across the whole picture. Their outputs are put one behind the other (concatenated) and mixed by one more matrix.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the model once without each head of this layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The query's row in every head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The unchanged model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Three minutes. Let the class name the heads by what they do, then change the picture: do the names hold? &lt;b&gt;Often misunderstood:&lt;/b&gt; heads are not layers: they work at the same time, on the same tokens. A head that can be switched off without harm need not be useless: others may take over, or another picture may need it. Mean, max and min of the heads in Inspect are ways to draw them, not what the model does: it keeps them apart until the last matrix.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try each head alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is lost without each head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With all heads:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without head {heads} of layer {layer}:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>head {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{heads} outputs of {width} numbers make {heads} × {width} = &lt;b&gt;{total}&lt;/b&gt; for each token: (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;) → (B, N, H·d&lt;sub&gt;v&lt;/sub&gt;) = (1, {tokens}, {total}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{head} · {ratio}×</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LearnPanel</name>
    <message>
        <source>&lt;w&gt;The Lab has changed this model.&lt;/w&gt; The numbers are its.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chapter before (Page Up)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dividing by √d</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From words to patches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learn</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Many heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next chapter (Page Down)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a picture first: every number in these chapters is computed from it, here and now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Patch size is the scale of a map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Query, key, value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Softmax, over the right axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch every change of the Lab off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Three lines of code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights times values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why it gets heavy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title} (done)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Meeting</name>
    <message>
        <source>Meetings of n and of 2n people</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} people: {n} × {n} = {pairs}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Notes</name>
    <message>
        <source>Teacher's notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What to ask, and what is often misunderstood</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Outcome</name>
    <message>
        <source>The model itself is not here, only its trace: it cannot be changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model's answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model's answer is not finite any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model's answer: this model has no classifier, so its final feature is compared. Cosine to the unchanged one: &lt;b&gt;{cosine}&lt;/b&gt; (1 is unchanged).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>now</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OutputPage</name>
    <message>
        <source>(B, H, N, N) × (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;) → (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;); here (1, {heads}, {tokens}, {tokens}) × (1, {heads}, {tokens}, {d_v}) → &lt;b&gt;(1, {heads}, {tokens}, {d_v})&lt;/b&gt;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A weight says how much of a patch's &lt;v&gt;value&lt;/v&gt; the query takes. The output is the sum of all values, each times its weight: a mixture. What is looked at flows in, what is not looked at hardly does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click the largest part in the list and find its patch on the picture. Then click another query: what does that one mix?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The chosen part and the whole output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The largest parts of the output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two minutes. Compare with mixing paint: the weights are the recipe, the values the colours. &lt;b&gt;Often misunderstood:&lt;/b&gt; the largest weight need not bring the largest part, because values have lengths of their own; special tokens often get much weight and hand over a short value. Values are not pixels: what is mixed are the numbers that the layer has made of each patch.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight × length of the value = length of the part. These {n} of {tokens} parts make {share} % of all lengths. Recomputed and the model's own output differ by {error}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>o_i = Σ_j w_ij v_j</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{weight} × {length} = {part}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>Go on with the next chapter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next chapter</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PairPage</name>
    <message>
        <source>A click chooses the key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A click on the picture chooses the query</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose two keys by clicking patches: one with at least four times the weight of the other. What differs in the bars?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every token makes three vectors: a &lt;q&gt;query&lt;/q&gt;, what it looks for; a &lt;k&gt;key&lt;/k&gt;, what it can be found by; a &lt;v&gt;value&lt;/v&gt;, what it hands over. To weigh a patch, the query is multiplied with the patch's key, number by number, and the products are added up. The more alike the two point, the larger the score, and the larger the weight.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number {n}: &lt;q&gt;{q}&lt;/q&gt; × &lt;k&gt;{k}&lt;/k&gt; = &lt;b&gt;{product}&lt;/b&gt;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Point at the bars to read single numbers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Query, key and their products</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift-click chooses the key at any time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sum &lt;b&gt;{total}&lt;/b&gt;, divided by √{width} = {root}: score &lt;b&gt;{score}&lt;/b&gt;. Softmax over all {tokens} keys makes it the weight &lt;b&gt;{weight}&lt;/b&gt;, {ratio} × uniform (1/{tokens}). Cosine of the two: {cosine}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The score includes the model's bias of {bias}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This model does it in {layers} layers, one after the other, with {heads} heads side by side in each (chapter 8). Shown is one of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Three minutes. Ask: which patch will this query find? Let them guess before you click. &lt;b&gt;Often misunderstood:&lt;/b&gt; a large product in one place is not enough, the sum decides. A long key can win without pointing the same way: the cosine beside the sum tells. Query and key come from the same token by different matrices, so “A looks at B” does not mean that B looks at A: exchange the two and see.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What a click on the picture chooses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>s = q·k / √d_k = Σ_c q_c k_c / √d_k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>… the query</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ScalePage</name>
    <message>
        <source>&lt;b&gt;Which one?&lt;/b&gt; 8 or 14 for delicate work, such as finding small faults (anomaly detection). 16 and more are often enough to say roughly what is in a picture. torchvision's &lt;code&gt;vit_b_16&lt;/code&gt; has 16 in its name: its patch size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory of all layers: the matrices if they were written out, and q, k and v, which vitviz keeps instead. Time: this run, measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Patch size in pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the same model with patches of this size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run vitviz-flexi on this picture; yours is found under Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The slider needs a model that was trained for all five patch sizes: the embedded one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Think of maps. On a map of &lt;b&gt;small scale&lt;/b&gt; one sheet holds the whole city, but no alley: those are &lt;b&gt;large patches&lt;/b&gt;. A map of &lt;b&gt;large scale&lt;/b&gt; shows every alley and fills many sheets: those are &lt;b&gt;small patches&lt;/b&gt;. Do not turn it around: large patch, small scale.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Three minutes. Show 32 first: few sheets, quickly read, and the details gone. Then 8, and let the class predict the number of tokens before the run ends: half the side, four times the patches. &lt;b&gt;Often misunderstood:&lt;/b&gt; “large scale” sounds like large patches; on maps it is the other way round: 1 : 10,000 is a larger scale than 1 : 100,000, and shows less ground in more detail. Most models know only the size they were trained with; this one drew its size anew for every batch of its training.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try at least three sizes. Keep your eye on a detail, such as a whisker or an edge: at which size is it a patch of its own?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use the embedded model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>matrices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>patch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>q, k, v</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} px</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ScalingPage</name>
    <message>
        <source>A score is a sum of d&lt;sub&gt;k&lt;/sub&gt; products, so scores spread wider the wider a head is. Undivided, softmax turns into a spike: one key takes all, and hardly any gradient gets through for the others to learn from. So scores are divided by √d&lt;sub&gt;k&lt;/sub&gt;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Divide by √d_k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not divide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From 1, no scaling, to d_k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scaling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spread (standard deviation) of this query's scores, undivided, if its vectors had only their first numbers: {list}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch the scaling off, then move T above twice √d&lt;sub&gt;k&lt;/sub&gt;. What becomes of the row, and of the model's answer?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>T = 1: no scaling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>T = √d: as trained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>T, what scores are divided by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The row as trained, and with this T</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The row as trained, and with this T, as maps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Three minutes. Cover the slider and ask: hotter or colder, what makes a choice more decided? &lt;b&gt;Often misunderstood:&lt;/b&gt; temperature. Ice is one rigid choice, steam spreads everywhere: cold is a spike, hot is flat. Scores of independent numbers with variance 1 have variance d&lt;sub&gt;k&lt;/sub&gt;; dividing by its root brings it back to 1. The model was trained with its T; other values show what the division does, not what a model trained without it would do.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With this T in every head of every layer:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You may have read that dividing lowers the temperature. It is an easy slip, and the other way round: a larger T is a &lt;b&gt;higher&lt;/b&gt; temperature, and a flatter row.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as broad as so many equal tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>entropy, of the largest possible</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient that gets through, Σ w (1 − w)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>w = softmax(q·k / T), T = √d_k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} numbers: {spread}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SequencePage</name>
    <message>
        <source>&lt;s&gt;{name}&lt;/s&gt; is token &lt;b&gt;{token}&lt;/b&gt;: it comes before the patches and belongs to none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A Transformer reads sequences. A sentence is a sequence of words; a picture becomes one when it is cut into &lt;b&gt;patches&lt;/b&gt;, each of them a “word”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A patch becomes a token by &lt;b&gt;one strided convolution&lt;/b&gt;: a window of {patch}×{patch_h} pixels moves on by {patch}, so that every pixel is read once: ({width} − {patch}) ÷ {patch} + 1 = {cols} stops in a line, {rows} lines. At each stop {filters} filters multiply the window's 3·{patch}·{patch_h} = {inputs} numbers with their own and add up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to take the picture apart by hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter {n} at stop ({row}, {col}): products and bias add up to &lt;b&gt;{sum}&lt;/b&gt;; the model's own run has {own}. Point at the bars for other filters; move the query with the arrow keys to move the window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Here: {width}×{height} pixels, cut at {patch}×{patch_h}, make {rows}×{cols} = &lt;b&gt;{patches}&lt;/b&gt; patches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far the picture has come apart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In front comes &lt;s&gt;{names}&lt;/s&gt;, which belongs to no patch and gathers the answer: &lt;b&gt;{tokens}&lt;/b&gt; tokens in all.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Patch ({row}, {col}) is token {special} + {row} × {cols} + {col} = &lt;b&gt;{token}&lt;/b&gt; of the sequence, counted from 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put it together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take it apart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the picture apart. Then click a patch: which word of the sentence is it?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The patch as a token: one number a filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two minutes. Ask first: how would you read a picture aloud? Let the class find the order (line by line, from the top left) before you play it. &lt;b&gt;Often misunderstood:&lt;/b&gt; a patch is not an object; the cut follows a ruler, not what is in the picture. The order alone would tell the model nothing about above and below: that is why every place adds numbers of its own to its token before the first layer. CLS belongs to no patch: it is an empty seat from which the model later reads its answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Watch the picture become a sequence, or go back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} numbers</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Task</name>
    <message>
        <source>{mark} &lt;b&gt;Try it.&lt;/b&gt; {text}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
