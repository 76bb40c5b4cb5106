# All of the program but main, which the program that makes its documents links too.
cli = \
  %D%/allocations.c %D%/allocations.h \
  %D%/apart.c %D%/apart.h \
  %D%/arguments.c \
  %D%/bench.c \
  %D%/cli.h \
  %D%/commands.c \
  %D%/consensus.c \
  %D%/cost.c \
  %D%/crash.c %D%/crash.h \
  %D%/data.c \
  %D%/environment.c \
  %D%/eval.c \
  %D%/help.c \
  %D%/live.c %D%/live.h \
  %D%/model.c \
  %D%/model_check.c \
  %D%/model_list.c \
  %D%/model_new.c \
  %D%/model_show.c \
  %D%/page.c %D%/page.h \
  %D%/plot.c \
  %D%/progress.c \
  %D%/report.c \
  %D%/screen.c %D%/screen.h \
  %D%/signals.c \
  %D%/split.c \
  %D%/study.c \
  %D%/study_table.c %D%/study_table.h \
  %D%/terminal.c \
  %D%/topology.c \
  %D%/topology_advise.c \
  %D%/topology_growth.c \
  %D%/topology_list.c \
  %D%/train.c \
  %D%/words.c

bin_PROGRAMS += grapevine
grapevine_SOURCES = $(cli) %D%/main.c
grapevine_LDADD = libgv.la

# The man pages and bash's completion are made of the tables that the program reads, by a program that has them.
noinst_PROGRAMS += %D%/manual
%C%_manual_SOURCES = $(cli) %D%/completion.c %D%/completion.h %D%/manual.c %D%/roff.c %D%/roff.h
%C%_manual_LDADD = libgv.la

man_MANS = \
  manual/grapevine.1 \
  manual/grapevine-bench.1 \
  manual/grapevine-consensus.1 \
  manual/grapevine-cost.1 \
  manual/grapevine-data.1 \
  manual/grapevine-data-list.1 \
  manual/grapevine-data-show.1 \
  manual/grapevine-eval.1 \
  manual/grapevine-help.1 \
  manual/grapevine-model.1 \
  manual/grapevine-model-check.1 \
  manual/grapevine-model-list.1 \
  manual/grapevine-model-new.1 \
  manual/grapevine-model-show.1 \
  manual/grapevine-plot.1 \
  manual/grapevine-report.1 \
  manual/grapevine-split.1 \
  manual/grapevine-study.1 \
  manual/grapevine-topology.1 \
  manual/grapevine-topology-advise.1 \
  manual/grapevine-topology-growth.1 \
  manual/grapevine-topology-list.1 \
  manual/grapevine-train.1

bashcompletiondir = $(datadir)/bash-completion/completions
bashcompletion_DATA = manual/grapevine
EXTRA_DIST += %D%/completion.bash
CLEANFILES += $(man_MANS) $(bashcompletion_DATA) manual/tables manual/made

manual/made: %D%/manual$(EXEEXT) Makefile
	$(AM_V_GEN)$(MKDIR_P) manual && %D%/manual$(EXEEXT) manual/tables $(man_MANS) && touch $@
$(man_MANS) manual/tables: manual/made
	@test -e $@ || { rm -f manual/made; $(MAKE) $(AM_MAKEFLAGS) manual/made; }
manual/grapevine: manual/tables $(srcdir)/%D%/completion.bash
	$(AM_V_GEN)cat manual/tables $(srcdir)/%D%/completion.bash >$@
