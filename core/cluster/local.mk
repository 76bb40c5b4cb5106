libgv_la_SOURCES += \
  %D%/clock.c %D%/clock.h \
  %D%/network.c %D%/network.h
