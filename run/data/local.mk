libgv_la_SOURCES += \
  %D%/bubbles.c %D%/bubbles.h \
  %D%/describe.c %D%/describe.h \
  %D%/open.c %D%/open.h \
  %D%/report.c %D%/report.h
