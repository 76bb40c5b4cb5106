/* checkpoint.h - the file that a run is taken up from: every node's vectors, the counters, the configuration.
 *
 * A safetensors file of tensors x (nodes, parameters); states (nodes, states, parameters), those of the algorithm,
 * then of the optimizer, not there where there are none; nodes (nodes, 4), F64: struct gv_node_state; and clock,
 * the numbers of core/cluster/clock.h, F64. Its metadata has the options and the counters as JSON.
 */
#ifndef GV_RUN_CHECKPOINT_H
#define GV_RUN_CHECKPOINT_H

#include <stdbool.h>

#include <jansson.h>

#include <grapevine/status.h>

#include "core/engine/state.h"
#include "run/safetensors.h"

struct gv_run;

/* A checkpoint that was opened. */
struct gv_checkpoint {
  struct gv_safetensors *file;  /* NULL: there is none */
  bool aside;                   /* it is not the newest of the run's folder, which stands there all the same */
  struct gv_counters counters;
  json_t *options;              /* key: text */
  double *clock;                /* of the simulated cluster */
  json_t *facts;                /* train_samples, test_samples, data_crc32, graph_crc32 */
  int team;                     /* threads of a node, which decide on the last bits */
};

/* Opens a file and checks all that can be checked without its run. A failure leaves `aside` alone. */
enum gv_status gv_checkpoint_open(const char *path, struct gv_checkpoint *checkpoint, struct gv_error *err);
void gv_checkpoint_close(struct gv_checkpoint *checkpoint);

/* err <- why the checkpoint cannot be gone on from and, where it is the newest, that the one before may be. */
enum gv_status gv_checkpoint_refuse(const struct gv_run *run, const struct gv_error *why, struct gv_error *err);

/* Whether the run, resolved, is the one that its checkpoint is of; reads the clock. */
enum gv_status gv_checkpoint_fits(struct gv_run *run, struct gv_error *err);

/* `keep` and `restore` of the engine's setup; context: the run. A checkpoint that cannot be written does not end
 * the run: it is a warning, and where the run stops for good, run->unkept, for the end. */
enum gv_status gv_checkpoint_keep(void *run, const struct gv_counters *counters, bool must, struct gv_error *err);
enum gv_status gv_checkpoint_restore(void *run, int node, float *const *vector, struct gv_node_state *state,
                                     struct gv_error *err);

/* Rounds between two checkpoints that --checkpoint-every asks for; 0: none at fixed rounds. */
double gv_checkpoint_rounds(const struct gv_run *run);

/* The run has come to its end: its checkpoints say nothing any more. */
void gv_checkpoint_remove(const struct gv_run *run);

#endif
