<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>AnswerView</name>
    <message>
        <source>Likeliest classes</source>
        <translation>可能性の高いクラス</translation>
    </message>
</context>
<context>
    <name>AxisPage</name>
    <message>
        <source>&lt;b&gt;Over which axis?&lt;/b&gt; The last, &lt;code&gt;dim=-1&lt;/code&gt;.</source>
        <translation>&lt;b&gt;どの軸で？&lt;/b&gt; 最後の軸、&lt;code&gt;dim=-1&lt;/code&gt;です。</translation>
    </message>
    <message>
        <source>&lt;k&gt;{key}&lt;/k&gt;: score &lt;b&gt;{score}&lt;/b&gt; → e&lt;sup&gt;s&lt;/sup&gt; = &lt;b&gt;{power}&lt;/b&gt; → ÷ total &lt;b&gt;{total}&lt;/b&gt; = weight &lt;b&gt;{weight}&lt;/b&gt;.</source>
        <translation>&lt;k&gt;{key}&lt;/k&gt;：スコア&lt;b&gt;{score}&lt;/b&gt; → e&lt;sup&gt;s&lt;/sup&gt; = &lt;b&gt;{power}&lt;/b&gt; → ÷ 合計&lt;b&gt;{total}&lt;/b&gt; = 重み&lt;b&gt;{weight}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>&lt;q&gt;Query&lt;/q&gt; {query}: weights add up to &lt;b&gt;{sum}&lt;/b&gt;{mark}</source>
        <translation>&lt;q&gt;クエリ&lt;/q&gt;{query}の重みの合計：&lt;b&gt;{sum}&lt;/b&gt;{mark}</translation>
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
        <source>Columns need not sum to 1: a key that everyone looks at collects far more, one that nobody needs nearly nothing. That is information, not a fault.</source>
        <translation>列の合計は1でなくてかまいません。皆が見るキーはずっと多く集め、誰にも必要とされないキーはほとんど集めません。これは誤りではなく、情報です。</translation>
    </message>
    <message>
        <source>Every &lt;k&gt;key&lt;/k&gt; hands out 1; queries get more or less.</source>
        <translation>どの&lt;k&gt;キー&lt;/k&gt;も1を配り、クエリの受け取る量はまちまちです。</translation>
    </message>
    <message>
        <source>Every query gives away exactly 1.</source>
        <translation>どのクエリも、ちょうど1を分け与えます。</translation>
    </message>
    <message>
        <source>It shares out its 1 among all keys.</source>
        <translation>自分の1を、すべてのキーに分けます。</translation>
    </message>
    <message>
        <source>Scores are (B, H, N, N). Over which axis must a query's weights add up to 1?</source>
        <translation>スコアは (B, H, N, N)。1つのクエリの重みの合計が1になる軸は？</translation>
    </message>
    <message>
        <source>Scores have the shape (B, H, N, N): batch (pictures at once), heads, queries, keys. Axes are counted from the end: the last is -1.</source>
        <translation>スコアの形は (B, H, N, N)、つまりバッチ（一度に扱う画像）、ヘッド、クエリ、キーです。軸は後ろから数え、最後が -1 です。</translation>
    </message>
    <message>
        <source>Scores have the shape (B, H, N, N): batch (pictures at once), heads, queries, keys. The last axis, &lt;code&gt;dim=-1&lt;/code&gt;, means “over all &lt;k&gt;keys&lt;/k&gt;, for each &lt;q&gt;query&lt;/q&gt;”: every query has one whole attention to give away. Over another axis no error appears: shapes fit, numbers lie between 0 and 1, pictures come out. Only the sums tell.</source>
        <translation>スコアの形は (B, H, N, N)、つまりバッチ（一度に扱う画像）、ヘッド、クエリ、キーです。最後の軸&lt;code&gt;dim=-1&lt;/code&gt;は「各&lt;q&gt;クエリ&lt;/q&gt;について、すべての&lt;k&gt;キー&lt;/k&gt;にわたって」という意味で、どのクエリもちょうど1つ分のアテンションを分け与えます。別の軸でもエラーは出ません。形は合い、値は0から1に収まり、図も出ます。誤りが分かるのは合計だけです。</translation>
    </message>
    <message>
        <source>Scores, their powers of e, and weights</source>
        <translation>スコア、e^s、重み</translation>
    </message>
    <message>
        <source>Softmax makes weights of scores: e is raised to each score, then all are divided by their sum. So they are positive and add up to 1.</source>
        <translation>ソフトマックスはスコアを重みにします。eをスコア乗し、全体をその合計で割ります。だから重みは正で、合計は1になります。</translation>
    </message>
    <message>
        <source>Sums are 1 only along this axis:</source>
        <translation>どの合計も1になるのは、選んだ軸に沿ってだけです。</translation>
    </message>
    <message>
        <source>The heads compete: {sum} instead of 1. Here it is &lt;code&gt;dim=1&lt;/code&gt;, which articles give by mistake.</source>
        <translation>ヘッドどうしが奪い合い、1ではなく{sum}です。ここでは&lt;code&gt;dim=1&lt;/code&gt;、記事でよくある誤りです。</translation>
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
        <source>Two minutes. Write the scores as a table on the board, queries downwards, keys across, and let someone divide the wrong way. &lt;b&gt;Often misunderstood:&lt;/b&gt; columns need not sum to 1. A key that everyone looks at collects far more, one that nobody needs nearly nothing: that is information, not a fault. And the wrong axis raises no error: shapes fit, numbers lie between 0 and 1, pictures come out.</source>
        <translation>2分。スコアを表にして黒板に書き（縦にクエリ、横にキー）、誰かにわざと違う向きで割ってもらいましょう。&lt;b&gt;よくある誤解：&lt;/b&gt;列の合計は1でなくてかまいません。みんなが見るキーには多く集まり、誰も必要としないキーにはほとんど集まりません。それは誤りではなく情報です。また、軸を間違えてもエラーは出ません。形は合い、数値は0と1のあいだに収まり、それらしい図も出てしまいます。</translation>
    </message>
    <message>
        <source>dim=-1</source>
        <translation>dim=-1</translation>
    </message>
    <message>
        <source>e to each score, then ÷ total: every query has exactly 1 to share out.</source>
        <translation>eをスコア乗し、合計で割る。どのクエリも、ちょうど1を分け合います。</translation>
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
        <translation>各ペアのヘッドの和</translation>
    </message>
    <message>
        <source>over keys, for each query</source>
        <translation>各クエリのキーの和</translation>
    </message>
    <message>
        <source>over queries, for each key</source>
        <translation>各キーのクエリの和</translation>
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
    <name>BlockPage</name>
    <message>
        <source>+ MLP</source>
        <translation>＋MLP</translation>
    </message>
    <message>
        <source>+ attention</source>
        <translation>＋アテンション</translation>
    </message>
    <message>
        <source>= next</source>
        <translation>＝次へ</translation>
    </message>
    <message>
        <source>A block &lt;b&gt;adds&lt;/b&gt; to each token, first attention, then MLP.</source>
        <translation>ブロックは各トークンに&lt;b&gt;足します&lt;/b&gt;。まずアテンション、次にMLP。</translation>
    </message>
    <message>
        <source>As trained</source>
        <translation>学習したまま</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>アテンション</translation>
    </message>
    <message>
        <source>Attention and MLP read tokens as they are</source>
        <translation>アテンションとMLPがトークンをそのまま読みます</translation>
    </message>
    <message>
        <source>Every layer lacks it</source>
        <translation>どの層にもありません</translation>
    </message>
    <message>
        <source>Layers without it</source>
        <translation>外す層</translation>
    </message>
    <message>
        <source>No MLP</source>
        <translation>MLPなし</translation>
    </message>
    <message>
        <source>No norm</source>
        <translation>正規化なし</translation>
    </message>
    <message>
        <source>No part is off</source>
        <translation>何も外していません</translation>
    </message>
    <message>
        <source>No residual</source>
        <translation>残差なし</translation>
    </message>
    <message>
        <source>Number {n}: {x} + ({attention}) + ({mlp}) = &lt;b&gt;{sum}&lt;/b&gt;</source>
        <translation>{n}番：{x} + ({attention}) + ({mlp}) = &lt;b&gt;{sum}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>Only attention adds</source>
        <translation>アテンションだけが足します</translation>
    </message>
    <message>
        <source>Only the layer on screen lacks it</source>
        <translation>表示中の層にだけありません</translation>
    </message>
    <message>
        <source>Paint how much attention adds to each patch</source>
        <translation>アテンションが各パッチに足す量を塗ります</translation>
    </message>
    <message>
        <source>Paint how much the MLP adds to each patch</source>
        <translation>MLPが各パッチに足す量を塗ります</translation>
    </message>
    <message>
        <source>Part that is off</source>
        <translation>外した部分</translation>
    </message>
    <message>
        <source>Point at the bars. At the right: lengths.</source>
        <translation>棒を指してください。右の数は長さです。</translation>
    </message>
    <message>
        <source>Switch each part off: what becomes of the patches?</source>
        <translation>1つずつ外しましょう。パッチはどうなりますか？</translation>
    </message>
    <message>
        <source>The model itself is not here, only its trace.</source>
        <translation>ここにあるのは記録だけで、モデルはありません。</translation>
    </message>
    <message>
        <source>The token, what is added, and their sum</source>
        <translation>トークン、足されるもの、その和</translation>
    </message>
    <message>
        <source>Three minutes. Let the class guess which part is missed most before you switch it off. &lt;b&gt;Often misunderstood:&lt;/b&gt; the MLP does not mix tokens, only attention does; and the norm is not there to make maps look good: without it numbers grow from layer to layer. Nothing here is trained anew; a model trained without a part would do without it.</source>
        <translation>3分。外す前に、どれがないといちばん困るかを予想させましょう。&lt;b&gt;よくある誤解：&lt;/b&gt;トークンを混ぜるのはアテンションだけで、MLPは混ぜません。正規化はマップの見栄えのためではなく、なければ数が層ごとに大きくなります。ここで学習し直してはいません。最初からその部分なしで学習したモデルなら、なしで済ませます。</translation>
    </message>
    <message>
        <source>To {query}, attention adds &lt;b&gt;{share}×&lt;/b&gt; its length.</source>
        <translation>アテンションは{query}に長さの&lt;b&gt;{share}倍&lt;/b&gt;を足します。</translation>
    </message>
    <message>
        <source>To {query}, the MLP adds &lt;b&gt;{share}×&lt;/b&gt; its length.</source>
        <translation>MLPは{query}に長さの&lt;b&gt;{share}倍&lt;/b&gt;を足します。</translation>
    </message>
    <message>
        <source>Tokens that are alike have one colour (three principal components, in the colours of the model as trained). Without the residual only what is new is left. Without the norm, scores and sums grow out of the range the next layers know. Without the MLP tokens still meet, but nothing is worked out of what they found. Each time the model really runs like this, and is itself again afterwards.</source>
        <translation>似たトークンは同じ色です（3つの主成分。色の決め方は学習したままのモデルのもの）。残差がなければ、新しく加わるものだけが残ります。正規化がなければ、スコアも和も、次の層が知る範囲を超えて大きくなります。MLPがなければ、トークンは出会っても、見つけたものから何も作り出せません。毎回モデルを実際にこの形で動かし、終われば元に戻しています。</translation>
    </message>
    <message>
        <source>What attention found (the joined heads times W&lt;sub&gt;O&lt;/sub&gt;) is added to the token, and so is what the MLP makes of each token by itself. What was there stays: the &lt;b&gt;residual&lt;/b&gt; connection. So every layer only has to say what is new. On the picture: how long what is added is, against the length of each token.</source>
        <translation>アテンションが見つけたもの（つないだヘッドの出力×W&lt;sub&gt;O&lt;/sub&gt;）がトークンに足され、MLPが各トークンから単独で作ったものも足されます。前からあったものは残ります。これが&lt;b&gt;残差&lt;/b&gt;接続です。だから各層は、新しいことだけを言えばよいのです。画像の上には、足されるものの長さを各トークンの長さと比べて示します。</translation>
    </message>
    <message>
        <source>What is added</source>
        <translation>足されるもの</translation>
    </message>
    <message>
        <source>What is added replaces the token</source>
        <translation>足されるものがトークンに取って代わります</translation>
    </message>
    <message>
        <source>in all layers</source>
        <translation>すべての層で</translation>
    </message>
    <message>
        <source>in layer {n}</source>
        <translation>層{n}で</translation>
    </message>
    <message>
        <source>token</source>
        <translation>トークン</translation>
    </message>
