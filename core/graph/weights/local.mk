libgv_la_SOURCES += \
  %D%/best_constant.c \
  %D%/fdla.c \
  %D%/rules.h \
  %D%/weights.c %D%/weights.h
