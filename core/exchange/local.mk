libgv_la_SOURCES += \
  %D%/asynchrony.c %D%/asynchrony.h \
  %D%/epoch.c %D%/epoch.h \
  %D%/exchange.c %D%/exchange.h \
  %D%/mail.c %D%/mail.h \
  %D%/mix.c %D%/mix.h \
  %D%/snapshots.c %D%/snapshots.h
