libgv_la_SOURCES += \
  %D%/async.c \
  %D%/budget.c %D%/budget.h \
  %D%/crew.c %D%/crew.h \
  %D%/engine.c %D%/engine.h \
  %D%/evaluate.c \
  %D%/failure.c \
  %D%/gate.c %D%/gate.h \
  %D%/gradients.c \
  %D%/guard.c \
  %D%/hosting.c %D%/hosting.h \
  %D%/internal.h \
  %D%/place.c \
  %D%/reduce.c %D%/reduce.h \
  %D%/round.c \
  %D%/score.c %D%/score.h \
  %D%/size.c \
  %D%/source.c %D%/source.h \
  %D%/state.c %D%/state.h \
  %D%/step.c \
  %D%/stop.h \
  %D%/straggler.c