</context>
<context>
    <name>CardView</name>
    <message>
        <source>Summary card</source>
        <translation>まとめのカード</translation>
    </message>
</context>
<context>
    <name>ChoiceGuess</name>
    <message>
        <source>This is my guess</source>
        <translation>この答えにする</translation>
    </message>
    <message>
        <source>one step</source>
        <translation>1段階</translation>
    </message>
</context>
<context>
    <name>CodeLines</name>
    <message>
        <source>Attention in three lines of code</source>
        <translation>たった3行のコードで書いたアテンション</translation>
    </message>
</context>
<context>
    <name>CodePage</name>
    <message>
        <source>&lt;k&gt;K&lt;/k&gt;: what every token can be found by. Shown: key {key}.</source>
        <translation>&lt;k&gt;K&lt;/k&gt;：各トークンが何によって見つけられるか。表示中：キー{key}。</translation>
    </message>
    <message>
        <source>&lt;k&gt;Kᵀ&lt;/k&gt;: the last two axes change places, so that every query meets every key. Shown: column {key}.</source>
        <translation>&lt;k&gt;Kᵀ&lt;/k&gt;：最後の2つの軸を入れ替え、どのクエリもどのキーとも出会うようにします。表示中：{key}の列。</translation>
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
        <source>&lt;w&gt;A map is not yet an explanation.&lt;/w&gt; Whether a patch matters can be tested: hide it, and see what changes.</source>
        <translation>&lt;w&gt;マップは、まだ説明ではありません。&lt;/w&gt;そのパッチが効いているかは確かめられます。隠して、何が変わるか見ましょう。</translation>
    </message>
    <message>
        <source>All of attention is these three lines; @ multiplies matrices. A term that is clicked shows its shape and its values in this very run, and paints them: of Q, K, V and out, patches with numbers alike have one colour (three principal components); of attn and weights, the query's row.</source>
        <translation>アテンションのすべてがこの3行です。@は行列の積です。項をクリックすると、今の実行での形と値が出て、画像にも塗られます。Q、K、V、outでは、似た数を持つパッチが同じ色です（3つの主成分）。attnとweightsでは、クエリの行です。</translation>
    </message>
    <message>
        <source>B = 1 · H = {heads} · N = {tokens} ({patches} + {special}) · d&lt;sub&gt;k&lt;/sub&gt; = {d_k} = {width}/{heads} · d&lt;sub&gt;v&lt;/sub&gt; = {d_v}</source>
        <translation>B = 1・H = {heads}・N = {tokens}（{patches} + {special}）・d&lt;sub&gt;k&lt;/sub&gt; = {d_k} = {width}/{heads}・d&lt;sub&gt;v&lt;/sub&gt; = {d_v}</translation>
    </message>
    <message>
        <source>B pictures at once (batch), H heads, N tokens. d&lt;sub&gt;k&lt;/sub&gt;, the width of a head's query and key, is often d&lt;sub&gt;model&lt;/sub&gt;/H; d&lt;sub&gt;v&lt;/sub&gt; is the width of its value.</source>
        <translation>Bは一度に扱う画像（バッチ）、Hはヘッド、Nはトークンの数です。d&lt;sub&gt;k&lt;/sub&gt;は1つのヘッドのクエリとキーの次元で、たいていd&lt;sub&gt;model&lt;/sub&gt;/Hです。d&lt;sub&gt;v&lt;/sub&gt;はバリューの次元です。</translation>
    </message>
    <message>
        <source>Code that repeats this run and its numbers outside of vitviz</source>
        <translation>この実行と数をvitvizの外で再現するコード</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>コピーしました。</translation>
    </message>
    <message>
        <source>Copy as Python</source>
        <translation>Pythonとしてコピー</translation>
    </message>
    <message>
        <source>Go where the model is changed and maps are put to the test</source>
        <translation>モデルに手を加え、マップを検証する場所へ移ります</translation>
    </message>
    <message>
        <source>Not of a model that is changed or adds a bias.</source>
        <translation>変更したモデルやバイアスを足すモデルではできません。</translation>
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
        <source>Open five terms: where does N × N come in, where is it gone?</source>
        <translation>項を5つ開こう：N × N はどこに？</translation>
    </message>
    <message>
        <source>Point at the bars.</source>
        <translation>棒に重ねると値が出ます。</translation>
    </message>
    <message>
        <source>Test it</source>
        <translation>確かめる</translation>
    </message>
    <message>
        <source>The Lab has softmax run along dim={dim}. This row sums to &lt;b&gt;{sum}&lt;/b&gt;, its scores to {before}.</source>
        <translation>ラボの設定でソフトマックスはdim={dim}に沿っています。この行の合計は&lt;b&gt;{sum}&lt;/b&gt;、スコアでは{before}でした。</translation>
    </message>
    <message>
        <source>The same as a formula. Its terms can be clicked, too.</source>
        <translation>同じことを式で。項はクリックできます。</translation>
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
        <source>Weights say where a head looks, not yet why the model decides. A patch can be looked at and change nothing, because its value is short or a later layer ignores it.</source>
        <translation>重みが示すのはヘッドがどこを見るかで、モデルがなぜそう答えるかではありません。見られていても、バリューが短かったり後の層が無視したりして、何も変えないパッチもあります。</translation>
    </message>
    <message>
        <source>attn: the scaled score of every query with every key. Shown: {query}'s row.</source>
        <translation>attn：すべてのクエリとキーの、割ったスコア。表示中：{query}の行。</translation>
    </message>
    <message>
        <source>out: all values, weighted and summed: one N is gone. Shown: {query}'s.</source>
        <translation>out：すべてのバリューを重み付きで足したもの。Nが1つ消えます。表示中：{query}。</translation>
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
        <source>softmax(dim=-1): over all keys for each query. This row sums to &lt;b&gt;{sum}&lt;/b&gt;, its scores to {before}.</source>
        <translation>softmax(dim=-1)：各クエリについて、すべてのキーにわたって。この行の合計は&lt;b&gt;{sum}&lt;/b&gt;、スコアでは{before}でした。</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>重み</translation>
    </message>
    <message>
        <source>weights: where every query looks. Shown: {query}'s row, largest {largest}.</source>
        <translation>weights：どのクエリがどこを見るか。表示中：{query}の行、最大{largest}。</translation>
    </message>
    <message>
        <source>√d&lt;sub&gt;k&lt;/sub&gt; = √{d_k} = &lt;b&gt;{root}&lt;/b&gt;, one number: chapter 6.</source>
        <translation>√d&lt;sub&gt;k&lt;/sub&gt; = √{d_k} = &lt;b&gt;{root}&lt;/b&gt;、ただ1つの数です（第6章）。</translation>
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
        <translation>トークンが{tokens}個から{more_tokens}個に増えるときのアテンションの実測は&lt;b&gt;{ratio}倍&lt;/b&gt;です。</translation>
    </message>
    <message>
        <source> Only the time that one processor core spent on it counts, so other programs hardly matter.</source>
        <translation>数えているのは、1つのプロセッサコアがこの計算に使った時間だけなので、ほかのプログラムの影響はほとんど受けません。</translation>
    </message>
    <message>
        <source>All pairs written out: &lt;b&gt;{written}&lt;/b&gt;. q, k and v, kept instead: &lt;b&gt;{kept}&lt;/b&gt;.</source>
        <translation>全ペアを書き出すと&lt;b&gt;{written}&lt;/b&gt;。代わりに残すq、k、vは&lt;b&gt;{kept}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>At about N = &lt;b&gt;{even}&lt;/b&gt; attention costs as much as everything else; at {few_tokens} it is {few} %.</source>
        <translation>N = &lt;b&gt;{even}&lt;/b&gt;あたりで、アテンションだけで残り全部と同じ時間になります。{few_tokens}では{few} %です。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Drag to fill the table by hand</source>
        <translation>ドラッグして手で埋めます</translation>
    </message>
    <message>
        <source>Each row is one who listens, each column one who is heard: n rows of n cells. With tokens it is the matrix of attention, one for every head of every layer.</source>
        <translation>1行が聞く人、1列が聞かれる人で、n行 × n列のマスになります。トークンなら、これがアテンションの行列で、どの層のどのヘッドにも1つずつあります。</translation>
    </message>
    <message>
        <source>Fill it cell by cell, or show it filled</source>
        <translation>1マスずつ埋めます</translation>
    </message>
    <message>
        <source>Fill the table</source>
        <translation>表を埋める</translation>
    </message>
    <message>
        <source>Filled cells</source>
        <translation>埋まったマス</translation>
    </message>
    <message>
        <source>From 196 to 392 patches: how many times the pairs?</source>
        <translation>パッチが196から392に。ペアは何倍？</translation>
    </message>
    <message>
        <source>In &lt;b&gt;self-attention&lt;/b&gt; every token looks at every token, itself included: the colours on the picture. Twice the people, four times the arrows.</source>
        <translation>&lt;b&gt;セルフアテンション&lt;/b&gt;では、どのトークンも、自分を含むすべてのトークンを見ます。それが画像の色です。人が2倍になれば、矢印は4倍になります。</translation>
    </message>
    <message>
        <source>In a meeting everyone listens to everyone, also to oneself: n people, n × n arrows.</source>
        <translation>全員が全員の話を、自分の話も聞く会議。n人なら、矢印は n × n 本です。</translation>
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
        <source>Measured is the middle of {n} rounds; beside it stands their range. Why not exactly × 4? Part of every call does not depend on N and pulls the ratio down; numbers that outgrow the processor's cache push it up.</source>
        <translation>実測は{n}回の中央値で、右はその範囲です。なぜちょうど4倍ではないのでしょう。呼び出しごとにNによらない手間があると倍率は下がり、データがプロセッサのキャッシュに収まらなくなると上がります。</translation>
    </message>
    <message>
        <source>Memory grows with N² too, if all pairs are written out as matrices. vitviz keeps only q, k and v (chapter 5), which grow with N, and computes the row you point at.</source>
        <translation>すべてのペアを行列として書き出すと、メモリもN²で増えます。vitvizが残すのはNで増えるq、k、v（第5章）だけで、指した行をその場で計算します。</translation>
    </message>
    <message>
        <source>Pairs are counted of all tokens, those that belong to no patch included. Measured time need not follow: only attention grows with the pairs. The next step measures it.</source>
        <translation>ペアは、どのパッチでもないものも含めた全トークンで数えます。実測の時間は同じ倍率になるとは限りません。ペアの数で増えるのはアテンションだけです。次の画面で測ります。</translation>
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
        <translation>3分。測る前に予想させましょう。トークンが2倍なら、時間は何倍でしょうか。&lt;b&gt;よくある誤解：&lt;/b&gt;実行全体が4倍かかるわけではありません。N²で増えるのはアテンションだけで、小さなモデルでトークンが少ないうちは、アテンションのほうが小さな部分です。残りはすべてNに比例します。クエリ・キー・バリューを作る積（射影）と、トークンを1つずつ処理する小さなネットワーク（MLP）です。メモリがN²になるのは行列を書き出した場合だけで、ここで使っている融合カーネルは書き出しません。</translation>
    </message>
    <message>
        <source>Twice the patches: what takes four times as long, what twice?</source>
        <translation>パッチを2倍に。時間が4倍になるのはどこ、2倍なのはどこ？</translation>
    </message>
    <message>
        <source>Who listens to whom is a table; the diagonal is oneself.</source>
        <translation>誰が誰を聞くかは表になります。対角線が自分です。</translation>
    </message>
    <message>
        <source>all the rest, N</source>
        <translation>残り全部（N）</translation>
    </message>
    <message>
        <source>attention, N²</source>
        <translation>アテンション（N²）</translation>
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
        <source>{attention} attention · {rest} all the rest · dots measured, dashes predicted from {grid}</source>
        <translation>{attention} アテンション・{rest} 残り全部・点は測定、破線は{grid}からの予測</translation>
    </message>
    <message>
        <source>{many}² ÷ {few}²</source>
        <translation>{many}² ÷ {few}²</translation>
    </message>
    <message>
        <source>{patches} to {more} patches, {tokens} to {more_tokens} tokens:</source>
        <translation>パッチ{patches}→{more}、トークン{tokens}→{more_tokens}：</translation>
    </message>
    <message>
        <source>{width}×{height} pixels: N = &lt;b&gt;{tokens}&lt;/b&gt; tokens, {tokens} × {tokens} = &lt;b&gt;{pairs}&lt;/b&gt; pairs. Twice the sides, about sixteen times the pairs.</source>
        <translation>{width}×{height}ピクセルで N = &lt;b&gt;{tokens}&lt;/b&gt;トークン、{tokens} × {tokens} = &lt;b&gt;{pairs}&lt;/b&gt;ペア。辺を2倍にすると、ペアは約16倍です。</translation>
    </message>
