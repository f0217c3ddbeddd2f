<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>AxisPage</name>
    <message>
        <source>&lt;k&gt;{key}&lt;/k&gt;: score &lt;b&gt;{score}&lt;/b&gt; → e&lt;sup&gt;s&lt;/sup&gt; = &lt;b&gt;{power}&lt;/b&gt; → ÷ total &lt;b&gt;{total}&lt;/b&gt; = weight &lt;b&gt;{weight}&lt;/b&gt;. Point at the bars for other keys.</source>
        <translation>&lt;k&gt;{key}&lt;/k&gt;：スコア&lt;b&gt;{score}&lt;/b&gt; → e&lt;sup&gt;s&lt;/sup&gt; = &lt;b&gt;{power}&lt;/b&gt; → ÷ 合計&lt;b&gt;{total}&lt;/b&gt; = 重み&lt;b&gt;{weight}&lt;/b&gt;。棒にポインターを重ねるとほかのキーを見られます。</translation>
    </message>
    <message>
        <source>Adding up the whole layer …</source>
        <translation>層全体を合計しています…</translation>
    </message>
    <message>
        <source>Axis of the softmax</source>
        <translation>ソフトマックスの軸</translation>
    </message>
    <message>
        <source>Choose the two wrong axes. Which sums are 1, and what becomes of the query's row?</source>
        <translation>誤った軸を2つとも選んでみましょう。合計が1になるのはどこですか。クエリの行はどうなりますか。</translation>
    </message>
    <message>
        <source>Every row sums to 1, so every query takes a weighted mean of the values. Columns do not: some keys are popular.</source>
        <translation>どの行も合計が1なので、どのクエリもバリューの加重平均を受け取ります。列の合計は1になりません。人気のあるキーとそうでないキーがあるからです。</translation>
    </message>
    <message>
        <source>Now every &lt;k&gt;key&lt;/k&gt; hands out exactly 1, and queries get more or less than a whole attention. No error appears: only the sums tell.</source>
        <translation>今度は&lt;k&gt;キー&lt;/k&gt;のほうがちょうど1ずつ配ることになり、クエリが受け取る注意は1より多かったり少なかったりします。エラーは出ません。気づく手がかりは合計だけです。</translation>
    </message>
    <message>
        <source>Now the heads compete for every pair, and a query's weights add up to {sum} instead of 1. For (B, H, N, N) this is &lt;code&gt;dim=1&lt;/code&gt;, which articles give by mistake. No error appears: only the sums tell.</source>
        <translation>今度はヘッドどうしがペアごとに取り合うことになり、クエリの重みの合計は1ではなく{sum}になります。(B, H, N, N)ではこれが&lt;code&gt;dim=1&lt;/code&gt;で、記事でもうっかりこう書かれることがあります。エラーは出ません。気づく手がかりは合計だけです。</translation>
    </message>
    <message>
        <source>Scores, their powers of e, and weights</source>
        <translation>スコア、e^s、重み</translation>
    </message>
    <message>
        <source>Softmax makes weights of scores: e is raised to each score, then all are divided by their sum. So they are positive and add up to 1. &lt;b&gt;Over which axis?&lt;/b&gt; Scores have the shape (B, H, N, N): batch (pictures at once), heads, queries, keys. The last axis, &lt;code&gt;dim=-1&lt;/code&gt;, means “over all &lt;k&gt;keys&lt;/k&gt;, for each &lt;q&gt;query&lt;/q&gt;”: every query has one whole attention to give away.</source>
        <translation>ソフトマックスはスコアを重みに変えます。eをそれぞれのスコア乗し、その合計で割るので、重みはすべて正で、足すと1です。&lt;b&gt;では、どの軸に沿って足すのでしょう。&lt;/b&gt;スコアの形は(B, H, N, N)、つまりバッチ（一度に扱う画像の数）、ヘッド、クエリ、キーの順です。最後の軸&lt;code&gt;dim=-1&lt;/code&gt;は「&lt;q&gt;クエリ&lt;/q&gt;ごとに、すべての&lt;k&gt;キー&lt;/k&gt;にわたって」。どのクエリも、ちょうど1の注意を配ります。</translation>
    </message>
    <message>
        <source>The last axis: over all keys, for each query. Right.</source>
        <translation>最後の軸。クエリごとに、すべてのキーにわたって。これが正解です。</translation>
    </message>
    <message>
        <source>The query's row, as it is and over this axis</source>
        <translation>クエリの行。実際のものと、この軸によるもの</translation>
    </message>
    <message>
        <source>The second to last axis: over all queries, for each key</source>
        <translation>最後から2番目の軸。キーごとに、すべてのクエリにわたって</translation>
    </message>
    <message>
        <source>The third to last axis, here dim=1: over the heads of each pair</source>
        <translation>最後から3番目の軸（ここではdim=1）。ペアごとに、すべてのヘッドにわたって</translation>
    </message>
    <message>
        <source>The weights of &lt;q&gt;query&lt;/q&gt; {query} add up to &lt;b&gt;{sum}&lt;/b&gt;{mark}</source>
        <translation>&lt;q&gt;クエリ&lt;/q&gt; {query}の重みの合計は&lt;b&gt;{sum}&lt;/b&gt;{mark}</translation>
    </message>
    <message>
        <source>Two minutes. Write the scores as a table on the board, queries downwards, keys across, and let someone divide the wrong way. &lt;b&gt;Often misunderstood:&lt;/b&gt; columns need not sum to 1. A key that everyone looks at collects far more, one that nobody needs nearly nothing: that is information, not a fault. And the wrong axis raises no error: shapes fit, numbers lie between 0 and 1, pictures come out.</source>
        <translation>2分。スコアを表にして黒板に書き（縦にクエリ、横にキー）、誰かにわざと違う向きで割ってもらいましょう。&lt;b&gt;よくある誤解：&lt;/b&gt;列の合計は1でなくてかまいません。みんなが見るキーには多く集まり、誰も必要としないキーにはほとんど集まりません。それは誤りではなく情報です。また、軸を間違えてもエラーは出ません。形は合い、数値は0と1のあいだに収まり、それらしい図も出てしまいます。</translation>
    </message>
    <message>
        <source>dim=-1</source>
        <translation>dim=-1</translation>
    </message>
    <message>
        <source>heads (-3)</source>
        <translation>ヘッド (-3)</translation>
    </message>
    <message>
        <source>keys (-1)</source>
        <translation>キー (-1)</translation>
    </message>
    <message>
        <source>largest</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>over heads, for each pair</source>
        <translation>ペアごとに、ヘッドにわたって</translation>
    </message>
    <message>
        <source>over keys, for each query</source>
        <translation>クエリごとに、キーにわたって</translation>
    </message>
    <message>
        <source>over queries, for each key</source>
        <translation>キーごとに、クエリにわたって</translation>
    </message>
    <message>
        <source>queries (-2)</source>
        <translation>クエリ (-2)</translation>
    </message>
    <message>
        <source>score s</source>
        <translation>スコアs</translation>
    </message>
    <message>
        <source>smallest</source>
        <translation>最小</translation>
    </message>
    <message>
        <source>sums in this layer</source>
        <translation>この層での合計</translation>
    </message>
    <message>
        <source>w_ij = exp(s_ij) / Σ_j exp(s_ij)</source>
        <translation>w_ij = exp(s_ij) / Σ_j exp(s_ij)</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>重み</translation>
    </message>
</context>
<context>
    <name>CodeLines</name>
    <message>
        <source>Attention in three lines of code</source>
        <translation>たった3行のコードで書いた注意機構</translation>
    </message>
