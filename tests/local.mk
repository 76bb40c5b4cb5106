# Every test program speaks TAP, so that the count is one of cases. One: make check TESTS=tests/test_base
TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TEST_LOG_DRIVER)
TEST_EXTENSIONS = .sh
SH_LOG_DRIVER = $(TEST_LOG_DRIVER)
SH_LOG_COMPILER = bash
AM_TESTS_ENVIRONMENT = \
  CK_TAP_LOG_FILE_NAME=-; CK_VERBOSITY=silent; CK_DEFAULT_TIMEOUT=120; \
  GV_SOURCE='$(abs_top_srcdir)'; GV_BUILD='$(abs_top_builddir)'; CC='$(CC)'; \
  export CK_TAP_LOG_FILE_NAME CK_VERBOSITY CK_DEFAULT_TIMEOUT GV_SOURCE GV_BUILD CC;

EXTRA_DIST += %D%/suite.h %D%/toy.h

if HAVE_CHECK
LDADD = libgv.la $(CHECK_LIBS)
AM_CFLAGS += $(CHECK_CFLAGS)
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
else
check-local:
	@echo 'the tests need Check: Debian package check' >&2; exit 1
endif

UNIT_TESTS += %D%/test_base
UNIT_TESTS += %D%/test_graph
UNIT_TESTS += %D%/test_exchange
UNIT_TESTS += %D%/test_engine
UNIT_TESTS += %D%/test_datasets
