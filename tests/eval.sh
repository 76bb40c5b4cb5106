#!/bin/bash
# Saved models: what `grapevine eval` finds in them, `grapevine train --init` starting from them, and what both
# refuse. TAP.
# shellcheck source=tests/cli.sh
. "$GV_SOURCE/tests/cli.sh"
plugins=$GV_BUILD/tests/plugins/.libs
train() { run train --quiet --model logreg "$@"; }
# value KEY FILE: of JSON, one of the first level
value() { sed -n "s/^  \"$1\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$2"; }
# equal KEY FILE KEY FILE: two values that are there and the same text
equal() {
  local one two
  one=$(value "$1" "$2") two=$(value "$3" "$4")
  echo "$1 '$one', $3 '$two'"
  [ -n "$one" ] && [ "$one" = "$two" ]
}

train --epochs 3 --nodes 7 --topology ring --model logreg:l2=0.001 --out ../a || exit 1
model=../a/model.safetensors

# ---- eval ----

agrees() {
  run eval --model-file $model --json >../a.json || return
  cat ../a.json
  equal accuracy ../a.json test_accuracy ../a/summary.json && equal loss ../a.json test_loss ../a/summary.json &&
    equal samples ../a.json test_samples ../a/summary.json &&
    equal parameters ../a.json parameters ../a/summary.json && [ "$(value model ../a.json)" = logreg ] &&
    [ "$(value model_options ../a.json)" = l2=0.001 ] && [ "$(value data ../a.json)" = digits ]
}
check 'its accuracy and loss are those of the run that saved the model' agrees

of_its_batch() {  # a model that prepares for the batch gives the same bits again, whatever the batch was
  local batch
  for batch in 7 50 full; do
    train --model cnn:channels=4,kernel=3 --batch $batch --epochs 2 --out ../cnn$batch &&
      run eval --model-file ../cnn$batch/model.safetensors --json >../cnn$batch.json &&
      equal loss ../cnn$batch.json test_loss ../cnn$batch/summary.json &&
      equal accuracy ../cnn$batch.json test_accuracy ../cnn$batch/summary.json || return
  done
}
if [ -e "$GV_BUILD/models/.libs/cnn.so" ]; then
  check 'so are those of a cnn, for every batch it was trained with' of_its_batch
else
  skip 'so are those of a cnn, for every batch it was trained with' 'the model cnn is not built here'
fi

any_workers() {
  local w part
  for part in test train; do
    for w in 1 2 3 12; do
      run eval --model-file $model --part $part --workers $w --predictions ../$part$w.csv --json \
        >../$part$w.json || return
      equal loss ../$part$w.json loss ../${part}1.json &&
        equal accuracy ../$part$w.json accuracy ../${part}1.json &&
        cmp ../$part$w.csv ../${part}1.csv || return
    done
  done
  [ "$(value samples ../train1.json)" = 1438 ] &&
    [ "$(value loss ../train1.json)" != "$(value loss ../test1.json)" ]
}
check 'the same figures and predictions from 1, 2, 3 and 12 workers, of both parts' any_workers

# The table of predictions tells the same as the figures.
table() {
  [ "$(head -n 1 ../test1.csv)" = "index,label,prediction$(printf ',score%d' {0..9})" ] &&
    awk -F, -v accuracy="$(value accuracy ../test1.json)" -v loss="$(value loss ../test1.json)" '
      NR > 1 {
        if ($1 != NR - 2 || NF != 13) exit 2
        sum = 0
        best = 4
        for (i = 4; i <= 13; i++) {
          sum += exp($i - $($2 + 4))
          if ($i > $best) best = i
        }
        if ($3 != best - 4) exit 3
        right += $2 == $3
        total += log(sum)
      }
      END {
        n = NR - 1
        printf "%d samples, accuracy %.9f, loss %.9f\n", n, right / n, total / n
        exit !(n == 359 && (right / n - accuracy)^2 < 1e-18 && (total / n - loss)^2 < 1e-12)
      }' ../test1.csv
}
check 'predictions: index, label, the largest score; accuracy and loss follow from them' table

