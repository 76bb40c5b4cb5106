# Every model is a shared object that links what it computes with and nothing of ours.
modelsdir = $(pkglibdir)/models
models_LTLIBRARIES =
MODEL_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -no-undefined

models_LTLIBRARIES += %D%/logreg.la
%C%_logreg_la_SOURCES = %D%/logreg/logreg.c
%C%_logreg_la_LDFLAGS = $(MODEL_LDFLAGS)
%C%_logreg_la_LIBADD = $(OPENBLAS_LIBS) -lm