</context>
<context>
    <name>CodePage</name>
    <message>
        <source>&lt;k&gt;K&lt;/k&gt;: what every token can be found by. Shown: key {key}.</source>
        <translation>&lt;k&gt;K&lt;/k&gt;：各トークンが何によって見つけられるか。表示中：キー{key}。</translation>
    </message>
    <message>
        <source>&lt;k&gt;Kᵀ&lt;/k&gt;: transpose(-1, -2) exchanges the last axis, -1, and the second to last, -2. Each key becomes a column, so that Q @ Kᵀ meets every query with every key. Shown: column {key}.</source>
        <translation>&lt;k&gt;Kᵀ&lt;/k&gt;：transpose(-1, -2)は、最後の軸（-1）と最後から2番目の軸（-2）を入れ替えます。キーが1本ずつ列になるので、Q @ Kᵀですべてのクエリがすべてのキーと出会います。表示中：列{key}。</translation>
    </message>
    <message>
        <source>&lt;q&gt;Q&lt;/q&gt;: what every token looks for. Shown: query {query}.</source>
        <translation>&lt;q&gt;Q&lt;/q&gt;：各トークンが何を探しているか。表示中：クエリ{query}。</translation>
    </message>
    <message>
        <source>&lt;v&gt;V&lt;/v&gt;: what every token hands over. Shown: value {key}.</source>
        <translation>&lt;v&gt;V&lt;/v&gt;：各トークンが何を渡すか。表示中：バリュー{key}。</translation>
    </message>
    <message>
        <source>&lt;w&gt;What a map is not.&lt;/w&gt; Weights say where a head looks, not yet why the model decides. A patch can be looked at and change nothing, because its value is short or a later layer ignores it. Whether it matters can be tested: hide it, cut the edge, and see what changes.</source>
        <translation>&lt;w&gt;注意マップは、まだ説明ではありません。&lt;/w&gt;重みが示すのはヘッドがどこを見ているかであって、モデルがなぜそう判断したかではありません。見られていても、バリューが短かったり後の層で使われなかったりすれば、結果は何も変わりません。本当に効いているかどうかは、パッチを隠したりつながりを切ったりして、何が変わるかで確かめられます。</translation>
    </message>
    <message>
        <source>All of it is three lines (@ multiplies matrices). Click a term, in the code or in the formula: below stand its shape and its values in this very run.</source>
        <translation>これまでのすべては、たった3行です（@は行列の積）。コードか数式の中の項をクリックすると、今この実行での形と値が下に現れます。</translation>
    </message>
    <message>
        <source>B = 1 picture at once (batch) · H = {heads} heads · N = {tokens} tokens ({patches} patches, {special} special) · d&lt;sub&gt;k&lt;/sub&gt; = {d_k}, width of a head's query and key, often d&lt;sub&gt;model&lt;/sub&gt;/H: {heads} × {d_k} = {width} · d&lt;sub&gt;v&lt;/sub&gt; = {d_v}, width of its value</source>
        <translation>B = 1：一度に扱う画像の数（バッチ）・H = {heads}：ヘッドの数・N = {tokens}：トークンの数（パッチ{patches}、特殊{special}）・d&lt;sub&gt;k&lt;/sub&gt; = {d_k}：ヘッドのクエリとキーの幅。多くはd&lt;sub&gt;model&lt;/sub&gt;/H（{heads} × {d_k} = {width}）・d&lt;sub&gt;v&lt;/sub&gt; = {d_v}：バリューの幅</translation>
    </message>
    <message>
        <source>Go where the model is changed and maps are put to the test</source>
        <translation>モデルに手を加え、マップを検証する場所へ移ります</translation>
    </message>
    <message>
        <source>Number {n}{name}: {values}</source>
        <translation>{n}番{name}：{values}</translation>
    </message>
    <message>
        <source>O = softmax(QKᵀ / √d_k) V</source>
        <translation>O = softmax(QKᵀ / √d_k) V</translation>
    </message>
    <message>
        <source>Open five terms. Where does N × N appear, and where is it gone?</source>
        <translation>項を5つ開いてみましょう。N × Nはどこで現れ、どこで消えますか。</translation>
    </message>
    <message>
        <source>Point at the bars to read single numbers.</source>
        <translation>棒にポインターを重ねると、1つ1つの数値が読めます。</translation>
    </message>
    <message>
        <source>Test it</source>
        <translation>確かめる</translation>
    </message>
    <message>
        <source>The Lab has it run along another axis, dim={dim}. This row now sums to &lt;b&gt;{sum}&lt;/b&gt;, not to 1; its scores summed to {before}.</source>
        <translation>ラボの変更で、別の軸（dim={dim}）に沿っています。この行の合計は1ではなく&lt;b&gt;{sum}&lt;/b&gt;になりました。スコアのときの合計は{before}でした。</translation>
    </message>
    <message>
        <source>Three minutes. Let the class say each line in words before you open the terms. &lt;b&gt;Often misunderstood:&lt;/b&gt; negative axes count from the end: -1 is the last, -2 the second to last, whatever stands in front, so that the same code works with and without batch and heads. @ multiplies matrices, * would multiply element by element. vitviz never writes attn or weights out: it computes the row you point at.</source>
        <translation>3分。項を開く前に、1行ずつ言葉で説明してもらいましょう。&lt;b&gt;よくある誤解：&lt;/b&gt;負の軸番号は後ろから数えます。前に何があっても-1は最後、-2は最後から2番目なので、バッチやヘッドの軸があってもなくても同じコードが使えます。@は行列の積で、*なら要素ごとの積です。vitvizはattnもweightsも丸ごと書き出すことはなく、指した行だけをその場で計算します。</translation>
    </message>
    <message>
        <source>Trained with √d&lt;sub&gt;k&lt;/sub&gt;, here d&lt;sub&gt;k&lt;/sub&gt; = {d_k}; this run divides by &lt;b&gt;{root}&lt;/b&gt;.</source>
        <translation>学習時の割る数は√d&lt;sub&gt;k&lt;/sub&gt;（ここではd&lt;sub&gt;k&lt;/sub&gt; = {d_k}）ですが、この実行では&lt;b&gt;{root}&lt;/b&gt;で割っています。</translation>
    </message>
    <message>
        <source>Values of the chosen term</source>
        <translation>選んだ項の値</translation>
    </message>
    <message>
        <source>attn: the scaled score of every query with every key, N × N in each head. Shown: the row of query {query}.</source>
        <translation>attn：すべてのクエリとすべてのキーの、スケーリング済みのスコア。ヘッドごとにN × N個あります。表示中：クエリ{query}の行。</translation>
    </message>
    <message>
        <source>out: for every query the weighted sum of all values. N × N is gone: one of its axes was summed over. Shown: output {query}.</source>
        <translation>out：クエリごとの、すべてのバリューの重み付き和。N × Nは消えました。片方の軸に沿って足し合わせたからです。表示中：出力{query}。</translation>
    </message>
    <message>
        <source>output</source>
        <translation>出力</translation>
    </message>
    <message>
        <source>scores</source>
        <translation>スコア</translation>
    </message>
    <message>
        <source>softmax(dim=-1): along the last axis, over all keys for each query. This row now sums to &lt;b&gt;{sum}&lt;/b&gt;; its scores summed to {before}.</source>
        <translation>softmax(dim=-1)：最後の軸に沿って、つまりクエリごとにすべてのキーにわたって。この行の合計は&lt;b&gt;{sum}&lt;/b&gt;になりました。スコアのときの合計は{before}でした。</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>重み</translation>
    </message>
    <message>
        <source>weights: where every query looks, N × N in each head. Shown: the row of query {query}, largest {largest}.</source>
        <translation>weights：それぞれのクエリがどこを見ているか。ヘッドごとにN × N個あります。表示中：クエリ{query}の行（最大{largest}）。</translation>
    </message>
    <message>
        <source>√d&lt;sub&gt;k&lt;/sub&gt; = √{d_k} = &lt;b&gt;{root}&lt;/b&gt;, one number. Without it scores grow with the width of the head.</source>
        <translation>√d&lt;sub&gt;k&lt;/sub&gt; = √{d_k} = &lt;b&gt;{root}&lt;/b&gt;。ただ1つの数です。これで割らないと、ヘッドの幅とともにスコアが大きくなります。</translation>
    </message>
</context>
<context>
    <name>ConvolutionView</name>
    <message>
        <source>A patch times a filter</source>
        <translation>パッチとフィルターの積</translation>
    </message>
    <message>
        <source>filter</source>
        <translation>フィルター</translation>
    </message>
    <message>
        <source>patch</source>
        <translation>パッチ</translation>
    </message>
</context>
<context>
    <name>CostChart</name>
    <message>
        <source>Time against the number of tokens</source>
        <translation>トークン数と時間</translation>
    </message>
    <message>
        <source>milliseconds</source>
        <translation>ミリ秒</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>トークン</translation>
    </message>