</context>
<context>
    <name>EndPage</name>
    <message>
        <source>1. How many tokens did the model make of this picture?</source>
        <translation>1. モデルはこの画像をいくつのトークンにしましたか？</translation>
    </message>
    <message>
        <source>10. A patch is bright on the map. That it decided the answer is …</source>
        <translation>10. マップで明るいパッチがあります。それが答えを決めたことは…</translation>
    </message>
    <message>
        <source>2. How can attention know where a patch lay?</source>
        <translation>2. パッチがどこにあったかを、アテンションは何で知りますか？</translation>
    </message>
    <message>
        <source>3. Patches half as wide and half as high: {n} patches become …</source>
        <translation>3. パッチの幅と高さを半分にすると、{n}個のパッチは何個になりますか？</translation>
    </message>
    <message>
        <source>4. Twice the patches: how many times the pairs?</source>
        <translation>4. パッチが2倍なら、ペアは何倍ですか？</translation>
    </message>
    <message>
        <source>5. Click the patch that {query} looks at most, in head {n}.</source>
        <translation>5. ヘッド{n}で{query}が最もよく見るパッチをクリックしてください。</translation>
    </message>
    <message>
        <source>6. Why are the scores divided before softmax?</source>
        <translation>6. ソフトマックスの前にスコアを割るのはなぜですか？</translation>
    </message>
    <message>
        <source>7. What adds up to exactly 1?</source>
        <translation>7. 合計がちょうど1になるのはどれですか？</translation>
    </message>
    <message>
        <source>8. One key has the largest weight. Does it give most?</source>
        <translation>8. あるキーの重みが最大です。出力に最も多くを渡すのもそのキーですか？</translation>
    </message>
    <message>
        <source>9. {heads} heads give {width} numbers each. How many reach W&lt;sub&gt;O&lt;/sub&gt;?</source>
        <translation>9. {heads}個のヘッドが{width}個ずつ数を出します。W&lt;sub&gt;O&lt;/sub&gt;に届く数は何個ですか？</translation>
    </message>
    <message>
        <source>&lt;w&gt;A map is not yet an explanation.&lt;/w&gt; Three things to try:</source>
        <translation>&lt;w&gt;マップはまだ説明ではありません。&lt;/w&gt;試してみたい3つのこと：</translation>
    </message>
    <message>
        <source>A map is not yet an explanation.</source>
        <translation>マップはまだ説明ではない。</translation>
    </message>
    <message>
        <source>Chapter 12: its value may be short, later layers may ignore it. Hide it and see.</source>
        <translation>第12章：バリューが短いことも、後の層が無視することもあります。隠して確かめましょう。</translation>
    </message>
    <message>
        <source>Chapter 1: {sum}</source>
        <translation>第1章：{sum}</translation>
    </message>
    <message>
        <source>Chapter 2: attention itself ignores the order.</source>
        <translation>第2章：アテンションそのものは順番を見ません。</translation>
    </message>
    <message>
        <source>Chapter 3: {rows} × {cols}, a finer map.</source>
        <translation>第3章：{rows} × {cols}、より細かいマップです。</translation>
    </message>
    <message>
        <source>Chapter 4: all look at all, and at themselves. {n} tokens, {pairs} pairs.</source>
        <translation>第4章：どれも、自分を含むすべてを見ます。トークン{n}個、ペア{pairs}組。</translation>
    </message>
    <message>
        <source>Chapter 5: its key has the largest score with the query.</source>
        <translation>第5章：クエリとのスコアが最も大きいキーです。</translation>
    </message>
    <message>
        <source>Chapter 6: scores grow with d. Here they are ÷ {divisor}.</source>
        <translation>第6章：スコアはdとともに大きくなります。ここでは ÷ {divisor}。</translation>
    </message>
    <message>
        <source>Chapter 7: softmax shares out 1 over a query's keys.</source>
        <translation>第7章：ソフトマックスは、クエリごとに1をキーへ分けます。</translation>
    </message>
    <message>
        <source>Chapter 8: weight times the value's length counts.</source>
        <translation>第8章：効くのは重み × バリューの長さです。</translation>
    </message>
    <message>
        <source>Chapter 9: joined one behind the other, not averaged.</source>
        <translation>第9章：平均せず、一列につなぎます。</translation>
    </message>
    <message>
        <source>Does the answer notice? Paint over it in the Lab</source>
        <translation>答えは変わるでしょうか？ラボで塗って隠します</translation>
    </message>
    <message>
        <source>Here it does not.</source>
        <translation>ここでは別のキーです。</translation>
    </message>
    <message>
        <source>Here it does.</source>
        <translation>ここでは同じキーです。</translation>
    </message>
    <message>
        <source>Here: {sum}.</source>
        <translation>ここでは{sum}。</translation>
    </message>
    <message>
        <source>Hide the brightest patch</source>
        <translation>最も明るいパッチを隠す</translation>
    </message>
    <message>
        <source>It can be saved as a picture, or all of this as a web page that computes attention itself and needs no program. The map is that of the layer, head and query on screen.</source>
        <translation>画像として保存できます。全体をWebページとして保存することもでき、ページは自分でアテンションを計算するので、プログラムは要りません。マップは表示中の層・ヘッド・クエリのものです。</translation>
    </message>
    <message>
        <source>Most like: {names}</source>
        <translation>似ている順：{names}</translation>
    </message>
    <message>
        <source>Save a web page…</source>
        <translation>Webページを保存…</translation>
    </message>
    <message>
        <source>Save as PNG…</source>
        <translation>PNGで保存…</translation>
    </message>
    <message>
        <source>Save picture and maps as a page to hand out</source>
        <translation>画像とマップを、配れるページとして保存します</translation>
    </message>
    <message>
        <source>Save the card</source>
        <translation>カードを保存</translation>
    </message>
    <message>
        <source>Save the card as a picture</source>
        <translation>カードを画像として保存します</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>{name}を保存しました</translation>
    </message>
    <message>
        <source>Set the temperature to 4</source>
        <translation>温度を4にする</translation>
    </message>
    <message>
        <source>Switch a whole head off</source>
        <translation>ヘッドを1つ外す</translation>
    </message>
    <message>
        <source>Ten minutes. Let everyone answer before the answer is shown, by hands or on paper. &lt;b&gt;Often misunderstood:&lt;/b&gt; a card with all ticks says that one has tried, not that one knows; the questions tell more. Answers are on the picture and model that are open: open others and ask again.</source>
        <translation>10分。答えを見せる前に、挙手や紙で全員に答えさせましょう。&lt;b&gt;よくある誤解：&lt;/b&gt;全部に✓のついたカードは、試したという印で、理解した印ではありません。理解は質問のほうに表れます。答えは開いている画像とモデルについてのものです。別のものを開いて、もう一度聞いてみましょう。</translation>
    </message>
    <message>
        <source>The Lab changes the model or the picture and runs it again, so that you see what a patch, a head or a temperature does to the answer. Everything can be switched off again.</source>
        <translation>ラボではモデルや画像を変更して動かし直し、パッチ・ヘッド・温度が答えにどう効くかを見られます。変更はすべて元に戻せます。</translation>
    </message>
    <message>
        <source>The model's answer: {names}</source>
        <translation>モデルの答え：{names}</translation>
    </message>
    <message>
        <source>What I saw a Vision Transformer do</source>
        <translation>Vision Transformerのしていること</translation>
    </message>
    <message>
        <source>What does a model see that looks everywhere?</source>
        <translation>どこも同じように見るモデルには何が見えるでしょうか？</translation>
    </message>
    <message>
        <source>Which head can go? Find it in the Lab</source>
        <translation>なくてもよいヘッドはどれでしょう？ラボで探します</translation>
    </message>
    <message>
        <source>Your card. Ticks are chapters in which you guessed or tried.</source>
        <translation>あなたのカードです。✓は予想したり試したりした章です。</translation>
    </message>
    <message>
        <source>by its neighbours</source>
        <translation>隣のパッチで</translation>
    </message>
    <message>
        <source>by its place in the sequence</source>
        <translation>列の中の順番で</translation>
    </message>
    <message>
        <source>by numbers for its position</source>
        <translation>位置を表す数で</translation>
    </message>
    <message>
        <source>certain</source>
        <translation>確か</translation>
    </message>
    <message>
        <source>impossible</source>
        <translation>ありえない</translation>
    </message>
    <message>
        <source>it depends on its value</source>
        <translation>そのバリューによる</translation>
    </message>
    <message>
        <source>it depends on the query's value</source>
        <translation>クエリのバリューによる</translation>
    </message>
    <message>
        <source>one key's weights</source>
        <translation>1つのキーの重み</translation>
    </message>
    <message>
        <source>one query's weights</source>
        <translation>1つのクエリの重み</translation>
    </message>
    <message>
        <source>one token's numbers</source>
        <translation>1つのトークンの数</translation>
    </message>
    <message>
        <source>open until tested</source>
        <translation>試すまでわからない</translation>
    </message>
    <message>
        <source>so that less is computed</source>
        <translation>計算を減らすため</translation>
    </message>
    <message>
        <source>so that one key does not take all</source>
        <translation>1つのキーが独占しないため</translation>
    </message>
    <message>
        <source>so that weights add up to 1</source>
        <translation>重みの合計を1にするため</translation>
    </message>
    <message>
        <source>yes, always</source>
        <translation>いつもそう</translation>
    </message>
    <message>
        <source>{n} of 10 questions right</source>
        <translation>10問中{n}問正解</translation>
    </message>
    <message>
        <source>{n} tokens · layer {layer} · head {head} · query {query}</source>
        <translation>トークン{n}個・層{layer}・ヘッド{head}・クエリ{query}</translation>
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
    <name>FlowView</name>
    <message>
        <source>What flows into the output</source>
        <translation>出力に流れ込むもの</translation>
    </message>
    <message>
        <source>output</source>
        <translation>出力</translation>
    </message>
