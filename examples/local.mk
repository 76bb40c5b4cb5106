EXTRA_DIST += \
  %D%/heterogeneity/README.md \
  %D%/heterogeneity/study.sh \
  %D%/heterogeneous/README.md \
  %D%/heterogeneous/algorithms.sh \
  %D%/study/README.md \
  %D%/study/topologies.ini \
  %D%/lecture/README.md \
  %D%/lecture/heterogeneity.ini \
  %D%/lecture/consensus.sh \
  %D%/lecture/dynamic.sh \
  %D%/own_model/Makefile \
  %D%/own_model/README.md \
  %D%/own_model/svm.c \
  %D%/pytorch/README.md \
  %D%/pytorch/grapevine_torch.py
