libgv_la_SOURCES += \
  %D%/data.c \
  %D%/graphs.c \
  %D%/page.c %D%/page.h \
  %D%/parts.h \
  %D%/state.c

# The page's own files, as strings of C.
GV_PAGE_FILES = $(top_srcdir)/%D%/page.css $(top_srcdir)/%D%/base.js $(top_srcdir)/%D%/chart.js \
  $(top_srcdir)/%D%/table.js $(top_srcdir)/%D%/run.js
EXTRA_DIST += %D%/page.css %D%/base.js %D%/chart.js %D%/table.js %D%/run.js
BUILT_SOURCES += %D%/assets.h
# Also where one target alone is built, as the fuzzers are.
%D%/page.lo: %D%/assets.h
CLEANFILES += %D%/assets.h
%D%/assets.h: %D%/page.css %D%/base.js %D%/chart.js %D%/table.js %D%/run.js %D%/local.mk
	$(AM_V_GEN)$(MKDIR_P) %D% && $(AWK) 'FNR == 1 { n = FILENAME; sub(/.*\//, "", n); sub(/\./, "_", n); \
	    printf "%sstatic const char %s[] =\n", (NR > 1 ? ";\n" : ""), n } \
	  { gsub(/\\/, "&&"); gsub(/"/, "\\\""); printf "\"%s\\n\"\n", $$0 } END { print ";" }' \
	  $(GV_PAGE_FILES) >$@.tmp && mv $@.tmp $@
