libgv_la_SOURCES += \
  %D%/array.c %D%/array.h %D%/array_set.c \
  %D%/batches.c %D%/batches.h \
  %D%/census.c %D%/census.h \
  %D%/classes.c %D%/classes.h \
  %D%/dataset.c %D%/dataset.h \
  %D%/deal.c %D%/deal.h \
  %D%/digest.c %D%/digest.h \
  %D%/gather.c %D%/gather.h \
  %D%/input.c %D%/input.h \
  %D%/known.c %D%/known.h \
  %D%/normalize.c \
  %D%/prepare.c %D%/prepare.h \
  %D%/reader.c %D%/reader.h \
  %D%/rows.c %D%/rows.h \
  %D%/skew.c %D%/skew.h \
  %D%/split.c %D%/split.h

libgv_la_SOURCES += %D%/readers/readers.h
libgv_la_SOURCES += %D%/readers/cifar.c
libgv_la_SOURCES += %D%/readers/csv.c
libgv_la_SOURCES += %D%/readers/idx.c
libgv_la_SOURCES += %D%/readers/libsvm.c
libgv_la_SOURCES += %D%/readers/npy.c
libgv_la_SOURCES += %D%/readers/npz.c

libgv_la_SOURCES += %D%/made/made.c %D%/made/made.h
libgv_la_SOURCES += %D%/made/blobs.c
libgv_la_SOURCES += %D%/made/logistic.c
libgv_la_SOURCES += %D%/made/quadratic.c
libgv_la_SOURCES += %D%/made/synthetic.c

libgv_la_SOURCES += %D%/splits/splits.h
libgv_la_SOURCES += %D%/splits/classes.c
libgv_la_SOURCES += %D%/splits/contiguous.c
libgv_la_SOURCES += %D%/splits/dirichlet.c
libgv_la_SOURCES += %D%/splits/features.c
libgv_la_SOURCES += %D%/splits/iid.c
libgv_la_SOURCES += %D%/splits/labels.c
libgv_la_SOURCES += %D%/splits/natural.c
libgv_la_SOURCES += %D%/splits/quantity.c
libgv_la_SOURCES += %D%/splits/shards.c
libgv_la_SOURCES += %D%/splits/sorted.c

# The built-in data; configure links the files into a build tree, where the program finds them beside itself.
digitsdir = $(pkgdatadir)/datasets/digits
dist_digits_DATA = \
  %D%/digits/README.md \
  %D%/digits/t10k-images-idx3-ubyte.gz \
  %D%/digits/t10k-labels-idx1-ubyte.gz \
  %D%/digits/train-images-idx3-ubyte.gz \
  %D%/digits/train-labels-idx1-ubyte.gz
EXTRA_DIST += %D%/digits/make_digits.py
