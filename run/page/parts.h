/* parts.h - what a page is made of, one file each. */
#ifndef GV_RUN_PAGE_PARTS_H
#define GV_RUN_PAGE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "run/plot/groups.h"

/* ---- page.c ---- */

/* Text as HTML shows it. */
void gv_page_put_text(FILE *out, const char *text);

/* ---- graphs.c ---- */

/* The different topologies of the runs, as far as there are few and small ones; and why one is not there. */
void gv_page_put_graphs(FILE *out, const struct gv_groups *groups);

/* ---- state.c ---- */

/* "interrupted at round 40 of 120", into text. Returns text. */
char *gv_page_state(const struct gv_shown_run *run, char *text, size_t size);

/* A figure that it came to; of a run that has no summary the last that it measured; else NAN. */
double gv_page_figure(const struct gv_shown_run *run, const char *key);

/* ---- data.c ---- */

/* What the script shows: curves, figures, runs, options, splits. NULL without memory. */
json_t *gv_page_data(const struct gv_groups *groups);

#endif
