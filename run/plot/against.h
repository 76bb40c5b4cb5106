/* against.h - the number in an option's value, for curves that stand over an option. */
#ifndef GV_RUN_PLOT_AGAINST_H
#define GV_RUN_PLOT_AGAINST_H

#include <stddef.h>

#include <grapevine/status.h>

/* Where all values of an option have their number: "4", or "dirichlet:alpha=0.1" behind its '='. */
struct gv_against {
  char *label;    /* the option, and the part of it: "nodes", "split dirichlet:alpha" */
  size_t before;  /* characters before the number */
};

/* Finds it in the values (count >= 1) of the option. Refused where they are not one text with another number. */
enum gv_status gv_against_find(const char *key, const char *const *values, size_t count, struct gv_against *against,
                               struct gv_error *err);
void gv_against_clear(struct gv_against *against);

/* The number of one of these values. */
double gv_against_number(const struct gv_against *against, const char *value);

#endif
