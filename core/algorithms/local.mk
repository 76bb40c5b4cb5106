libgv_la_SOURCES += \
  %D%/adam.c %D%/adam.h \
  %D%/adamw.c \
  %D%/adpsgd.c \
  %D%/aga.c \
  %D%/algorithm.h \
  %D%/choco.c \
  %D%/compress.c %D%/compress.h \
  %D%/correct.c %D%/correct.h \
  %D%/d2.c \
  %D%/decentlam.c \
  %D%/descent.c %D%/descent.h \
  %D%/dmsgd.c \
  %D%/dsgd.c \
  %D%/dsgd_awc.c \
  %D%/exact_diffusion.c \
  %D%/gt.c \
  %D%/local.c \
  %D%/mixing.c \
  %D%/momentum.c \
  %D%/nesterov.c \
  %D%/optimizer.h \
  %D%/pga.c \
  %D%/psgd.c \
  %D%/push_sum.c \
  %D%/qg_dsgdm.c \
  %D%/rate.c %D%/rate.h \
  %D%/rate_constant.c \
  %D%/rate_cosine.c \
  %D%/rate_step.c \
  %D%/rmsprop.c \
  %D%/sgd.c \
  %D%/slowmo.c \
  %D%/tables.c %D%/tables.h
