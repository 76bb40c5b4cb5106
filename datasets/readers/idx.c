/* Reader "idx": a folder with the four files of MNIST, plain or gzip. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/base/paths.h"
#include "datasets/input.h"
#include "datasets/readers/readers.h"

/* One file of the four: its kinds of name and what its header must say. */
struct member {
  const char *names[2];
  int rank;
  const char *what;  /* of what it holds `dims[0]` */
};

enum { TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS, MEMBERS };

static const struct member members[MEMBERS] = {
    [TRAIN_IMAGES] = {{"train-images-idx3-ubyte", "train-images.idx3-ubyte"}, 3, "images"},
    [TRAIN_LABELS] = {{"train-labels-idx1-ubyte", "train-labels.idx1-ubyte"}, 1, "labels"},
    [TEST_IMAGES] = {{"t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"}, 3, "images"},
    [TEST_LABELS] = {{"t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"}, 1, "labels"},
};

/* The content of one file. */
struct idx {
  const struct member *member;
  struct gv_input input;
  uint32_t dims[3];  /* those past the rank are 1 */
  uint8_t *bytes;    /* gv_alloc */
};

static void idx_clear(struct idx *idx)
{
  gv_input_close(&idx->input);
  gv_free(idx->bytes);
  *idx = (struct idx){0};
}

/* "60000 images of 28 x 28": what a header promises. Returns text. */
static char *promise(const struct idx *idx, char *text, size_t size)
{
  int used = snprintf(text, size, "%u %s", idx->dims[0], idx->member->what);
  if (idx->member->rank == 3)
    snprintf(text + used, size - (size_t)used, " of %u x %u", idx->dims[1], idx->dims[2]);
  return text;
}

