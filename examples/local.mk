EXTRA_DIST += \
  %D%/embed/Makefile \
  %D%/embed/README.md \
  %D%/embed/embed.c \
  %D%/heterogeneity/README.md \
  %D%/heterogeneity/study.sh \
  %D%/heterogeneous/README.md \
  %D%/heterogeneous/algorithms.sh \
  %D%/study/README.md \
  %D%/study/graphs.ini \
  %D%/study/topologies.ini \
  %D%/lecture/README.md \
  %D%/lecture/budget.ini \
  %D%/lecture/heterogeneity.ini \
  %D%/lecture/lecture.sh \
  %D%/lecture/minimum.ini \
  %D%/lecture/periodic.ini \
  %D%/lecture/rounds.ini \
  %D%/lecture/speedup.ini \
  %D%/lecture/consensus.sh \
  %D%/lecture/dynamic.sh \
  %D%/own_model/Makefile \
  %D%/own_model/README.md \
  %D%/own_model/svm.c \
  %D%/pytorch/README.md \
  %D%/pytorch/grapevine_torch.py

# The lecture's experiments, two minutes on two cores: docs/lecture.md and its pictures, anew.
lecture: grapevine$(EXEEXT) all-am
	GRAPEVINE=$(abs_builddir)/grapevine$(EXEEXT) $(srcdir)/examples/lecture/lecture.sh $(srcdir)/docs
.PHONY: lecture