</context>
<context>
    <name>CostPage</name>
    <message>
        <source> From {tokens} to {more_tokens} tokens attention measures &lt;b&gt;× {ratio}&lt;/b&gt;.</source>
        <translation>トークンが{tokens}個から{more_tokens}個に増えるときの注意の実測は&lt;b&gt;{ratio}倍&lt;/b&gt;です。</translation>
    </message>
    <message>
        <source> Only the time that one processor core spent on it counts, so other programs hardly matter.</source>
        <translation>数えているのは、1つのプロセッサコアがこの計算に使った時間だけなので、ほかのプログラムの影響はほとんど受けません。</translation>
    </message>
    <message>
        <source>&lt;b&gt;Memory&lt;/b&gt; grows with N² too, if all pairs are written out as matrices: &lt;b&gt;{written}&lt;/b&gt; in all layers here, {twice} with twice the tokens. vitviz keeps only q, k and v (chapter 4), which grow with N: &lt;b&gt;{kept}&lt;/b&gt;, then {kept_twice}.</source>
        <translation>&lt;b&gt;メモリ&lt;/b&gt;も、すべてのペアを行列に書き出せばN²で増えます。ここでは全層で&lt;b&gt;{written}&lt;/b&gt;、トークンが2倍なら{twice}です。vitvizが保持するのはq、k、v（第4章）だけで、これはNに比例します。ここでは&lt;b&gt;{kept}&lt;/b&gt;、2倍でも{kept_twice}です。</translation>
    </message>
    <message>
        <source>Attention is {few} % of the pass at {few_tokens} tokens and {many} % at {many_tokens}. Growing like that, it equals all the rest at about N = {even}.</source>
        <translation>1回の実行に注意が占める割合は、{few_tokens}トークンで{few}%、{many_tokens}トークンで{many}%です。この増え方だと、N = {even}あたりで残り全部と並びます。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>From 14×14 to 14×28, {patches} to {more} patches, {tokens} to {more_tokens} tokens:</source>
        <translation>14×14から14×28へ。パッチは{patches}から{more}へ、トークンは{tokens}から{more_tokens}へ：</translation>
    </message>
    <message>
        <source>Here {width}×{height} pixels make N = &lt;b&gt;{tokens}&lt;/b&gt;: {tokens} × {tokens} = &lt;b&gt;{pairs}&lt;/b&gt; pairs. Twice the sides: four times the patches, about sixteen times the pairs. Try it:</source>
        <translation>ここでは{width}×{height}ピクセルでN = &lt;b&gt;{tokens}&lt;/b&gt;、{tokens} × {tokens} = &lt;b&gt;{pairs}&lt;/b&gt;ペアです。縦横2倍なら、パッチは4倍、ペアは約16倍です。試してみましょう。</translation>
    </message>
    <message>
        <source>In &lt;b&gt;self-attention&lt;/b&gt; every token looks at every token, itself included: the colours on the picture. It is a meeting in which everyone listens to everyone, also to oneself: n people, n × n arrows. Twice the people, four times the arrows.</source>
        <translation>&lt;b&gt;自己注意&lt;/b&gt;では、すべてのトークンが自分自身も含めたすべてのトークンを見ます。画像の上の色がそれです。いわば、自分も含めて全員が全員の話を聞く会議です。n人なら矢印はn × n本、人数が2倍なら矢印は4倍です。</translation>
    </message>
    <message>
        <source>Let more people come to the meeting</source>
        <translation>会議の人数を増やします</translation>
    </message>
    <message>
        <source>Measure here and now</source>
        <translation>今ここで測る</translation>
    </message>
    <message>
        <source>Measure it. With twice the patches, which part takes four times as long, and which only twice?</source>
        <translation>測ってみましょう。パッチが2倍になると、時間が4倍になるのはどの部分で、2倍で済むのはどの部分ですか。</translation>
    </message>
    <message>
        <source>Measured is the middle of {n} rounds; beside it stands their range. Why not exactly × 4? Part of every call does not depend on N and pulls the ratio down; numbers that outgrow the processor's cache push it up.</source>
        <translation>実測は{n}回の中央値で、右はその範囲です。なぜちょうど4倍ではないのでしょう。呼び出しごとにNによらない手間があると倍率は下がり、データがプロセッサのキャッシュに収まらなくなると上がります。</translation>
    </message>
    <message>
        <source>People at the first table</source>
        <translation>1つ目のテーブルの人数</translation>
    </message>
    <message>
        <source>Run the same model on more or fewer pixels</source>
        <translation>同じモデルを、ピクセル数を変えて実行します</translation>
    </message>
    <message>
        <source>Run this model on this picture at several sizes, a few seconds</source>
        <translation>このモデルをこの画像で、いくつかの大きさで動かします（数秒）</translation>
    </message>
    <message>
        <source>Side of the model's input in pixels</source>
        <translation>モデルの入力の1辺（ピクセル）</translation>
    </message>
    <message>
        <source>Three minutes. Ask for a guess before you measure: twice the tokens, how much longer? &lt;b&gt;Often misunderstood:&lt;/b&gt; the whole pass does not take four times as long. Only attention grows with N², and in small models at few tokens it is the smaller part; all the rest grows with N: the products that make queries, keys and values (projections) and the small networks that work on each token by itself (MLPs). Memory is N² only if the matrix is written out; fused kernels, as here, never do that.</source>
        <translation>3分。測る前に予想させましょう。トークンが2倍なら、時間は何倍でしょうか。&lt;b&gt;よくある誤解：&lt;/b&gt;実行全体が4倍かかるわけではありません。N²で増えるのは注意だけで、小さなモデルでトークンが少ないうちは、注意のほうが小さな部分です。残りはすべてNに比例します。クエリ・キー・バリューを作る積（射影）と、トークンを1つずつ処理する小さなネットワーク（MLP）です。メモリがN²になるのは行列を書き出した場合だけで、ここで使っている融合カーネルは書き出しません。</translation>
    </message>
    <message>
        <source>all the rest, N</source>
        <translation>残り全部（N）</translation>
    </message>
    <message>
        <source>attention, N²</source>
        <translation>注意（N²）</translation>
    </message>
    <message>
        <source>measured</source>
        <translation>実測</translation>
    </message>
    <message>
        <source>predicted</source>
        <translation>予測</translation>
    </message>
    <message>
        <source>range</source>
        <translation>範囲</translation>
    </message>
    <message>
        <source>whole pass</source>
        <translation>全体</translation>
    </message>
    <message>
        <source>{attention} attention · {rest} all the rest · dots: measured · dashed: predicted from {grid}</source>
        <translation>{attention} 注意・{rest} 残り全部・点：実測・破線：{grid}からの予測</translation>
    </message>
</context>
<context>
    <name>FallingApart</name>
    <message>
        <source>The picture as a sequence of patches</source>
        <translation>パッチの列になった画像</translation>
    </message>
</context>
<context>
    <name>HeadChips</name>
    <message>
        <source>Head</source>
        <translation>ヘッド</translation>
    </message>
    <message>
        <source>Head {n} (keys , and .)</source>
        <translation>ヘッド{n}（キー , と .）</translation>
    </message>
    <message>
        <source>Layer {layer} · &lt;q&gt;query&lt;/q&gt; {query} · &lt;k&gt;key&lt;/k&gt; {key} · head</source>
        <translation>層{layer}・&lt;q&gt;クエリ&lt;/q&gt; {query}・&lt;k&gt;キー&lt;/k&gt; {key}・ヘッド</translation>
    </message>
    <message>
        <source>Layer {layer} · &lt;q&gt;query&lt;/q&gt; {query} · head</source>
        <translation>層{layer}・&lt;q&gt;クエリ&lt;/q&gt; {query}・ヘッド</translation>
    </message>
