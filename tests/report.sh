#!/bin/bash
# `grapevine report`: a page by itself, safe for any text, and alive in a browser where there is one. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
subcommand=(report)
for seed in 1 2; do
  for topology in ring full; do
    "$grapevine" train --quiet --model logreg --nodes 4 --epochs 3 --topology $topology --seed $seed \
      --split dirichlet:alpha=0.5 --out "runs/$topology$seed" || exit 1
  done
done

page() {
  run runs -o page.html >"$out" 2>"$err" || { cat "$err"; return 1; }
  [ ! -s "$out" ] && [ ! -s "$err" ] && [ "$(head -1 page.html)" = '<!DOCTYPE html>' ] &&
    [ "$(tail -1 page.html)" = '</html>' ]
}
check 'a page' page
alone() { ! grep -E '(src|href)=|@import|url\(|fetch\(|XMLHttp' page.html; }
check 'that loads nothing from anywhere' alone
if command -v dot >/dev/null || command -v neato >/dev/null; then
  check 'with the graphs' test "$(grep -c '<figure class="graph"' page.html)" = 2
else
  check 'which says why there is no graph' grep -q 'No picture of the topology' page.html
fi
titles() {
  "$grapevine" train --quiet --model logreg --nodes 5 --epochs 1 --topology erdos-renyi:p=0.7 --out drawn || return
  run drawn -o drawn.html && grep -F '<figcaption>erdos-renyi:p=0.7, 5 nodes</figcaption>' drawn.html
}
if command -v neato >/dev/null; then
  check 'titled by all that the topology is' titles
else
  skip 'titled by all that the topology is' 'Graphviz is not installed'
fi
temporary() {
  mkdir temporary && TMPDIR=$PWD/temporary run runs -o other.html && [ -z "$(ls temporary)" ] &&
    cmp page.html other.html &&
    TMPDIR=$PWD/nowhere run runs -o other.html && grep -q 'no temporary folder can be made; TMPDIR' other.html
}
if command -v neato >/dev/null; then
  check 'by way of TMPDIR' temporary
else
  skip 'by way of TMPDIR' 'Graphviz is not installed'