classes() {
  grep -o '"correct": [0-9]*' ../test1.json | awk -v accuracy="$(value accuracy ../test1.json)" '
    { sum += $2 } END { exit !(NR == 10 && (sum / 359 - accuracy)^2 < 1e-18) }' || return
  run eval --model-file $model >"$out" 2>"$err" || return
  cat "$out" "$err"
  [ ! -s "$err" ] && [ "$(grep -cE '^ +[0-9] +[0-9]+ +[01]\.[0-9]{4}$' "$out")" = 10 ] && grep -q 'accuracy' "$out"
}
check 'a table with the recall of every class, and nothing on standard error' classes

named() {  # what the file names can be said, and said otherwise
  run eval --model-file $model --data "$GV_SOURCE/datasets/digits" --model logreg:l2=5 --json >../named.json &&
    equal loss ../named.json loss ../a.json && [ "$(value model_options ../named.json)" = l2=5 ] || return
  train --epochs 1 --data "$GV_SOURCE/datasets/digits" --out ../by-path &&
    run eval --model-file ../by-path/model.safetensors --data digits --json >../by-path.json &&
    equal accuracy ../by-path.json test_accuracy ../by-path/summary.json
}
check 'data and model may be named' named

# labelled NAME LABEL...: a CSV file, fifty samples a label, which is the first number rounded, and the last
labelled() {
  local file=$1.csv label k
  shift
  for label; do
    for k in {1..50}; do echo "$label.$((k % 4)),$((k % 7)),$label"; done
  done >"$file"
}
evaluated() { run eval --model-file ../of-three/model.safetensors --part train --test-share 0 "$@"; }
three_classes() {
  labelled ../of-three 0 1 2 && labelled ../two 0 2 && labelled ../one 2 && labelled ../others 1 2 3 &&
    train --data ../of-three.csv --seed 1e3 --epochs 20 --out ../of-three
}
check 'a model of the classes 0, 1 and 2' three_classes
same_numbers() {  # of the classes that are there, whatever they would be by themselves
  evaluated --data ../two.csv --json --predictions ../two >../two.json || return
  cat ../two.json
  [ "$(cut -d, -f2 ../two | sort | uniq -c | tr -s ' \n' ' ')" = ' 50 0 50 2 1 label ' ] &&
    evaluated --data ../one.csv --json --predictions ../one >../one.json &&
    [ "$(cut -d, -f2 ../one | sort | uniq -c | tr -s ' \n' ' ')" = ' 50 2 1 label ' ] &&
    cmp <(sed -n '52,$s/[^,]*//p' ../two) <(sed -n '2,$s/[^,]*//p' ../one)
}
check 'classes keep the numbers that they had in training' same_numbers
refused 1 "the class '3' is none of the 3 that the model was trained on" eval \
  --model-file ../of-three/model.safetensors --data ../others.csv
