/* json.h - what the files of run/ put into JSON: texts from outside, numbers, shapes. */
#ifndef GV_RUN_JSON_H
#define GV_RUN_JSON_H

#include <jansson.h>

#include <grapevine/model.h>

/* A JSON string; bytes that are not UTF-8, as a file name may hold, become U+FFFD. NULL without memory. */
json_t *gv_json_text(const char *bytes);

/* The canonical shape of a tensor, [10, 64]. NULL without memory. */
json_t *gv_json_shape(const struct gv_tensor *tensor);

/* A number; null when it is not finite: there is none. */
json_t *gv_json_number(double x);

/* [12, 0, 3]. NULL without memory. */
json_t *gv_json_counts(const int64_t *counts, int64_t n);

/* ["cat", "dog"]; null where there are no names. NULL without memory. */
json_t *gv_json_names(char *const *names, int64_t n);

/* The text of a value, for the caller to free; NULL without memory. The value is consumed. */
char *gv_json_finish(json_t *value);

#endif
