libgv_la_SOURCES += \
  %D%/base.c \
  %D%/drawn.c %D%/drawn.h \
  %D%/edge_file.c %D%/edge_file.h \
  %D%/equi_dyn.c \
  %D%/equi_static.c \
  %D%/erdos_renyi.c \
  %D%/exponential.c \
  %D%/file.c \
  %D%/full.c \
  %D%/geometric.c \
  %D%/grid.c \
  %D%/hypercube.c \
  %D%/line.c \
  %D%/one_peer_exponential.c \
  %D%/one_peer_ring.c \
  %D%/random_matching.c \
  %D%/random_regular.c \
  %D%/ring.c \
  %D%/star.c \
  %D%/topologies.c %D%/topologies.h
