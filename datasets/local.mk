libgv_la_SOURCES += \
  %D%/batches.c %D%/batches.h \
  %D%/dataset.c %D%/dataset.h \
  %D%/idx.c %D%/idx.h \
  %D%/known.c %D%/known.h \
  %D%/reader.c %D%/reader.h \
  %D%/split.c %D%/split.h \
  %D%/splits/classes.c %D%/splits/contiguous.c %D%/splits/dirichlet.c %D%/splits/iid.c %D%/splits/splits.h

# The built-in data; configure links the files into a build tree, where the program finds them beside itself.
digitsdir = $(pkgdatadir)/datasets/digits
dist_digits_DATA = \
  %D%/digits/README.md \
  %D%/digits/t10k-images-idx3-ubyte.gz \
  %D%/digits/t10k-labels-idx1-ubyte.gz \
  %D%/digits/train-images-idx3-ubyte.gz \
  %D%/digits/train-labels-idx1-ubyte.gz
EXTRA_DIST += %D%/digits/make_digits.py
