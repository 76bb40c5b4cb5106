# Every test program speaks TAP, so that the count is one of cases. One: make check TESTS=tests/test_base
TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TEST_LOG_DRIVER)
TEST_EXTENSIONS = .sh
SH_LOG_DRIVER = $(TEST_LOG_DRIVER)
SH_LOG_COMPILER = bash
# KMP_WARNINGS: clang's OpenMP says in lines of its own what the program then says in one. intercept_tls_get_addr:
# gcc 12's leak check mistakes thread-local memory of a library that oneDNN opens, and crashes at the end.
AM_TESTS_ENVIRONMENT = \
  KMP_WARNINGS=0; export KMP_WARNINGS; \
  CK_TAP_LOG_FILE_NAME=-; CK_VERBOSITY=silent; CK_DEFAULT_TIMEOUT=120; \
  GV_SOURCE='$(abs_top_srcdir)'; GV_BUILD='$(abs_top_builddir)'; CC='$(CC)'; \
  GV_SANITIZE='$(enable_sanitize)'; GV_FULL="$${GV_FULL:-no}"; \
  TSAN_OPTIONS="suppressions=$(abs_top_srcdir)/%D%/tsan.supp $$TSAN_OPTIONS"; export TSAN_OPTIONS; \
  ASAN_OPTIONS="intercept_tls_get_addr=0:$$ASAN_OPTIONS"; export ASAN_OPTIONS; \
  export CK_TAP_LOG_FILE_NAME CK_VERBOSITY CK_DEFAULT_TIMEOUT GV_SOURCE GV_BUILD GV_SANITIZE GV_FULL CC;

# `make check` takes under three minutes on two cores; this leaves nothing out.
check-full:
	$(MAKE) $(AM_MAKEFLAGS) check GV_FULL=yes
# What threads have a part in, for ThreadSanitizer, which slows all down fivefold. In the rest one thread works alone, or
# all train as they do in what is left. A new test is in it.
check-threads:
	@apart=' $(UNTHREADED_TESTS) '; some=; \
	  for test in $(TESTS); do case $$apart in *" $$test "*) ;; *) some="$$some $$test" ;; esac; done; \
	  $(MAKE) $(AM_MAKEFLAGS) check TESTS="$$some"
UNTHREADED_TESTS = %D%/test_graph %D%/test_random_graphs %D%/test_base_graph \
  %D%/test_graph_file %D%/test_spectrum %D%/test_topology %D%/test_datasets %D%/test_readers %D%/test_made \
  %D%/test_prepare %D%/test_splits %D%/test_batches %D%/test_trust %D%/test_safetensors %D%/test_sketch \
  %D%/own_model.sh %D%/model.sh %D%/cost.sh %D%/study_file.sh %D%/plot.sh %D%/report.sh %D%/data.sh %D%/fuzz.sh \
  %D%/topology.sh %D%/peers.sh %D%/docs.sh %D%/lint.sh %D%/install.sh %D%/manual.sh %D%/doxygen.sh %D%/static.sh
.PHONY: check-full check-threads

EXTRA_DIST += %D%/cli.sh %D%/data.h %D%/heap.h %D%/dense.h %D%/graphs.h %D%/least_squares.h %D%/scratch.h %D%/serial.h %D%/suite.h \
  %D%/tap.sh %D%/toy.h %D%/tsan.supp %D%/event.proto %D%/events.py %D%/torch/interop.py %D%/torch/reference.json %D%/torch/reference.py

if HAVE_CHECK
LDADD = libgv.la $(CHECK_LIBS)
AM_CFLAGS += $(CHECK_CFLAGS)
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
else
check-local:
	@echo 'the tests need Check: Debian package check' >&2; exit 1
endif