</context>
<context>
    <name>Guess</name>
    <message>
        <source>&lt;v&gt;Near:&lt;/v&gt; it is {truth}, {away} away.</source>
        <translation>&lt;v&gt;惜しい：&lt;/v&gt;正解は{truth}（差 {away}）。</translation>
    </message>
    <message>
        <source>&lt;v&gt;✓ Right:&lt;/v&gt; {truth}.</source>
        <translation>&lt;v&gt;✓ 正解：&lt;/v&gt;{truth}。</translation>
    </message>
    <message>
        <source>It is {truth}.</source>
        <translation>答えは{truth}。</translation>
    </message>
    <message>
        <source>Not this time: it is {truth}.</source>
        <translation>今回は残念。正解は{truth}。</translation>
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
        <source>&lt;v&gt;{joined}&lt;/v&gt; numbers times W&lt;sub&gt;O&lt;/sub&gt; ({rows} × {joined}) = &lt;b&gt;{rows}&lt;/b&gt; numbers for the token, length &lt;b&gt;{length}&lt;/b&gt;.</source>
        <translation>&lt;v&gt;{joined}&lt;/v&gt;個の数 × W&lt;sub&gt;O&lt;/sub&gt;（{rows} × {joined}）= このトークンの&lt;b&gt;{rows}&lt;/b&gt;個の数、長さ&lt;b&gt;{length}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>All heads on</source>
        <translation>すべてオン</translation>
    </message>
    <message>
        <source>All outputs are put one behind the other and mixed by one more matrix, W&lt;sub&gt;O&lt;/sub&gt;.</source>
        <translation>すべての出力を一列につなぎ、もう1つの行列W&lt;sub&gt;O&lt;/sub&gt;で混ぜます。</translation>
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
        <source>Each head looks in its own way. Click one to switch it off.</source>
        <translation>ヘッドごとに見方が違います。クリックで切れます。</translation>
    </message>
    <message>
        <source>Heads that were clicked off come on again</source>
        <translation>クリックでオフにしたヘッドを、オンに戻します</translation>
    </message>
    <message>
        <source>Heads' shares: {list}</source>
        <translation>各ヘッドの割合：{list}</translation>
    </message>
    <message>
        <source>Layer {layer} · &lt;q&gt;query&lt;/q&gt; {query} · × = strongest patch ÷ uniform</source>
        <translation>第{layer}層・&lt;q&gt;クエリ&lt;/q&gt;{query}・× = 最も強いパッチ ÷ 一様</translation>
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
        <source>Lost: &lt;b&gt;{lost}&lt;/b&gt;.</source>
        <translation>失われる量：&lt;b&gt;{lost}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>Moved without it: mean change of twelve likenesses</source>
        <translation>切ったときの動き：12枚との類似度の変化（平均）</translation>
    </message>
    <message>
        <source>One head has one way of looking. Several look side by side, each with queries, keys and values of its own: one at the neighbours, one at what is alike, one across the whole picture. Each map has its own scale; × is the strongest patch ÷ uniform.</source>
        <translation>1つのヘッドの見方は1つです。何個ものヘッドが、それぞれ自分のクエリ、キー、バリューで同時に見ます。隣を見るもの、似たものを見るもの、画像全体を見るもの。マップはそれぞれ自分の尺度で、×は最も強いパッチ ÷ 一様です。</translation>
    </message>
    <message>
        <source>Outputs of all heads joined, and times W_O</source>
        <translation>つないだ全ヘッドの出力と、W_Oを掛けた結果</translation>
    </message>
    <message>
        <source>Put one behind the other (concatenated), the outputs of the heads have as many numbers as a token. W&lt;sub&gt;O&lt;/sub&gt; mixes them: without some head, all of the numbers change. Switch one off on the first step and come back. What one head writes is its output times its own columns of W&lt;sub&gt;O&lt;/sub&gt;; its share is of the sum of all heads' lengths.</source>
        <translation>一列につなぐ（連結する）と、ヘッドの出力はトークンと同じ個数の数になります。W&lt;sub&gt;O&lt;/sub&gt;がそれを混ぜるので、1つのヘッドがなくても、すべての数が変わります。最初の画面で1つ切って、戻ってきましょう。1つのヘッドが書き込むのは、その出力にW&lt;sub&gt;O&lt;/sub&gt;のうちそのヘッドの列を掛けたものです。割合は、全ヘッドの長さの和に対するものです。</translation>
    </message>
    <message>
        <source>Run the model once without each head of this layer</source>
        <translation>この層のヘッドを1つずつ外してモデルを動かします</translation>
    </message>
    <message>
        <source>Switch off each head in turn: without which is &lt;b&gt;most&lt;/b&gt; lost?</source>
        <translation>ヘッドを1つずつ切ります。なくて&lt;b&gt;最も&lt;/b&gt;困るのは？</translation>
    </message>
    <message>
        <source>The model runs once without each head of this layer, all others on. A head that can go without harm need not be useless: others may take over, or another picture may need it.</source>
        <translation>この層のヘッドを1つずつ切り、ほかはすべて入れたまま、モデルを1回ずつ動かします。切っても害のないヘッドが無用とは限りません。ほかが肩代わりしたり、別の画像では必要だったりします。</translation>
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
        <source>To its neighbours: {list}</source>
        <translation>隣へ：{list}</translation>
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
        <source>head {n} {share}</source>
        <translation>ヘッド{n} {share}</translation>
    </message>
    <message>
        <source>joined</source>
        <translation>つなぐ</translation>
    </message>
    <message>
        <source>{heads} heads × {width} numbers = &lt;b&gt;{total}&lt;/b&gt;: (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;) → (B, N, H·d&lt;sub&gt;v&lt;/sub&gt;) = (1, {tokens}, {total})</source>
        <translation>{heads}ヘッド × {width}個 = &lt;b&gt;{total}&lt;/b&gt;個：(B, H, N, d&lt;sub&gt;v&lt;/sub&gt;) → (B, N, H·d&lt;sub&gt;v&lt;/sub&gt;) = (1, {tokens}, {total})</translation>
    </message>
    <message>
        <source>{head} · {ratio}×</source>
        <translation>{head}・{ratio}×</translation>
    </message>
</context>
<context>
    <name>Jar</name>
    <message>
        <source>The sum of the query's weights, in a jar of 1</source>
        <translation>クエリの重みの合計（1の入る瓶）</translation>
    </message>
</context>
<context>
    <name>LayersPage</name>
    <message>
        <source>After each layer the state of CLS, or of what else is read, is given to the norm and the head at the model's end, as if it ended here: the logit lens.</source>
        <translation>各層の後で、CLS（または答えに使われるもの）の状態を、ここが終わりであるかのように、モデルの最後の正規化とヘッドに渡します（ロジットレンズ）。</translation>
    </message>
    <message>
        <source>Drag through the layers.</source>
        <translation>層をドラッグして進みましょう。</translation>
    </message>
    <message>
        <source>From which layer on does the first place stay?</source>
        <translation>どの層から1位が変わらなくなりますか？</translation>
    </message>
    <message>
        <source>If it ended here: &lt;b&gt;{first}&lt;/b&gt; first.</source>
        <translation>ここで終わるなら、1位は&lt;b&gt;{first}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>層</translation>
    </message>
    <message>
        <source>Layer &lt;b&gt;{layer}&lt;/b&gt; of 0 … {last}.</source>
        <translation>層&lt;b&gt;{layer}&lt;/b&gt;（0～{last}）。</translation>
    </message>
    <message>
        <source>The layer on the picture</source>
        <translation>画像に表示する層</translation>
    </message>
    <message>
        <source>The model itself does so only once. States of early layers were not made for that end: what is read there is a hint, not an answer that the model has given. Reference pictures are read at the same layer.</source>
        <translation>モデル自身がこれを行うのは最後の一度だけです。早い層の状態はそのために作られていないので、そこで読めるのは手がかりであり、モデルが出した答えではありません。参照画像も同じ層で読みます。</translation>
    </message>
    <message>
        <source>The model itself is not here, only its trace.</source>
        <translation>ここにあるのは記録だけで、モデルはありません。</translation>
    </message>
    <message>
        <source>The model's answer: &lt;b&gt;{first}&lt;/b&gt; first.</source>
        <translation>モデルの答え：1位は&lt;b&gt;{first}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>This model has no CLS that is read: after each layer the states of all tokens are given to the norm and the pooling head at the model's end, which looks at them with a query of its own, as if it ended here: the logit lens.</source>
        <translation>このモデルは答えをCLSから読みません。各層の後で、ここが終わりであるかのように、すべてのトークンの状態を、モデルの最後の正規化とプーリングヘッドに渡します。プーリングヘッドは自分のクエリでそれらを見ます（ロジットレンズ）。</translation>
    </message>
    <message>
        <source>This model has no CLS: after each layer the norm, the mean of all patches and the head at the model's end are applied, as if it ended here: the logit lens.</source>
        <translation>このモデルにはCLSがありません。各層の後で、ここが終わりであるかのように、モデルの最後の正規化、全パッチの平均、ヘッドを適用します（ロジットレンズ）。</translation>
    </message>
    <message>
        <source>Three minutes. Let the class say at which layer they would stop the model, and why. &lt;b&gt;Often misunderstood:&lt;/b&gt; a deeper layer does not look at larger patches; every token has been free to look at all others since the first layer. What grows is how much of the others is in each token.</source>
        <translation>3分。どの層でモデルを止めるか、なぜかを言わせましょう。&lt;b&gt;よくある誤解：&lt;/b&gt;深い層ほど大きなパッチを見るのではありません。どのトークンも最初の層からほかのすべてを見ることができます。増えるのは、各トークンに含まれるほかのトークンの情報です。</translation>
    </message>
