/* Readers on any bytes at all: they read or refuse, in one line, and take memory by what is there.
 *
 * An input is a byte that picks a specification of the reader, then the contents of its files: all but the last
 * are preceded by their length (2 bytes, low first). A name is that of a reader here, or of a parser in parsers.c,
 * which takes an input as it likes. With libFuzzer this is the target (tests/fuzz/run.sh); with replay.c beside it,
 * it runs the kept inputs in `make check`.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "datasets/batches.h"
#include "datasets/prepare.h"
#include "tests/heap.h"

enum { FILES = 4, SPECS = 6 };

/* What a reader is given: files, and specifications in which @ is the folder that they are in. */
struct target {
  const char *reader;
  const char *files[FILES];
  const char *specs[SPECS];
};

static const struct target targets[] = {
    {"idx",
     {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
     {"idx:path=@"}},
    {"cifar",
     {"fine_label_names.txt", "test.bin", "train.bin"},
     {"cifar:path=@", "cifar:path=@,labels=coarse"}},
    {"csv",
     {"test.csv", "train.csv"},
     {"csv:path=@/train.csv", "csv:path=@/train.csv,test=@/test.csv", "csv:path=@/train.csv,target=1",
      "csv:path=@/train.csv,label=1,drop=2/x", "csv:path=@/train.csv,header=no,delimiter=space", "@/train.csv"}},
    {"libsvm",
     {"test.libsvm", "train.libsvm"},
     {"libsvm:path=@/train.libsvm", "libsvm:path=@/train.libsvm,test=@/test.libsvm",
      "libsvm:path=@/train.libsvm,target=yes", "libsvm:path=@/train.libsvm,zero-based=yes,features=100"}},
    {"npy",
     {"y.npy", "x.npy"},
     {"npy:x=@/x.npy,y=@/y.npy", "npy:x=@/x.npy,y=@/x.npy", "npy:x=@/x.npy,y=@/y.npy,layout=channels-last",
      "npy:x=@/x.npy,y=@/y.npy,test-x=@/x.npy,test-y=@/y.npy"}},
    {"npz", {"a.npz"}, {"npz:path=@/a.npz", "npz:path=@/a.npz,x=a,y=b"}},
};

static const struct target *target;
static const struct gv_fuzz_parser *parser;  /* instead of it */
static char folder[] = "/tmp/gv-fuzz-XXXXXX";

/* ---- memory: what gv_alloc_for gave and gv_free did not take back ---- */

enum { LIVE = 4096 };

static struct { void *memory; size_t size; } live[LIVE];
static size_t now, peak;

enum gv_status __real_gv_alloc_for(void *out, size_t count, size_t size, const char *what, struct gv_error *err);
enum gv_status __wrap_gv_alloc_for(void *out, size_t count, size_t size, const char *what, struct gv_error *err);
void __real_gv_free(void *memory);
void __wrap_gv_free(void *memory);

enum gv_status __wrap_gv_alloc_for(void *out, size_t count, size_t size, const char *what, struct gv_error *err)
{
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > (size_t)1 << 32)
    gv_fuzz_broken("a block of more than 4 GiB is asked for");
  enum gv_status status = __real_gv_alloc_for(out, count, size, what, err);
  for (int i = 0; i < LIVE && status == GV_OK; i++)
    if (live[i].memory == NULL) {
      memcpy(&live[i].memory, out, sizeof live[i].memory);
      live[i].size = bytes;
      now += bytes;
      peak = now > peak ? now : peak;
      break;
    }
  return status;
}

void __wrap_gv_free(void *memory)
{
  for (int i = 0; i < LIVE && memory != NULL; i++)
    if (live[i].memory == memory) {
      now -= live[i].size;
      live[i].memory = NULL;
      break;
    }
  __real_gv_free(memory);
}

/* ---- an input ---- */

void gv_fuzz_start(const char *name)
{
  for (size_t t = 0; t < sizeof targets / sizeof targets[0]; t++)
    if (name != NULL && strcmp(targets[t].reader, name) == 0)
      target = &targets[t];
  for (const struct gv_fuzz_parser *p = gv_fuzz_parsers; name != NULL && p->name != NULL; p++)
    if (strcmp(p->name, name) == 0)
      parser = p;
  if (target == NULL && parser == NULL)
    gv_fuzz_broken("GV_FUZZ_TARGET names neither a reader of fuzz.c nor a parser of parsers.c");
  if (mkdtemp(folder) == NULL)
    gv_fuzz_broken("no temporary folder");
}

static void path_of(int file, char *path, size_t size)
{
  snprintf(path, size, "%s/%s", folder, target->files[file]);
}

void gv_fuzz_end(void)
{
  DIR *files = opendir(folder);
  for (struct dirent *entry; files != NULL && (entry = readdir(files)) != NULL;)
    (void)unlinkat(dirfd(files), entry->d_name, 0);
  if (files != NULL)
    closedir(files);
  (void)rmdir(folder);
}

