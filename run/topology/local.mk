libgv_la_SOURCES += \
  %D%/draw.c \
  %D%/matrix.c \
  %D%/picture.c %D%/picture.h \
  %D%/topology.c %D%/topology.h
