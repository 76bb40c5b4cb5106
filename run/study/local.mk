libgv_la_SOURCES += \
  %D%/collect.c %D%/collect.h \
  %D%/execute.c %D%/execute.h \
  %D%/plan.c %D%/plan.h \
  %D%/probe.c \
  %D%/spec.c %D%/spec.h
