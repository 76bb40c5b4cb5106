# Benchmarks: built by `make bench`, which runs them; never a test.
EXTRA_PROGRAMS = %D%/models
%C%_models_SOURCES = %D%/models.c %D%/bare.h %D%/bare_dense.c
%C%_models_CFLAGS = $(AM_CFLAGS) $(DNNL_CFLAGS)
%C%_models_LDADD = libgv.la
if HAVE_DNNL
%C%_models_SOURCES += %D%/bare_cnn.c
%C%_models_LDADD += $(DNNL_LIBS)
endif
CLEANFILES += $(EXTRA_PROGRAMS)
EXTRA_DIST += %D%/RESULTS.md

bench: all %D%/models
	@GRAPEVINE_PLUGIN_PATH=models/.libs %D%/models
.PHONY: bench
