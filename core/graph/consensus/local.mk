libgv_la_SOURCES += \
  %D%/consensus.c %D%/consensus.h \
  %D%/product.c %D%/product.h
