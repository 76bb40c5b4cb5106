# Benchmarks: built when asked for, never a test. `make bench` runs the first.
EXTRA_PROGRAMS += %D%/gather %D%/models %D%/products
%C%_gather_LDADD = libgv.la
%C%_models_SOURCES = %D%/models.c %D%/bare.h %D%/bare_dense.c
%C%_models_CFLAGS = $(AM_CFLAGS) $(DNNL_CFLAGS)
%C%_models_LDADD = libgv.la
%C%_products_SOURCES = %D%/products.c %D%/bare.h %D%/bare_dense.c
%C%_products_CFLAGS = $(AM_CFLAGS) $(DNNL_CFLAGS)
%C%_products_LDADD = models/liblayers.la $(OPENBLAS_LIBS)
if HAVE_DNNL
%C%_models_SOURCES += %D%/bare_cnn.c
%C%_models_LDADD += $(DNNL_LIBS)
%C%_products_LDADD += $(DNNL_LIBS)
endif
CLEANFILES += $(EXTRA_PROGRAMS)
EXTRA_DIST += %D%/RESULTS.md %D%/instructions.sh %D%/instructions.txt %D%/callgrind.awk \
  %D%/studies/heterogeneous.sh %D%/peers/run.sh %D%/peers/compare.py %D%/peers/torch_peer.py %D%/peers/networks.py

bench: all %D%/models
	@GRAPEVINE_PLUGIN_PATH=models/.libs %D%/models
bench-gather: %D%/gather
	@%D%/gather
bench-products: %D%/products
	@%D%/products
# Beside PyTorch; and instructions beside the stored ones. Options go into ARGS.
bench-peers: all
	@GV_BUILD='$(abs_top_builddir)' bash $(srcdir)/%D%/peers/run.sh $(ARGS)
bench-instructions: all
	@GV_BUILD='$(abs_top_builddir)' bash $(srcdir)/%D%/instructions.sh $(ARGS)
.PHONY: bench bench-gather bench-products bench-peers bench-instructions
