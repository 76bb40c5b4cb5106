libgv_la_SOURCES += \
  %D%/band.c %D%/band.h \
  %D%/base.c \
  %D%/check.c \
  %D%/connected.c %D%/connected.h \
  %D%/consensus.c %D%/consensus.h \
  %D%/drawn.c %D%/drawn.h \
  %D%/edge_file.c %D%/edge_file.h \
  %D%/edges.c %D%/edges.h \
  %D%/equi_dyn.c \
  %D%/equi_static.c \
  %D%/erdos_renyi.c \
  %D%/exponential.c \
  %D%/facts.c %D%/facts.h \
  %D%/file.c \
  %D%/full.c \
  %D%/geometric.c \
  %D%/graph.c %D%/graph.h \
  %D%/grid.c \
  %D%/hypercube.c \
  %D%/lanczos.c %D%/lanczos.h \
  %D%/lapack.h \
  %D%/laplacian.c %D%/laplacian.h %D%/laplacian_dense.c \
  %D%/line.c \
  %D%/one_peer_exponential.c \
  %D%/one_peer_ring.c \
  %D%/product.c %D%/product.h \
  %D%/product_dense.c %D%/product_iterative.c %D%/product_square.c \
  %D%/random_matching.c \
  %D%/random_regular.c \
  %D%/realise.c %D%/realise.h \
  %D%/ring.c \
  %D%/rounds.c \
  %D%/schedule.c %D%/schedule.h \
  %D%/spectrum.c %D%/spectrum.h %D%/spectrum_parts.h \
  %D%/star.c \
  %D%/sum.h \
  %D%/topologies.c %D%/topologies.h \
  %D%/topology.h \
  %D%/view.c %D%/view.h \
  %D%/weight_rules.h \
  %D%/weights.c %D%/weights.h \
  %D%/weights_fdla.c \
  %D%/weights_laplacian.c