</context>
<context>
    <name>HeadsPage</name>
    <message>
        <source>&lt;v&gt;{joined}&lt;/v&gt; numbers, head after head, times W&lt;sub&gt;O&lt;/sub&gt; ({rows} × {joined}) = &lt;b&gt;{rows}&lt;/b&gt; numbers of the layer for the token. W&lt;sub&gt;O&lt;/sub&gt; mixes the heads: without some, all of them change (length &lt;b&gt;{length}&lt;/b&gt;).</source>
        <translation>ヘッド順に並べた&lt;v&gt;{joined}&lt;/v&gt;個の数にW&lt;sub&gt;O&lt;/sub&gt;（{rows} × {joined}）を掛けると、このトークンへの層の出力、&lt;b&gt;{rows}&lt;/b&gt;個の数になります。W&lt;sub&gt;O&lt;/sub&gt;はヘッドを混ぜ合わせるので、一部をオフにするだけで全部の数が変わります（長さ&lt;b&gt;{length}&lt;/b&gt;）。</translation>
    </message>
    <message>
        <source>All heads on</source>
        <translation>すべてオン</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Click a head to switch it off, or on again</source>
        <translation>ヘッドをクリックするとオフになり、もう一度クリックするとオンに戻ります</translation>
    </message>
    <message>
        <source>Click heads to switch them off, and on again. Without which one does the model's answer change most? Then let each be tried alone.</source>
        <translation>ヘッドをクリックしてオフにしたり、オンに戻したりしてみましょう。モデルの答えが最も変わるのは、どのヘッドを切ったときですか。そのあと、1つずつ試して確かめましょう。</translation>
    </message>
    <message>
        <source>Heads that were clicked off come on again</source>
        <translation>クリックでオフにしたヘッドを、オンに戻します</translation>
    </message>
    <message>
        <source>Layer {layer} · &lt;q&gt;query&lt;/q&gt; {query} · each map on its own scale, × = strongest patch ÷ uniform · framed: on the picture</source>
        <translation>層{layer}・&lt;q&gt;クエリ&lt;/q&gt; {query}・濃淡はヘッドごと、×は最も強いパッチ÷一様・枠は画像に表示中</translation>
    </message>
    <message>
        <source>Lost without it: 1 − cosine to the unchanged answer</source>
        <translation>オフにしたときの損失：1 − 元の答えとのコサイン</translation>
    </message>
    <message>
        <source>Lost without it: of the model's number</source>
        <translation>切ると失われる量:モデルが出す数値</translation>
    </message>
    <message>
        <source>Lost without it: probability of the likeliest class</source>
        <translation>オフにしたときの損失：最有力クラスの確率</translation>
    </message>
    <message>
        <source>One head has one way of looking. Several look side by side, each with queries, keys and values of its own: one at the neighbours, one at what is alike, one across the whole picture. Their outputs are put one behind the other (concatenated) and mixed by one more matrix.</source>
        <translation>1つのヘッドの見方は1通りです。そこで、いくつものヘッドが同時に、それぞれ自分のクエリ・キー・バリューで見ます。隣を見るもの、似たものを見るもの、画像全体を見渡すもの。それらの出力を1列につなげ（連結）、もう1つの行列で混ぜ合わせます。</translation>
    </message>
    <message>
        <source>Outputs of all heads joined, and times W_O</source>
        <translation>つないだ全ヘッドの出力と、W_Oを掛けた結果</translation>
    </message>
    <message>
        <source>Run the model once without each head of this layer</source>
        <translation>この層のヘッドを1つずつ外してモデルを動かします</translation>
    </message>
    <message>
        <source>The query's row in every head</source>
        <translation>各ヘッドでのクエリの行</translation>
    </message>
    <message>
        <source>Three minutes. Let the class name the heads by what they do, then change the picture: do the names hold? &lt;b&gt;Often misunderstood:&lt;/b&gt; heads are not layers: they work at the same time, on the same tokens. A head that can be switched off without harm need not be useless: others may take over, or another picture may need it. Mean, max and min of the heads in Inspect are ways to draw them, not what the model does: it keeps them apart until the last matrix.</source>
        <translation>3分。働きを見てヘッドに名前を付けてもらい、それから画像を替えてみましょう。その名前はまだ合っていますか。&lt;b&gt;よくある誤解：&lt;/b&gt;ヘッドは層ではありません。同じトークンに対して同時に働きます。オフにしても害がないヘッドが無用とは限りません。ほかのヘッドが肩代わりしたり、別の画像では必要だったりします。「観察」での平均・最大・最小は描き方であって、モデルの計算ではありません。モデルは最後の行列までヘッドを別々に扱います。</translation>
    </message>
    <message>
        <source>Try each head alone</source>
        <translation>1つずつ試す</translation>
    </message>
    <message>
        <source>What is lost without each head</source>
        <translation>各ヘッドがないと失われるもの</translation>
    </message>
    <message>
        <source>With all heads but {heads}, off in the Lab:</source>
        <translation>ラボでオフのヘッド{heads}を除く、すべてのヘッドがある場合：</translation>
    </message>
    <message>
        <source>With all heads:</source>
        <translation>すべてのヘッドがある場合：</translation>
    </message>
    <message>
        <source>Without head {heads} of layer {layer}:</source>
        <translation>層{layer}のヘッド{heads}がない場合：</translation>
    </message>
    <message>
        <source>Without heads {heads} of layer {layer}:</source>
        <translation>層{layer}のヘッド{heads}がない場合：</translation>
    </message>
    <message>
        <source>head {n}</source>
        <translation>ヘッド{n}</translation>
    </message>
    <message>
        <source>joined</source>
        <translation>つなぐ</translation>
    </message>
    <message>
        <source>{heads} outputs of {width} numbers make {heads} × {width} = &lt;b&gt;{total}&lt;/b&gt; for each token: (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;) → (B, N, H·d&lt;sub&gt;v&lt;/sub&gt;) = (1, {tokens}, {total}).</source>
        <translation>{width}個の数からなる出力が{heads}個並び、トークンごとに{heads} × {width} = &lt;b&gt;{total}&lt;/b&gt;個になります：(B, H, N, d&lt;sub&gt;v&lt;/sub&gt;) → (B, N, H·d&lt;sub&gt;v&lt;/sub&gt;) = (1, {tokens}, {total})。</translation>
    </message>
    <message>
        <source>{head} · {ratio}×</source>
        <translation>{head}・{ratio}×</translation>
    </message>
</context>
<context>
    <name>LearnPanel</name>
    <message>
        <source>&lt;w&gt;The Lab has changed this model.&lt;/w&gt; All numbers are of the changed one.</source>
        <translation>&lt;w&gt;ラボで手を加えたモデルです。&lt;/w&gt;数値はすべて変更後のものです。</translation>
    </message>
    <message>
        <source>Chapter before (Page Up)</source>
        <translation>前の章（Page Up）</translation>
    </message>
    <message>
        <source>Dividing by √d</source>
        <translation>dの平方根で割る</translation>
    </message>
    <message>
        <source>From words to patches</source>
        <translation>単語からパッチへ</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>学ぶ</translation>
    </message>
    <message>
        <source>Many heads</source>
        <translation>たくさんのヘッド</translation>
    </message>
    <message>
        <source>Next chapter (Page Down)</source>
        <translation>次の章（Page Down）</translation>
    </message>
    <message>
        <source>Open a picture first: every number in these chapters is computed from it, here and now.</source>
        <translation>まず画像を開いてください。ここに出てくる数値はすべて、その画像から今ここで計算されます。</translation>
    </message>
    <message>
        <source>Patch size is a map's scale</source>
        <translation>パッチの大きさは地図の縮尺</translation>
    </message>
    <message>
        <source>Query, key, value</source>
        <translation>クエリ、キー、バリュー</translation>
    </message>
    <message>
        <source>Restore the model</source>
        <translation>モデルを元に戻す</translation>
    </message>
    <message>
        <source>Slide {n} of {count} of this chapter</source>
        <translation>この章の{count}枚のうち{n}枚目</translation>
    </message>
    <message>
        <source>Softmax, over the right axis</source>
        <translation>ソフトマックスは正しい軸で</translation>
    </message>
    <message>
        <source>Switch every change of the Lab off</source>
        <translation>ラボでの変更をすべてオフにします</translation>
    </message>
    <message>
        <source>The model is reading this picture. The numbers come with its first layer.</source>
        <translation>モデルがこの画像を読んでいます。最初の層が終わると数値が出ます。</translation>
    </message>
    <message>
        <source>Three lines of code</source>
        <translation>たった3行のコード</translation>
    </message>
    <message>
        <source>Weights times values</source>
        <translation>重み × バリュー</translation>
    </message>
    <message>
        <source>Why it gets heavy</source>
        <translation>なぜ重くなるのか</translation>
    </message>
    <message>
        <source>slide {n} of this chapter</source>
        <translation>この章の{n}枚目</translation>
    </message>
    <message>
        <source>{title} (done)</source>
        <translation>{title}（済み）</translation>
    </message>
</context>
<context>
    <name>Meeting</name>
    <message>
        <source>Meetings of n and of 2n people</source>
        <translation>n人の会議と2n人の会議</translation>
    </message>
    <message>
        <source>{n} people: {n} × {n} = {pairs}</source>
        <translation>{n}人：{n} × {n} = {pairs}</translation>
    </message>
    <message>
        <source>{n} × {n} = {pairs}</source>
        <translation>{n} × {n} = {pairs}</translation>
    </message>
</context>
<context>
    <name>More</name>
    <message>
        <source>More below</source>
        <translation>下に続きがあります</translation>
    </message>
    <message>
        <source>Scroll down: the chapter goes on below</source>
        <translation>下へスクロールします。章の続きがあります</translation>
    </message>
</context>
<context>
    <name>Notes</name>
    <message>
        <source>Teacher's notes</source>
        <translation>講師用メモ</translation>
    </message>
    <message>
        <source>What to ask, and what is often misunderstood</source>
        <translation>問いかけの例と、よくある誤解</translation>
    </message>
