/* Mailboxes: one an edge, handed back and forth between its two ends by one flag. */
#include "core/exchange/mail.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clones.h"
#include "core/base/memory.h"
#include "core/exchange/asynchrony.h"

/* Vectors are walked in blocks that stay in the first-level cache between the passes over them: 8 KiB. */
enum { BLOCK = 2048 };

/* A step moves a node's estimate by its length over the node's weight; so what a node may give is bounded. */
static const double least_weight = 0.5, slack = 1e-9;

struct box {
  _Alignas(GV_APART) atomic_bool full;  /* empty: the sender's; full: the receiver's */
  int32_t sender;
  float share;     /* of the sender's mass */
  double weight;
  uint64_t round;  /* of the sender, when it filled the box */
  bool counted;    /* while vectors are handed out */
  float *mass;     /* (dim) */
};

struct purse {
  _Alignas(GV_APART) float *mass;  /* (dim) */
  double weight;
  float *boxes;                    /* the vectors of the boxes it fills */
  struct box **out, **in;          /* scratch (degree of sending), (degree of receiving) */
  struct gv_view *view;            /* of the worker */
};

struct gv_mail {
  const struct gv_schedule *schedule;
  size_t dim, stride;
  struct purse *purses;  /* (nodes) */
  int64_t *first;        /* (nodes + 1) boxes that node i empties: first[i] .. first[i + 1] - 1 */
  struct box *boxes;     /* in ascending order of sender within a receiver */
};

/* from (gv_schedule_partners_max) <- whoever sends to node i in any round, ascending; returns how many. */
static int64_t senders_of(const struct gv_schedule *schedule, int i, int32_t *from)
{
  int64_t count = 0;
  for (int j = 0; schedule->period == 0 && j < schedule->nodes; j++)  /* anybody, some day */
    if (j != i)
      from[count++] = j;
  for (int k = 0; k < schedule->period; k++) {
    const struct gv_graph *graph = &schedule->graphs[k];
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      int64_t at = count;  /* rows ascend, so it is mostly the end: a star's hub has many senders */
      while (at > 0 && from[at - 1] > graph->from[e])
        at--;
      if (at > 0 && from[at - 1] == graph->from[e])
        continue;
      memmove(from + at + 1, from + at, (size_t)(count - at) * sizeof *from);
      from[at] = graph->from[e];
      count++;
    }
  }
  return count;
}

static enum gv_status lay_out(struct gv_mail *mail, struct gv_error *err)
{
  const struct gv_schedule *schedule = mail->schedule;
  size_t nodes = (size_t)schedule->nodes, room = (size_t)gv_schedule_partners_max(schedule);
  int32_t *from = NULL;
  const char *what = "the mailboxes";
  enum gv_status status = gv_alloc_for(&from, room + 1, sizeof *from, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&mail->first, nodes + 1, sizeof *mail->first, what, err);
  for (int i = 0; i < schedule->nodes && status == GV_OK; i++)
    mail->first[i + 1] = mail->first[i] + senders_of(schedule, i, from);
  if (status == GV_OK)
    status = gv_alloc_for(&mail->boxes, (size_t)mail->first[nodes], sizeof *mail->boxes, what, err);
  for (int i = 0; i < schedule->nodes && status == GV_OK; i++) {
    int64_t count = senders_of(schedule, i, from);
    for (int64_t b = 0; b < count; b++)
      mail->boxes[mail->first[i] + b].sender = from[b];
  }
  gv_free(from);
  return status;
}

enum gv_status gv_mail_create(const struct gv_schedule *schedule, size_t dim, struct gv_mail **out,
                              struct gv_error *err)
{
  struct gv_mail *mail = NULL;
  size_t line = GV_CACHE_LINE / sizeof(float);
  enum gv_status status = gv_alloc_for(&mail, 1, sizeof *mail, "the exchange", err);
  if (status != GV_OK)
    return status;
  *mail = (struct gv_mail){.schedule = schedule, .dim = dim, .stride = (dim + line - 1) / line * line};
  status = gv_alloc_for(&mail->purses, (size_t)schedule->nodes, sizeof *mail->purses, "the exchange", err);
  if (status == GV_OK)
    status = lay_out(mail, err);
  if (status != GV_OK) {
    gv_mail_destroy(mail);
    return status;
  }
  *out = mail;
  return GV_OK;
}

void gv_mail_destroy(struct gv_mail *mail)
{
  if (mail == NULL)
    return;
  for (int i = 0; i < mail->schedule->nodes && mail->purses != NULL; i++) {
    gv_free(mail->purses[i].mass);
    gv_free(mail->purses[i].boxes);
    gv_free(mail->purses[i].out);
    gv_free(mail->purses[i].in);
  }
  gv_free(mail->purses);
  gv_free(mail->first);
  gv_free(mail->boxes);
  gv_free(mail);
}

