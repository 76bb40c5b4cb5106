libgv_la_SOURCES += \
  %D%/advice.c \
  %D%/chart.c %D%/chart.h \
  %D%/checkpoint.c %D%/checkpoint.h \
  %D%/cost.c %D%/cost.h \
  %D%/filter.c %D%/filter.h \
  %D%/eval.c %D%/eval.h \
  %D%/eval_data.c %D%/eval_data.h \
  %D%/board.c %D%/board.h \
  %D%/events.c %D%/events.h \
  %D%/folder.c %D%/folder.h \
  %D%/history.c %D%/history.h \
  %D%/json.c %D%/json.h \
  %D%/options.c \
  %D%/pace.c \
  %D%/placing.c %D%/placing.h \
  %D%/predictions.c %D%/predictions.h \
  %D%/records.c %D%/records.h \
  %D%/report.c \
  %D%/resolve.c \
  %D%/resume.c \
  %D%/run.c %D%/run.h \
  %D%/rows.c %D%/rows.h \
  %D%/safetensors.c %D%/safetensors.h \
  %D%/safetensors_read.c \
  %D%/sketch.c %D%/sketch.h \
  %D%/target.c

# The same objects for programs that embed Grapevine; only what <grapevine/> declares is visible.
lib_LTLIBRARIES += libgrapevine.la
libgrapevine_la_SOURCES =
libgrapevine_la_LIBADD = libgv.la
libgrapevine_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined
