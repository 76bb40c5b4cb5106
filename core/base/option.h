/* option.h - values of an option table: defaults, parsing, range checks, reading, printing.
 *
 * Errors name the owner ("split dirichlet", "train"), the key, what was found and what is accepted,
 * and for an unknown key the nearest one.
 */
#ifndef GV_BASE_OPTION_H
#define GV_BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grapevine/option.h>
#include <grapevine/status.h>

struct gv_options;

/* Every option at its default. rows outlives the result; NULL rows is an empty table. owner is copied.
 * Refuses a table that contradicts itself (a default out of its own range, no help, a key twice). */
enum gv_status gv_options_create(const struct gv_option *rows, const char *owner, struct gv_options **out,
                                 struct gv_error *err);
void gv_options_destroy(struct gv_options *options);

enum gv_status gv_options_set(struct gv_options *options, const char *key, const char *value, struct gv_error *err);

/* Sets from "key=value,key=value"; empty or NULL text sets nothing. */
enum gv_status gv_options_parse(struct gv_options *options, const char *text, struct gv_error *err);

/* Reading. A key or type that the table has not is a mistake of the caller: it yields 0, false, "" or no items. */
int64_t gv_options_int(const struct gv_options *options, const char *key);
double gv_options_real(const struct gv_options *options, const char *key);
bool gv_options_flag(const struct gv_options *options, const char *key);
const char *gv_options_text(const struct gv_options *options, const char *key);  /* as written, any type */
size_t gv_options_list(const struct gv_options *options, const char *key, const int64_t **items);
bool gv_options_is_word(const struct gv_options *options, const char *key); /* INT, REAL, LIST: one of its words */
bool gv_options_given(const struct gv_options *options, const char *key);    /* set by somebody, not the default */

const struct gv_option *gv_options_rows(const struct gv_options *options);  /* never NULL */

/* The whole number that a text is, as an option reads it, 1e3 too; otherwise: the text is none, a word. */
int64_t gv_whole_number(const char *text, int64_t otherwise);

/* "0.1" for 0.10 and 1e-1: one text for each number that values of the row are, into text, for which 32 bytes are
 * enough, where it is another than the value. Of rows that hold no number, and of words, the value itself. */
const char *gv_option_plain(const struct gv_option *row, const char *value, char *text, size_t size);

/* Whether two texts are the same value of the row. NULL row: the same text. */
bool gv_option_same(const struct gv_option *row, const char *a, const char *b);

/* The row of a table with this key, or NULL. */
const struct gv_option *gv_option_find(const struct gv_option *rows, const char *key);

/* "a whole number from 1 to 64, or 'full'": what a row accepts, into text. Returns text. */
char *gv_option_accepts(const struct gv_option *row, char *text, size_t size);

/* "alpha=0.1,min=1": every value, also defaults, in table order. The caller frees it; NULL without memory. */
char *gv_options_format(const struct gv_options *options);

#endif
