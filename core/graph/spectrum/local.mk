libgv_la_SOURCES += \
  %D%/band.c %D%/band.h \
  %D%/dense.c \
  %D%/iterative.c \
  %D%/lanczos.c %D%/lanczos.h \
  %D%/lapack.h \
  %D%/laplacian.c %D%/laplacian.h \
  %D%/laplacian_dense.c \
  %D%/parts.h \
  %D%/rounds.c \
  %D%/spectrum.c %D%/spectrum.h \
  %D%/square.c \
  %D%/sum.h
