libgv_la_SOURCES += \
  %D%/page.c %D%/page.h

# The page's own files, as strings of C.
GV_PAGE_FILES = $(top_srcdir)/%D%/page.css $(top_srcdir)/%D%/page.js
EXTRA_DIST += %D%/page.css %D%/page.js
BUILT_SOURCES += %D%/assets.h
CLEANFILES += %D%/assets.h
%D%/assets.h: %D%/page.css %D%/page.js
	$(AM_V_GEN)$(MKDIR_P) %D% && $(AWK) 'FNR == 1 { n = FILENAME; sub(/.*\//, "", n); sub(/\./, "_", n); \
	    printf "%sstatic const char %s[] =\n", (NR > 1 ? ";\n" : ""), n } \
	  { gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); printf "\"%s\\n\"\n", $$0 } END { print ";" }' $(GV_PAGE_FILES) >$@.tmp && \
	  mv $@.tmp $@