same_share() {
  run eval --model-file ../of-three/model.safetensors --data ../of-three.csv --json >../of-three.json &&
    equal loss ../of-three.json test_loss ../of-three/summary.json
}
check 'the same samples are held out, however the seed was written' same_share
called() {
  labelled ../named 1 2 3 && sed -i 's/,3$/,three/' ../named.csv && train --data ../named.csv --out ../called &&
    run eval --model-file ../called/model.safetensors --data ../named.csv >"$out" && cat "$out" || return
  [ "$(awk '$1 == "class" { on = 1; next } on { print $1 }' "$out" | tr '\n' ' ')" = '1 2 three ' ] || return
  run eval --model-file ../called/model.safetensors --data ../named.csv --json >../called.json || return
  [ "$(sed -n 's/.*"name": //p' ../called.json | tr '\n' ' ')" = '"1" "2" "three" ' ]
}
check 'classes are called by their names' called
latin() {  # names that are not UTF-8
  labelled ../latin 1 2 && LC_ALL=C sed -i $'s/,1$/,gr\xfcn/; s/,2$/,wei\xdf/' ../latin.csv &&
    train --data ../latin.csv --out ../latin && run eval --model-file ../latin/model.safetensors \
      --data ../latin.csv --json >../latin.json && equal loss ../latin.json test_loss ../latin/summary.json
}
check 'also where they are not UTF-8' latin
odd_names() {  # what would colour the terminal, and letters of more bytes than one
  labelled ../odd 1 2 && sed -i $'s/,1$/,a\033[31mred/; s/,2$/,\u00e4\u00f6\u00fc/' ../odd.csv &&
    train --data ../odd.csv --out ../odd &&
    run eval --model-file ../odd/model.safetensors --data ../odd.csv >../odd.txt && cat ../odd.txt || return
  ! grep -q $'\033' ../odd.txt && grep -q '^  a \[31mred  ' ../odd.txt &&
    grep -q $'^        \u00e4\u00f6\u00fc  ' ../odd.txt
}
check 'names stay in their column, and are nothing but names' odd_names
alike() {
  LC_ALL=C sed -i $'s/,gr\xfcn$/,\xfc/; s/,wei\xdf/,\xdf/' ../latin.csv && train --data ../latin.csv --out ../alike
}
check 'two that are the same character in the file' alike
refused 1 "several classes that the model was trained on are '$(printf '\xef\xbf\xbd')' in its file" eval \
  --model-file ../alike/model.safetensors --data ../latin.csv
as_the_file_says() {  # auto said is auto left out, which is the held-out part and what was normalized
  train --data ../of-three.csv --normalize standard --test-share 0.4 --epochs 5 --out ../said &&
    run eval --model-file ../said/model.safetensors --data ../of-three.csv --normalize auto --test-share auto \
      --json >../said.json && equal loss ../said.json test_loss ../said/summary.json || return
  run eval --model-file ../said/model.safetensors --data digits --test-share auto >"$out" 2>"$err" && return 1
  grep "tensor 'weight'\|class '" "$err"
}
check '--normalize auto and --test-share auto: as the file says' as_the_file_says

no_predict() {  # a plugin without predict has a loss, and no classes of its own
  train --model "$plugins/services.so" --rounds 3 --out ../services 2>"$err" &&
    run eval --model-file ../services/model.safetensors --plugin-dir "$plugins" --json >../services.json \
      2>>"$err" &&
    equal loss ../services.json test_loss ../services/summary.json && grep -q '"classes": \[\]' ../services.json
}
check 'a model that does not predict is evaluated' no_predict

verbose() {
  run eval --model-file $model --verbose >"$out" 2>"$err" || return
  grep -q 'model logreg from .*logreg\.so' "$err" && grep -q 'data digits from ' "$err"
}
check '--verbose says what was found' verbose

# ---- train --init ----

# column NAME ROW FILE: of metrics.csv; row 2 is the first evaluation
column() {
  awk -F, -v name="$1" -v row="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
    NR == row || (row == "last") { value = $c } END { print value }' "$3"
}
goes_on() {
  local w key one two
  for w in 1 3; do
    train --init $model --epochs 1 --nodes 5 --workers $w --out ../on$w || return
    for key in test_loss test_accuracy; do
      one=$(column $key last ../a/metrics.csv) two=$(column $key 2 ../on$w/metrics.csv)
      echo "$key $one and $two"
      [ -n "$one" ] && [ "$one" = "$two" ] || return
    done
    [ "$(column consensus_distance 2 ../on$w/metrics.csv)" = 0 ] || return
    grep -qF '"init": "'$model'"' ../on$w/config.json && [ "$(value init ../on$w/summary.json)" = $model ] || return
  done
  cmp ../on1/model.safetensors ../on3/model.safetensors || return
  ! cmp -s $model ../on1/model.safetensors
}
check '--init: the first evaluation is the last of the run that saved it, all nodes begin alike' goes_on
default_start() { [ "$(value init ../a/summary.json)" = auto ]; }
check 'without --init the summary says auto' default_start

