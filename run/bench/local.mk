libgv_la_SOURCES += \
  %D%/average.c \
  %D%/bench.c %D%/bench.h \
  %D%/consensus.c \
  %D%/round.c \
  %D%/runs.c \
  %D%/scaling.c \
  %D%/start.c \
  %D%/straggler.c \
  %D%/stream.c \
  %D%/team.c \
  %D%/train.c