</context>
<context>
    <name>Outcome</name>
    <message>
        <source>The model itself is not here, only its trace: it cannot be changed.</source>
        <translation>ここにあるのは実行の記録だけで、モデル本体がないため、変更できません。</translation>
    </message>
    <message>
        <source>The model's answer</source>
        <translation>モデルの答え</translation>
    </message>
    <message>
        <source>The model's answer is not finite any more.</source>
        <translation>モデルの答えが有限の数ではなくなりました。</translation>
    </message>
    <message>
        <source>before</source>
        <translation>変更前</translation>
    </message>
    <message>
        <source>cosine &lt;b&gt;{cosine}&lt;/b&gt; between the model's answer before and now (1: unchanged). This model names no classes; its answer is a feature, a list of {size} numbers.</source>
        <translation>モデルの答えの、変更前と今のコサインは&lt;b&gt;{cosine}&lt;/b&gt;です（1なら変化なし）。このモデルはクラス名を答えません。答えは{size}個の数が並んだ「特徴」です。</translation>
    </message>
    <message>
        <source>now</source>
        <translation>現在</translation>
    </message>
</context>
<context>
    <name>OutputPage</name>
    <message>
        <source> The largest is that of {special}, a special token: it has no place on the picture.</source>
        <translation>最大の寄与は特殊トークン{special}のもので、画像の上に場所はありません。</translation>
    </message>
    <message>
        <source>A weight says how much of a patch's &lt;v&gt;value&lt;/v&gt; the query takes. The output is the sum of all values, each times its weight: a mixture. What is looked at flows in, what is not looked at hardly does.</source>
        <translation>重みは、パッチの&lt;v&gt;バリュー&lt;/v&gt;をクエリがどれだけ受け取るかを表します。出力は、すべてのバリューにそれぞれの重みを掛けて足したもの、つまり混ぜ合わせです。よく見たものは流れ込み、見なかったものはほとんど流れ込みません。</translation>
    </message>
    <message>
        <source>Click the largest contribution of a patch in the list and find it on the picture. Then click another query: what does that one mix?</source>
        <translation>リストでパッチの寄与のうち最も大きいものをクリックし、画像の中で見つけましょう。次に別のクエリをクリックします。今度は何を混ぜていますか。</translation>
    </message>
    <message>
        <source>Of &lt;k&gt;key&lt;/k&gt; {key}: its value v, and w·v, which is what it gives to the output of all {tokens}. These two stand on the same scale.</source>
        <translation>&lt;k&gt;キー&lt;/k&gt;{key}のバリューvと、それが出力に与える分w·vです。出力は{tokens}個すべてからの合計で、w·vと同じ目盛りで示しています。</translation>
    </message>
    <message>
        <source>The Lab has switched this head off: in place of every value stands what it hands over instead.</source>
        <translation>このヘッドはラボでオフになっています。どのバリューの所にも、代わりに渡されるものが並んでいます。</translation>
    </message>
    <message>
        <source>The chosen contribution and the whole output</source>
        <translation>選んだ寄与と、出力全体</translation>
    </message>
    <message>
        <source>The largest contributions to the output</source>
        <translation>出力への大きな寄与</translation>
    </message>
    <message>
        <source>Two minutes. Compare with mixing paint: the weights are the recipe, the values the colours. &lt;b&gt;Often misunderstood:&lt;/b&gt; the largest weight need not make the largest contribution, because values have lengths of their own; special tokens often get much weight and hand over a short value. Values are not pixels: what is mixed are the numbers that the layer has made of each patch.</source>
        <translation>2分。絵の具を混ぜることにたとえましょう。重みが配合、バリューが色です。&lt;b&gt;よくある誤解：&lt;/b&gt;重みが最大でも、寄与が最大とは限りません。バリューにはそれぞれ長さがあるからです。特殊トークンは大きな重みを集めながら、短いバリューしか渡さないことがよくあります。バリューは画素ではありません。混ざるのは、その層が各パッチから作った数です。</translation>
    </message>
    <message>
        <source>Weight × length of the value = length of the contribution. These {n} of {tokens} make {share} % of all lengths. Recomputed and the model's own output differ by {error}.</source>
        <translation>重み × バリューの長さ = 寄与の長さ。{tokens}個のうちこの{n}個で、長さの合計の{share}%を占めます。再計算した出力とモデル自身の出力の差は{error}です。</translation>
    </message>
    <message>
        <source>With d&lt;sub&gt;v&lt;/sub&gt; numbers in a value: (B, H, N, N) × (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;) → (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;); here (1, {heads}, {tokens}, {tokens}) × (1, {heads}, {tokens}, {d_v}) → &lt;b&gt;(1, {heads}, {tokens}, {d_v})&lt;/b&gt;.</source>
        <translation>バリューの数の個数をd&lt;sub&gt;v&lt;/sub&gt;とすると、(B, H, N, N) × (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;) → (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;)。ここでは(1, {heads}, {tokens}, {tokens}) × (1, {heads}, {tokens}, {d_v}) → &lt;b&gt;(1, {heads}, {tokens}, {d_v})&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>o_i = Σ_j w_ij v_j</source>
        <translation>o_i = Σ_j w_ij v_j</translation>
    </message>
    <message>
        <source>output</source>
        <translation>出力</translation>
    </message>
    <message>
        <source>{weight} × {length} = {part}</source>
        <translation>{weight} × {length} = {part}</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>Go on with the next chapter</source>
        <translation>次の章へ進みます</translation>
    </message>
    <message>
        <source>Next chapter</source>
        <translation>次の章へ</translation>
    </message>
