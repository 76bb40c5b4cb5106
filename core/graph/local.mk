libgv_la_SOURCES += \
  %D%/check.c %D%/check.h \
  %D%/connected.c %D%/connected.h \
  %D%/digest.c %D%/digest.h \
  %D%/edges.c %D%/edges.h \
  %D%/faults.c %D%/faults.h \
  %D%/facts.c %D%/facts.h \
  %D%/graph.c %D%/graph.h \
  %D%/realise.c %D%/realise.h \
  %D%/schedule.c %D%/schedule.h \
  %D%/topology.h \
  %D%/view.c %D%/view.h
