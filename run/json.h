/* json.h - texts that come from outside, as JSON. */
#ifndef GV_RUN_JSON_H
#define GV_RUN_JSON_H

#include <jansson.h>

/* A JSON string; bytes that are not UTF-8, as a file name may hold, become U+FFFD. NULL without memory. */
json_t *gv_json_text(const char *bytes);

#endif