</context>
<context>
    <name>PairPage</name>
    <message>
        <source> Cosine of the two, 1 if they point the same way: {cosine}.</source>
        <translation>2つのベクトルのコサイン（同じ向きなら1）は{cosine}です。</translation>
    </message>
    <message>
        <source> Of the keys you have chosen, the largest weight is &lt;b&gt;{far} ×&lt;/b&gt; the smallest.</source>
        <translation>これまでに選んだキーでは、最大の重みは最小の&lt;b&gt;{far}倍&lt;/b&gt;です。</translation>
    </message>
    <message>
        <source> Softmax over all {keys} keys makes it the weight &lt;b&gt;{weight}&lt;/b&gt;, {ratio} × uniform (1/{tokens} each); all weights add up to 1 (chapter 6).</source>
        <translation>{keys}個のキー全体のソフトマックスで重みは&lt;b&gt;{weight}&lt;/b&gt;、一様（どれも1/{tokens}）の{ratio}倍になります。重みは全部足すと1です（第6章）。</translation>
    </message>
    <message>
        <source> Softmax, which the Lab lets run over the heads, makes it the weight &lt;b&gt;{weight}&lt;/b&gt;: now all weights of a pair add up to 1.</source>
        <translation>ラボの変更でヘッドにわたって計算したソフトマックスにより、重みは&lt;b&gt;{weight}&lt;/b&gt;になります。今は、同じペアの重みを全ヘッドで足すと1です。</translation>
    </message>
    <message>
        <source> Softmax, which the Lab lets run over the queries, makes it the weight &lt;b&gt;{weight}&lt;/b&gt;: now all weights of a key add up to 1.</source>
        <translation>ラボの変更でクエリにわたって計算したソフトマックスにより、重みは&lt;b&gt;{weight}&lt;/b&gt;になります。今は、同じキーの重みを全部足すと1です。</translation>
    </message>
    <message>
        <source> The score includes the model's bias of {bias}.</source>
        <translation>スコアにはモデルのバイアス{bias}が含まれます。</translation>
    </message>
    <message>
        <source>&lt;q&gt;q&lt;/q&gt; = W&lt;sub&gt;Q&lt;/sub&gt; x: number {n} is row {n} of W&lt;sub&gt;Q&lt;/sub&gt; times the token's {count} numbers x, added up, and a constant (bias) of {bias}: &lt;b&gt;{sum}&lt;/b&gt;. The model's own q has {own}.</source>
        <translation>&lt;q&gt;q&lt;/q&gt; = W&lt;sub&gt;Q&lt;/sub&gt; x：{n}番の数は、W&lt;sub&gt;Q&lt;/sub&gt;の{n}番の行とトークンの{count}個の数xを掛けて足し、定数（バイアス）{bias}を加えた&lt;b&gt;{sum}&lt;/b&gt;です。モデル自身のqでは{own}です。</translation>
    </message>
    <message>
        <source>A click chooses the key</source>
        <translation>クリックでキーを選ぶ</translation>
    </message>
    <message>
        <source>A click on the picture chooses the query</source>
        <translation>画像のクリックでクエリを選びます</translation>
    </message>
    <message>
        <source>Click patches to choose their keys, until one had at least four times the weight of another. What differs in the bars?</source>
        <translation>パッチを次々にクリックしてキーを選び、重みが4倍以上違う2つを見つけましょう。棒のどこが違いますか。</translation>
    </message>
    <message>
        <source>Every token makes three vectors, lists of numbers, by multiplying itself with three matrices the model has learned: a &lt;q&gt;query&lt;/q&gt;, what it looks for; a &lt;k&gt;key&lt;/k&gt;, what it can be found by; a &lt;v&gt;value&lt;/v&gt;, what it hands over. To weigh a patch, multiply the query with the patch's key, number by number, and add up. The more alike their directions, the larger this score, and the larger the weight.</source>
        <translation>どのトークンも、モデルが学習した3つの行列を自分に掛けて、3つのベクトル（数の並び）を作ります。何を探しているかを表す&lt;q&gt;クエリ&lt;/q&gt;、何によって見つけられるかを表す&lt;k&gt;キー&lt;/k&gt;、何を渡すかを表す&lt;v&gt;バリュー&lt;/v&gt;です。パッチの重みを決めるには、クエリとそのパッチのキーを数ごとに掛け合わせ、すべて足します。2つの向きが似ているほどこのスコアは大きく、重みも大きくなります。</translation>
    </message>
    <message>
        <source>Number {n}: &lt;q&gt;{q}&lt;/q&gt; × &lt;k&gt;{k}&lt;/k&gt; = &lt;b&gt;{product}&lt;/b&gt;</source>
        <translation>{n}番：&lt;q&gt;{q}&lt;/q&gt; × &lt;k&gt;{k}&lt;/k&gt; = &lt;b&gt;{product}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>Point at the bars to read single numbers.</source>
        <translation>棒にポインターを重ねると、1つ1つの数値が読めます。</translation>
    </message>
    <message>
        <source>Query, key and their products</source>
        <translation>クエリ、キー、その積</translation>
    </message>
    <message>
        <source>Shift-click chooses the key at any time</source>
        <translation>Shift+クリックなら、いつでもキーを選べます</translation>
    </message>
    <message>
        <source>Sum &lt;b&gt;{total}&lt;/b&gt;, divided by {divisor}: score &lt;b&gt;{score}&lt;/b&gt;.</source>
        <translation>合計は&lt;b&gt;{total}&lt;/b&gt;、{divisor}で割ってスコアは&lt;b&gt;{score}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>Sum &lt;b&gt;{total}&lt;/b&gt;. The Lab has cut this edge, so the score counts as −∞ and the weight is &lt;b&gt;0&lt;/b&gt;.</source>
        <translation>合計は&lt;b&gt;{total}&lt;/b&gt;。このつながりはラボで切られているので、スコアは−∞とみなされ、重みは&lt;b&gt;0&lt;/b&gt;です。</translation>
    </message>
    <message>
        <source>Sum &lt;b&gt;{total}&lt;/b&gt;. The Lab has dropped this key's patch: no query sees it, and the weight is &lt;b&gt;0&lt;/b&gt;.</source>
        <translation>合計は&lt;b&gt;{total}&lt;/b&gt;。このキーのパッチはラボで取り除かれているので、どのクエリからも見えず、重みは&lt;b&gt;0&lt;/b&gt;です。</translation>
    </message>
    <message>
        <source>The token, a row of W_Q, and their products</source>
        <translation>トークン、W_Qの1行、その積</translation>
    </message>
    <message>
        <source>Three minutes. Ask: which patch will this query find? Let them guess before you click. &lt;b&gt;Often misunderstood:&lt;/b&gt; a large product in one place is not enough, the sum decides. A long key can win without pointing the same way: the cosine beside the sum tells. Query and key come from the same token by different matrices, so “A looks at B” does not mean that B looks at A: exchange the two and see.</source>
        <translation>3分。このクエリはどのパッチを見つけるでしょうか。クリックする前に予想してもらいましょう。&lt;b&gt;よくある誤解：&lt;/b&gt;1か所の積が大きいだけでは足りず、決めるのは合計です。長いキーは、向きが似ていなくても勝つことがあります。それは合計に添えたコサインで分かります。クエリとキーは同じトークンから別々の行列で作られるので、「AがBを見る」からといってBがAを見るとは限りません。入れ替えて確かめましょう。</translation>
    </message>
    <message>
        <source>What a click on the picture chooses</source>
        <translation>画像のクリックで選ぶもの</translation>
    </message>
    <message>
        <source>d&lt;sub&gt;k&lt;/sub&gt; = {width} is how many numbers a query or key has; why its root divides: chapter 5. This model does all this in {layers} layers, one after the other, with {heads} heads side by side in each (chapter 8); shown is one of them.</source>
        <translation>d&lt;sub&gt;k&lt;/sub&gt; = {width}はクエリやキーの数の個数です。その平方根で割る理由は第5章にあります。このモデルはこれを{layers}個の層で順に行い、どの層でも{heads}個のヘッドが並んで働きます（第8章）。ここに示すのはその1つです。</translation>
    </message>
    <message>
        <source>s = q·k / √d_k = Σ_c q_c k_c / √d_k</source>
        <translation>s = q·k / √d_k = Σ_c q_c k_c / √d_k</translation>
    </message>
    <message>
        <source>… the query</source>
        <translation>クエリを選ぶ</translation>
    </message>
</context>
<context>
    <name>ScalePage</name>
    <message>
        <source>&lt;b&gt;Which one?&lt;/b&gt; 8 or 14 for delicate work, such as finding small faults (anomaly detection). 16 and more are often enough to say roughly what is in a picture. The 16 in the name of &lt;code&gt;vit_b_16&lt;/code&gt;, torchvision's well-known model, is its patch size.</source>
        <translation>&lt;b&gt;どれを選ぶ？&lt;/b&gt;小さな傷を見つけるような繊細な作業（異常検知など）には8か14。何が写っているかを大まかに言うだけなら、16以上で足りることが多いです。torchvisionのよく知られたモデル&lt;code&gt;vit_b_16&lt;/code&gt;の名前にある16は、パッチの大きさです。</translation>
    </message>
    <message>
        <source>Memory of all layers: the matrices of all pairs, if they were written out (chapter 3), and q, k and v (chapter 4), which vitviz keeps instead. Time: one pass by itself, measured anew.</source>
        <translation>メモリは全層の合計です。行列はすべてのペアを書き出した場合の量（第3章）、q、k、vはvitvizが代わりに保持する量（第4章）です。時間は、1回の実行だけを測り直したものです。</translation>
    </message>
    <message>
        <source>Patch size in pixels</source>
        <translation>パッチの大きさ（ピクセル）</translation>
    </message>
    <message>
        <source>Run it on this picture; the model of now is found under Model</source>
        <translation>この画像でvitviz-flexiを動かします。今のモデルは「モデル」から選び直せます</translation>
    </message>
    <message>
        <source>Run the same model with patches of this size</source>
        <translation>同じモデルを、この大きさのパッチで動かします</translation>
    </message>
    <message>
        <source>The slider needs a model that was trained for all five patch sizes: vitviz-flexi, which is part of the program.</source>
        <translation>このスライダーには、5通りのパッチサイズすべてで学習したモデルが必要です。プログラムに内蔵のvitviz-flexiがそれです。</translation>
    </message>
    <message>
        <source>Think of maps. On a map of &lt;b&gt;small scale&lt;/b&gt; one sheet holds the whole city, but no alley: those are &lt;b&gt;large patches&lt;/b&gt;. A map of &lt;b&gt;large scale&lt;/b&gt; shows every alley and fills many sheets: those are &lt;b&gt;small patches&lt;/b&gt;. Do not turn it around: large patch, small scale.</source>
        <translation>地図を思い浮かべてください。&lt;b&gt;小縮尺&lt;/b&gt;の地図は1枚に街全体が収まりますが、路地は描かれません。これが&lt;b&gt;大きなパッチ&lt;/b&gt;です。&lt;b&gt;大縮尺&lt;/b&gt;の地図には路地まで描かれますが、何枚も必要です。これが&lt;b&gt;小さなパッチ&lt;/b&gt;です。逆にしないよう気をつけましょう。大きなパッチは小縮尺です。</translation>
    </message>
    <message>
        <source>Three minutes. Show 32 first: few sheets, quickly read, and the details gone. Then 8, and let the class predict the number of tokens before the run ends: half the side, four times the patches. &lt;b&gt;Often misunderstood:&lt;/b&gt; “large scale” sounds like large patches; on maps it is the other way round: 1 : 10,000 is a larger scale than 1 : 100,000, and shows less ground in more detail. Most models know only the size they were trained with; this one drew its size anew for every batch of its training.</source>
        <translation>3分。まず32を見せます。枚数が少なくすぐ読めますが、細部は失われます。次に8にして、実行が終わる前にトークンの数を予想してもらいましょう。1辺が半分ならパッチは4倍です。&lt;b&gt;よくある誤解：&lt;/b&gt;「大縮尺」と聞くと大きなパッチを思い浮かべがちですが、地図では逆です。1 : 10,000は1 : 100,000より大縮尺で、狭い範囲を詳しく示します。ふつうのモデルは学習したときの大きさしか扱えませんが、このモデルは学習のバッチごとに大きさを選び直しています。</translation>
    </message>
    <message>
        <source>Try at least three sizes. Keep your eye on a detail, such as a whisker or an edge: at which size is it a patch of its own?</source>
        <translation>3通り以上の大きさを試しましょう。ひげや輪郭のような細部に注目してください。それが独立したパッチになるのは、どの大きさからですか。</translation>
    </message>
    <message>
        <source>Use vitviz-flexi</source>
        <translation>vitviz-flexiを使う</translation>
    </message>
    <message>
        <source>grid</source>
        <translation>格子</translation>
    </message>
    <message>
        <source>matrices</source>
        <translation>行列</translation>
    </message>
    <message>
        <source>patch</source>
        <translation>パッチ</translation>
    </message>
    <message>
        <source>q, k, v</source>
        <translation>q, k, v</translation>
    </message>
    <message>
        <source>time</source>
        <translation>時間</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>トークン</translation>
    </message>
    <message>
        <source>{n} px</source>
        <translation>{n} px</translation>
    </message>