</context>
<context>
    <name>LearnPanel</name>
    <message>
        <source>10 minutes</source>
        <translation>10分で</translation>
    </message>
    <message>
        <source>&lt;w&gt;The Lab has changed this model.&lt;/w&gt; All numbers are of the changed one.</source>
        <translation>&lt;w&gt;ラボで手を加えたモデルです。&lt;/w&gt;数値はすべて変更後のものです。</translation>
    </message>
    <message>
        <source>Choose a way through the chapters</source>
        <translation>章のたどり方を選びます</translation>
    </message>
    <message>
        <source>Course: {name}</source>
        <translation>コース：{name}</translation>
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
        <source>Layers</source>
        <translation>層</translation>
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
        <source>Ninety seconds</source>
        <translation>90秒</translation>
    </message>
    <message>
        <source>One lesson</source>
        <translation>1コマの授業</translation>
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
        <source>Position</source>
        <translation>位置</translation>
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
        <source>Softmax, over the right axis</source>
        <translation>ソフトマックスは正しい軸で</translation>
    </message>
    <message>
        <source>Switch every change of the Lab off</source>
        <translation>ラボでの変更をすべてオフにします</translation>
    </message>
    <message>
        <source>The article</source>
        <translation>記事のとおり</translation>
    </message>
    <message>
        <source>The model is reading this picture. The numbers come with its first layer.</source>
        <translation>モデルがこの画像を読んでいます。最初の層が終わると数値が出ます。</translation>
    </message>
    <message>
        <source>The rest of the block</source>
        <translation>ブロックの残り</translation>
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
        <source>What you have seen</source>
        <translation>ここまでに見たこと</translation>
    </message>
    <message>
        <source>Why it gets heavy</source>
        <translation>なぜ重くなるのか</translation>
    </message>
    <message>
        <source>step {n} of this chapter</source>
        <translation>この章の{n}枚目</translation>
    </message>
    <message>
        <source>the answer</source>
        <translation>答え</translation>
    </message>
    <message>
        <source>{n}  {title}</source>
        <translation>第{n}章　{title}</translation>
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
    <name>NinetySecondsPage</name>
    <message>
        <source>&lt;s&gt;CLS&lt;/s&gt; looks at &lt;b&gt;{count}&lt;/b&gt; tokens (effective number).</source>
        <translation>&lt;s&gt;CLS&lt;/s&gt;が見るのは、実効トークン数で&lt;b&gt;{count}&lt;/b&gt;個。</translation>
    </message>
    <message>
        <source>A minute and a half. Play it once without a word, then once more and stop where the class asks. &lt;b&gt;Often misunderstood:&lt;/b&gt; the maps show where is looked, not yet what is found; and nothing is learned while it plays: the weights stay as they are.</source>
        <translation>1分半。まず黙って1回再生し、もう1回は質問が出たところで止めます。&lt;b&gt;よくある誤解：&lt;/b&gt;マップが示すのはどこを見たかで、何を見つけたかではありません。また、再生中に学習は行われず、重みは変わりません。</translation>
    </message>
    <message>
        <source>At the end one list of numbers is made of all.</source>
        <translation>最後に、すべてから1つの数の並びが作られます。</translation>
    </message>
    <message>
        <source>At the end only &lt;s&gt;CLS&lt;/s&gt; is read: one token of all.</source>
        <translation>最後に読まれるのは&lt;s&gt;CLS&lt;/s&gt;だけ。すべてのうちの1トークンです。</translation>
    </message>
    <message>
        <source>Drag through the model (arrow keys)</source>
        <translation>ドラッグしてモデルをたどります（矢印キー）</translation>
    </message>
    <message>
        <source>Each token is told its place.</source>
        <translation>各トークンに位置を教えます。</translation>
    </message>
    <message>
        <source>Each token is told its place. &lt;b&gt;{tokens}&lt;/b&gt; tokens now go through all layers together.</source>
        <translation>各トークンに位置を教えます。&lt;b&gt;{tokens}&lt;/b&gt;個のトークンが一緒にすべての層を通ります。</translation>
    </message>
    <message>
        <source>Every state is one of this run: the map on the picture is the mean of all heads in that layer. Where there is no CLS token, the colours of all patches are shown instead: alike is alike in colour. What each step computes is in the row above; click it.</source>
        <translation>どの場面もこの実行の実際の状態です。画像上のマップは、その層の全ヘッドの平均です。CLS トークンがないモデルでは、代わりに全パッチの色を表示します（似たものは似た色）。各ステップの計算は上の帯をクリックすると見られます。</translation>
    </message>
    <message>
        <source>It cuts them into &lt;b&gt;{patches}&lt;/b&gt; patches. Each becomes a token, a list of &lt;b&gt;{width}&lt;/b&gt; numbers.</source>
        <translation>それを&lt;b&gt;{patches}&lt;/b&gt;個のパッチに切ります。1個が1トークン、&lt;b&gt;{width}&lt;/b&gt;個の数の並びになります。</translation>
    </message>
    <message>
        <source>Layer &lt;b&gt;{layer}&lt;/b&gt; of 0 … {last}.</source>
        <translation>層&lt;b&gt;{layer}&lt;/b&gt;（0～{last}）。</translation>
    </message>
    <message>
        <source>No labels, so: what it finds &lt;b&gt;most like&lt;/b&gt; it.</source>
        <translation>ラベルがないので、&lt;b&gt;最も似ている&lt;/b&gt;と見たもの：</translation>
    </message>
    <message>
        <source>Patches alike to the model have one colour.</source>
        <translation>モデルにとって似たパッチは同じ色です。</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>一時停止</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>再生</translation>
    </message>
    <message>
        <source>Play the way from picture to answer (Space)</source>
        <translation>画像から答えまでを再生（スペース）</translation>
    </message>
    <message>
        <source>Step of the model</source>
        <translation>モデルのステップ</translation>
    </message>
    <message>
        <source>The answer to this picture:</source>
        <translation>この画像への答え：</translation>
    </message>
    <message>
        <source>The model gets {h} × {w} pixels: numbers, no objects. Press play.</source>
        <translation>モデルに入るのは{h} × {w}ピクセル。数だけで、物体はありません。再生を押しましょう。</translation>
    </message>
</context>
<context>
    <name>NumberGuess</name>
    <message>
        <source>Drag to your guess, or use the arrow keys</source>
        <translation>予想の値までドラッグします（矢印キーも使えます）</translation>
    </message>
    <message>
        <source>I guess {n}</source>
        <translation>予想は{n}</translation>
    </message>
    <message>
        <source>This is my guess</source>
        <translation>この答えにする</translation>
    </message>
    <message>
        <source>Your guess</source>
        <translation>あなたの予想</translation>
    </message>
</context>
<context>
    <name>Outcome</name>
    <message>
        <source>Most like</source>
        <translation>似ている順</translation>
    </message>
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
        <source>cosine &lt;b&gt;{cosine}&lt;/b&gt; to its answer before.</source>
        <translation>元の答えとのコサイン&lt;b&gt;{cosine}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>nothing is changed yet.</source>
        <translation>まだ何も変えていません。</translation>
    </message>
    <message>
        <source>now</source>
        <translation>現在</translation>
    </message>
</context>
<context>
    <name>OutputPage</name>
    <message>
        <source> {special} has no place on the picture.</source>
        <translation>{special}は画像の上に場所がありません。</translation>
    </message>
    <message>
        <source>(B, H, N, N) × (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;) → (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;): here (1, {heads}, {tokens}, {tokens}) × (1, {heads}, {tokens}, {d_v}) → &lt;b&gt;(1, {heads}, {tokens}, {d_v})&lt;/b&gt;</source>
        <translation>(B, H, N, N) × (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;) → (B, H, N, d&lt;sub&gt;v&lt;/sub&gt;)：ここでは (1, {heads}, {tokens}, {tokens}) × (1, {heads}, {tokens}, {d_v}) → &lt;b&gt;(1, {heads}, {tokens}, {d_v})&lt;/b&gt;</translation>
    </message>
    <message>
        <source>&lt;k&gt;Key&lt;/k&gt; {key}, one of {tokens}.</source>
        <translation>{tokens}個のうちの&lt;k&gt;キー&lt;/k&gt;{key}。</translation>
    </message>
    <message>
        <source>A weight says how much of a patch's &lt;v&gt;value&lt;/v&gt; the query takes. What is looked at flows in, what is not looked at hardly does. The bars are weight × length of the value: a patch with a small weight and a long value can give more than one that is looked at.</source>
        <translation>重みは、クエリがパッチの&lt;v&gt;バリュー&lt;/v&gt;をどれだけ取り込むかを示します。見られるものは流れ込み、見られないものはほとんど流れ込みません。棒は重み × バリューの長さです。重みが小さくてもバリューが長いパッチのほうが、よく見られるパッチより多く渡すことがあります。</translation>
    </message>
    <message>
        <source>Click a patch of the list to see what it hands over, here and on the picture. All that is not drawn flows in, too, but less.</source>
        <translation>パッチをクリックすると、渡すものがここと画像に出ます。描いていないものも流れ込みますが、もっとわずかです。</translation>
    </message>
    <message>
        <source>Of the key on the picture: its value v, and w·v, which is what it gives to the output. Recomputed and the model's own output agree: the numbers are those of this run.</source>
        <translation>画像上のキーのバリューvと、出力に渡す分w·vです。計算し直した出力はモデル自身の出力と一致します。どれもこの実行の数です。</translation>
    </message>
    <message>
        <source>The &lt;q&gt;query&lt;/q&gt; mixes what all patches hand over. Which gives &lt;b&gt;most&lt;/b&gt;?</source>
        <translation>&lt;q&gt;クエリ&lt;/q&gt;は全パッチの渡すものを混ぜます。&lt;b&gt;最も&lt;/b&gt;多く渡すのは？</translation>
    </message>
    <message>
        <source>The Lab has switched this head off: no value flows.</source>
        <translation>ラボがこのヘッドを切っているので、バリューは流れません。</translation>
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
        <source>The output is a mixture: all &lt;v&gt;values&lt;/v&gt;, each times its weight, added up.</source>
        <translation>出力は混ぜ合わせです。すべての&lt;v&gt;バリュー&lt;/v&gt;に重みを掛けて足します。</translation>
    </message>
    <message>
        <source>Two minutes. Compare with mixing paint: the weights are the recipe, the values the colours. &lt;b&gt;Often misunderstood:&lt;/b&gt; the largest weight need not make the largest contribution, because values have lengths of their own; special tokens often get much weight and hand over a short value. Values are not pixels: what is mixed are the numbers that the layer has made of each patch.</source>
        <translation>2分。絵の具を混ぜることにたとえましょう。重みが配合、バリューが色です。&lt;b&gt;よくある誤解：&lt;/b&gt;重みが最大でも、寄与が最大とは限りません。バリューにはそれぞれ長さがあるからです。特殊トークンは大きな重みを集めながら、短いバリューしか渡さないことがよくあります。バリューはピクセルではありません。混ざるのは、その層が各パッチから作った数です。</translation>
    </message>
    <message>
        <source>Weight × length of v. These {n} of {tokens}: {share} % of all. Error {error}.</source>
        <translation>重み × vの長さ。{tokens}個中の{n}個で全体の{share} %。誤差{error}。</translation>
    </message>
    <message>
        <source>What a patch gives is its weight times the length of its value: a patch with a small weight and a long value can give more than one that is looked at. Special tokens are left out here: they have no place on the picture.</source>
        <translation>パッチが渡すのは、重み × バリューの長さです。重みが小さくてもバリューが長ければ、よく見られるパッチより多く渡すことがあります。特殊トークンは画像の上に場所がないので、ここでは除きます。</translation>
    </message>
    <message>
        <source>What flows in, as wide as weight × length of the value:</source>
        <translation>流れ込むもの。太さは重み × バリューの長さです。</translation>
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
        <source>w·v and the output share a scale; v has its own.</source>
        <translation>w·vと出力は同じ尺度、vだけ別の尺度です。</translation>
    </message>
    <message>
        <source>{share} % of all lengths.</source>
        <translation>全体の{share} %です。</translation>
    </message>
    <message>
        <source>{weight} × {length} = {part}</source>
        <translation>{weight} × {length} = {part}</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>More on what this step shows</source>
        <translation>この画面についてもっと詳しく</translation>
    </message>
    <message>
        <source>Next step (Page Down)</source>
        <translation>次へ進みます（Page Down）</translation>
    </message>
    <message>
        <source>Step before (Page Up)</source>
        <translation>前へ戻ります（Page Up）</translation>
    </message>
    <message>
        <source>Step {n} of {count} of this chapter</source>
        <translation>この章の{count}枚中{n}枚目</translation>
    </message>
    <message>
        <source>Teacher's notes</source>
        <translation>講師用メモ</translation>
    </message>
    <message>
        <source>What to ask, and what is often misunderstood</source>
        <translation>問いかけの例と、よくある誤解</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>なぜ？</translation>
    </message>
