/* study_table.h - the table of a study on standard output. */
#ifndef GV_CLI_STUDY_TABLE_H
#define GV_CLI_STUDY_TABLE_H

#include "run/study/collect.h"

/* metrics: keys joined by commas, NULL: those of figure->shown, in json and csv all; format: text, markdown, latex,
 * json, csv. */
enum gv_status gv_print_study(const struct gv_table_of_study *table, const char *metrics, const char *format,
                              struct gv_error *err);

#endif