static uint32_t big_endian(const uint8_t *b)
{
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* dims <- the header's, each in range; *bytes <- how many must follow. */
static enum gv_status read_header(struct idx *idx, uint64_t *bytes, struct gv_error *err)
{
  int rank = idx->member->rank;
  uint8_t header[16];
  size_t size = 4 + 4 * (size_t)rank, got = 0;
  enum gv_status status = gv_input_pull(&idx->input, header, size, &got, err);
  if (status != GV_OK)
    return status;
  uint32_t want = 0x0800 + (uint32_t)rank;  /* unsigned bytes, that many dimensions */
  if (got >= 4 && big_endian(header) != want)
    return gv_fail(err, GV_INPUT, "%s: starts with 0x%08x; an IDX file of %s starts with 0x%08x", idx->input.path,
                   big_endian(header), idx->member->what, want);
  if (got < size)
    return gv_fail(err, GV_INPUT, "%s: %zu bytes; the header of an IDX file of %s alone has %zu", idx->input.path,
                   got, idx->member->what, size);
  for (int d = 0; d < 3; d++)
    idx->dims[d] = d < rank ? big_endian(header + 4 + 4 * d) : 1;
  char text[64];
  uint64_t plane = (uint64_t)idx->dims[1] * idx->dims[2];
  if (idx->dims[0] < 1 || idx->dims[0] > INT32_MAX || plane < 1 || plane > INT32_MAX)
    return gv_fail(err, GV_INPUT, "%s: its header promises %s; accepted: 1 to 2^31-1 %s of 1 to 2^31-1 values",
                   idx->input.path, promise(idx, text, sizeof text), idx->member->what);
  *bytes = idx->dims[0] * plane;  /* below 2^62 */
  return GV_OK;
}

static enum gv_status idx_load(const char *folder, const struct member *member, struct idx *idx,
                               struct gv_error *err)
{
  idx->member = member;
  char *path = NULL, text[64];
  uint64_t bytes = 0;
  enum gv_status status = GV_OK;
  for (int i = 0; i < 2 && path == NULL && status == GV_OK; i++)
    status = gv_input_find(folder, member->names[i], &path, err);
  if (status == GV_OK && path == NULL)
    status = gv_fail(err, GV_INPUT, "%s: the file %s is missing, plain or .gz; %s, %s, %s and %s are needed",
                     folder, member->names[0], members[0].names[0], members[1].names[0], members[2].names[0],
                     members[3].names[0]);
  if (status == GV_OK)
    status = gv_input_open(path, &idx->input, err);
  free(path);
  if (status == GV_OK)
    status = read_header(idx, &bytes, err);
  if (status == GV_OK)
    status = gv_input_rest(&idx->input, 4 + 4 * (uint64_t)member->rank, bytes, promise(idx, text, sizeof text),
                           &idx->bytes, err);
  return status;
}

/* Moves the bytes of images and labels into part. */
static enum gv_status fill_part(struct gv_part *part, struct idx *images, const struct idx *labels,
                                struct gv_error *err)
{
  if (images->dims[0] != labels->dims[0])
    return gv_fail(err, GV_INPUT, "%s: %u labels; %s has %u images", labels->input.path, labels->dims[0],
                   images->input.path, images->dims[0]);
  part->samples = images->dims[0];
  void *memory = NULL;
  enum gv_status status = gv_alloc_for(&memory, (size_t)part->samples, sizeof *part->labels, labels->input.path,
                                       err);
  if (status != GV_OK)
    return status;
  part->labels = memory;
  for (int64_t s = 0; s < part->samples; s++)
    part->labels[s] = labels->bytes[s];
  part->bytes = images->bytes;
  images->bytes = NULL;
  return GV_OK;
}

static enum gv_status assemble(const char *folder, struct idx files[MEMBERS], struct gv_dataset **out,
                               struct gv_error *err)
{
  const struct idx *train = &files[TRAIN_IMAGES], *test = &files[TEST_IMAGES];
  if (train->dims[1] != test->dims[1] || train->dims[2] != test->dims[2])
    return gv_fail(err, GV_INPUT, "%s: images of %u x %u; those of %s are %u x %u", test->input.path, test->dims[1],
                   test->dims[2], train->input.path, train->dims[1], train->dims[2]);
  struct gv_dataset *dataset = NULL;
  enum gv_status status = gv_dataset_create(folder, &dataset, err);
  if (status != GV_OK)
    return status;
  dataset->shape = (struct gv_shape){
      .channels = 1, .height = (int32_t)train->dims[1], .width = (int32_t)train->dims[2]};
  status = fill_part(&dataset->train, &files[TRAIN_IMAGES], &files[TRAIN_LABELS], err);
  if (status == GV_OK)
    status = fill_part(&dataset->test, &files[TEST_IMAGES], &files[TEST_LABELS], err);
  return gv_dataset_finish(status, dataset, out, err);
}

static enum gv_status idx_read(const struct gv_options *options, int nodes, struct gv_dataset **out,
                               struct gv_error *err)
{
  (void)nodes;
  const char *folder = gv_options_text(options, "path");
  if (folder[0] == '\0')
    return gv_fail(err, GV_USAGE, "reader idx: path is ''; accepted: a folder, as in idx:path=FOLDER");
  if (!gv_is_folder(folder))
    return gv_fail(err, GV_INPUT, "%s: %s; reader idx accepts the folder that holds the four files", folder,
                   access(folder, F_OK) == 0 ? "is no folder" : "there is no such folder");
  struct idx files[MEMBERS] = {0};
  enum gv_status status = GV_OK;
  for (int m = 0; m < MEMBERS && status == GV_OK; m++)
    status = idx_load(folder, &members[m], &files[m], err);
  if (status == GV_OK)
    status = assemble(folder, files, out, err);
  for (int m = 0; m < MEMBERS; m++)
    idx_clear(&files[m]);
  return status;
}

/* One of the four is enough: reading then says which is missing. */
static bool idx_recognizes(const char *path)
{
  bool found = false;
  for (int m = 0; m < 2 * MEMBERS && !found; m++)
    found = gv_input_there(path, members[m / 2].names[m % 2]);
  return found;
}

static const struct gv_option options[] = {
    {.key = "path", .type = GV_OPTION_TEXT, .value = "",
     .help = "folder with MNIST's four files (train-images-idx3-ubyte, ...), plain or .gz"},
    {.key = NULL},
};

const struct gv_reader gv_reader_idx = {
    .named = {.name = "idx", .summary = "images and labels in MNIST's IDX files", .options = options},
    .recognizes = idx_recognizes,
    .read = idx_read,
};
