pkginclude_HEADERS = \
  %D%/grapevine/grapevine.h \
  %D%/grapevine/model.h \
  %D%/grapevine/option.h \
  %D%/grapevine/status.h