</context>
<context>
    <name>ScalingPage</name>
    <message>
        <source> No other head spikes more for this query.</source>
        <translation>このクエリでは、これより尖るヘッドはありません。</translation>
    </message>
    <message>
        <source> The sharpest is layer {layer}, head {head}: &lt;b&gt;{most}&lt;/b&gt;.</source>
        <translation>最も尖るのは層{layer}のヘッド{head}で、&lt;b&gt;{most}&lt;/b&gt;です。</translation>
    </message>
    <message>
        <source>A score adds up d&lt;sub&gt;k&lt;/sub&gt; products: the more there are, the wider scores spread. Undivided, softmax (chapter 6) can make a &lt;b&gt;spike&lt;/b&gt; of them, one key takes nearly all, and hardly any gradient gets back through it: learning stalls. So they are divided by √d&lt;sub&gt;k&lt;/sub&gt;.</source>
        <translation>スコアはd&lt;sub&gt;k&lt;/sub&gt;個の積の和で、個数が多いほど大きくばらつきます。割らないと、ソフトマックス（第6章）の結果が&lt;b&gt;1点に尖り&lt;/b&gt;、1つのキーがほとんどを取ることがあります。そこからは勾配がほとんど戻らず、学習が進みません。そこで√d&lt;sub&gt;k&lt;/sub&gt;で割ります。</translation>
    </message>
    <message>
        <source>Choose the layer and head whose undivided scores spike most</source>
        <translation>割らないスコアが最も尖る層とヘッドを選びます</translation>
    </message>
    <message>
        <source>Divide as the run on screen does</source>
        <translation>画面の実行と同じ数で割ります</translation>
    </message>
    <message>
        <source>Divide by √d_k</source>
        <translation>√d_kで割ります</translation>
    </message>
    <message>
        <source>Do not divide</source>
        <translation>割りません</translation>
    </message>
    <message>
        <source>From 1/√d_k, not divided, to √d_k</source>
        <translation>1/√d_k（割らない）から√d_kまで</translation>
    </message>
    <message>
        <source>In layer {layer}, head {head}, on screen, the largest weight undivided is &lt;b&gt;{bare}&lt;/b&gt;: {verdict}.</source>
        <translation>表示中の層{layer}のヘッド{head}では、割らないときの最大の重みは&lt;b&gt;{bare}&lt;/b&gt;です（{verdict}）。</translation>
    </message>
    <message>
        <source>Scaling</source>
        <translation>スケーリング</translation>
    </message>
    <message>
        <source>Show the sharpest spike</source>
        <translation>最も尖るヘッドを表示</translation>
    </message>
    <message>
        <source>Spread (standard deviation) of this query's scores, undivided, if its vectors had only their first numbers: {list}.</source>
        <translation>ベクトルが先頭の数個だけだったとしたときの、割る前のスコアのばらつき（標準偏差）：{list}。</translation>
    </message>
    <message>
        <source>Stop dividing, then heat up to T above 2. What becomes of the row of weights, and of the model's answer?</source>
        <translation>割り算をやめ、次にTを2より熱くしてみましょう。重みの行とモデルの答えはどうなりますか。</translation>
    </message>
    <message>
        <source>T = 1/√d: not divided</source>
        <translation>T = 1/√d：割らない</translation>
    </message>
    <message>
        <source>T = 1: as trained</source>
        <translation>T = 1：学習どおり</translation>
    </message>
    <message>
        <source>T = {own}: as it runs now</source>
        <translation>T = {own}：今の実行どおり</translation>
    </message>
    <message>
        <source>T is the &lt;b&gt;temperature&lt;/b&gt;, 1 as trained. Cold, below 1, freezes on one key; heat, above 1, spreads over all. Not dividing is T = 1/√d&lt;sub&gt;k&lt;/sub&gt;: dividing is a &lt;b&gt;higher&lt;/b&gt; temperature.</source>
        <translation>Tは&lt;b&gt;温度&lt;/b&gt;で、学習どおりなら1です。1より冷たいと1つのキーに固まり、1より熱いと全体に広がります。割らないのはT = 1/√d&lt;sub&gt;k&lt;/sub&gt;にあたるので、割るのは温度を&lt;b&gt;上げる&lt;/b&gt;ことです。</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>The row as trained, and with this T</source>
        <translation>学習どおりの行と、このTでの行</translation>
    </message>
    <message>
        <source>The row as trained, and with this T, as maps</source>
        <translation>学習どおりの行と、このTでの行（マップ）</translation>
    </message>
    <message>
        <source>Three minutes. Cover the slider and ask: hotter or colder, what makes a choice more decided? &lt;b&gt;Often misunderstood:&lt;/b&gt; temperature. Ice is one rigid choice, steam spreads everywhere: cold is a spike, hot is flat. Scores of independent numbers with variance 1 have variance d&lt;sub&gt;k&lt;/sub&gt;; dividing by its root brings it back to 1. The model was trained with its T; other values show what the division does, not what a model trained without it would do.</source>
        <translation>3分。スライダーを隠して尋ねましょう。選び方がはっきりするのは、熱いときですか、冷たいときですか。&lt;b&gt;よくある誤解：&lt;/b&gt;温度です。氷は形が1つに決まり、湯気はどこへでも広がります。冷たければ尖り、熱ければ平らになります。分散1の独立な数から作ったスコアの分散はd&lt;sub&gt;k&lt;/sub&gt;で、その平方根で割ると分散は1に戻ります。このモデルは自分のTで学習しました。ほかの値が示すのは割り算の働きであって、割らずに学習したモデルの振る舞いではありません。</translation>
    </message>
    <message>
        <source>With this T in every head of every layer:</source>
        <translation>すべての層のすべてのヘッドをこのTにすると：</translation>
    </message>
    <message>
        <source>You may have read that dividing by √d&lt;sub&gt;k&lt;/sub&gt; lowers the temperature. That is an easy slip: what divides the scores is a temperature, and it rises from 1/√d&lt;sub&gt;k&lt;/sub&gt; to 1.</source>
        <translation>「√d&lt;sub&gt;k&lt;/sub&gt;で割ると温度が下がる」と書かれていることがありますが、うっかり逆にしやすいところです。スコアを割る数こそが温度で、1/√d&lt;sub&gt;k&lt;/sub&gt;から1に上がります。</translation>
    </message>
    <message>
        <source>a spike</source>
        <translation>尖っています</translation>
    </message>
    <message>
        <source>effective number of tokens</source>
        <translation>実効トークン数</translation>
    </message>
    <message>
        <source>how even (entropy; flat: 100 %)</source>
        <translation>広がり（エントロピー、平らなら100%）</translation>
    </message>
    <message>
        <source>largest weight</source>
        <translation>最大の重み</translation>
    </message>
    <message>
        <source>no spike</source>
        <translation>尖っていません</translation>
    </message>
    <message>
        <source>slope of softmax, Σ w (1 − w)</source>
        <translation>ソフトマックスの傾き Σ w (1 − w)</translation>
    </message>
    <message>
        <source>slope with the division, ÷ T√d</source>
        <translation>割り算も含めた傾き ÷ T√d</translation>
    </message>
    <message>
        <source>this row</source>
        <translation>この行</translation>
    </message>
    <message>
        <source>w = softmax(q·k / (T √d_k))</source>
        <translation>w = softmax(q·k / (T √d_k))</translation>
    </message>
    <message>
        <source>{n} numbers: {spread}</source>
        <translation>{n}個で{spread}</translation>
    </message>