UNIT_TESTS += %D%/test_models
UNIT_TESTS += %D%/test_base
UNIT_TESTS += %D%/test_places
UNIT_TESTS += %D%/test_graph
UNIT_TESTS += %D%/test_consensus
UNIT_TESTS += %D%/test_topologies
UNIT_TESTS += %D%/test_random_graphs
UNIT_TESTS += %D%/test_base_graph
UNIT_TESTS += %D%/test_graph_file
UNIT_TESTS += %D%/test_spectrum
UNIT_TESTS += %D%/test_topology
UNIT_TESTS += %D%/test_exchange
UNIT_TESTS += %D%/test_engine
UNIT_TESTS += %D%/test_families
UNIT_TESTS += %D%/test_faults
UNIT_TESTS += %D%/test_algorithms
UNIT_TESTS += %D%/test_events
UNIT_TESTS += %D%/test_exactness
UNIT_TESTS += %D%/test_resume
UNIT_TESTS += %D%/test_cluster
UNIT_TESTS += %D%/test_guard
UNIT_TESTS += %D%/test_metrics
UNIT_TESTS += %D%/test_optimizers
UNIT_TESTS += %D%/test_compress
UNIT_TESTS += %D%/test_async
UNIT_TESTS += %D%/test_crew
UNIT_TESTS += %D%/test_datasets
UNIT_TESTS += %D%/test_readers
UNIT_TESTS += %D%/test_made
UNIT_TESTS += %D%/test_prepare
UNIT_TESTS += %D%/test_splits
UNIT_TESTS += %D%/test_batches
UNIT_TESTS += %D%/test_plugins
UNIT_TESTS += %D%/test_trust
UNIT_TESTS += %D%/test_conform
UNIT_TESTS += %D%/test_folder
UNIT_TESTS += %D%/test_run
UNIT_TESTS += %D%/test_safetensors
UNIT_TESTS += %D%/test_sketch
UNIT_TESTS += %D%/test_bench
UNIT_TESTS += %D%/test_score
UNIT_TESTS += %D%/test_predictions
UNIT_TESTS += %D%/test_reference
# With the program's malloc, which watches who takes memory.
%C%_test_conform_SOURCES = %D%/test_conform.c cli/allocations.c cli/allocations.h

# Plugins for the tests, most of them with a flaw. libtool makes a module that is not installed only with an -rpath.
TEST_PLUGIN_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -rpath /nowhere
check_LTLIBRARIES += %D%/plugins/services.la
%C%_plugins_services_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
# One with every flaw that a conformance check is to find, by its option `flaw`.
check_LTLIBRARIES += %D%/plugins/broken.la
%C%_plugins_broken_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
%C%_plugins_broken_la_LIBADD = -lm
# One that fails or crashes in the function, at the call and in the way that its options name.
check_LTLIBRARIES += %D%/plugins/faulty.la
%C%_plugins_faulty_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += \
  %D%/plugins/abi.la %D%/plugins/size.la %D%/plugins/entry.la %D%/plugins/function.la %D%/plugins/name.la \
  %D%/plugins/unnamed.la %D%/plugins/summary.la %D%/plugins/option.la %D%/plugins/symbol.la
%C%_plugins_abi_la_SOURCES = %D%/plugins/bad.c
%C%_plugins_abi_la_CPPFLAGS = -I$(top_srcdir)/include -DNAME=abi -DABI=77
%C%_plugins_abi_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
%C%_plugins_size_la_SOURCES = %D%/plugins/bad.c
%C%_plugins_size_la_CPPFLAGS = -I$(top_srcdir)/include -DNAME=size -DSIZE=8
%C%_plugins_size_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
%C%_plugins_entry_la_SOURCES = %D%/plugins/bad.c
%C%_plugins_entry_la_CPPFLAGS = -I$(top_srcdir)/include -DNAME=entry -Dgrapevine_model=grapevine_modell
%C%_plugins_entry_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
%C%_plugins_function_la_SOURCES = %D%/plugins/bad.c
%C%_plugins_function_la_CPPFLAGS = -I$(top_srcdir)/include -DNAME=function -DGRADIENT=NULL
%C%_plugins_function_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
%C%_plugins_name_la_SOURCES = %D%/plugins/bad.c
%C%_plugins_name_la_CPPFLAGS = -I$(top_srcdir)/include -DNAME=another
%C%_plugins_name_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
%C%_plugins_unnamed_la_SOURCES = %D%/plugins/bad.c
%C%_plugins_unnamed_la_CPPFLAGS = -I$(top_srcdir)/include -DNO_NAME
%C%_plugins_unnamed_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
%C%_plugins_summary_la_SOURCES = %D%/plugins/bad.c
%C%_plugins_summary_la_CPPFLAGS = -I$(top_srcdir)/include -DNAME=summary -DSUMMARY=NULL
%C%_plugins_summary_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
%C%_plugins_option_la_SOURCES = %D%/plugins/bad.c
%C%_plugins_option_la_CPPFLAGS = -I$(top_srcdir)/include -DNAME=option -DDEFAULT=0
%C%_plugins_option_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
%C%_plugins_symbol_la_SOURCES = %D%/plugins/bad.c
%C%_plugins_symbol_la_CPPFLAGS = -I$(top_srcdir)/include -DNAME=symbol -DGRADIENT=nowhere_to_be_found
%C%_plugins_symbol_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)

# To be preloaded by tests/faults.sh: what refuses memory, and clocks that jump.
check_LTLIBRARIES += %D%/faults/memory.la
%C%_faults_memory_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += %D%/faults/clock.la
%C%_faults_clock_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
# A plugin that crashes while it is loaded: apart from those that tests look through.
check_LTLIBRARIES += %D%/faults/start.la
%C%_faults_start_la_SOURCES = %D%/plugins/bad.c
%C%_faults_start_la_CPPFLAGS = -I$(top_srcdir)/include -DNAME=start -DCRASH
%C%_faults_start_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
EXTRA_DIST += %D%/faults

