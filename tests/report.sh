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
data() {
  command -v python3 >/dev/null || { echo 'no python3'; return 0; }
  python3 - <<'END'
import json, re
text = re.search(r'<script id="data" type="application/json">(.*?)</script>', open("page.html").read(), re.S)
data = json.loads(text.group(1))
assert [g["label"] for g in data["groups"]] == ["full", "ring"] and data["keys"] == ["topology"], data["keys"]
assert len(data["runs"]) == 4 and all(r["summary"]["nodes"] == 4 for r in data["runs"])
accuracy = data["groups"][1]["columns"]["test_accuracy"]
last = [json.load(open(f"runs/ring{s}/summary.json"))["test_accuracy"] for s in (1, 2)]
assert abs(accuracy["mean"][-1] - sum(last) / 2) < 1e-6 and accuracy["round"][0] == 0
assert data["split"]["nodes"] == 4 and {"epoch", "bytes", "simulated_seconds"} <= set(data["columns"])
assert {o["key"]: o["value"] for o in data["options"]}["model"] == "logreg"
END
}
check 'with the figures of the runs' data
evil() {
  cp -r runs evil && mv evil 'evil <b>&' || return
  sed -i 's#"model": "logreg"#"model": "</script><script>document.title=1</script><b>"#' 'evil <b>&'/*/config.json
  run 'evil <b>&' -o evil.html &&
    [ "$(grep -c '</script>' evil.html)" = "$(grep -c '</script>' page.html)" ] &&
    grep -q '<h1>evil &lt;b&gt;&amp;</h1>' evil.html
}
check 'texts from files are texts' evil

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || browser=
if [ -n "$browser" ] && [ "${GV_SANITIZE:-no}" = no ]; then
  # shown FILE: what the page has become in a browser
  shown() {
    timeout -k 5 60 "$browser" --headless --no-sandbox --disable-gpu --virtual-time-budget=5000 \
      --user-data-dir="$folder/browser" --dump-dom "file://$PWD/$1" 2>/dev/null
  }
  alive() {
    shown page.html >dom
    grep -o '<body[^>]*>' dom
    grep -q 'data-ready="yes"' dom && grep -q 'data-curves="2"' dom && grep -q 'data-points="8"' dom &&
      grep -q '<td class="name">ring</td>' dom && [ "$(grep -o '<circle cx' dom | wc -l)" -ge 10 ]
  }
  check 'in a browser: curves, table, split' alive
  unharmed() { shown evil.html >dom; grep -q 'data-ready="yes"' dom && grep -q '<title>evil' dom; }
  check 'in a browser: texts stay texts' unharmed
else
  skip 'in a browser' 'Chromium is not installed, or sanitizers change nothing of the page'
fi
refused 2 'which runs?'
refused 2 "accepted are names that end in .html" runs -o page.txt
refused 1 'no such folder' nothing
check 'help' prints 'Example' -- --help
finish
