libgv_la_SOURCES += \
  %D%/check.c %D%/check.h \
  %D%/child.c %D%/child.h \
  %D%/collect.c %D%/collect.h \
  %D%/estimate.c %D%/estimate.h \
  %D%/execute.c %D%/execute.h \
  %D%/plan.c %D%/plan.h \
  %D%/share.c %D%/share.h \
  %D%/spec.c %D%/spec.h \
  %D%/states.c %D%/states.h
