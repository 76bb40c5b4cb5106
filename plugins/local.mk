libgv_la_SOURCES += \
  %D%/ask.c \
  %D%/choose.c %D%/choose.h \
  %D%/conform.c %D%/conform.h \
  %D%/host.c %D%/host.h \
  %D%/load.c %D%/load.h \
  %D%/plan.c %D%/plan.h \
  %D%/search.c %D%/search.h \
  %D%/skeleton.c %D%/skeleton.h

# What `grapevine model new` copies; configure links the files into a build tree.
skeletondir = $(pkgdatadir)/skeleton
dist_skeleton_DATA = \
  %D%/skeleton/Makefile \
  %D%/skeleton/README.md \
  %D%/skeleton/model.c
