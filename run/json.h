/* json.h - what the files of run/ put into JSON: texts from outside, numbers, shapes. */
#ifndef GV_RUN_JSON_H
#define GV_RUN_JSON_H

#include <jansson.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

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

/* What Jansson's json_loadb and json_load_file return, of which no key may come twice; but without memory NULL and
 * errno ENOMEM, where Jansson's own may lose characters or end the program. */
json_t *gv_json_load(const char *text, size_t size, json_error_t *why);
json_t *gv_json_load_file(const char *path, json_error_t *why);

/* *value <- what folder/name holds; NULL: there is no such file, or no JSON in it. Only GV_MEMORY is an error: what
 * is there must not seem to be missing. */
enum gv_status gv_json_read(const char *folder, const char *name, json_t **value, struct gv_error *err);

/* The same of a text; NULL: none. */
enum gv_status gv_json_parse(const char *text, json_t **value, struct gv_error *err);

/* json_dumps, but whole or NULL: Jansson's own (2.14) leaves a key out where memory for it is refused. Also NULL
 * where memory was refused while values were made on this thread since the last dump, which may lack a part. */
char *gv_json_dump(const json_t *value, size_t flags);

/* The text of a value, for the caller to free; NULL without memory. The value is consumed. */
char *gv_json_finish(json_t *value);

#endif
