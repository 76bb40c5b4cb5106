/* mail.h - the asynchronous exchange of mass, for push-sum: what a node gives away, exactly one other receives.
 *
 * Averaging with whatever a neighbour published last counts some messages twice and loses others, and the mean
 * of all nodes drifts. Here every edge has a mailbox: the sender fills it when it is empty, the receiver empties
 * it when it is full, neither waits. A sender whose mailbox is still full keeps that share, and so does one that
 * would be left with a weight under 1/2, whose steps would grow too long. The sum of all mass, in nodes and in
 * mailboxes, never changes.
 *
 * Mass is a vector and its weight; the nodes' weights sum to n. A node's estimate is its vector over its weight
 * (Kempe, Dobra, Gehrke FOCS 2003; with gradients: Assran et al. ICML 2019).
 */
#ifndef GV_EXCHANGE_MAIL_H
#define GV_EXCHANGE_MAIL_H

#include <stddef.h>
#include <stdint.h>

#include <grapevine/evaluation.h>
#include <grapevine/status.h>

#include "core/graph/view.h"

struct gv_mail;

/* dim floats a vector. schedule outlives the result. */
enum gv_status gv_mail_create(const struct gv_schedule *schedule, size_t dim, struct gv_mail **out,
                              struct gv_error *err);
void gv_mail_destroy(struct gv_mail *mail);

/* How many mailboxes of dim floats the nodes of a schedule fill: one for each who ever hears another. */
double gv_mail_boxes(const struct gv_schedule *schedule);

/* Takes the node's mass and the mailboxes it fills; on the worker that hosts it. Its weight is 1, its vector 0.
 * view, of the schedule, is that worker's, and stays until the last call for the node. */
enum gv_status gv_mail_place(struct gv_mail *mail, int node, struct gv_view *view, struct gv_error *err);

/* The node's vector (dim), 64-byte aligned, its own to change between two deliveries, and its weight. */
float *gv_mail_mass(const struct gv_mail *mail, int node);
double gv_mail_weight(const struct gv_mail *mail, int node);

/* Gives W[i,node] of the node's mass to each i that hears it in `round` of its own and whose mailbox is empty,
 * takes in what has come from anybody, and writes the estimate (dim). Of a W over 1/2 it gives no more than leaves
 * it the weight 1/2, or half of its mass; for a W below 0 nothing. lag is told of what was published, skipped and
 * taken. Wait-free. */
void gv_mail_deliver(struct gv_mail *mail, int node, uint64_t round, float *estimate, struct gv_asynchrony *lag);

/* Takes in what lies in the node's mailboxes and, where something did, writes the estimate (dim); while nobody
 * delivers. */
void gv_mail_settle(struct gv_mail *mail, int node, float *estimate);

/* The node's mass is `weight` times estimate (dim) from now on; while nobody delivers. */
void gv_mail_restore(struct gv_mail *mail, int node, const float *estimate, double weight);

/* The sum of element e of all mass, in nodes and mailboxes, and the sum of all weights; while nobody delivers. */
void gv_mail_sum(const struct gv_mail *mail, size_t e, double *mass, double *weight);

#endif
