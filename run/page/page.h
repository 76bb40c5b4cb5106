/* page.h - one self-contained HTML page on runs or a study: curves, table, topology, split, configuration. */
#ifndef GV_RUN_PAGE_PAGE_H
#define GV_RUN_PAGE_PAGE_H

#include "run/plot/groups.h"

/* Writes the page. Graphviz draws the topologies; where it is missing the page says so. */
enum gv_status gv_page_write(const struct gv_groups *groups, const char *path, struct gv_error *err);

#endif
