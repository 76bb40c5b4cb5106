/* Samples by class, cut at ends, or dealt by class laws and sizes without replacement. */
#include "datasets/deal.h"

#include "core/base/memory.h"
#include "core/base/random.h"

enum gv_status gv_split_by_class(const struct gv_split_input *input, int64_t **first, int32_t **order,
                                 struct gv_error *err)
{
  size_t ends = (size_t)input->classes + 2;  /* one more than needed, so that counting and filling share it */
  void *memory = NULL;
  size_t bytes = ends * sizeof(int64_t) + (size_t)input->samples * sizeof(int32_t);
  enum gv_status status = gv_alloc_for(&memory, bytes, 1, "sample lists of a split", err);
  if (status != GV_OK)
    return status;
  int64_t *at = memory;
  int32_t *list = (int32_t *)(at + ends);
  for (int64_t s = 0; s < input->samples; s++)
    at[input->labels[s] + 2]++;
  for (size_t c = 2; c < ends; c++)
    at[c] += at[c - 1];
  for (int64_t s = 0; s < input->samples; s++)
    list[at[input->labels[s] + 1]++] = (int32_t)s;  /* at[c + 1] moves from the start of class c to its end */
  *first = at;
  *order = list;
  return GV_OK;
}

void gv_split_at_ends(const struct gv_split_input *input, const int32_t *order, int32_t *owner)
{
  for (int i = 0; i < input->nodes; i++)
    for (int64_t s = input->ends[i]; s < input->ends[i + 1]; s++)
      owner[order[s]] = i;
}

enum { TRIES = 4 };  /* draws that may meet an exhausted class before a node's law is renormalised */

/* What is left to deal. */
struct deck {
  int32_t classes;
  int64_t *first, *left;  /* (classes): where a class begins in order; how many of it are left, its first ones */
  int32_t *order;
};

/* sums (classes) <- cumulated law over the classes of which something is left; by what is left where the law has
 * nothing there. */
static void renormalise(const struct deck *deck, const double *law, double *sums)
{
  double sum = 0;
  for (int32_t c = 0; c < deck->classes; c++)
    sums[c] = sum += deck->left[c] > 0 ? law[c] : 0;
  if (sum > 0)
    return;
  for (int32_t c = 0; c < deck->classes; c++)
    sums[c] = sum += (double)deck->left[c];
}

/* The first class whose cumulated law is above u. */
static int32_t search(const double *sums, int32_t classes, double u)
{
  int32_t low = 0, high = classes - 1;
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    if (sums[middle] > u)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

static int32_t draw_class(const struct deck *deck, struct gv_stream *stream, const double *law, double *sums)
{
  for (int t = 0; t < TRIES; t++) {
    double total = sums[deck->classes - 1];
    int32_t c = total > 0 ? search(sums, deck->classes, gv_stream_uniform(stream) * total) : 0;
    if (deck->left[c] > 0)
      return c;
  }
  renormalise(deck, law, sums);
  int32_t c = search(sums, deck->classes, gv_stream_uniform(stream) * sums[deck->classes - 1]);
  while (deck->left[c] == 0)  /* a product rounded up to the total */
    c = (c + deck->classes - 1) % deck->classes;
  return c;
}

/* turn (nodes): who still draws, in a random order. */
static void deal(const struct gv_split_input *input, const double *law, uint32_t round, struct deck *deck,
                 double *sums, int32_t *turn, int64_t *have, int32_t *owner)
{
  struct gv_stream stream;
  gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, UINT32_MAX, round);
  int drawing = 0;
  for (int i = 0; i < input->nodes; i++)
    if (input->ends[i + 1] > input->ends[i])
      turn[drawing++] = i;
  gv_stream_shuffle(&stream, turn, (size_t)drawing);
  while (drawing > 0)
    for (int t = 0; t < drawing;) {
      int32_t node = turn[t];
      size_t row = (size_t)node * (size_t)deck->classes;
      int32_t c = draw_class(deck, &stream, law + row, sums + row);
      owner[deck->order[deck->first[c] + --deck->left[c]]] = node;
      if (++have[node] == input->ends[node + 1] - input->ends[node])
        turn[t] = turn[--drawing];
      else
        t++;
    }
}

enum gv_status gv_split_draw(const struct gv_split_input *input, const double *law, uint32_t round, int32_t *owner,
                             struct gv_error *err)
{
  static const char what[] = "the shares of a split";
  size_t nodes = (size_t)input->nodes, classes = (size_t)input->classes;
  struct deck deck = {.classes = input->classes};
  double *sums = NULL;
  int32_t *turn = NULL;
  int64_t *have = NULL;
  enum gv_status status = gv_split_by_class(input, &deck.first, &deck.order, err);
  if (status == GV_OK)
    status = gv_alloc_for(&deck.left, classes, sizeof *deck.left, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&sums, nodes * classes, sizeof *sums, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&turn, nodes, sizeof *turn, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&have, nodes, sizeof *have, what, err);
  if (status == GV_OK) {
    for (int32_t c = 0; c < input->classes; c++) {
      struct gv_stream stream;
      deck.left[c] = deck.first[c + 1] - deck.first[c];
      gv_stream_start(&stream, input->seed, GV_RANDOM_SPLIT, (uint32_t)c, round);
      gv_stream_shuffle(&stream, deck.order + deck.first[c], (size_t)deck.left[c]);
    }
    for (size_t i = 0; i < nodes; i++)
      renormalise(&deck, law + i * classes, sums + i * classes);
    deal(input, law, round, &deck, sums, turn, have, owner);
  }
  gv_free(have);
  gv_free(turn);
  gv_free(sums);
  gv_free(deck.left);
  gv_free(deck.first);
  return status;
}
