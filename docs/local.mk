EXTRA_DIST += \
  %D%/algorithms.md \
  %D%/api.dox \
  %D%/design.md \
  %D%/doxygen.awk \
  %D%/guide.md \
  %D%/images \
  %D%/lecture.md \
  %D%/lecture \
  %D%/own_model.md \
  %D%/plugin.md \
  %D%/quality.md \
  tests/docs.awk

# The reference of the public headers, in docs/api/html; a warning of Doxygen is an error.
doxygen:
	@command -v doxygen >/dev/null || { echo 'doxygen is not installed (Debian package doxygen)' >&2; exit 1; }
	@rm -rf %D%/api && $(MKDIR_P) %D%/api
	@doxygen %D%/Doxyfile
	@echo 'the reference: %D%/api/html/index.html'
.PHONY: doxygen

dist_check_SCRIPTS += tests/doxygen.sh
TESTS += tests/doxygen.sh

clean-local:
	rm -rf %D%/api