static void write_files(const uint8_t *data, size_t size)
{
  char path[128];
  for (int f = 0; f < FILES && target->files[f] != NULL; f++) {
    bool last = f + 1 == FILES || target->files[f + 1] == NULL;
    size_t length = size;
    if (!last && size >= 2) {
      length = (size_t)data[0] | (size_t)data[1] << 8;
      data += 2;
      size -= 2;
      length = length < size ? length : size;
    }
    path_of(f, path, sizeof path);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, length, file) != length || fclose(file) != 0)
      gv_fuzz_broken("a file cannot be written");
    data += length;
    size -= length;
  }
}

static void make_spec(const char *pattern, char *spec, size_t size)
{
  size_t used = 0;
  for (; *pattern != '\0' && used + sizeof folder < size; pattern++)
    if (*pattern == '@')
      used += (size_t)snprintf(spec + used, size - used, "%s", folder);
    else
      spec[used++] = *pattern;
  spec[used] = '\0';
}

/* Whether something in it may be compressed: gzip, or a member of an archive. */
static bool packed(const uint8_t *data, size_t size)
{
  return memmem(data, size, "\x1f\x8b", 2) != NULL || memmem(data, size, "PK", 2) != NULL;
}

/* ---- what must hold ---- */

static void check_part(const struct gv_dataset *d, const struct gv_part *part)
{
  for (int64_t s = 0; s < part->samples; s++) {
    if (part->labels != NULL && (part->labels[s] < 0 || part->labels[s] >= d->shape.classes))
      gv_fuzz_broken("a label out of range");
    if (part->labels == NULL && part->targets == NULL)
      gv_fuzz_broken("neither labels nor targets");
    for (int32_t o = 0; part->targets != NULL && o < d->shape.outputs; o++)
      if (!isfinite(part->targets[s * d->shape.outputs + o]))
        gv_fuzz_broken("a target that is not finite");
  }
  for (int64_t k = 0; part->sparse.first != NULL && k < part->sparse.first[part->samples]; k++)
    if (part->sparse.column[k] < 0 || part->sparse.column[k] >= d->shape.features)
      gv_fuzz_broken("a column out of range");
}

/* Everything that reads a data set, on one that a reader let through. */
static void use(struct gv_dataset *d)
{
  check_part(d, &d->train);
  check_part(d, &d->test);
  if (d->shape.features > 100000)
    return;  /* sparse rows of any width are fine until they are made dense */
  const struct gv_preparing preparing = {
      .normalize = "standard", .test_share = d->test.samples > 0 ? 0 : 0.5, .train_limit = 3, .seed = 1};
  if (gv_dataset_prepare(d, &preparing, NULL) != GV_OK)
    return;
  struct gv_buffer buffer = {0};
  if (gv_buffer_place(&buffer, &d->shape, 1, NULL) != GV_OK)
    gv_fuzz_broken("no memory for a row");
  for (int64_t s = 0; s < d->train.samples; s++) {
    struct gv_batch batch;
    gv_batches_part(d, &d->train, s, 1, &buffer, &batch);
    for (int64_t j = 0; j < d->shape.features; j++)
      if (isnan(batch.x[j]))
        gv_fuzz_broken("a feature that is not a number");
  }
  gv_buffer_clear(&buffer);
}

/* What held for all targets, once the input was read or refused and everything given back. */
static void check_end(size_t content, enum gv_status status, const struct gv_error *error)
{
  if (peak > GV_FUZZ_MULTIPLE * content + GV_FUZZ_CONSTANT)
    gv_fuzz_broken("more memory than a multiple of the file");
  if (status != GV_OK && (error->text[0] == '\0' || strchr(error->text, '\n') != NULL))
    gv_fuzz_broken("refused without one line");
  if (status == GV_MEMORY)
    gv_fuzz_broken("out of memory");
  if (now != 0)
    gv_fuzz_broken("memory was not given back");
}

static void read_data(const uint8_t *data, size_t size)
{
  char spec[600];
  struct gv_error error = {GV_OK, ""};
  struct gv_dataset *dataset = NULL;
  int specs = 1;
  while (specs < SPECS && target->specs[specs] != NULL)
    specs++;
  make_spec(target->specs[data[0] % specs], spec, sizeof spec);
  write_files(data + 1, size - 1);
  peak = now = 0;
  enum gv_status status = gv_dataset_open(spec, 3, &dataset, &error);
  size_t reading = peak;
  if (status == GV_OK) {
    use(dataset);
    gv_dataset_destroy(dataset);
  } else if (dataset != NULL) {
    gv_fuzz_broken("refused, and made");
  }
  peak = reading;
  check_end(size * (packed(data, size) ? (size_t)GV_FUZZ_PACKED : 1), status, &error);
}

static void read_one(const uint8_t *data, size_t size)
{
  if (parser != NULL) {
    peak = now = 0;
    parser->error->text[0] = '\0';
    check_end(size, parser->read(folder, data, size), parser->error);
  } else if (size > 0) {
    read_data(data, size);
  }
}

/* What is kept for good is taken by the first readings, a leak grows with each. */
void gv_fuzz_one(const uint8_t *data, size_t size)
{
  enum { TIMES = 20 };
  read_one(data, size);
  size_t used = heap_used(), before = 0;
  for (int again = 1; again < TIMES && used > before; again++) {
    before = used;
    read_one(data, size);
    used = heap_used();
  }
  if (used > before)
    gv_fuzz_broken("the heap grows with every reading");
}