fi
data() {
  python3 - <<'END'
import json, re
text = re.search(r'<script id="data" type="application/json">(.*?)</script>', open("page.html").read(), re.S)
data = json.loads(text.group(1))
assert [g["label"] for g in data["groups"]] == ["full", "ring"] and data["keys"] == ["topology"], data["keys"]
assert len(data["runs"]) == 4 and all(r["finished"] and r["figures"]["rounds"] > 0 for r in data["runs"])
accuracy = data["groups"][1]["columns"]["test_accuracy"]
last = [json.load(open(f"runs/ring{s}/summary.json"))["test_accuracy"] for s in (1, 2)]
assert abs(accuracy["mean"][-1] - sum(last) / 2) < 1e-6 and accuracy["round"][0] == 0
assert {"epoch", "bytes", "simulated_seconds"} <= {a["name"] for a in data["axes"]}
assert {"name": "train_loss", "label": "training loss"} in data["figures"]
# both topologies have the same two splits, of two seeds
assert [s["nodes"] for s in data["splits"]] == [4, 4] and [r["split"] for r in data["runs"]] == [0, 1, 0, 1]
options = {o["key"]: o for o in data["options"]}
assert options["model"]["value"] == "logreg" and options["seed"]["apart"] and not options["model"]["varies"]
assert options["topology"]["varies"] and data["runs"][2]["options"]["topology"] == "ring"
assert all(len(o["help"]) > 5 for o in data["options"])
END
}
with_python 'with the figures of the runs' data
evil() {
  cp -r runs evil && mv evil 'evil <b>&' || return
  sed -i 's#"model": "logreg"#"model": "</script><script>document.title=1</script><b>"#' 'evil <b>&'/*/config.json
  run 'evil <b>&' -o evil.html &&
    [ "$(grep -c '</script>' evil.html)" = "$(grep -c '</script>' page.html)" ] &&
    grep -q '<h1>evil &lt;b&gt;&amp;</h1>' evil.html
}
check 'texts from files are texts' evil

# changed NAME FILE PROGRAM: a copy of a run with one of its files changed
changed() { cp -r runs/ring1 "$1" && sed -i "$3" "$1/$2"; }
rounds=$(sed -n 's/.*"rounds_planned": \([0-9]*\).*/\1/p' runs/ring1/summary.json)
states() {
  cp -r runs/ring1 died && rm died/summary.json && sed -i '$d' died/metrics.csv &&
    changed stopped summary.json 's/"interrupted": false/"interrupted": true/' &&
    changed begun metrics.csv '2,$ d' && rm begun/summary.json || return
  run died stopped begun runs/ring2 -o states.html || return
  grep '<li>' states.html
  grep -q "<li>died: not finished, last measured at round [1-9][0-9]* of $rounds</li>" states.html &&
    grep -q "<li>stopped: interrupted at round $rounds of $rounds</li>" states.html &&
    grep -q '<li>begun: not finished, nothing measured yet</li>' states.html &&
    grep -q '4 runs; 3 of them not finished' states.html && ! grep -q '<ul class="unfinished">' page.html
}
check 'runs that did not come to their end are named' states
long() {
  cp -r runs/ring1 long && awk -F, -v OFS=, 'NR == 1 { print; for (i = 1; i <= NF; i++) at[$i] = i }
    NR == 2 { for (r = 0; r < 100000; r++) {
      $at["round"] = r; $at["epoch"] = r / 10
      $at["test_accuracy"] = r == 77777 ? 0.999 : 0.5 + r % 7 / 100; print } }' \
    runs/ring1/metrics.csv >long/metrics.csv && run long -o long.html || return
  ls -l long.html
  [ "$(wc -c <long.html)" -lt 1500000 ] && grep -q '0.999' long.html && grep -q '"thinned":2000' long.html &&
    grep -oE '"test_accuracy":\{"round":\[0.0,[^]]*99999.0\]' long.html | head -c 80
}
check 'a hundred thousand evaluations are thinned, and none is lost that stands out' long

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || browser=
if [ -n "$browser" ] && ! $sanitized; then
  # shown FILE: what the page has become in a browser
  shown() {
    timeout -k 5 60 "$browser" --headless --no-sandbox --disable-gpu --virtual-time-budget=5000 \
      --user-data-dir="$folder/browser" --dump-dom "file://$PWD/$1" 2>/dev/null
  }
  # asks WHAT FILE SCRIPT ANSWER: what the function body is to return in the page. One browser, which takes longer
  # to start than to answer, has all of them in frames, and answered checks what they said.
  questions=() answers=()
  asks() {
    local at=${#questions[@]}
    questions+=("$1") answers+=("$4")
    head -n -2 "$2" >"asked$at.html" && cat >>"asked$at.html" <<END
<script>
const all = q => [...document.querySelectorAll(q)], one = q => all(q)[0];
const change = (box, v) => { box.checked = v; box.value = v; box.dispatchEvent(new Event('change')); };
parent.postMessage([$at, String((() => { $3 })())], '*');
</script>
</body>
</html>
END
  }
  answered() {
    local at said
    {
      echo '<!DOCTYPE html><html><body><script>addEventListener("message", event => {'
      echo '  const [number, said] = event.data, line = document.body.appendChild(document.createElement("pre"));'
      echo '  line.textContent = `said ${number}: ${said}`; });</script>'
      for at in "${!questions[@]}"; do
        echo "<iframe width=800 height=600 src=asked$at.html></iframe>"
      done
      echo '</body></html>'
    } >asked.html
    shown asked.html | grep -o '<pre>said [^<]*' | sed 's/^<pre>said //' >said
    for at in "${!questions[@]}"; do
      said=$(grep "^$at: " said || echo "$at, nothing")
      check "${questions[at]}" equal "$said" "$at: ${answers[at]}"
    done
  }
  equal() { echo "said $1"; [ "$1" = "$2" ]; }
  alive() {
    shown page.html >dom
    grep -o '<body[^>]*>' dom
    grep -q 'data-ready="yes"' dom && grep -q 'data-curves="2"' dom && grep -q 'data-points="8"' dom &&
      grep -q '<th class="name" scope="row">ring</th>' dom &&
      [ "$(grep -o '<circle class="dot"' dom | wc -l)" -ge 10 ]
  }
  check 'in a browser: curves, table, split' alive
  unharmed() { shown evil.html >dom; grep -q 'data-ready="yes"' dom && grep -q '<title>evil' dom; }
  check 'in a browser: texts stay texts' unharmed

  asks 'curves have marks, each its own' page.html \
    "const m = all('#chart .curve .mark').map(p =>
       p.getAttribute('d').split('Z').length - 1 + p.getAttribute('class'));
     return m + ' ' + all('#chart .curve .line').map(p => p.getAttribute('stroke-dasharray'));" \
    '4mark,4mark open ,10 5'
  asks 'bands, on a logarithmic axis too' page.html \
    "const count = () => all('#chart .band').length, before = count();
     change(all('#chart input')[0], true); return before + ' ' + count();" '2 2'
  asks 'logarithmic axes have numbers, also on a short range' page.html \
    "change(all('#chart input')[0], true); return all('#chart .tick-y').length >= 3;" true
  asks 'the pointer shows where it is, and the values there' page.html \
    "const svg = one('#chart .holder svg'), box = svg.getBoundingClientRect();
     svg.dispatchEvent(new PointerEvent('pointermove', {clientX: box.left + 1}));
     return one('.legend-head .value').textContent + ' ' +
       all('.legend .value').filter(v => v.textContent).length;" \
    'epoch 0 2'
  asks 'so do the arrow keys' page.html \
    "const svg = one('#chart .holder svg');
     svg.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight'}));
     return svg.tabIndex + one('.legend-head .value').textContent;" '0epoch 0'
  asks 'a run is chosen: its state, its split, its options' page.html \
    "const split = () => one('#split').innerHTML, first = split(), box = one('#run select');
     change(box, 3); const other = split(); change(box, 2);
     return [one('#run p').textContent.split(':')[0], box.options[3].text, first !== other, first === split(),
       one('#options tbody tr').textContent.includes('ring'), one('#options .changed .mark').textContent];" \
    'runs/ring1,ring, seed 2,true,true,true,varies over the runs'
  asks 'what is no part of the experiment is not marked' page.html \
    "const of = k => all('#options tr').find(r => r.firstChild.textContent === k).className;
     return of('out') + of('seed') + of('workers') + of('model');" changed
  numbers() {
    local r
    for r in 1 2; do
      changed number$r summary.json "s/\"seed\": 1,/\"seed\": $r,/; s/\(\"consensus_distance\": \)[^,]*/\10.00015$r/
        s/\(\"test_loss\": \)[^,]*/\13${r}000/; s/\(\"test_accuracy\": \)[^,]*/\10.5000000000000${r}/" || return
      sed -i "s/\"seed\": \"1\"/\"seed\": \"$r\"/" number$r/config.json
    done
    run number1 number2 -o numbers.html
  }
  check 'a page of two numbers' numbers
  asks 'numbers have the digits of their deviation, in one notation' numbers.html \
    "return all('#table tbody td').slice(0, 4).map(c => c.textContent).join('|');" \
    '2|0.5|(31.50 ± 0.71) k|(1.5150 ± 0.0071)e-4'
  many() {
    local rate seed
    for rate in 1 2 3 4 5 6 7; do
      for seed in 1 2; do
        cp -r runs/ring$seed "many$rate$seed" &&
          sed -i "s/\"learning-rate\": \"[^\"]*/\"learning-rate\": \"0.$rate/" "many$rate$seed/config.json" ||
          return
      done
    done
    run many?? -o many.html
  }
  check 'a page of many curves' many
  asks 'of many curves the one that is pointed at has its band' many.html \
    "const seen = () => all('#chart .band').filter(b => getComputedStyle(b).visibility !== 'hidden').length;
     const none = seen(); one('.legend button').dispatchEvent(new Event('focus'));
     return none + ' ' + seen() + one('#chart > .sub').textContent.includes('More than 6 bands');" '0 1true'
  single() { changed single metrics.csv '3,$ d' && run single -o single.html; }
  check 'a page of one evaluation' single
  asks 'it is a point' single.html "return one('#chart .curve .mark').getAttribute('d').length > 10;" true
  asks 'the table counts finished runs' states.html \
    "return all('#table tbody td')[0].textContent + one('#table').textContent.includes('finished runs');" \
    '1 of 4true'
  parts() {  # a mean over some of the seeds competes with none, whether runs or figures are missing
    local r
    for r in ring1 ring2 full1 full2; do cp -r runs/$r "part-$r" || return; done
    sed -i 's/"interrupted": false/"interrupted": true/; /"test_loss"/d' part-full2/summary.json
    sed -i 's/\("test_accuracy": \)[^,]*/\10.999/' part-full1/summary.json
    run part-* -o cut.html || return
    sed -i 's/"interrupted": true/"interrupted": false/' part-full2/summary.json
    run part-* -o parts.html
  }
  check 'pages whose means are over some of the seeds' parts
  asks 'such a mean is not the best' cut.html \
    "return all('#table .best').length + ' ' + one('#table').textContent.includes('The best');" '0 false'
  asks 'nor where figures are missing' parts.html \
    "const best = all('#table tbody tr').map(r => [...r.cells].map(c => c.className === 'best'));
     return [0, 1].map(r => best[r][2] + ' ' + best[r][4]).join();" 'true false,false false'
  check 'a page of nothing' run begun -o nothing.html
  asks 'what was never measured has no curves' nothing.html \
    "return all('#chart select').length + one('#chart').textContent + one('#table').textContent;" \
    '0Nothing was measured yet.Nothing was measured yet.'
  narrow() {
    sed 's#</style>#html { width: 400px }</style>#' "$2" >narrow.html
    asks "$1" narrow.html "return all('body *').filter(e => !e.closest('.scroll table, script, svg *') &&
      e.getBoundingClientRect().right > 400.5).map(e => e.outerHTML.slice(0, 60)).join();" ''
  }
  narrow 'in a narrow window nothing but tables is wider' page.html
  narrow 'nor with many curves' many.html
  asks 'headings go down a level at a time' page.html \
    "return all('h1, h2, h3').map(h => h.tagName[1]).join('') + document.documentElement.lang;" 1222233en
  if command -v neato >/dev/null; then
    "$grapevine" train --quiet --model logreg --nodes 4 --epochs 1 --topology one-peer-exponential --out turns
    run turns -o turns.html
    asks 'the colours of a graph have their key' turns.html \
      "return all('.graph text[fill]').map(t => getComputedStyle(t).fill).slice(0, 2).join(' ');" \
      'rgb(0, 114, 178) rgb(213, 94, 0)'
  else
    skip 'the colours of a graph have their key' 'Graphviz is not installed'
  fi
  answered
else
  skip 'in a browser' 'Chromium is not installed, or sanitizers change nothing of the page'
fi
refused 2 'which runs?'
refused 2 "accepted are names that end in .html" runs -o page.txt
refused 1 'no such folder' nothing
check 'help' prints 'Example' -- --help
finish
