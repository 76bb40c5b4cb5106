bin_PROGRAMS += grapevine
grapevine_SOURCES = \
  %D%/arguments.c \
  %D%/cli.h \
  %D%/eval.c \
  %D%/help.c \
  %D%/main.c \
  %D%/terminal.c \
  %D%/train.c
grapevine_LDADD = libgv.la
