libgv_la_SOURCES += \
  %D%/asynchrony.c %D%/asynchrony.h \
  %D%/exchange.c %D%/exchange.h \
  %D%/mail.c %D%/mail.h \
  %D%/mix.c %D%/mix.h \
  %D%/mix_isa.h \
  %D%/mix_stream.c \
  %D%/snapshots.c %D%/snapshots.h
