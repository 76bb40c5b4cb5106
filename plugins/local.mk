libgv_la_SOURCES += \
  %D%/choose.c %D%/choose.h \
  %D%/conform.c %D%/conform.h \
  %D%/host.c %D%/host.h \
  %D%/load.c %D%/load.h \
  %D%/plan.c %D%/plan.h \
  %D%/search.c %D%/search.h
