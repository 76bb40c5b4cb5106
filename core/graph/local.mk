libgv_la_SOURCES += \
  %D%/check.c \
  %D%/connected.c %D%/connected.h \
  %D%/consensus.c %D%/consensus.h \
  %D%/edges.c %D%/edges.h \
  %D%/exponential.c \
  %D%/full.c \
  %D%/graph.c %D%/graph.h \
  %D%/grid.c \
  %D%/hypercube.c \
  %D%/line.c \
  %D%/one_peer_exponential.c \
  %D%/product.c %D%/product.h \
  %D%/realise.c %D%/realise.h \
  %D%/ring.c \
  %D%/schedule.c %D%/schedule.h \
  %D%/spectrum.h \
  %D%/star.c \
  %D%/topologies.c %D%/topologies.h \
  %D%/topology.h \
  %D%/view.c %D%/view.h \
  %D%/weights.c %D%/weights.h
