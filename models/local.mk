# Every model is a shared object that links what it computes with and nothing of the host's.
modelsdir = $(pkglibdir)/models
models_LTLIBRARIES =
MODEL_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -no-undefined

# What the built-in models share.
noinst_LTLIBRARIES += %D%/liblayers.la
%C%_liblayers_la_SOURCES = \
  %D%/layers/activation.c %D%/layers/activation.h \
  %D%/layers/gemm.c %D%/layers/gemm.h \
  %D%/layers/head.c %D%/layers/head.h \
  %D%/layers/network.c %D%/layers/network.h \
  %D%/layers/vector.h
%C%_liblayers_la_LIBADD = $(OPENBLAS_LIBS) -lm

models_LTLIBRARIES += %D%/logreg.la
%C%_logreg_la_SOURCES = %D%/logreg/logreg.c
%C%_logreg_la_LDFLAGS = $(MODEL_LDFLAGS)
%C%_logreg_la_LIBADD = %D%/liblayers.la

models_LTLIBRARIES += %D%/linreg.la
%C%_linreg_la_SOURCES = %D%/linreg/linreg.c
%C%_linreg_la_LDFLAGS = $(MODEL_LDFLAGS)
%C%_linreg_la_LIBADD = %D%/liblayers.la

models_LTLIBRARIES += %D%/mlp.la
%C%_mlp_la_SOURCES = %D%/mlp/mlp.c
%C%_mlp_la_LDFLAGS = $(MODEL_LDFLAGS)
%C%_mlp_la_LIBADD = %D%/liblayers.la

if HAVE_DNNL
models_LTLIBRARIES += %D%/cnn.la
%C%_cnn_la_SOURCES = \
  %D%/cnn/cnn.c \
  %D%/cnn/convolution.c %D%/cnn/convolution.h \
  %D%/cnn/onednn.c %D%/cnn/onednn.h
%C%_cnn_la_CFLAGS = $(AM_CFLAGS) $(DNNL_CFLAGS)
%C%_cnn_la_LDFLAGS = $(MODEL_LDFLAGS)
%C%_cnn_la_LIBADD = %D%/liblayers.la $(DNNL_LIBS)
endif