/* Whether node i receives from node j in a round before round k. */
static bool heard_before(const struct gv_schedule *schedule, int k, int i, int j)
{
  bool heard = false;
  while (k > 0 && !heard)
    heard = gv_graph_find(&schedule->graphs[--k], i, j) >= 0;
  return heard;
}

double gv_mail_boxes(const struct gv_schedule *schedule)
{
  int64_t count = 0;
  if (schedule->period == 0)
    return (double)schedule->nodes * (schedule->nodes - 1.0);
  for (int k = 0; k < schedule->period; k++)
    for (int i = 0; i < schedule->nodes; i++)
      for (int64_t e = schedule->graphs[k].first[i]; e < schedule->graphs[k].first[i + 1]; e++)
        count += !heard_before(schedule, k, i, schedule->graphs[k].from[e]);
  return (double)count;
}

/* The box from sender to receiver; there is one. */
static struct box *box_between(const struct gv_mail *mail, int32_t sender, int32_t receiver)
{
  int64_t low = mail->first[receiver], high = mail->first[receiver + 1];
  while (high - low > 1) {
    int64_t middle = low + (high - low) / 2;
    if (mail->boxes[middle].sender <= sender)
      low = middle;
    else
      high = middle;
  }
  return &mail->boxes[low];
}

/* A box that node fills, perhaps met in an earlier round: gets the next vector; mass NULL: only counts. */
static void own_box(const struct gv_mail *mail, int node, int reader, float *mass, size_t *count)
{
  struct box *box = box_between(mail, node, reader);
  if (box->counted == (mass == NULL))
    return;
  box->counted = mass == NULL;
  if (mass != NULL)
    box->mass = mass + *count * mail->stride;
  (*count)++;
}

/* Gives the boxes that node fills, in any round, the vectors that follow each other from mass on, and returns how
 * many; mass NULL: only counts, once before. */
static size_t own_boxes(const struct gv_mail *mail, int node, float *mass)
{
  size_t count = 0;
  for (int i = 0; mail->schedule->period == 0 && i < mail->schedule->nodes; i++)
    if (i != node)
      own_box(mail, node, i, mass, &count);
  for (int k = 0; k < mail->schedule->period; k++) {
    const struct gv_graph *graph = &mail->schedule->graphs[k];
    for (int64_t e = graph->reader_first[node]; e < graph->reader_first[node + 1]; e++)
      own_box(mail, node, graph->reader[e], mass, &count);
  }
  return count;
}

enum gv_status gv_mail_place(struct gv_mail *mail, int node, struct gv_view *view, struct gv_error *err)
{
  struct purse *purse = &mail->purses[node];
  purse->view = view;
  size_t sends = own_boxes(mail, node, NULL);
  size_t receives = (size_t)(mail->first[node + 1] - mail->first[node]);
  enum gv_status status = gv_alloc_for(&purse->mass, mail->stride, sizeof(float), "the nodes' mass", err);
  if (status == GV_OK)
    status = gv_alloc_for(&purse->boxes, sends * mail->stride, sizeof(float), "the mailboxes", err);
  if (status == GV_OK)
    status = gv_alloc_for(&purse->out, sends, sizeof(struct box *), "the mailboxes", err);
  if (status == GV_OK)
    status = gv_alloc_for(&purse->in, receives, sizeof(struct box *), "the mailboxes", err);
  if (status != GV_OK)
    return status;
  own_boxes(mail, node, purse->boxes);
  purse->weight = 1;
  return GV_OK;
}

float *gv_mail_mass(const struct gv_mail *mail, int node)
{
  return mail->purses[node].mass;
}

double gv_mail_weight(const struct gv_mail *mail, int node)
{
  return mail->purses[node].weight;
}

GV_CLONES
static void give(float *restrict box, const float *restrict mass, float share, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    box[i] = share * mass[i];
}

GV_CLONES
static void take(float *restrict mass, const float *restrict box, float sign, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    mass[i] += sign * box[i];
}

GV_CLONES
static void estimate_of(float *restrict estimate, const float *restrict mass, float weight, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    estimate[i] = mass[i] / weight;
}

/* What is given is taken off by the same floats, so that mass changes by the rounding of sums alone. */
static void move(struct purse *purse, size_t sends, size_t receives, size_t dim, float *estimate)
{
  for (size_t first = 0; first < dim; first += BLOCK) {
    size_t n = dim - first < BLOCK ? dim - first : BLOCK;
    for (size_t b = 0; b < sends; b++)
      give(purse->out[b]->mass + first, purse->mass + first, purse->out[b]->share, n);
    for (size_t b = 0; b < sends; b++)
      take(purse->mass + first, purse->out[b]->mass + first, -1, n);
    for (size_t b = 0; b < receives; b++)
      take(purse->mass + first, purse->in[b]->mass + first, 1, n);
    estimate_of(estimate + first, purse->mass + first, (float)purse->weight, n);
  }
}