# by_hand FILE DTYPE [CODE]: 650 values k/1000, written by nothing but Python; CODE changes the header or values
by_hand() {
  python3 - "$1" "$2" "${3-}" <<'END'
import json, struct, sys
path, dtype, code = sys.argv[1:]
kind, width = {"F32": ("f", 4), "F64": ("d", 8), "F16": ("e", 2)}[dtype]
header = {"bias": {"dtype": dtype, "shape": [10], "data_offsets": [0, 10 * width]},
          "weight": {"dtype": dtype, "shape": [10, 64], "data_offsets": [10 * width, 650 * width]}}
values = [k / 1000 for k in range(650)]
exec(code)
text = json.dumps(header).encode()
with open(path, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + struct.pack("<%d%s" % (len(values), kind), *values))
END
}
of_another() {
  by_hand hand32 F32 && by_hand hand64 F64 &&
    run eval --model-file hand32 --model logreg --data digits --json >../hand32.json &&
    run eval --model-file hand64 --model logreg --data digits --json >../hand64.json &&
    equal loss ../hand32.json loss ../hand64.json &&
    train --init hand64 --rounds 1 --out ../hand && cat ../hand/metrics.csv &&
    awk -v a="$(value loss ../hand32.json)" -v b="$(column test_loss 2 ../hand/metrics.csv)" \
      'BEGIN { exit !(a > 1 && (a - b)^2 < 1e-15) }'
}
with_python 'a file of another program, floats and doubles: eval and --init' of_another

# ---- what they refuse ----

refused 2 'FOLDER/model.safetensors' eval
refused 2 "'$model' is no option" eval $model
refused 1 'nowhere: cannot be read: No such file' eval --model-file nowhere
refused 1 'that is no file' eval --model-file ../a
refused 2 "did you mean '--model-file'" eval --model-fil $model
refused 2 "part is 'tset'; accepted" eval --model-file $model --part tset
refused 2 "workers is '0'" eval --model-file $model --workers 0
refused 2 "unknown model 'logref'; did you mean 'logreg'" eval --model-file $model --model logref
refused 2 "l2 is 'x'" eval --model-file $model --model logreg:l2=x
refused 2 "did you mean 'digits'" eval --model-file $model --data digit
refused 2 "unknown model 'services'" eval --model-file ../services/model.safetensors
refused 2 "has no function 'predict'" eval --model-file ../services/model.safetensors --plugin-dir "$plugins" \
  --predictions p.csv
refused 2 "predictions: the file's name is empty" eval --model-file $model --predictions ''
cp $model copied
refused 2 'predictions: ./copied is the model itself' eval --model-file copied --predictions ./copied
check 'and it is left alone' cmp $model copied
rm copied
refused 1 'nowhere/p.csv: cannot be written' eval --model-file $model --predictions nowhere/p.csv
refused 1 'nowhere/p.csv: cannot be written' eval --model-file $model --data digit --predictions nowhere/p.csv
head -c 1000 $model >short
refused 1 'short: ' eval --model-file short
refused 1 'short: ' train --model logreg --init short --quiet
refused 2 "init: the file's name is empty" train --model logreg --init ''
refused 1 'nowhere: cannot be read' train --model logreg --init nowhere --out new/run
echo 'no model' >text
refused 1 'text: its header is said to have' train --model logreg --init text
refused 1 "there is no tensor 'weight' of shape [10, 64], which the model has; found: centre" \
  train --model logreg --init ../services/model.safetensors

