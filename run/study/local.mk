libgv_la_SOURCES += \
  %D%/child.c %D%/child.h \
  %D%/collect.c %D%/collect.h \
  %D%/execute.c %D%/execute.h \
  %D%/plan.c %D%/plan.h \
  %D%/probe.c %D%/probe.h \
  %D%/share.c %D%/share.h \
  %D%/spec.c %D%/spec.h \
  %D%/states.c %D%/states.h
