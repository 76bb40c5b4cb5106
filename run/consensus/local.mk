libgv_la_SOURCES += \
  %D%/files.c \
  %D%/numbers.c %D%/numbers.h \
  %D%/signals.c %D%/signals.h \
  %D%/simulation.c %D%/simulation.h
