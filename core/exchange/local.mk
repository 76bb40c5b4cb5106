libgv_la_SOURCES += \
  %D%/epoch.c %D%/epoch.h \
  %D%/exchange.c %D%/exchange.h \
  %D%/mix.c %D%/mix.h \
  %D%/mix_isa.h \
  %D%/mix_stream.c