</context>
<context>
    <name>PairPage</name>
    <message>
        <source> With the model's bias {bias}.</source>
        <translation> モデルのバイアス{bias}を含みます。</translation>
    </message>
    <message>
        <source> → weight &lt;b&gt;{weight}&lt;/b&gt;, by the Lab over the heads: a pair's weights add up to 1.</source>
        <translation> → 重み&lt;b&gt;{weight}&lt;/b&gt;。ラボの設定でヘッドにわたるため、1つのペアの重みの合計が1です。</translation>
    </message>
    <message>
        <source> → weight &lt;b&gt;{weight}&lt;/b&gt;, by the Lab over the queries: a key's weights add up to 1.</source>
        <translation> → 重み&lt;b&gt;{weight}&lt;/b&gt;。ラボの設定でクエリにわたるため、1つのキーの重みの合計が1です。</translation>
    </message>
    <message>
        <source> → weight &lt;b&gt;{weight}&lt;/b&gt;, {ratio} × uniform. Cosine {cosine}.</source>
        <translation> → 重み&lt;b&gt;{weight}&lt;/b&gt;、一様の{ratio} ×。コサイン{cosine}。</translation>
    </message>
    <message>
        <source>A click on the picture chooses the query</source>
        <translation>画像のクリックでクエリを選びます</translation>
    </message>
    <message>
        <source>Click chooses the key</source>
        <translation>クリックでキーを選ぶ</translation>
    </message>
    <message>
        <source>Every token makes three vectors, lists of numbers, by multiplying itself with three matrices the model has learned: a &lt;q&gt;query&lt;/q&gt;, what it looks for; a &lt;k&gt;key&lt;/k&gt;, what it can be found by; a &lt;v&gt;value&lt;/v&gt;, what it hands over. To weigh a patch, multiply the query with the patch's key, number by number, and add up. Divided by √d&lt;sub&gt;k&lt;/sub&gt; (chapter 6) this is the score; softmax (chapter 7) makes the weight of it.</source>
        <translation>どのトークンも、モデルが学んだ3つの行列を自分に掛けて、3つのベクトル（数の並び）を作ります。&lt;q&gt;クエリ&lt;/q&gt;は探すもの、&lt;k&gt;キー&lt;/k&gt;は見つけてもらう手がかり、&lt;v&gt;バリュー&lt;/v&gt;は渡すものです。パッチの重みは、クエリとそのパッチのキーを要素ごとに掛けて足し、√d&lt;sub&gt;k&lt;/sub&gt;で割った（第6章）スコアから、ソフトマックス（第7章）で求めます。</translation>
    </message>
    <message>
        <source>It gets &lt;b&gt;{ratio} ×&lt;/b&gt; uniform.</source>
        <translation>一様の&lt;b&gt;{ratio} ×&lt;/b&gt;です。</translation>
    </message>
    <message>
        <source>Keys and values are made in the same way, by W&lt;sub&gt;K&lt;/sub&gt; and W&lt;sub&gt;V&lt;/sub&gt;. All three matrices are learned, and every head has its own.</source>
        <translation>キーとバリューも同じように、W&lt;sub&gt;K&lt;/sub&gt;とW&lt;sub&gt;V&lt;/sub&gt;で作られます。3つの行列はどれも学習されたもので、ヘッドごとに別です。</translation>
    </message>
    <message>
        <source>Number {n}: &lt;q&gt;{q}&lt;/q&gt; × &lt;k&gt;{k}&lt;/k&gt; = &lt;b&gt;{product}&lt;/b&gt;</source>
        <translation>{n}番：&lt;q&gt;{q}&lt;/q&gt; × &lt;k&gt;{k}&lt;/k&gt; = &lt;b&gt;{product}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>Number {n}: {count} products and the bias {bias} make &lt;b&gt;{sum}&lt;/b&gt;. The model's own: {own}.</source>
        <translation>{n}番目：{count}個の積とバイアス{bias}で&lt;b&gt;{sum}&lt;/b&gt;。モデル自身の値は{own}。</translation>
    </message>
    <message>
        <source>Point at the bars.</source>
        <translation>棒に重ねると値が出ます。</translation>
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
        <source>Sum &lt;b&gt;{total}&lt;/b&gt; ÷ {divisor} = score &lt;b&gt;{score}&lt;/b&gt;</source>
        <translation>和&lt;b&gt;{total}&lt;/b&gt; ÷ {divisor} = スコア&lt;b&gt;{score}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>Sum &lt;b&gt;{total}&lt;/b&gt;. The Lab has cut this edge: score −∞, weight &lt;b&gt;0&lt;/b&gt;.</source>
        <translation>合計&lt;b&gt;{total}&lt;/b&gt;。ラボがこの辺を切っているので、スコアは−∞、重みは&lt;b&gt;0&lt;/b&gt;です。</translation>
    </message>
    <message>
        <source>Sum &lt;b&gt;{total}&lt;/b&gt;. The Lab has dropped this patch: weight &lt;b&gt;0&lt;/b&gt;.</source>
        <translation>合計&lt;b&gt;{total}&lt;/b&gt;。ラボがこのパッチを除いているので、重みは&lt;b&gt;0&lt;/b&gt;です。</translation>
    </message>
    <message>
        <source>The &lt;q&gt;query&lt;/q&gt; looks for what it is most like. Which patch will it find?</source>
        <translation>&lt;q&gt;クエリ&lt;/q&gt;は、最も似たものを探します。見つけるのはどのパッチ？</translation>
    </message>
    <message>
        <source>The more alike &lt;q&gt;query&lt;/q&gt; and &lt;k&gt;key&lt;/k&gt;, the larger the score.</source>
        <translation>&lt;q&gt;クエリ&lt;/q&gt;と&lt;k&gt;キー&lt;/k&gt;が似るほど、スコアは大。</translation>
    </message>
    <message>
        <source>The query is the patch in the orange ring. In this layer and head it gives the most weight to the patch whose key is most like it; itself is left out here.</source>
        <translation>クエリはオレンジの枠のパッチです。この層のこのヘッドで、キーが最も似ているパッチに最大の重みを与えます。自分自身は除きます。</translation>
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
        <source>Token x times W&lt;sub&gt;Q&lt;/sub&gt; makes the query: each number is a row of W&lt;sub&gt;Q&lt;/sub&gt; times x.</source>
        <translation>トークンxにW&lt;sub&gt;Q&lt;/sub&gt;を掛けるとクエリになります。1つの数は、W&lt;sub&gt;Q&lt;/sub&gt;の1行とxの積です。</translation>
    </message>
    <message>
        <source>What a click on the picture chooses</source>
        <translation>画像のクリックで選ぶもの</translation>
    </message>
    <message>
        <source>Written as one line, for every query and every key:</source>
        <translation>どのクエリとキーについても、式はこの1行です。</translation>
    </message>
    <message>
        <source>d&lt;sub&gt;k&lt;/sub&gt; = {width} numbers in a query or key. Here: {layers} layers of {heads} heads.</source>
        <translation>クエリとキーの次元 d&lt;sub&gt;k&lt;/sub&gt; = {width}。ここでは{layers}層、それぞれ{heads}ヘッド。</translation>
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
    <name>PairTable</name>
    <message>
        <source>Table of who listens to whom</source>
        <translation>誰が誰を聞くかの表</translation>
    </message>
    <message>
        <source>{n} of {people} × {people} = {pairs}</source>
        <translation>{people} × {people} = {pairs}のうち{n}</translation>
    </message>
</context>
<context>
    <name>PatchGuess</name>
    <message>
        <source>patch ({row}, {col})</source>
        <translation>パッチ ({row}, {col})</translation>
    </message>
    <message>
        <source>{away} away. Try again: {left} left.</source>
        <translation>あと{away}。もう一度（残り{left}回）。</translation>
    </message>
    <message>
        <source>{n} patches</source>
        <translation>{n}パッチ分</translation>
    </message>
</context>
<context>
    <name>Plate</name>
    <message>
        <source>A plate with two scratches</source>
        <translation>傷が2本ある板</translation>
    </message>
