/* made.h - the descriptors of data that are made up, one file each, for the table of reader.c; and what they
 * share. */
#ifndef GV_DATASETS_MADE_MADE_H
#define GV_DATASETS_MADE_MADE_H

#include "core/base/random.h"
#include "datasets/reader.h"

extern const struct gv_reader gv_made_blobs;
extern const struct gv_reader gv_made_synthetic;
extern const struct gv_reader gv_made_quadratic;
extern const struct gv_reader gv_made_logistic;

/* Rows of option tables. nodes: for whom samples are made; their group is the node. */
#define GV_MADE_NODES                                                                                           \
  {.key = "nodes", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 1e6, .words = "auto",               \
   .help = "for how many nodes samples are made; auto: those of the run"}
#define GV_MADE_SEED                                                                                            \
  {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 9007199254740992.0,                     \
   .help = "of the data; that of a run changes nothing here"}

/* The number that the row `nodes` says; `nodes` for auto. */
int gv_made_nodes(const struct gv_options *options, int nodes);

/* A data set named "READER:options", with nodes as they are. */
enum gv_status gv_made_create(const char *reader, const struct gv_options *options, int nodes,
                              struct gv_dataset **out, struct gv_error *err);

/* Memory of a part for so many samples: floats, targets (outputs > 0) or labels, and groups when `grouped`. */
enum gv_status gv_made_part(struct gv_part *part, int64_t samples, int64_t features, int32_t outputs, bool grouped,
                            struct gv_error *err);

/* The stream of (seed of the options, a number, what it is for). */
struct gv_stream gv_made_stream(const struct gv_options *options, uint32_t number, uint32_t purpose);

#endif