data=../small  # the digits' images cut in two, and labels for as many
halves() {  # PART COUNT: twice as many images of 4 x 8
  local from=$GV_SOURCE/datasets/digits/$1
  { printf '\0\0\010\03\0\0'"$2"'\0\0\0\04\0\0\0\010' &&
    gzip -dc "$from-images-idx3-ubyte.gz" | tail -c +17; } >"$data/$1-images-idx3-ubyte" &&
    { printf '\0\0\010\01\0\0'"$2" && for i in 1 2; do gzip -dc "$from-labels-idx1-ubyte.gz" | tail -c +9; done; } \
      >"$data/$1-labels-idx1-ubyte"
}
no_name() {
  mkdir $data && halves train '\013\074' && halves t10k '\002\316' &&
    train --data $data --epochs 1 --out ../of-small
}
check 'data of another shape, trained by their path' no_name
refused 1 "it was trained on 'small', which is found by its path alone; --data says" \
  eval --model-file ../of-small/model.safetensors
ln -s $data small
refused 1 "it was trained on 'small', which is found by its path alone; --data says" \
  eval --model-file ../of-small/model.safetensors
rm small
of_their_own() {  # data of one's own in a folder that is called like known ones
  mkdir ../own && cp -r "$GV_SOURCE/datasets/digits" ../own && train --data ../own/digits --epochs 1 --out ../of-own
}
check 'data in a folder of a known name, trained by their path' of_their_own
refused 1 "its metadata name the data set './digits', which is no name; --data says on what" \
  eval --model-file ../of-own/model.safetensors
refused 1 "tensor 'weight' has the shape [10, 32]; for the model it is [10, 64]" \
  eval --model-file ../of-small/model.safetensors --data digits
refused 1 "tensor 'weight' has the shape [10, 32]; for the model it is [10, 64]" \
  train --model logreg --init ../of-small/model.safetensors --out new/run
by_its_path() {
  run eval --model-file ../of-small/model.safetensors --data $data --json >../of-small.json &&
    equal accuracy ../of-small.json test_accuracy ../of-small/summary.json
}
check 'and evaluated by it' by_its_path

if command -v python3 >/dev/null; then
  meta() { by_hand "$1" F32 "header['__metadata__'] = $2"; }
  by_hand bare F32
  refused 1 'bare: its metadata name no model; --model says' eval --model-file bare --data digits
  meta unsaid '{"model": "logreg"}'
  refused 1 'unsaid: its metadata name no data set; --data says' eval --model-file unsaid
  meta path "{'model': '$plugins/services.so', 'data': 'digits'}"
  refused 1 "which is no plugin's name" eval --model-file path
  meta so '{"model": "services.so", "data": "digits"}'
  refused 1 "which is no plugin's name" eval --model-file so
  meta away '{"model": "logreg", "data": "idx:path=../small"}'
  refused 1 'which is no name' eval --model-file away
  meta old '{"model": "logreg", "model_options": "depth=3", "data": "digits"}'
  refused 2 "unknown option 'depth'" eval --model-file old
  by_hand half F16
  refused 1 "half: tensor 'bias' is of type F16; accepted are F32 and F64" train --model logreg --init half
  by_hand nan F32 "values[12] = float('nan')"
  refused 1 "nan: tensor 'weight': value 2 is nan" train --model logreg --init nan
  by_hand extra F32 "header['more'] = {'dtype': 'F32', 'shape': [0], 'data_offsets': [0, 0]}"
  refused 1 "extra: it has a tensor 'more', which the model has not" train --model logreg --init extra
else
  skip 'refused: files of another program' 'python3 is not installed'
fi

full() {
  local code=0
  run eval --model-file $model >/dev/full 2>"$err" || code=$?
  cat "$err"
  [ $code = 1 ] && [ "$(wc -l <"$err")" = 1 ] && grep -q 'standard output' "$err"
}
check 'a full standard output is an error' full
page() { run "$@" >"$out" 2>"$err" && grep -q '^ *grapevine eval ' "$out" && [ ! -s "$err" ]; }
check 'eval --help: a page with an example' page eval --help
check 'help eval: the same' page help eval
finish
