#!/bin/bash
# grapevine model: what it lists and shows, what it writes for a model of one's own, what it refuses. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
unset PKG_CONFIG_PATH MAKEFLAGS MAKELEVEL MFLAGS
plugins=$GV_BUILD/tests/plugins/.libs

# ---- the pages ----

for words in 'model --help' 'help model' 'model list --help' 'model show --help' 'model show logreg --help' \
  'model new --help' 'model new mine --help'; do
  check "grapevine $words: a page with an example" prints usage: Example '  grapevine model ' -- $words
done
check 'a page writes nothing' test ! -e mine
bare() {
  local code=0
  run model >"$out" 2>"$err" || code=$?
  [ $code = 2 ] && [ ! -s "$out" ] && grep -q '^  show ' "$err"
}
check 'grapevine model alone: the page, as an error' bare
refused 2 "unknown command 'shwo'; did you mean 'show'? \`grapevine model --help\`" model shwo
refused 2 "unknown command 'xyzzy'" model xyzzy

# ---- list ----

check 'list: name, summary, file' prints '  logreg  ' 'softmax regression' /logreg.so -- model list
check 'list: plugins that cannot be loaded, and why, beside the others' prints \
  'plugin interface 77' "without 'grapevine_model'" "has no function 'gradient'" "calls itself 'another'" \
  nowhere_to_be_found '  services  ' 'a fixture' "$plugins/services.so" '  logreg  ' -- \
  model list --plugin-dir "$plugins"
from_environment() { GRAPEVINE_PLUGIN_PATH=$plugins run model list >"$out" 2>"$err" && grep -q 'a fixture' "$out"; }
check 'list: GRAPEVINE_PLUGIN_PATH' from_environment
refused 2 'list takes no name' model list logreg
refused 2 'is not a folder' model list --plugin-dir ./absent
refused 2 "did you mean '--json'" model list --jso
refused 2 'takes no value' model list --json=yes
# json EXPRESSION ARGUMENT...: it prints JSON, and the Python expression over it, `page`, is true
json() {
  run "${@:2}" >"$out" 2>"$err" && page "$1" "$out" || { cat "$err"; return 1; }
}
check 'list --json' json '[m["summary"] for m in page["models"] if m["name"] == "services"] == ["a fixture"] and
  [m for m in page["models"] if m["name"] == "abi" and "77" in m["error"] and m["file"].endswith("/abi.so")]' \
  model list --json --plugin-dir "$plugins"

# ---- show ----

check 'show: for the built-in digits' prints 'logreg (model)' '/logreg.so' 'l2  ' '1x8x8, 10 classes' \
  'weight  [10, 64]         640' 'bias    [10]              10' '650 parameters, 2.54 KiB a node' -- \
  model show logreg
check 'show: a shape and classes' prints '1x28x28, 10 classes' '7.85 k parameters, 30.7 KiB a node' -- \
  model show logreg --shape 1x28x28
check 'show: a number of features, the name last' prints '1x1x12, 3 classes' '[3, 12]' \
  '39 parameters, 156 bytes' -- model show --shape 12 --classes 3 logreg
check 'show: the shape of a data set' prints '1x8x8, 10 classes' '650 parameters' -- model show logreg --data digits
check 'show: options that are given' prints 'logreg:l2=1e-3' -- model show logreg:l2=1e-3
check 'show: a path' prints 'services (model)' 'sizes ' -- model show "$plugins/services.so"
check 'show --json' json 'page["parameters"] == 7850 and page["bytes"] == 31400 and page["name"] == "logreg" and
  [t["shape"] for t in page["tensors"]] == [[10, 784], [10]] and page["tensors"][1]["first"] == 7840 and
  page["shape"]["features"] == 784 and page["options"][0]["key"] == "l2" and
  page["options"][0]["value"] == "1e-3" and page["options"][0]["default"] == "0"' \
  model show logreg:l2=1e-3 --shape 1x28x28 --json

