libgv_la_SOURCES += \
  %D%/against.c %D%/against.h \
  %D%/axis.c %D%/axis.h \
  %D%/curves.c %D%/curves.h \
  %D%/groups.c %D%/groups.h \
  %D%/metrics.c %D%/metrics.h \
  %D%/plot.c %D%/plot.h