</context>
<context>
    <name>PositionPage</name>
    <message>
        <source>Attention gives every key a weight and adds up: a sum has no order. Norm and MLP look at one token at a time. So without positions the model sees a bag of patches, and only rounding (sums in another order) is left of the shuffling. The numbers of the places are subtracted again where the first layer begins; both answers are from real runs.</source>
        <translation>アテンションは各キーに重みをつけて足し合わせます。和に順序はありません。正規化とMLPはトークンを1つずつ見ます。だから位置がなければ、モデルが見るのは袋に入ったパッチで、並べ替えの跡は丸め誤差（足す順番の違い）しか残りません。場所の数は最初の層の手前で引いています。どちらの答えも実際に動かしたものです。</translation>
    </message>
    <message>
        <source>Click a patch: which places have numbers like the ones there?</source>
        <translation>パッチをクリック。そこと似た数を持つ場所はどこでしょう？</translation>
    </message>
    <message>
        <source>Compared are position embeddings alone, by their cosine, without any picture. Nobody told the model what is above or beside: it learned that places which are near each other, or in one row or column, are alike. The same map stands in Inspect under &lt;i&gt;Method&lt;/i&gt;.</source>
        <translation>画像は使わず、位置埋め込みだけをコサインで比べています。上や隣が何かを、だれもモデルに教えていません。近い場所、同じ行や列の場所が似ていることは、たいてい学習で身につけたものです。同じマップは「調べる」の&lt;i&gt;手法&lt;/i&gt;にもあります。</translation>
    </message>
    <message>
        <source>Every place of the grid has numbers of its own, in most models learned in training: the &lt;b&gt;position embedding&lt;/b&gt;. They are added to the token that comes to stand there. A shuffled patch gets the numbers of its new place, so the model reads another picture. Arrows tell by how many places a reference picture has moved.</source>
        <translation>格子のどの場所にも固有の数があり、多くのモデルでは学習で決まります。これが&lt;b&gt;位置埋め込み&lt;/b&gt;で、そこに来たトークンに足されます。並べ替えたパッチには新しい場所の数が足されるので、モデルは別の画像を読むことになります。矢印は、参照画像の順位がいくつ動いたかを示します。</translation>
    </message>
    <message>
        <source>Every token has the numbers of its place</source>
        <translation>どのトークンにもその場所の数が足されています</translation>
    </message>
    <message>
        <source>Guess first, on the step before.</source>
        <translation>まず前の画面で予想してください。</translation>
    </message>
    <message>
        <source>In order</source>
        <translation>元の順</translation>
    </message>
    <message>
        <source>In order: &lt;b&gt;{first}&lt;/b&gt; first.</source>
        <translation>元の順：1位は&lt;b&gt;{first}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>It moves by &lt;b&gt;{percent} %&lt;/b&gt; of its length.</source>
        <translation>答えの動きは長さの&lt;b&gt;{percent} %&lt;/b&gt;です。</translation>
    </message>
    <message>
        <source>Orange is alike, blue is opposite. Most like place ({row}, {col}): place ({r}, {c}), cosine &lt;b&gt;{cosine}&lt;/b&gt;.</source>
        <translation>オレンジは似ている、青は逆向き。({row}, {col})に最も似た場所は({r}, {c})、コサイン&lt;b&gt;{cosine}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>Patches</source>
        <translation>パッチ</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Shuffle the patches: what becomes of the answer?</source>
        <translation>パッチを並べ替えましょう。答えはどうなりますか？</translation>
    </message>
    <message>
        <source>Shuffled</source>
        <translation>並べ替え</translation>
    </message>
    <message>
        <source>Shuffled again, now &lt;b&gt;without&lt;/b&gt; positions in both runs: how far does the answer move?</source>
        <translation>今度は両方とも位置&lt;b&gt;なし&lt;/b&gt;で並べ替えます。答えはどれだけ動きますか？</translation>
    </message>
    <message>
        <source>Shuffled: &lt;b&gt;{first}&lt;/b&gt; first.</source>
        <translation>並べ替え：1位は&lt;b&gt;{first}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>The model itself is not here, only its trace.</source>
        <translation>ここにあるのは記録だけで、モデルはありません。</translation>
    </message>
    <message>
        <source>The numbers of the places are taken away</source>
        <translation>場所の数を取り去ります</translation>
    </message>
    <message>
        <source>The picture as it is</source>
        <translation>画像そのまま</translation>
    </message>
    <message>
        <source>The same patches, at other places</source>
        <translation>同じパッチを別の場所に置きます</translation>
    </message>
    <message>
        <source>Two minutes. Ask first: would you know a face whose parts are shuffled? &lt;b&gt;Often misunderstood:&lt;/b&gt; positions are not coordinates; in most models they are numbers learned like all other weights. Some models add nothing and turn queries and keys by their place instead (RoPE): the ribbon says so.</source>
        <translation>2分。まず聞きましょう。ばらばらに並べ替えた顔を、だれの顔かわかりますか？&lt;b&gt;よくある誤解：&lt;/b&gt;位置は座標ではありません。多くのモデルでは、ほかの重みと同じように学習した数です。何も足さず、代わりにクエリとキーを場所に応じて回転させるモデル（RoPE）もあります。そのときは上の帯にそう出ます。</translation>
    </message>
    <message>
        <source>With and without positions: which answer cares for the order?</source>
        <translation>位置あり・なし：順番を気にする答えはどちらですか？</translation>
    </message>
    <message>
        <source>With positions</source>
        <translation>位置あり</translation>
    </message>
    <message>
        <source>Without</source>
        <translation>位置なし</translation>
    </message>
    <message>
        <source>Without positions both orders give one answer, and it is not the model's usual one: places are part of what it has learned to read.</source>
        <translation>位置がなければ、どちらの順でも答えは同じです。ただし、いつもの答えではありません。場所も、モデルが読むことを学んだものの一部だからです。</translation>
    </message>
    <message>
        <source>a little</source>
        <translation>少し</translation>
    </message>
    <message>
        <source>a lot</source>
        <translation>大きく</translation>
    </message>
    <message>
        <source>not at all</source>
        <translation>まったく動かない</translation>
    </message>
    <message>
        <source>{model} adds nothing for a place: each attention turns queries and keys by their places (RoPE).</source>
        <translation>{model}は場所の数を足しません。各アテンションがクエリとキーを場所に応じて回転させます（RoPE）。</translation>
    </message>
    <message>
        <source>{model} mixes positions into its tokens in a way that cannot be undone.</source>
        <translation>{model}では、位置がトークンに混ざり、後から取り去れません。</translation>
    </message>
</context>
<context>
    <name>ScalePage</name>
    <message>
        <source>8 or 14 for small faults, 16 and up for coarse labels, as in torchvision's &lt;code&gt;vit_b_16&lt;/code&gt;.</source>
        <translation>小さな傷には8か14、大まかな分類には16以上。torchvisionの&lt;code&gt;vit_b_16&lt;/code&gt;も16です。</translation>
    </message>
    <message>
        <source>A detail gets a token of its own where a patch lies inside it. 8 or 14 for delicate work, such as finding a scratch; to say roughly what is in a picture, 16 and more are often enough, and they cost far less. The 16 in &lt;code&gt;vit_b_16&lt;/code&gt;, torchvision's well-known model, is its patch size.</source>
        <translation>パッチが中に収まる細部は、自分のトークンを持ちます。傷を見つけるような細かな仕事には8か14。何が写っているかを大まかに言うなら16以上で足りることが多く、ずっと軽くなります。torchvisionの有名なモデル&lt;code&gt;vit_b_16&lt;/code&gt;の16が、パッチサイズです。</translation>
    </message>
    <message>
        <source>Drag a square over a whisker on the picture.</source>
        <translation>画像のひげの上で正方形をドラッグしましょう。</translation>
    </message>
    <message>
        <source>Half the side: four times the patches, and what they cost.</source>
        <translation>辺が半分ならパッチは4倍。その代償です。</translation>
    </message>
    <message>
        <source>Large patch, &lt;b&gt;small&lt;/b&gt; scale: few sheets, no alleys. Small patch, large scale.</source>
        <translation>大きなパッチは&lt;b&gt;小&lt;/b&gt;縮尺の地図、小さなパッチは大縮尺の地図です。</translation>
    </message>
    <message>
        <source>Matrices: of all pairs, if they were written out (chapter 4). q, k, v: what vitviz keeps instead (chapter 5). Both of all layers. Time: one pass by itself, measured anew.</source>
        <translation>行列：すべてのペアを書き出した場合（第4章）。q、k、v：vitvizが代わりに残すもの（第5章）。どちらも全層の合計です。時間：1回の実行だけを測り直したもの。</translation>
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
        <source>The slider needs vitviz-flexi, trained for five sizes.</source>
        <translation>スライダーには、5つのサイズで学習したvitviz-flexiが必要です。</translation>
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
        <source>Try all with the slider.</source>
        <translation>スライダーで確かめましょう。</translation>
    </message>
    <message>
        <source>Two scratches, 9 pixels apart. Which is the &lt;b&gt;largest&lt;/b&gt; patch that parts them?</source>
        <translation>9ピクセル離れた2本の傷。別々のパッチに分かれる&lt;b&gt;最大&lt;/b&gt;のパッチは？</translation>
    </message>
    <message>
        <source>Use vitviz-flexi</source>
        <translation>vitviz-flexiを使う</translation>
    </message>
    <message>
        <source>Where two faults lie in one patch, the model gets one token for both: what is smaller than a patch, or nearer than one, has no token of its own. For faults (anomaly detection) take 8 or 14.</source>
        <translation>2本の傷が1つのパッチに入ると、モデルが受け取るトークンは2本で1つです。パッチより小さいもの、パッチ1つ分より近いものには、自分のトークンがありません。傷を探す（異常検知）なら8か14です。</translation>
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
    <message>
        <source>{side} pixels wide: no patch lies inside it.</source>
        <translation>幅{side}ピクセル：中に収まるパッチはありません。</translation>
    </message>
    <message>
        <source>{side} pixels wide: patches of &lt;b&gt;{sizes}&lt;/b&gt; lie inside it.</source>
        <translation>幅{side}ピクセル：&lt;b&gt;{sizes}&lt;/b&gt;のパッチが中に収まります。</translation>
    </message>
