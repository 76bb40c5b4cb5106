libgv_la_SOURCES += \
  %D%/bench.c %D%/bench.h \
  %D%/bench_average.c \
  %D%/bench_round.c \
  %D%/bench_runs.c \
  %D%/bench_scaling.c \
  %D%/bench_start.c \
  %D%/bench_straggler.c \
  %D%/bench_stream.c \
  %D%/bench_team.c \
  %D%/bench_train.c \
  %D%/draw.c \
  %D%/eval.c %D%/eval.h \
  %D%/folder.c %D%/folder.h \
  %D%/gnuplot.c %D%/gnuplot.h \
  %D%/graphviz.c %D%/graphviz.h \
  %D%/json.c %D%/json.h \
  %D%/matrix.c \
  %D%/numbers.c %D%/numbers.h \
  %D%/options.c \
  %D%/pace.c \
  %D%/picture.c %D%/picture.h \
  %D%/placing.c %D%/placing.h \
  %D%/predictions.c %D%/predictions.h \
  %D%/report.c \
  %D%/resolve.c \
  %D%/run.c %D%/run.h \
  %D%/safetensors.c %D%/safetensors.h \
  %D%/safetensors_read.c \
  %D%/signals.c %D%/signals.h \
  %D%/study.c %D%/study.h \
  %D%/study_files.c \
  %D%/topology.c %D%/topology.h

# The same objects for programs that embed Grapevine; only what <grapevine/> declares is visible.
lib_LTLIBRARIES += libgrapevine.la
libgrapevine_la_SOURCES =
libgrapevine_la_LIBADD = libgv.la
libgrapevine_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined
