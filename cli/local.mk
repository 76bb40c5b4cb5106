bin_PROGRAMS += grapevine
grapevine_SOURCES = \
  %D%/allocations.c %D%/allocations.h \
  %D%/apart.c %D%/apart.h \
  %D%/arguments.c \
  %D%/bench.c \
  %D%/cli.h \
  %D%/consensus.c \
  %D%/cost.c \
  %D%/crash.c %D%/crash.h \
  %D%/data.c \
  %D%/eval.c \
  %D%/help.c \
  %D%/live.c %D%/live.h \
  %D%/main.c \
  %D%/model.c \
  %D%/model_check.c \
  %D%/model_list.c \
  %D%/model_new.c \
  %D%/model_show.c \
  %D%/plot.c \
  %D%/progress.c \
  %D%/report.c \
  %D%/screen.c %D%/screen.h \
  %D%/signals.c \
  %D%/split.c \
  %D%/study.c \
  %D%/study_table.c %D%/study_table.h \
  %D%/terminal.c \
  %D%/topology.c \
  %D%/topology_advise.c \
  %D%/topology_growth.c \
  %D%/topology_list.c \
  %D%/train.c
grapevine_LDADD = libgv.la
