/* analyzer.h - what clang's analyzer is told before each file: a failure has the status that it was given. It sees
 * one file at a time, and else follows paths on which a failed function says that all went well. */
#ifndef GV_TESTS_ANALYZER_H
#define GV_TESTS_ANALYZER_H

#include <grapevine/status.h>

#define gv_fail(err, status, ...) ((void)(gv_fail)(err, status, __VA_ARGS__), (status))

#endif