/* Which reader a node begins with: another one each time that a graph comes round, for not all may get a share. */
static int64_t turn_of(const struct gv_schedule *schedule, uint64_t round, int64_t degree)
{
  uint64_t times = schedule->period > 0 ? round / (uint64_t)schedule->period : round;
  return degree > 0 ? (int64_t)(times % (uint64_t)degree) : 0;
}

/* What a node may give away at `weight`, of which it can spare `rest`, to one whose W says `wanted`. Half at least,
 * where so much is wanted: else nodes of weight 1 would all keep it for ever. */
static double share_of(double wanted, double weight, double rest)
{
  return fmin(wanted, fmax(0.5, rest / weight));
}

void gv_mail_deliver(struct gv_mail *mail, int node, uint64_t round, float *estimate, struct gv_asynchrony *lag)
{
  struct purse *purse = &mail->purses[node];
  const struct gv_graph *graph = gv_view_graph(purse->view, round);
  const int32_t *reader = graph->reader + graph->reader_first[node];
  int64_t degree = graph->reader_first[node + 1] - graph->reader_first[node];
  int64_t turn = turn_of(mail->schedule, round, degree);
  double given = 0, come = 0;
  size_t sends = 0, receives = 0;
  for (int64_t b = mail->first[node]; b < mail->first[node + 1]; b++)
    /* pairs with the sender's store below: the box is filled to the end */
    if (atomic_load_explicit(&mail->boxes[b].full, memory_order_acquire)) {
      come += mail->boxes[b].weight;
      gv_asynchrony_take(lag, round, mail->boxes[b].round);
      purse->in[receives++] = &mail->boxes[b];
    }
  for (int64_t k = 0; k < degree; k++) {
    int32_t to = reader[k + turn < degree ? k + turn : k + turn - degree];
    struct box *box = box_between(mail, node, to);
    double rest = purse->weight + come - given - least_weight;
    double share = share_of(gv_graph_weight(graph, to, node), purse->weight, rest);
    /* pairs with the receiver's store below: it has read the box to the end */
    if (!atomic_load_explicit(&box->full, memory_order_acquire) && share > 0 &&
        share * purse->weight <= rest + slack) {
      box->share = (float)share;
      box->weight = share * purse->weight;
      box->round = round;
      given += box->weight;
      purse->out[sends++] = box;
    }
  }
  purse->weight += come - given;
  move(purse, sends, receives, mail->dim, estimate);
  for (size_t b = 0; b < sends; b++)
    atomic_store_explicit(&purse->out[b]->full, true, memory_order_release);
  for (size_t b = 0; b < receives; b++)
    atomic_store_explicit(&purse->in[b]->full, false, memory_order_release);
  lag->published += sends;
  lag->skipped += (uint64_t)degree - sends;
}

void gv_mail_settle(struct gv_mail *mail, int node, float *estimate)
{
  struct purse *purse = &mail->purses[node];
  size_t receives = 0;
  for (int64_t b = mail->first[node]; b < mail->first[node + 1]; b++)
    if (atomic_load_explicit(&mail->boxes[b].full, memory_order_acquire)) {  /* pairs with deliver's stores */
      purse->weight += mail->boxes[b].weight;
      purse->in[receives++] = &mail->boxes[b];
    }
  if (receives > 0)
    move(purse, 0, receives, mail->dim, estimate);
  for (size_t b = 0; b < receives; b++)
    atomic_store_explicit(&purse->in[b]->full, false, memory_order_release);
}

void gv_mail_restore(struct gv_mail *mail, int node, const float *estimate, double weight)
{
  struct purse *purse = &mail->purses[node];
  purse->weight = weight;
  give(purse->mass, estimate, (float)weight, mail->dim);
}

void gv_mail_sum(const struct gv_mail *mail, size_t e, double *mass, double *weight)
{
  *mass = *weight = 0;
  for (int i = 0; i < mail->schedule->nodes; i++) {
    *mass += (double)mail->purses[i].mass[e];
    *weight += mail->purses[i].weight;
  }
  for (int64_t b = 0; b < mail->first[mail->schedule->nodes]; b++)
    if (atomic_load_explicit(&mail->boxes[b].full, memory_order_acquire)) {
      *mass += (double)mail->boxes[b].mass[e];
      *weight += mail->boxes[b].weight;
    }
}
