libgv_la_SOURCES += \
  %D%/check.c \
  %D%/full.c \
  %D%/one_peer_exponential.c \
  %D%/ring.c \
  %D%/schedule.c %D%/schedule.h \
  %D%/topologies.c %D%/topologies.h \
  %D%/topology.h \
  %D%/weights.c %D%/weights.h