</context>
<context>
    <name>SequencePage</name>
    <message>
        <source> In front come &lt;s&gt;{names}&lt;/s&gt;, which belong to no patch: &lt;b&gt;{tokens}&lt;/b&gt; tokens in all.</source>
        <translation>先頭には、どのパッチにも属さない&lt;s&gt;{names}&lt;/s&gt;が付き、全部で&lt;b&gt;{tokens}&lt;/b&gt;個のトークンになります。</translation>
    </message>
    <message>
        <source> In front comes &lt;s&gt;{names}&lt;/s&gt;, which belongs to no patch and collects what the picture as a whole is about: &lt;b&gt;{tokens}&lt;/b&gt; tokens in all.</source>
        <translation>先頭には、どのパッチにも属さず画像全体についての情報を集める&lt;s&gt;{names}&lt;/s&gt;が付き、全部で&lt;b&gt;{tokens}&lt;/b&gt;個のトークンになります。</translation>
    </message>
    <message>
        <source> The Lab has dropped {dropped} of them: &lt;b&gt;{left}&lt;/b&gt; are left.</source>
        <translation>そのうち{dropped}個はラボで除去され、残りは&lt;b&gt;{left}&lt;/b&gt;個です。</translation>
    </message>
    <message>
        <source> The model never sees what lies outside the grid.</source>
        <translation>格子の外は切り落とされ、モデルには見えません。</translation>
    </message>
    <message>
        <source>&lt;s&gt;{name}&lt;/s&gt; is token &lt;b&gt;{token}&lt;/b&gt;: it comes before the patches and belongs to none. Below, &lt;k&gt;patch ({row}, {col})&lt;/k&gt; in the middle is taken, ringed on the picture.</source>
        <translation>&lt;s&gt;{name}&lt;/s&gt;は&lt;b&gt;{token}&lt;/b&gt;番のトークンです。パッチより前にあり、どのパッチにも属しません。下では、代わりに画像の上で囲んだ中央の&lt;k&gt;パッチ({row}, {col})&lt;/k&gt;を使います。</translation>
    </message>
    <message>
        <source>A Transformer is a neural network that reads sequences. A sentence is a sequence of words; a picture becomes one when it is cut into &lt;b&gt;patches&lt;/b&gt;, each of them a “word”, or &lt;b&gt;token&lt;/b&gt;.</source>
        <translation>トランスフォーマーは「列」を読むニューラルネットワークです。文は単語の列です。画像も&lt;b&gt;パッチ&lt;/b&gt;に切り分けて1つ1つを「単語」（&lt;b&gt;トークン&lt;/b&gt;）とみなせば、列になります。</translation>
    </message>
    <message>
        <source>A patch becomes a token by &lt;b&gt;one strided convolution&lt;/b&gt;: a window of {patch}×{patch_h} pixels moves on by {patch}, so that every pixel is read once: ({width} − {patch}) ÷ {patch} + 1 = {cols} stops in a line, {rows} lines. At each stop {filters} filters multiply the window's 3·{patch}·{patch_h} = {inputs} numbers (red, green and blue of every pixel) with their own and add up.</source>
        <translation>パッチをトークンにするのは、&lt;b&gt;1回のストライド付き畳み込み&lt;/b&gt;です。{patch}×{patch_h}ピクセルの窓が{patch}ずつ動くので、どの画素もちょうど1回読まれます。1行に({width} − {patch}) ÷ {patch} + 1 = {cols}か所、それが{rows}行です。1か所ごとに{filters}個のフィルターが、窓の中の3·{patch}·{patch_h} = {inputs}個の数（各画素の赤・緑・青）に自分の数を掛け、合計します。</translation>
    </message>
    <message>
        <source>Drag to take the picture apart by hand</source>
        <translation>ドラッグすると、自分の手で画像をばらせます</translation>
    </message>
    <message>
        <source>Filter {n} at stop ({row}, {col}): the products, and a constant of its own (bias), add up to &lt;b&gt;{sum}&lt;/b&gt;; the model's own run has {own}. Point at the bars for other filters, click a patch to move the window.</source>
        <translation>位置({row}, {col})のフィルター{n}：積とフィルターの定数（バイアス）の合計は&lt;b&gt;{sum}&lt;/b&gt;、モデル自身の実行では{own}。棒にポインターを重ねるとほかのフィルターに、パッチをクリックすると別の窓に移ります。</translation>
    </message>
    <message>
        <source>Here: {width}×{height} pixels, cut at {patch}×{patch_h}, make {rows}×{cols} = &lt;b&gt;{patches}&lt;/b&gt; patches.</source>
        <translation>ここでは{width}×{height}ピクセルを{patch}×{patch_h}ずつに切り、{rows}×{cols} = &lt;b&gt;{patches}&lt;/b&gt;個のパッチになります。</translation>
    </message>
    <message>
        <source>How far the picture has come apart</source>
        <translation>画像のばらけ具合</translation>
    </message>
    <message>
        <source>Patch ({row}, {col}), in row {row} and column {col}, is token {special} + {row} × {cols} + {col} = &lt;b&gt;{token}&lt;/b&gt;; all is counted from 0.</source>
        <translation>パッチ({row}, {col})は{row}行{col}列にあり、列の中で{special} + {row} × {cols} + {col} = &lt;b&gt;{token}&lt;/b&gt;番目のトークンです（どれも0から数えます）。</translation>
    </message>
    <message>
        <source>Put it together</source>
        <translation>元に戻す</translation>
    </message>
    <message>
        <source>Take it apart</source>
        <translation>ばらばらにする</translation>
    </message>
    <message>
        <source>Take the picture apart. Then click a patch: which word of the sentence is it?</source>
        <translation>画像をばらばらにしてから、パッチを1つクリックしましょう。それは文の何番目の単語ですか。</translation>
    </message>
    <message>
        <source>The patch as a token: one number a filter</source>
        <translation>トークンになったパッチ（フィルターごとに1つの数）</translation>
    </message>
    <message>
        <source>Two minutes. Ask first: how would you read a picture aloud? Let the class find the order (line by line, from the top left) before you play it. &lt;b&gt;Often misunderstood:&lt;/b&gt; a patch is not an object; the cut follows a ruler, not what is in the picture. The order alone would tell the model nothing about above and below: that is why every place adds numbers of its own to its token before the first layer. CLS belongs to no patch: it is an empty seat from which the model later reads its answer.</source>
        <translation>2分。まず「画像を声に出して読むとしたら？」と尋ねましょう。再生する前に、左上から1行ずつという順番を見つけてもらいます。&lt;b&gt;よくある誤解：&lt;/b&gt;パッチは物体ではありません。写っているものではなく、定規に沿って切ります。並び順だけでは、モデルには上下が分かりません。そのため最初の層の前に、場所ごとの数がトークンに足されます。CLSはどのパッチにも属さない空席で、モデルはあとでそこから答えを読み取ります。</translation>
    </message>
    <message>
        <source>Watch the picture become a sequence, or go back</source>
        <translation>画像が列になる様子を見たり、元に戻したりします</translation>
    </message>
    <message>
        <source>token</source>
        <translation>トークン</translation>
    </message>
    <message>
        <source>{n} numbers</source>
        <translation>{n}個の数</translation>
    </message>
</context>
<context>
    <name>Task</name>
    <message>
        <source>{mark} &lt;b&gt;Try it.&lt;/b&gt; {text}</source>
        <translation>{mark} &lt;b&gt;やってみよう&lt;/b&gt; {text}</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>In layer {layer} of {name} more than one matrix stands between a token and its query (a norm, or a rotation by place).</source>
        <translation>{name}の層{layer}では、トークンとクエリの間に行列以外の処理（正規化や位置による回転）があります。</translation>
    </message>
</context>
</TS>
