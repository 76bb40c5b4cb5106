#!/bin/bash
# grapevine data and split, files of one's own through train and eval, and what is refused. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
train() { run train --quiet --model logreg --rounds 20 "$@"; }
# json EXPRESSION ARGUMENT...: what is printed is JSON of which it is true
json() {
  run "${@:2}" >"$out" 2>"$err" && [ ! -s "$err" ] && page "${1//$'\n'/ }" "$out"
}

# 300 flowers of three kinds, as CSV, TSV, LIBSVM; the kind is the larger of two numbers, or neither.
mkdir ../files
awk 'BEGIN {
  srand(3)
  print "length,width,depth,kind"
  for (s = 0; s < 300; s++) {
    a = rand(); b = rand(); c = s % 7 == 0 ? 0 : rand() / 10
    print a "," b "," c "," (a > b + 0.2 ? "rose" : b > a + 0.2 ? "tulip" : "wild flower")
  }
}' >../files/flowers.csv
tr , '\t' <../files/flowers.csv >../files/flowers.tsv
tail -n +2 ../files/flowers.csv | awk -F, '{
  if (!($4 in at)) at[$4] = count++
  printf "%d", at[$4]
  for (c = 1; c <= 3; c++) if ($c != 0) printf " %d:%s", c, $c
  print ""
}' >../files/flowers.libsvm
gzip -c ../files/flowers.csv >../files/flowers.csv.gz

# ---- data ----

for words in --help 'list --help' 'show --help'; do
  # shellcheck disable=SC2086
  check "grapevine data $words: a page with an example" prints usage: Example '  grapevine data ' -- data $words
done
check 'data list: known sets and where they are, readers, made-up data' prints digits 'in ' cifar-100 'not here' \
  libsvm quadratic -- data list
check 'data list as JSON' json '{"digits", "csv", "blobs"} <= {e["name"] for e in page} and
  {e["kind"] for e in page} == {"known", "reader", "made"}' data list --json
check 'data show: a known set' prints digits '1438 training, 359 test' '1 x 8 x 8' 'classes      10' \
  '0 to 1, mean' 'as bytes' -- data show digits
check 'data show: class names, a share held out' prints 'wild flower' '240 training, 60 test' '3 features' \
  'as floats' -- data show ../files/flowers.csv
check 'data show: sparse, and how sparse' prints 'as sparse, 9' '300 training, 0 test' -- data show \
  ../files/flowers.libsvm --test-share 0
check 'data show: targets and origins' prints 'targets      1, from' 'origins      5' -- data show quadratic \
  --nodes 5
check 'data show as JSON' json 'page["classes"] == 3 and
  sorted(page["class_names"]) == ["rose", "tulip", "wild flower"] and page["train_samples"] == 240 and
  sum(page["train_counts"]) == 240 and abs(page["mean"]) < 1e-6 and abs(page["deviation"] - 1) < 1e-5' \
  data show ../files/flowers.csv --json --normalize standard
check 'data show: --train-limit' prints '30 training' -- data show --data ../files/flowers.tsv --train-limit 30
for name in $(names reader); do
  check "help $name has its options" prints "$name (reader)" 'Options, as in' -- help "$name"
done

refused 2 'which data' data show
refused 2 'both name data' data show digits --data digits
refused 2 "did you mean 'digits'" data show digist
refused 1 'cannot open' data show csv:path=nowhere.csv
refused 1 'no such file' data show ./nowhere.csv
refused 2 "is no column" data show csv:path=../files/flowers.csv,label=colour
refused 2 'test-share 0.5: data digits come with a test part' data show digits --test-share 0.5
refused 2 'normalize' data show digits --normalize minmax
refused 2 "unknown option" split --normalize unit
refused 2 'show takes one' data list digits

# ---- split ----

check 'grapevine split --help: a page with an example' prints usage: Example '  grapevine split ' -- split --help
check 'split: the table' prints 'iid:stratified=no, 8 nodes' 'samples a node    179 to 180, median 180' \
  'effective classes' 'total variation' -- split
keys='{"nodes", "samples", "classes", "sizes", "histogram", "tv_mean", "js_mean", "effective_classes_mean",
  "size_min", "size_median", "size_max"} <= set(page)'