SCRIPT_TESTS = \
  %D%/own_model.sh %D%/model.sh %D%/model_check.sh %D%/train.sh %D%/live.sh %D%/resume.sh %D%/cost.sh \
  %D%/study.sh %D%/study_file.sh %D%/plot.sh %D%/report.sh %D%/lecture.sh %D%/data.sh %D%/families.sh %D%/faults.sh %D%/fuzz.sh %D%/algorithms.sh %D%/eval.sh \
  %D%/metrics.sh %D%/topology.sh %D%/consensus.sh %D%/bench.sh %D%/peers.sh %D%/interop.sh %D%/docs.sh %D%/lint.sh \
  %D%/install.sh %D%/manual.sh %D%/soak.sh %D%/static.sh
dist_check_SCRIPTS += $(SCRIPT_TESTS)
TESTS += $(SCRIPT_TESTS)

# Readers on any bytes: the kept inputs of the fuzzer run in `make check`; tests/fuzz/run.sh finds more. The linker gives
# both the memory functions of fuzz.c.
wrap_memory = $(AM_LDFLAGS) -Wl,--wrap=gv_alloc_for -Wl,--wrap=gv_free
check_PROGRAMS += %D%/fuzz/replay
%C%_fuzz_replay_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz.c %D%/fuzz/fuzz.h %D%/fuzz/parsers.c
%C%_fuzz_replay_LDADD = libgv.la
%C%_fuzz_replay_LDFLAGS = $(wrap_memory)
EXTRA_PROGRAMS += %D%/fuzz/target
%C%_fuzz_target_SOURCES = %D%/fuzz/target.c %D%/fuzz/fuzz.c %D%/fuzz/fuzz.h %D%/fuzz/parsers.c
%C%_fuzz_target_LDADD = libgv.la
%C%_fuzz_target_LDFLAGS = $(wrap_memory) -fsanitize=fuzzer
EXTRA_DIST += %D%/fuzz/run.sh
EXTRA_DIST += %D%/fuzz/corpus

# Whole systems, which take root and a network: by hand.
EXTRA_DIST += %D%/systems/run.sh

# Drawn configurations over all tables; tests/soak.sh tries a few of them. The linker hands it these calls first.
check_PROGRAMS += %D%/soak/soak
%C%_soak_soak_SOURCES = %D%/soak/soak.c %D%/soak/soak.h %D%/soak/draw.c %D%/soak/try.c %D%/soak/watch.c \
  %D%/soak/outside.c %D%/soak/outside.h
%C%_soak_soak_LDADD = libgv.la
%C%_soak_soak_LDFLAGS = $(wrap_memory) -Wl,--wrap=gv_alloc -Wl,--wrap=gv_engine_create
EXTRA_DIST += %D%/soak/run.sh

# The flags of the compiler, one a line, as clang's tools read them.
compile_flags.txt: Makefile
	@printf '%s\n' $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(DNNL_CFLAGS) | sed "/^-W/d" >$@
CLEANFILES += compile_flags.txt

# What the suite's programs do with memory, seen by valgrind; UNIT_TESTS='tests/test_base ...' takes some of them. A
# case has two hours. What glibc frees at the end, valgrind would take for lost where it frees half of it. Fused
# multiply-adds it does in software, one number at a time: OpenBLAS and oneDNN do without.
check-valgrind:
	@command -v valgrind >/dev/null || { echo 'check-valgrind: valgrind is not here: Debian package valgrind' >&2; exit 1; }
	@CK_TIMEOUT_MULTIPLIER=60 OMP_WAIT_POLICY=passive OPENBLAS_CORETYPE=Nehalem ONEDNN_MAX_CPU_ISA=AVX \
	  $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(UNIT_TESTS)' \
	  LOG_COMPILER='$(LIBTOOL) --mode=execute valgrind' LOG_FLAGS='$(VALGRIND_FLAGS)'
VALGRIND_FLAGS = --quiet --error-exitcode=99 --run-libc-freeres=no --leak-check=full \
  --errors-for-leak-kinds=definite --show-leak-kinds=definite --suppressions=$(abs_top_srcdir)/%D%/valgrind.supp
EXTRA_DIST += %D%/valgrind.supp %D%/analyzer.h %D%/cppcheck.supp %D%/coverage.sh .clang-tidy

# Which lines and branches the suite reaches, by folder. FILE.html in ARGS: also a page for each file.
coverage:
	@bash $(srcdir)/%D%/coverage.sh $(ARGS)
.PHONY: check-valgrind coverage
