libgv_la_SOURCES += \
  %D%/adpsgd.c \
  %D%/algorithm.h \
  %D%/descent.c %D%/descent.h \
  %D%/dsgd.c \
  %D%/local.c \
  %D%/mixing.c \
  %D%/momentum.c \
  %D%/nesterov.c \
  %D%/optimizer.h \
  %D%/psgd.c \
  %D%/push_sum.c \
  %D%/rate.c %D%/rate.h \
  %D%/rate_constant.c \
  %D%/rate_cosine.c \
  %D%/rate_step.c \
  %D%/sgd.c \
  %D%/tables.c %D%/tables.h