check 'split as JSON: its keys, and rows that add up' json "$keys and page['nodes'] == 12 and
  sum(page['sizes']) == page['samples'] == 1438 and [sum(r) for r in page['histogram']] == page['sizes'] and
  len(page['histogram'][0]) == page['classes'] == 10" split --json --nodes 12 --split dirichlet:alpha=0.1
check 'split: one class a node' json 'page["effective_classes_mean"] == 1 and page["tv_mean"] > 0.85' split --json \
  --nodes 10 --split classes:per-node=1
check 'split: empty nodes are shown where they are allowed' json 'page["size_min"] == 0' split --json --nodes 50 \
  --split dirichlet:alpha=0.001,min=0
check 'split: 1,000 nodes of one class' json 'page["size_min"] == page["size_max"] - 1 and
  page["effective_classes_mean"] < 1.5' split --json --nodes 1000 --split dirichlet:alpha=0.001,by=node
check 'split: two laws and a view' json '"+quantity:" in page["split"] and "+labels:" in page["split"]' split \
  --json \
  --split dirichlet:alpha=1+quantity:beta=2+labels:flip=0.2
# On a terminal classes are blocks, in characters that it has.
blocks() {
  script -qec "env LC_ALL=$1 '$grapevine' split --split classes" /dev/null </dev/null >"$out"
  cat "$out"
  grep -aqF "$2" "$out"
}
if has_terminals; then
  check 'split: blocks on a terminal' blocks C.UTF-8 '··██'
  check 'split: blocks of ASCII where it knows no more' blocks C '..##'
else
  skip 'split: blocks on a terminal' 'no pseudo terminal'
fi
check 'split: whose the samples are' json 'page["split"] == "natural" and len(page["sizes"]) == 30' split --json \
  --data synthetic --nodes 30
drawn() {
  run split --nodes 12 --split dirichlet:alpha=0.3 --draw "../split.$1" >"$out" 2>"$err" ||
    { cat "$err"; return 1; }
  grep -q "the picture is ../split.$1" "$out" && head -c 200 "../split.$1" | grep -aq "$2"
}
if command -v gnuplot >/dev/null; then
  check 'split --draw: SVG' drawn svg '<svg'
  check 'split --draw: PNG' drawn png PNG
  check 'split --draw: PDF' drawn pdf '%PDF'
  refused 2 'accepted are up to 400 nodes' split --nodes 401 --draw a.svg
  refused 2 'have no classes to draw' split --data quadratic --draw a.svg
fi
refused 2 'accepted are names that end in' split --draw a.gif
refused 2 "the file's name is empty" split --draw ''
refused 2 'split takes no name' split digits
refused 2 "did you mean 'dirichlet'" split --split dirchlet
refused 2 'raise alpha, lower min, take fewer nodes, or by=node' split --nodes 100 --split dirichlet:alpha=0.001
refused 2 'both say whose a sample is' split --split iid+sorted
refused 2 'goes by class labels' split --data quadratic --split sorted
refused 2 'do not say where a sample comes from' split --split natural
refused 2 'rotate turns images' split --data blobs --split features:rotate=yes

# ---- every split trains, or says why not ----

splits() {
  local name=$1 spec=$1 n
  [ "$name" != features ] || spec=features:noise=0.1,rotate=yes,permute=yes
  local data=digits
  [ "$name" != natural ] || data=synthetic:nodes=17
  for n in 1 2 3 8 17; do
    if train --data $data --nodes $n --split "$spec" --out ../s >"$out" 2>"$err"; then
      grep -q "\"split\": \"[^\"]*$name" ../s/config.json || { cat ../s/config.json; return 1; }
      [ -s ../s/split.json ] || return 1
      rm -r ../s
    elif [ "$(wc -l <"$err")" != 1 ] || ! grep -q "split $name: " "$err"; then
      cat "$err"
      return 1
    fi
  done
}
for name in $(names split); do
  check "split $name trains, or says why not" splits "$name"
done

