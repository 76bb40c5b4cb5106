/* crew.h - several threads that compute a node's gradient together: a worker, who leads, and its mates.
 *
 * A batch of n samples is cut into a share a thread, n_t samples each, which differ by at most one; the gradient is
 * sum_t n_t/n g_t, added up in the order of t, the loss likewise. So the bits depend on the number of threads a
 * node has, and on nothing else. Each thread adds up a slice of the vector.
 */
#ifndef GV_ENGINE_CREW_H
#define GV_ENGINE_CREW_H

#include <stddef.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

struct gv_crew;
struct gv_engine;
struct gv_worker;

/* *out (workers) <- the crews of an engine whose setup gives a worker more than one thread; NULL: it does not. */
enum gv_status gv_crews_create(struct gv_engine *engine, struct gv_crew **out, struct gv_error *err);
void gv_crews_destroy(struct gv_engine *engine);

/* What a mate does, `thread` of the team: from the first order to the last. */
void gv_mate_work(struct gv_engine *engine, int thread);

/* On the leader: every mate makes its model instance and memory, on its own thread. */
enum gv_status gv_crew_settle(struct gv_worker *worker, struct gv_error *err);

/* On the leader: the mates destroy what they made, and leave. To be called once, whether they settled or not. */
void gv_crew_leave(struct gv_worker *worker);

/* On the leader, with a crew or without: loss <- the mean loss over the batch, g (dim) <- its gradient at w (dim).
 * NULL, or why the model failed. */
const char *gv_worker_gradient(struct gv_worker *worker, const float *w, const struct gv_batch *batch, float *g,
                               float *loss);

#endif