# A model for numbers, with a tensor that lies the other way round.
cat >numbers.c <<'EOF'
#include <grapevine/model.h>

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  if (task->shape.classes > 0)
    return host->fail(host, "numbers only");
  struct gv_tensor weight = {.name = "hidden.weight", .rank = 2, .shape = {500, task->shape.features},
                             .transposed = 1};
  struct gv_tensor bias = {.name = "bias", .rank = 1, .shape = {task->shape.outputs}};
  return host->add_tensor(host, plan, &weight) || host->add_tensor(host, plan, &bias);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  (void)task;
  *instance = 0;
  return host->fail(host, "it is never made");
}

static int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  return instance != w || batch != 0 || g != loss;
}

static int evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  return instance != w || batch != 0 || metrics != 0;
}

const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI, .size = sizeof(struct gv_model), .name = "numbers", .summary = "a fixture",
    .plan = plan, .create = create, .gradient = gradient, .evaluate = evaluate,
};
EOF
check 'a model for numbers compiles' $CC -std=c11 -fPIC -shared -I"$GV_SOURCE/include" -o numbers.so numbers.c
check 'show: a model that takes no classes, one output; a tensor stored transposed' prints 'no options' '1 output' \
  '[500, 64]       32000  stored as [64, 500]' '32.0 k parameters, 125 KiB a node' -- model show ./numbers.so
check 'show: outputs' prints '1x8x8, 3 outputs' 'bias           [3] ' -- model show ./numbers.so --outputs 3
refused 1 'model numbers: numbers only' model show ./numbers.so --classes 3
refused 1 'model logreg: it learns classes' model show logreg --outputs 2
refused 2 'wants the name of a model' model show
refused 2 "did you mean 'logreg'" model show logref
refused 2 "unknown option 'depth'" model show logreg:depth=3
refused 2 "'other' is no option" model show logreg other
refused 1 'has plugin interface 77' model show abi --plugin-dir "$plugins"
for shape in '' 0x8x8 8x8 1x8x8x8 1x8x 1xx8 -1x8x8 '1x 8x8' 1x8x8.5 2147483648 99999999999999999999 \
  2147483647x2147483647x2147483647 1x65536x32768; do
  refused 2 "shape is '$shape'; accepted: CxHxW" model show logreg --shape "$shape"
  refused 2 "shape is '$shape'; accepted: CxHxW" model check logreg --shape "$shape"
done
refused 2 'both say what samples look like' model show logreg --data digits --classes 3
refused 2 'not both' model show logreg --classes 3 --outputs 1
refused 2 "outputs is '0'" model show logreg --outputs 0
refused 1 'no such file or folder' model show logreg --data ./absent

# ---- new ----

# new NAME FOLDER ARGUMENT...: it writes three files and nothing else, which compile without a warning, keep the
# rules of model.h, and train when the printed commands are typed as they stand
new() {
  local name=$1 at=$2
  shift 2
  run model new "$name" "$@" >"$out" 2>"$err" || { cat "$err"; return 1; }
  cat "$out" "$err"
  [ ! -s "$err" ] && [ "$(ls "$at" | tr '\n' ' ')" = "Makefile README.md $name.c " ] || { ls "$at"; return 1; }
  ! grep -r '@[A-Z]*@' "$at" && [ "$(wc -l <"$at/$name.c")" -lt 80 ] || return
  $CC -std=c11 -fPIC -shared -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror \
    -I"$GV_SOURCE/include" -o "$folder/$name.so" "$at/$name.c" -lm && conform "$folder/$name.so" || return
  new_commands "$out" >"$folder/commands"
  cat "$folder/commands"
  # With the compiler of these tests, and with results where this script looks for them.
  timeout 300 env "CC=$CC" bash -ec "$(sed 's/ train / train --quiet --out ran /' "$folder/commands")" &&
    [ -s "$at/$name.so" ] && learned "$at/ran"
}

