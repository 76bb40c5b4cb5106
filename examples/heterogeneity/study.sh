#!/bin/sh
# From IID data to one class a node: accuracy of the worst node, the mean node and the mean model against alpha.
# usage: study.sh [DATA [EPOCHS [SEEDS [FOLDER]]]]; leaves accuracy.csv and accuracy.svg in FOLDER
set -eu
data=${1:-digits} epochs=${2:-100} seeds=${3:-3} folder=${4:-runs/heterogeneity}
grapevine=${GRAPEVINE:-grapevine}
LC_ALL=C
export LC_ALL

# of FILE KEY: a number of a JSON file
of() { sed -n "s/^  \"$2\": \\(.*[0-9]\\),\\{0,1\\}\$/\\1/p" "$1"; }

mkdir -p "$folder"
table=$folder/accuracy.csv
echo 'split,effective_classes,worst_node,mean_node,mean_model' >"$table"
printf '%-9s %18s %12s %12s %12s\n' alpha 'effective classes' 'worst node' 'mean node' 'mean model'
for alpha in 'one class' 0.01 0.03 0.1 0.3 1 10 IID; do
  case $alpha in
    'one class') split=classes:per-node=1 name=one-class ;;
    IID) split=iid name=iid ;;
    *) split=dirichlet:alpha=$alpha,by=node name=alpha-$alpha ;;
  esac
  for seed in $(seq "$seeds"); do
    out=$folder/$name-seed-$seed
    "$grapevine" train --quiet --data "$data" --model mlp --nodes 16 --topology ring --schedule constant \
      --optimizer sgd --split "$split" --epochs "$epochs" --eval-every "$epochs" --seed "$seed" --out "$out" </dev/null
    echo "$(of "$out/split.json" effective_classes_mean) $(of "$out/summary.json" node_accuracy_min)" \
      "$(of "$out/summary.json" node_accuracy_mean) $(of "$out/summary.json" test_accuracy)"
  done | awk -v alpha="$alpha" -v table="$table" '
    { for (c = 1; c <= 4; c++) sum[c] += $c }
    END {
      printf "%-9s %18.2f %10.1f %% %10.1f %% %10.1f %%\n", alpha, sum[1] / NR, 100 * sum[2] / NR, 100 * sum[3] / NR,
             100 * sum[4] / NR
      printf "%s,%.4f,%.5f,%.5f,%.5f\n", alpha, sum[1] / NR, sum[2] / NR, sum[3] / NR, sum[4] / NR >>table
    }'
done

if ! command -v gnuplot >/dev/null; then
  echo "the figures are in $table; gnuplot, which draws them, is not installed: Debian package gnuplot-nox"
  exit
fi
gnuplot -d - <<END
set terminal svg size 900,540 font 'sans-serif,14' background rgb 'white' dynamic
set output '$folder/accuracy.svg'
set datafile separator ','
set title '$data, 16 nodes on a ring: accuracy against how alike their data are' noenhanced
set xlabel 'one class a node - alpha of the Dirichlet law that each node draws its classes from - IID'
set ylabel 'test accuracy, %'
set grid back linecolor rgb '#dddddd' linetype 1 linewidth 0.5
set border 3
set tics nomirror
set key bottom right Left reverse
set xrange [-0.3:7.3]
plot '$table' using 0:(100 * \$5):xtic(1) skip 1 with linespoints pointtype 7 linewidth 2 linecolor rgb '#0072b2' \
       title 'mean model', \
     '' using 0:(100 * \$4) skip 1 with linespoints pointtype 7 linewidth 2 linecolor rgb '#009e73' title 'mean node', \
     '' using 0:(100 * \$3) skip 1 with linespoints pointtype 7 linewidth 2 linecolor rgb '#d55e00' title 'worst node'
END
echo "drawn: $folder/accuracy.svg"
