libgv_la_SOURCES += \
  %D%/ask.c \
  %D%/choose.c %D%/choose.h \
  %D%/conform.c %D%/conform.h \
  %D%/conform_calls.c \
  %D%/conform_memory.c \
  %D%/conform_options.c \
  %D%/conform_slope.c \
  %D%/conform_trial.c %D%/conform_trial.h \
  %D%/conform_values.c \
  %D%/host.c %D%/host.h \
  %D%/image.c %D%/image.h \
  %D%/load.c %D%/load.h \
  %D%/plan.c %D%/plan.h \
  %D%/search.c %D%/search.h \
  %D%/skeleton.c %D%/skeleton.h \
  %D%/trust.c %D%/trust.h

# What `grapevine model new` copies; configure links the files into a build tree.
skeletondir = $(pkgdatadir)/skeleton
dist_skeleton_DATA = \
  %D%/skeleton/Makefile \
  %D%/skeleton/README.md \
  %D%/skeleton/model.c