conform() { timeout 120 "$grapevine" model check "$1"; }

check 'new: the commands it prints build and train' new mine mine
in_readme() {
  sed '1,/^Try next$/d; /^  cd /d; s/^/  /' "$out" >lines && grep '^    ' mine/README.md | diff lines -
}
check 'new: its README.md says the same commands' in_readme
check 'new: from a build tree they name its folder and the program' grep -qxF \
  "  PKG_CONFIG_PATH=$GV_BUILD make" "$out"
check 'list: it is found where --plugin-dir says' prints '  mine  ' ./mine/mine.so -- model list --plugin-dir ./mine
check 'new: a name with digits, - and _, a folder that needs quotes' new a-2_b "own 'f' \$x" --dir "own 'f' \$x"
check 'new: a folder that looks like an option' new dash ./-dash --dir=-dash
mkdir kept && echo mine >kept/notes
into_kept() { run model new here --dir kept/ >"$out" && [ "$(<kept/notes)" = mine ] && [ -s kept/here.c ]; }
check 'new: a folder with other files in it' into_kept
in_path() { mkdir dot && cd dot && PATH=$GV_BUILD:$PATH run model new dot --dir . >"$out" && cat "$out"; }
by_name() {
  (in_path) && ! grep -q '^  cd ' "$out" && grep -qx '  grapevine train --plugin-dir . --model dot' "$out" &&
    grep -qx '    grapevine train --plugin-dir . --model dot' dot/README.md
}
check 'new: no cd for this folder, no path for a program that the shell finds' by_name
other_program() {
  mkdir other && printf '#!/bin/sh\nexit 1\n' >other/grapevine && chmod +x other/grapevine &&
    PATH=$PWD/other:$GV_BUILD:$PATH run model new second >"$out" && cat "$out" &&
    grep -qxF "  $grapevine train --plugin-dir . --model second" "$out"
}
check 'new: the path, where the shell would find another program' other_program
namesake() {
  run model new logreg >"$out" 2>"$err" && cat "$err" && [ "$(wc -l <"$err")" = 1 ] &&
    grep -q '^grapevine: warning: there is a model logreg already' "$err" && [ -s logreg/logreg.c ]
}
check 'new: the name of a model that is there is warned of' namesake

refused 2 'mine/mine.c is there already' model new mine
refused 2 'kept/Makefile is there already' model new another --dir kept
mkdir noted && echo x >noted/README.md
refused 2 'noted/README.md is there already' model new noted
ln -s nowhere noted/Makefile && rm noted/README.md
refused 2 'noted/Makefile is there already' model new noted
refused 1 'kept/notes: the folder cannot be made' model new fresh --dir kept/notes
refused 1 'absent/fresh: the folder cannot be made' model new fresh --dir absent/fresh
refused 2 "dir is ''" model new fresh --dir ''
refused 2 'wants a name' model new
refused 2 "'two' is no option" model new one two
long=$(printf 'x%.0s' {1..64})
for name in '' Mine 2nd _m a.b a/b 'a b' ä "$long"; do
  refused 2 "cannot name a model" model new "$name" --dir fresh
done
longest() { run model new "${long%x}" >"$out" && [ -s "${long%x}/${long%x}.c" ]; }
check 'new: a name of 63 characters' longest
# Files may grow to 1 KiB: too little for the model.
no_room() {
  local code=0
  (trap '' XFSZ; small_files 1; run model new "$@") >"$out" 2>"$err" || code=$?
  cat "$err"
  [ $code = 1 ] && [ "$(wc -l <"$err")" = 1 ] && grep -q 'roomy.c: cannot be written' "$err"
}
check 'new: without room nothing is left' no_room roomy
check 'new: not even the folder' test ! -e roomy
mkdir spare && echo mine >spare/notes
check 'new: without room, into a folder that is there' no_room roomy --dir spare
check 'new: that folder is as it was' test "$(ls -A spare)" = notes
finish
