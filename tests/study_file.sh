#!/bin/bash
# The file of `grapevine study`: what is refused, and what its values are. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
subcommand=(study)

# ---- what is refused ----

# refused_file WORDS: what stands on standard input is refused so, and leaves nothing
refused_file() {
  cat >bad.ini
  refuse 2 "$1" bad.ini --out bad
}
bad() { check "refused: $1" refused_file "$1" <<<"$2"; }
bad "bad.ini:2: train: unknown option 'topolgy'" $'[base]\ntopolgy = ring'
bad "did you mean 'topology'" $'[vary]\ntopolgy = ring'
bad 'bad.ini:3: train: nodes is' $'[base]\nmodel = mlp\nnodes = none'
bad 'bad.ini:2: train: nodes is' $'[vary]\nnodes = 4 | x'
bad 'is there twice' $'[vary]\nnodes = 4 | 4'
bad 'bad.ini:3: nodes is there twice in [vary], first in line 2' $'[vary]\nnodes = 4\nnodes = 5'
bad '[vary] is there twice' $'[vary]\nnodes = 4\n[vary]\nnodes = 5'
bad 'a value is empty' $'[vary]\nnodes = 4 | | 5'
bad 'section [base2] is not known' $'[base2]\nnodes = 4'
bad 'bad.ini:3: section [nonsense] is not known' $'[base]\nnodes = 4\n[nonsense]'
bad 'bad.ini:1: section [] is not known' '[]'
bad 'bad.ini:2: [vary] is there twice' $'[vary]\n  [vary]'
bad 'longer than 49 characters' "[vary $(printf 'x%.0s' {1..45})]"
bad 'stands before any section' $'nodes = 4'
bad 'neither [SECTION] nor KEY = VALUE' $'[base]\nnodes'
bad 'a folder of its own' $'[base]\nout = x'
bad 'seeds = 5' $'[vary]\nseed = 1 | 2'
bad "seeds is '0'" $'[base]\nseeds = 0'
bad 'longer than' "[base]
model = $(printf 'x%.0s' {1..300})"
bad 'exact-diffusion' $'[base]\nepochs=1\nnodes=8\n[vary]\ntopology = ring\nalgorithm = dsgd | d2'
bad 'topology = rong' $'[base]\nepochs=1\n[vary]\ntopology = ring | rong'
bad 'bad.ini:3: seeds is there twice in [base]' $'[base]\nseeds = 2\nseeds = 3'
bad 'bad.ini:3: metrics is there twice in [base]' $'[base]\nmetrics = rounds\nmetrics = test_loss'
bad "bad.ini:2: metrics: there is no figure 'tset_accuracy'; did you mean 'test_accuracy'?" \
  $'[base]\nmetrics = tset_accuracy'
bad 'bad.ini:3: a line that begins with a blank continues the one before, epochs' \
  $'[base]\n  epochs = 1\n  nodes = 4'
bad 'bad.ini:3: a line that begins with a blank continues the one before, topology' \
  $'[vary]\n  topology = ring\n  nodes = 4 | 8'
bad "bad.ini:2: model: '#' begins no comment behind a value; ';' does" $'[base]\nmodel=logreg # hash'
bad "bad.ini:2: learning-rate: '0.100' is there twice, first as '0.1'" $'[vary]\nlearning-rate = 0.1 | 0.100'
printf '[base]\nmodel = log\0reg\n' >zero.ini
refused 2 'zero.ini:2: there is a zero byte in the line' zero.ini --out bad
large=$(seq -s ' | ' 18)
bad '18 x 18 x 18 x 18 combinations for 1 seed make 104976 runs; accepted are up to 100000' "[vary]
nodes = $large
batch = $large
rounds = $large
global-every = $large"
refused 2 'cannot be read' nothing.ini
refused 2 "out: the folder's name is empty" "$GV_SOURCE/examples/study/topologies.ini" --out ''
refused 2 'study wants a file of experiments' --dry-run

# ---- what is taken ----

bare() {
  printf '%s\n' '[base]' 'rounds = 1' 'model = logreg' '[vary]' 'topology = ring | full' '[vary as it is]' >bare.ini
  run bare.ini --out bare --dry-run >"$out" 2>"$err" && cat "$out" && grep -q '^3 runs, 3 to do' "$out" &&
    grep -q 'one-peer-exponential' "$out"
}
check 'a section without keys is one combination' bare

# ---- what values are ----

# workers STUDY: those of its runs, one a line
workers() { sed -n 's/ *"workers": \([0-9]*\),*/\1/p' "$1"/*/summary.json; }
whole_numbers() {
  printf '%s\n' '[base]' 'rounds = 1e1' 'model = logreg' 'seed = 1e3' 'seeds = 2e0' 'nodes = 1e1' >e.ini
  sed 's/1e1/10/; s/1e3/1000/; s/2e0/2/' e.ini >plain.ini
  run e.ini --out e --parallel 1 --quiet >"$out" && run plain.ini --out plain --parallel 1 --quiet >"$out" || return
  (cd e && echo s*)
  [ "$(cd e && echo s100?-*)" = "$(cd plain && echo s*-*)" ] && [ "$(workers e)" = "$(workers plain)" ]
}
check 'whole numbers may be written 1e3' whole_numbers
one_number() {
  printf '%s\n' '[base]' 'rounds = 1' 'model = logreg' '[vary]' 'learning-rate = 0.1 | 0.5' '[vary two]' \
    'learning-rate = 0.50' >number.ini
  run number.ini --out number --quiet >"$out" && cat "$out" && [ "$(wc -l <number/summary.csv)" = 3 ] || return
  sed 's/0.50/0.3/; s/0.5/5e-1/; s/0.1/0.10/' number.ini >later.ini
  run later.ini --out number --dry-run | grep '^3 runs, 1 to do'
}
check 'two texts of one number are one value, in the file and over time' one_number
finish
