pkginclude_HEADERS = \
  %D%/grapevine/evaluation.h \
  %D%/grapevine/grapevine.h \
  %D%/grapevine/model.h \
  %D%/grapevine/option.h \
  %D%/grapevine/status.h