</context>
<context>
    <name>ScalingPage</name>
    <message>
        <source> No head spikes more.</source>
        <translation>これより尖るヘッドはありません。</translation>
    </message>
    <message>
        <source> Sharpest: layer {layer}, head {head}, &lt;b&gt;{most}&lt;/b&gt;.</source>
        <translation>最も尖るのは第{layer}層のヘッド{head}：&lt;b&gt;{most}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>&lt;b&gt;Dividing&lt;/b&gt; keeps the slope that learning needs:</source>
        <translation>&lt;b&gt;割る&lt;/b&gt;ことで、学習に必要な傾きが残ります。</translation>
    </message>
    <message>
        <source>&lt;b&gt;Temperature&lt;/b&gt; T divides all scores. Cold picks one key, heat spreads over all.</source>
        <translation>&lt;b&gt;温度&lt;/b&gt;Tがすべてのスコアを割ります。冷たいと1つのキーに固まり、熱いと全体に広がります。</translation>
    </message>
    <message>
        <source>&lt;b&gt;{own}&lt;/b&gt; becomes &lt;b&gt;{bare}&lt;/b&gt;.</source>
        <translation>&lt;b&gt;{own}&lt;/b&gt;が&lt;b&gt;{bare}&lt;/b&gt;になります。</translation>
    </message>
    <message>
        <source>A score adds up d&lt;sub&gt;k&lt;/sub&gt; products: the more there are, the wider scores spread. Undivided, softmax (chapter 7) can make a &lt;b&gt;spike&lt;/b&gt; of them, one key takes nearly all, and hardly any gradient gets back through it: learning stalls. So they are divided by √d&lt;sub&gt;k&lt;/sub&gt;. You may have read that this lowers the temperature; it is an easy slip: not dividing is T = 1/√d&lt;sub&gt;k&lt;/sub&gt;, and dividing is a &lt;b&gt;higher&lt;/b&gt; temperature.</source>
        <translation>スコアはd&lt;sub&gt;k&lt;/sub&gt;個の積の和で、個数が多いほど広くばらつきます。割らないと、ソフトマックス（第7章）で&lt;b&gt;スパイク&lt;/b&gt;になることがあります。1つのキーがほとんどを取り、勾配がほとんど戻らず、学習が止まります。だから√d&lt;sub&gt;k&lt;/sub&gt;で割ります。「温度を下げる」と書かれることがありますが、よくある取り違えです。割らないのが T = 1/√d&lt;sub&gt;k&lt;/sub&gt;、割ると温度は&lt;b&gt;上がり&lt;/b&gt;ます。</translation>
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
        <source>Dividing makes all scores smaller, and so the differences between them. Undivided, e&lt;sup&gt;s&lt;/sup&gt; lets the largest win by more. Try it with the slider on the next step.</source>
        <translation>割るとスコアはすべて小さくなり、差も小さくなります。割らないと、e&lt;sup&gt;s&lt;/sup&gt;で最大のものがより大きく勝ちます。次の画面のスライダーで確かめましょう。</translation>
    </message>
    <message>
        <source>Do not divide</source>
        <translation>割りません</translation>
    </message>
    <message>
        <source>Draw random vectors of this width</source>
        <translation>この次元の乱数ベクトルを作ります</translation>
    </message>
    <message>
        <source>From 1/√d_k, not divided, to √d_k</source>
        <translation>1/√d_k（割らない）から√d_kまで</translation>
    </message>
    <message>
        <source>How often each dot product came</source>
        <translation>内積の値ごとの回数</translation>
    </message>
    <message>
        <source>If scores were &lt;b&gt;not divided&lt;/b&gt; by √d, this head's largest weight would be …</source>
        <translation>スコアを√dで&lt;b&gt;割らない&lt;/b&gt;と、このヘッドの最大の重みは…</translation>
    </message>
    <message>
        <source>In all heads:</source>
        <translation>全ヘッドで：</translation>
    </message>
    <message>
        <source>Not every head spikes: it depends on how alike its queries and keys are. Here the head is sought whose undivided scores spike most for this query, in all layers.</source>
        <translation>どのヘッドも尖るわけではなく、クエリとキーの似かたによります。ここでは全層から、このクエリについて、割らないスコアが最も尖るヘッドを探します。</translation>
    </message>
    <message>
        <source>Numbers in a vector</source>
        <translation>ベクトルの次元</translation>
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
        <source>Spread of the undivided scores, with the first {list}.</source>
        <translation>割らないスコアのばらつき（最初の {list}）。</translation>
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
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>The gradient that gets back through softmax is in proportion to w(1 − w), and to 1 / (T√d&lt;sub&gt;k&lt;/sub&gt;), since the division comes before it. Even so a spike has almost none. The entropy says how even a row is, 100 % where all weights are equal.</source>
        <translation>ソフトマックスを通って戻る勾配は w(1 − w) に比例し、その前に割っているので 1 / (T√d&lt;sub&gt;k&lt;/sub&gt;) にも比例します。それでもスパイクではほとんど残りません。エントロピーは行の均等さで、すべての重みが等しければ100 %です。</translation>
    </message>
    <message>
        <source>The product of two independent numbers of variance 1 has variance 1; a sum of d of them has variance d, so its spread (standard deviation) is √d. Dividing by √d brings it back to 1, whatever the width. The model's own scores grow in the same way.</source>
        <translation>独立で分散1の2つの数の積は分散1。それをd個足すと分散はd、ばらつき（標準偏差）は√dです。√dで割れば、どの次元でも1に戻ります。モデル自身のスコアも同じように大きくなります。</translation>
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
        <source>Undivided, layer {layer}, head {head} gives one key &lt;b&gt;{bare}&lt;/b&gt;: {verdict}.</source>
        <translation>割らないと、第{layer}層のヘッド{head}では最大&lt;b&gt;{bare}&lt;/b&gt;：{verdict}。</translation>
    </message>
    <message>
        <source>Why √d? Two random vectors of d numbers, many times:</source>
        <translation>なぜ√d？ d次元の乱数ベクトル2つの内積を何度も：</translation>
    </message>
    <message>
        <source>a spike</source>
        <translation>尖っています</translation>
    </message>
    <message>
        <source>d = {d}: spread &lt;b&gt;{spread}&lt;/b&gt;, √d = {root}, divided &lt;b&gt;{divided}&lt;/b&gt;</source>
        <translation>d = {d}：ばらつき&lt;b&gt;{spread}&lt;/b&gt;、√d = {root}、割ると&lt;b&gt;{divided}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>effective number of tokens</source>
        <translation>実効トークン数</translation>
    </message>
    <message>
        <source>how even (entropy)</source>
        <translation>均等さ（エントロピー）</translation>
    </message>
    <message>
        <source>larger</source>
        <translation>大きくなる</translation>
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
        <source>smaller</source>
        <translation>小さくなる</translation>
    </message>
    <message>
        <source>the same</source>
        <translation>変わらない</translation>
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
        <source>{n} numbers {spread}</source>
        <translation>{n}次元で{spread}</translation>
    </message>
</context>
<context>
    <name>SequencePage</name>
    <message>
        <source> + &lt;s&gt;{names}&lt;/s&gt; = &lt;b&gt;{tokens}&lt;/b&gt; tokens</source>
        <translation> + &lt;s&gt;{names}&lt;/s&gt; = &lt;b&gt;{tokens}&lt;/b&gt;トークン</translation>
    </message>
    <message>
        <source> − {dropped} dropped in the Lab = &lt;b&gt;{left}&lt;/b&gt;</source>
        <translation> − ラボで除いた{dropped} = &lt;b&gt;{left}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>({width} − {patch}) ÷ {patch} + 1 = {cols} stops in a line, {rows} lines; {filters} filters of 3·{patch}·{patch_h} = {inputs} numbers.</source>
        <translation>({width} − {patch}) ÷ {patch} + 1 = 1行に{cols}か所、{rows}行。{filters}個のフィルター、それぞれ3·{patch}·{patch_h} = {inputs}個の数。</translation>
    </message>
    <message>
        <source>&lt;b&gt;One strided convolution&lt;/b&gt; makes tokens; a filter, its map.</source>
        <translation>&lt;b&gt;ストライド付きの畳み込み1つ&lt;/b&gt;でトークンに。フィルターごとにマップがあります。</translation>
    </message>
    <message>
        <source>&lt;s&gt;{name}&lt;/s&gt; is token &lt;b&gt;{token}&lt;/b&gt;, before all patches. Ringed: &lt;k&gt;patch ({row}, {col})&lt;/k&gt;.</source>
        <translation>&lt;s&gt;{name}&lt;/s&gt;はトークン&lt;b&gt;{token}&lt;/b&gt;、パッチの前にあります。枠は&lt;k&gt;パッチ ({row}, {col})&lt;/k&gt;。</translation>
    </message>
    <message>
        <source>A Transformer is a neural network that reads sequences: each word, or here each patch, is a &lt;b&gt;token&lt;/b&gt;. What belongs to no patch comes in front: &lt;s&gt;CLS&lt;/s&gt; collects what the picture as a whole is about, and registers are scratch paper. Where the model sees less than the whole picture, it never sees what lies outside the grid.</source>
        <translation>Transformerは列を読むニューラルネットワークです。1つの単語、ここでは1つのパッチが&lt;b&gt;トークン&lt;/b&gt;です。どのパッチでもないものが先頭に来ます。&lt;s&gt;CLS&lt;/s&gt;は画像全体のことを集め、レジスターはメモ用紙です。モデルが画像の一部だけを見る場合、格子の外は決して見えません。</translation>
    </message>
    <message>
        <source>A sentence is a sequence of words. A picture becomes one when it is cut into &lt;b&gt;patches&lt;/b&gt;, its tokens.</source>
        <translation>文は単語の列です。画像も、&lt;b&gt;パッチ&lt;/b&gt;に切ればトークンの列になります。</translation>
    </message>
    <message>
        <source>Click other patches: which token is each?</source>
        <translation>ほかのパッチもクリック。何番のトークン？</translation>
    </message>
    <message>
        <source>Drag to take the picture apart by hand</source>
        <translation>ドラッグすると、自分の手で画像をばらせます</translation>
    </message>
    <message>
        <source>Filter {n}, all products and a bias: &lt;b&gt;{sum}&lt;/b&gt;. The model's own: {own}.</source>
        <translation>フィルター{n}、すべての積とバイアスの和：&lt;b&gt;{sum}&lt;/b&gt;。モデル自身の値は{own}。</translation>
    </message>
    <message>
        <source>How far the picture has come apart</source>
        <translation>画像のばらけ具合</translation>
    </message>
    <message>
        <source>Patch ({row}, {col}) is token {special} + {row} × {cols} + {col} = &lt;b&gt;{token}&lt;/b&gt;. We count from 0, row by row.</source>
        <translation>パッチ ({row}, {col}) はトークン {special} + {row} × {cols} + {col} = &lt;b&gt;{token}&lt;/b&gt;。行ごとに、0から数えます。</translation>
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
        <source>The patch as a token: one number a filter</source>
        <translation>トークンになったパッチ（フィルターごとに1つの数）</translation>
    </message>
    <message>
        <source>The window moves on by its own width, so that every pixel is read once. At each stop every filter multiplies the window's numbers (red, green and blue of every pixel) with its own and adds up, with a constant of its own (bias). The sums of all filters are the token.</source>
        <translation>窓は自分の幅だけ進むので、どのピクセルも1回だけ読まれます。止まるたびに、どのフィルターも窓の数（各ピクセルの赤・緑・青）に自分の数を掛けて足し、自分の定数（バイアス）を加えます。全フィルターの和がトークンです。</translation>
    </message>
    <message>
        <source>Tokens are counted line by line, from the top left, as one reads; those that belong to no patch come first, and the first is number 0.</source>
        <translation>トークンは、文を読むように左上から行ごとに数えます。どのパッチでもないものが先に来て、最初が0番です。</translation>
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
        <source>Which token of the sequence is the &lt;k&gt;ringed&lt;/k&gt; patch?</source>
        <translation>&lt;k&gt;枠&lt;/k&gt;のパッチは、列の何番目のトークン？（0から）</translation>
    </message>
    <message>
        <source>token</source>
        <translation>トークン</translation>
    </message>
    <message>
        <source>{n} numbers</source>
        <translation>{n}個の数</translation>
    </message>
    <message>
        <source>{width}×{height} pixels ÷ {patch}×{patch_h} = {rows}×{cols} = &lt;b&gt;{patches}&lt;/b&gt; patches</source>
        <translation>{width}×{height}ピクセル ÷ {patch}×{patch_h} = {rows}×{cols} = &lt;b&gt;{patches}&lt;/b&gt;パッチ</translation>
    </message>
</context>
<context>
    <name>Sheets</name>
    <message>
        <source>A city on two maps of different scale</source>
        <translation>縮尺の違う2枚の地図に描いた同じ街</translation>
    </message>
    <message>
        <source>large scale</source>
        <translation>大縮尺</translation>
    </message>
    <message>
        <source>large scale: patch {n}</source>
        <translation>大縮尺：パッチ{n}</translation>
    </message>
    <message>
        <source>patch {n}</source>
        <translation>パッチ{n}</translation>
    </message>
    <message>
        <source>small scale</source>
        <translation>小縮尺</translation>
    </message>
    <message>
        <source>small scale: patch {n}</source>
        <translation>小縮尺：パッチ{n}</translation>
    </message>
</context>
<context>
    <name>Square</name>
    <message>
        <source>Drag a square over a detail</source>
        <translation>細部の上で正方形をドラッグします</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>Block {layer} of {name} is not a sum of its input, attention and MLP, so its parts cannot be told apart.</source>
        <translation>{name}のブロック{layer}は入力・アテンション・MLPの和ではないので、部分に分けられません。</translation>
    </message>
    <message>
        <source>In layer {layer} of {name} more than one matrix stands between a token and its query (a norm, or a rotation by place).</source>
        <translation>{name}の層{layer}では、トークンとクエリの間に行列以外の処理（正規化や位置による回転）があります。</translation>
    </message>
    <message>
        <source>The MLP of block {layer} of {name} was not found.</source>
        <translation>{name}のブロック{layer}にMLPが見つかりませんでした。</translation>
    </message>
</context>
</TS>