same_bits() {
  local workers
  for workers in 1 2 5; do
    train --nodes 5 --workers $workers --split "$1" --data "$2" --last-batch "$3" --batch 30 --out "../w$workers" \
      >"$out" 2>&1 || { cat "$out"; return 1; }
  done
  cmp ../w1/model.safetensors ../w2/model.safetensors && cmp ../w1/model.safetensors ../w5/model.safetensors &&
    cmp ../w1/split.json ../w5/split.json
  local code=$?
  rm -r ../w1 ../w2 ../w5
  return $code
}
check 'the same bits for any number of workers: what nodes see' same_bits \
  dirichlet:alpha=1+features:noise=0.3,rotate=yes,permute=yes+labels:flip=0.2 digits next
check 'so with short batches' same_bits quantity:power=1 digits short
check 'so with sparse data' same_bits iid ../files/flowers.libsvm drop

# ---- files of one's own ----

alike() {  # one table, whatever it is stored as
  local file
  for file in flowers.csv flowers.tsv flowers.csv.gz flowers.libsvm; do
    train --data ../files/$file --normalize standard --out "../f-$file" >"$out" 2>&1 || { cat "$out"; return 1; }
    tail -c 48 "../f-$file/model.safetensors" >"../weights-$file"
    # (out, in) tensors of 3 x 3 and 3 floats
    cmp "../weights-$file" ../weights-flowers.csv || return
  done
}
check 'the same bits from CSV, TSV, gzip and LIBSVM' alike
keeps_names() {
  grep -q '"rose"' ../f-flowers.csv/config.json && grep -q '"rose"' ../f-flowers.csv/split.json &&
    grep -aq 'wild flower' ../f-flowers.csv/model.safetensors
}
check 'names of classes are saved with run and model' keeps_names
evaluated() {
  local accuracy
  accuracy=$(sed -n 's/^  "test_accuracy": \(.*\),/\1/p' ../f-flowers.csv/summary.json)
  json "page['accuracy'] == $accuracy and page['samples'] == 60" eval --data "$1" --json \
    --model-file ../f-flowers.csv/model.safetensors
}
check 'eval holds the same samples out, normalized alike' evaluated ../files/flowers.csv
{ head -n 1 ../files/flowers.csv; tail -n +2 ../files/flowers.csv | sort -t, -k4,4r; } >../files/sorted.csv
renumbered() {
  run eval --model-file ../f-flowers.csv/model.safetensors --data ../files/sorted.csv --test-share 0 --part train \
    --json >../sorted.json && run eval --model-file ../f-flowers.csv/model.safetensors --data ../files/flowers.csv \
    --test-share 0 --part train --json >../plain.json || return
  grep '"accuracy"' ../sorted.json ../plain.json
  [ "$(grep '"accuracy"' ../sorted.json)" = "$(grep '"accuracy"' ../plain.json)" ]
}
check 'classes keep their numbers where another file names them in another order' renumbered
sed 's/rose/daisy/' ../files/flowers.csv >../files/daisies.csv
refused 1 "the class 'daisy' is none of the 3" eval --model-file ../f-flowers.csv/model.safetensors \
  --data ../files/daisies.csv
made() {
  train --data blobs:samples=500 --out ../blobs >"$out" 2>&1 && json 'page["samples"] == 100' eval --model-file \
    ../blobs/model.safetensors --json
}
check 'eval makes up again what a model was trained on' made
untested() {
  run train --data quadratic --model linreg --rounds 5 --out ../q >"$out" 2>"$err" || { cat "$err"; return 1; }
  cat "$out" "$err"
  grep -q 'training loss of a round' "$out" && ! grep -q nan "$out" "$err"
}
check 'targets, and no test part' untested
# ---- the study from IID to one class ----

studied() {
  GRAPEVINE=$grapevine "$GV_SOURCE/examples/heterogeneity/study.sh" digits 20 1 ../study >"$out" 2>"$err" ||
    { cat "$err"; return 1; }
  cat "$out"
  [ "$(wc -l <../study/accuracy.csv)" = 9 ] || return
  # worst node <= mean node; one class is the worst of all, IID is far better
  awk -F, 'NR > 1 && $3 > $4 + 1e-9 { bad = 1 } NR == 2 { one = $5 } NR == 9 { iid = $5 }
    END { exit bad || !(iid > one + 0.1) }' ../study/accuracy.csv || return
  ! command -v gnuplot >/dev/null || grep -q 'worst node' ../study/accuracy.svg
}
check 'examples/heterogeneity: a table and its picture' studied
finish
