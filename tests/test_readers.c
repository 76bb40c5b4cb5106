/* Readers: a file of each kind as it should be, and one broken for each rule. */
#include <math.h>
#include <zip.h>
#include <zlib.h>

#include "core/base/log.h"
#include "core/base/memory.h"
#include "datasets/dataset.h"
#include "datasets/gather.h"
#include "datasets/input.h"
#include "datasets/reader.h"
#include "tests/data.h"

enum { PATH = 300, SPEC = 1600 };


static void fill_spec(const char *pattern, const char *path, char *spec)
{
  const char *at = strstr(pattern, "FILE");
  ck_assert_ptr_nonnull(at);
  snprintf(spec, SPEC, "%.*s%s%s", (int)(at - pattern), pattern, path, at + 4);
}

static struct gv_dataset *open_text(const char *pattern, const char *name, const char *text)
{
  struct folder folder = folder_make();
  char path[PATH], spec[SPEC];
  struct gv_dataset *dataset = NULL;
  put_file(&folder, name, text, strlen(text), path);
  fill_spec(pattern, path, spec);
  assert_ok(gv_dataset_open(spec, 1, &dataset, err));
  folder_remove(&folder);
  return dataset;
}

/* The file is refused with a line that names it and holds `says`. */
static void refuse_bytes(const char *pattern, const char *name, const void *bytes, size_t size, const char *says)
{
  struct folder folder = folder_make();
  char path[PATH], spec[SPEC];
  struct gv_dataset *dataset = NULL;
  put_file(&folder, name, bytes, size, path);
  fill_spec(pattern, path, spec);
  struct gv_error error = {GV_OK, ""}, *err = &error;
  enum gv_status status = gv_dataset_open(spec, 1, &dataset, err);
  ck_assert_msg(status == GV_INPUT || status == GV_USAGE, "%s: status %d: %s", spec, status, error.text);
  ck_assert_msg(strstr(error.text, says) != NULL, "'%s' is not in '%s'", says, error.text);
  ck_assert_msg(strstr(error.text, name) != NULL, "'%s' does not name %s", error.text, name);
  ck_assert_ptr_null(strchr(error.text, '\n'));
  ck_assert_ptr_null(dataset);
  folder_remove(&folder);
}

static void refuse_text(const char *pattern, const char *name, const char *text, const char *says)
{
  refuse_bytes(pattern, name, text, strlen(text), says);
}

/* Row s of a part as a model sees it. */
static const float *row_of(const struct gv_dataset *dataset, const struct gv_part *part, int64_t s)
{
  static float x[4096], targets[16];
  static int32_t labels[16];
  struct gv_buffer buffer = {.x = x, .labels = labels, .targets = targets};
  gv_gather_range(dataset, part, s, 1, &buffer);
  return x;
}

static void check_row(const struct gv_dataset *dataset, const struct gv_part *part, int64_t s, const float *want)
{
  const float *x = row_of(dataset, part, s);
  for (int64_t j = 0; j < dataset->shape.features; j++)
    ck_assert_msg(x[j] == want[j], "row %lld, value %lld: %g, not %g", (long long)s, (long long)j, (double)x[j],
                  (double)want[j]);
}

/* ---- libsvm ---- */

START_TEST(libsvm_as_it_should_be)
{
  static const char text[] = "# a comment\n+1 1:0.5 3:-2 # and another\n-1 2:1e-3\r\n\n+1 qid:7 4:0\n-1";
  static const float rows[4][4] = {{0.5f, 0, -2, 0}, {0, 1e-3f, 0, 0}, {0}, {0}};
  static const int32_t labels[4] = {1, 0, 1, 0};  /* by value: -1 is class 0 */
  struct gv_dataset *d = open_text("FILE", "a.libsvm", text);
  ck_assert_int_eq(d->train.samples, 4);
  ck_assert_int_eq(d->shape.features, 4);
  ck_assert_int_eq(d->shape.classes, 2);
  ck_assert_str_eq(d->class_names[0], "-1");
  ck_assert_str_eq(d->class_names[1], "1");
  ck_assert_ptr_nonnull(d->train.sparse.first);
  ck_assert_int_eq(d->train.sparse.first[4], 3);
  ck_assert_mem_eq(d->train.labels, labels, sizeof labels);
  for (int s = 0; s < 4; s++)
    check_row(d, &d->train, s, rows[s]);
  gv_dataset_destroy(d);
  d = open_text("libsvm:path=FILE,target=yes,zero-based=yes,features=9", "b", "2.5 0:1\n-1 8:3\n");
  ck_assert_int_eq(d->shape.outputs, 1);
  ck_assert_int_eq(d->shape.classes, 0);
  ck_assert_int_eq(d->shape.features, 9);
  ck_assert(d->train.targets[0] == 2.5f && d->train.targets[1] == -1);
  ck_assert(row_of(d, &d->train, 1)[8] == 3);
  gv_dataset_destroy(d);
  /* Labels 0, 1, .. need no names; a test file shares them, and may have more features. */
  struct folder folder = folder_make();
  char train[PATH], test[PATH], spec[SPEC];
  put_file(&folder, "train", "2 1:1\n0 1:2\n1 2:1\n", 18, train);
  put_file(&folder, "test", "1 3:1\n", 6, test);
  snprintf(spec, sizeof spec, "libsvm:path=%s,test=%s", train, test);
  assert_ok(gv_dataset_open(spec, 1, &d, err));
  ck_assert_ptr_null(d->class_names);
  ck_assert_int_eq(d->train.labels[0], 2);
  ck_assert_int_eq(d->test.labels[0], 1);
  ck_assert_int_eq(d->shape.features, 3);
  gv_dataset_destroy(d);
  put_file(&folder, "test", "1 3:1\n7 1:1\n", 12, test);
  struct gv_dataset *none = NULL;
  assert_fails(GV_INPUT, "test: row 2: the label '7' is none of the 3 of the training part",
               gv_dataset_open(spec, 1, &none, err));
  folder_remove(&folder);
}
END_TEST

START_TEST(libsvm_broken)
{
  static const struct { const char *text, *says;
  } broken[] = {{"", "the file has no samples"},
                {"# nothing\n\n", "the file has no samples"},
                {"1 1:1\ncat 1:1\n", "row 2: the label 'cat' is no number"},
                {"nan 1:1\n", "row 1: the label 'nan' is no number"},
                {"1 1:1\n1 2\n", "row 2: '2' where index:value is wanted"},
                {"1 a:1\n", "'a:1' where index:value is wanted"},
                {"1 0:1\n", "index 0; indices count from 1 (from 0 with the option zero-based=yes)"},
                {"1 -4:1\n", "index -4; indices count from 1"},
                {"1 2147483647:1\n", "accepted are up to 2147483646"},
                {"1 99999999999999999999:1\n", "where index:value is wanted"},
                {"1 3:1 2:1\n", "index 2 stands behind 3"},
                {"1 3:1 3:1\n", "index 3 stands behind 3"},
                {"1 1:nan\n", "the value 'nan' of index 1 is no finite number"},
                {"1 1:1e999\n", "is no finite number"},
                {"1 1:\n", "the value '' of index 1"},
                {"1 1:2x\n", "'2x'"},
                {"1\n2\n", "no row has a feature"}};
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
    refuse_text("FILE", "broken.libsvm", broken[i].text, broken[i].says);
  refuse_bytes("libsvm:path=FILE", "zero", "1 1:1\n1 1:\0 2:1\n", 16, "row 2 has a zero byte");
  refuse_text("libsvm:path=FILE,features=2", "wide", "1 3:1\n", "its largest index says 3 features");
  refuse_text("libsvm:path=FILE,target=yes", "word", "x 3:1\n", "the label 'x' is no number");
}
END_TEST

/* ---- csv ---- */

START_TEST(csv_as_it_should_be)
{
  static const float rows[3][2] = {{1, 2.5f}, {-3, 4e2f}, {0, 0}};
  static const char header[] = "height,width,kind\n1,2.5,rose\n-3,4e2,\"violet, blue\"\n0,0,rose";
  struct gv_dataset *d = open_text("FILE", "a.csv", header);
  ck_assert_int_eq(d->train.samples, 3);
  ck_assert_int_eq(d->shape.features, 2);
  ck_assert_int_eq(d->shape.classes, 2);
  ck_assert_str_eq(d->class_names[0], "rose");  /* first seen first */
  ck_assert_str_eq(d->class_names[1], "violet, blue");
  ck_assert_int_eq(d->train.labels[1], 1);
  for (int s = 0; s < 3; s++)
    check_row(d, &d->train, s, rows[s]);
  gv_dataset_destroy(d);
  /* The same numbers in other clothes. */
  static const struct { const char *pattern, *name, *text; } same[] = {
      {"csv:path=FILE,label=1", "b.csv", "rose,1,2.5\nviolet,-3,400\nrose,0,0\n"},
      {"csv:path=FILE,label=kind", "c.csv", "kind;a;b\r\nrose;1;2.5\r\nviolet;-3;400\r\nrose;0;0\r\n"},
      {"FILE", "d.tsv", "1\t2.5\trose\n-3\t400\tviolet\n0\t0\trose\n"},
      {"csv:path=FILE,delimiter=space,header=no", "e", "1 2.5 rose\n-3 400 violet\n0 0 rose\n"},
      {"csv:path=FILE,drop=id/note", "f.csv", "id,a,note,b,kind\n7,1,x,2.5,rose\n8,-3,,400,violet\n9,0,z,0,rose\n"},
      {"csv:path=FILE,header=yes", "g.csv", "\xef\xbb\xbf" "1,2,3\n\n 1 , 2.5 ,rose\n\n-3,400,violet\n0,0,rose\n"}};
  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
    d = open_text(same[i].pattern, same[i].name, same[i].text);
    ck_assert_int_eq(d->train.samples, 3);
    ck_assert_int_eq(d->train.labels[1], 1);
    for (int s = 0; s < 3; s++)
      check_row(d, &d->train, s, rows[s]);
    gv_dataset_destroy(d);
  }
  d = open_text("csv:path=FILE,target=price", "h.csv", "price,size\n10.5,1\n-2,2\n");
  ck_assert_int_eq(d->shape.outputs, 1);
  ck_assert(d->train.targets[0] == 10.5f && d->train.targets[1] == -2);
  gv_dataset_destroy(d);
  /* Whole numbers are ordered by value, and named where they are not 0, 1, .. */
  d = open_text("FILE", "i.csv", "0.5,10\n0.5,9\n0.5,-1\n");
  ck_assert_int_eq(d->train.labels[0], 2);
  ck_assert_str_eq(d->class_names[2], "10");
  gv_dataset_destroy(d);
  /* A number is one class however it is written, in both formats. */
  static const struct { const char *name, *text; } written[] = {
      {"j.csv", "0.5,1\n0.5,+1\n0.5,1.0\n0.5,01\n0.5,-0\n0.5,0.10\n0.5,0.1\n0.5,9007199254740993\n"
                "0.5,18446744073709551615\n0.5,18446744073709551614\n"},
      {"j.libsvm", "1 1:2\n+1 1:2\n1.0 1:2\n01 1:2\n-0 1:2\n0.10 1:2\n0.1 1:2\n9007199254740993 1:2\n"
                   "18446744073709551615 1:2\n18446744073709551614 1:2\n"}};
  for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
    d = open_text("FILE", written[i].name, written[i].text);
    static const int32_t labels[] = {0, 0, 0, 0, 1, 2, 2, 3, 4, 5};
    ck_assert_int_eq(d->shape.classes, 6);
    ck_assert_mem_eq(d->train.labels, labels, sizeof labels);
    ck_assert_str_eq(d->class_names[0], "1");
    ck_assert_str_eq(d->class_names[1], "0");
    ck_assert_str_eq(d->class_names[2], "0.1");
    ck_assert_str_eq(d->class_names[3], "9007199254740993");
    ck_assert_str_eq(d->class_names[5], "18446744073709551614");
    gv_dataset_destroy(d);
  }
  d = open_text("FILE", "k.csv", "0.5,0x1F\n0.5,31\n");
  ck_assert_int_eq(d->shape.classes, 2);
  gv_dataset_destroy(d);
}
END_TEST

START_TEST(csv_two_files_and_gzip)
{
  struct folder folder = folder_make();
  char train[PATH], test[PATH], spec[SPEC];
  struct gv_dataset *d = NULL, *none = NULL;
  snprintf(train, sizeof train, "%s/train.csv.gz", folder.path);
  gzFile out = gzopen(train, "wb");
  ck_assert_int_gt(gzputs(out, "a,b,kind\n1,2,yes\n3,4,no\n"), 0);
  ck_assert_int_eq(gzclose(out), Z_OK);
  put_file(&folder, "test.csv", "a,b,kind\n5,6,no\n", 16, test);
  snprintf(spec, sizeof spec, "csv:path=%s,test=%s", train, test);
  assert_ok(gv_dataset_open(spec, 1, &d, err));
  ck_assert_int_eq(d->test.samples, 1);
  ck_assert_int_eq(d->test.labels[0], 1);
  ck_assert_str_eq(d->name, "train.csv.gz");
  gv_dataset_destroy(d);
  static const struct { const char *text, *says;
  } broken[] = {
      {"a,b,kind\n5,6,maybe\n", "test.csv: row 2: the label 'maybe' is none of the 2 of the training part"},
      {"b,a,kind\n5,6,no\n", "test.csv: column 1 of the header is 'b'; in the training file it is 'a'"},
      {"a,kind\n5,no\n", "test.csv: column 2 of the header is 'kind'"},
      {"a,b,kind\n5,6,no\n5,6\n", "test.csv: row 3 has 2 columns; the training file has 3"},
      {"a,b\n5,no\n", "test.csv: row 1 has 2 columns; the training file has 3"},
      {"a,b,kind\n", "test.csv: the file has no samples"}};
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    put_file(&folder, "test.csv", broken[i].text, strlen(broken[i].text), test);
    assert_fails(GV_INPUT, broken[i].says, gv_dataset_open(spec, 1, &none, err));
  }
  struct stat st;
  ck_assert_int_eq(stat(train, &st), 0);
  ck_assert_int_eq(truncate(train, st.st_size - 6), 0);
  assert_fails(GV_INPUT, "train.csv.gz: the compressed data end too early", gv_dataset_open(train, 1, &none, err));
  ck_assert_int_eq(truncate(train, 12), 0);
  assert_fails(GV_INPUT, "train.csv.gz: the compressed data", gv_dataset_open(train, 1, &none, err));
  snprintf(spec, sizeof spec, "csv:path=%s", folder.path);
  assert_fails(GV_INPUT, "is a folder; a file is wanted", gv_dataset_open(spec, 1, &none, err));
  assert_fails(GV_INPUT, "cannot open: No such file", gv_dataset_open("csv:path=/nowhere.csv", 1, &none, err));
  folder_remove(&folder);
}
END_TEST

START_TEST(csv_broken)
{
  static const struct { const char *pattern, *text, *says;
  } broken[] = {
      {"FILE", "", "the file has no rows"},
      {"FILE", "\n\n", "the file has no rows"},
      {"FILE", "a,b\n", "the file has no samples, only a header"},
      {"FILE", "1,2,x\n3,4\n", "row 2 has 2 columns; row 1 has 3"},
      {"FILE", "1,2,x\n3,4,y,5\n", "row 2 has 4 columns; row 1 has 3"},
      {"FILE", "a,b,k\n1,2,x\n3,cat,y\n", "row 3, column 2 (b): 'cat' is no finite number; drop= leaves"},
      {"FILE", "1,2,x\n,4,y\n", "row 2, column 1: '' is no finite number; a missing value"},
      {"FILE", "1,nan,x\n", "row 1, column 2: 'nan' is no finite number"},
      {"FILE", "1,1e99,x\n", "row 1, column 2: '1e99' is no finite number"},
      {"FILE", "1,2,\n", "row 1: the label is empty"},
      {"FILE", "1\n2\n", "row 1 has 1 column; at least one is wanted"},
      {"FILE", "1,\"2\"3,x\n", "row 1: a quote stands within a cell"},
      {"FILE", "1,2,\"x\n", "ends within quotes"},
      {"csv:path=FILE,label=5", "1,2,x\n", "label=5 is no column; accepted: 1 to 3 (there is no header)"},
      {"csv:path=FILE,label=kid", "a,kind\n1,x\n", "label=kid is no column; accepted: 1 to 2, or a name"},
      {"csv:path=FILE,target=k", "a,k\n1,x\n", "row 2: the target 'x' is no finite number"},
      {"csv:path=FILE,drop=k", "a,k\n1,x\n", "the column of the label is dropped too"}};
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
    refuse_text(broken[i].pattern, "broken.csv", broken[i].text, broken[i].says);
  refuse_bytes("csv:path=FILE", "zero.csv", "1,2\0,3\n", 7, "row 1 has a zero byte");
  struct gv_dataset *none = NULL;
  assert_fails(GV_USAGE, "give one", gv_dataset_open("csv:path=x,label=1,target=2", 1, &none, err));
  assert_fails(GV_USAGE, "path is ''", gv_dataset_open("csv", 1, &none, err));
}
END_TEST

static int warnings;
static char warning[600];

static void keep_line(void *context, enum gv_log_level level, const char *line)
{
  (void)context;
  if (level == GV_LOG_WARNING) {
    warnings++;
    snprintf(warning, sizeof warning, "%s", line);
  }
}

/* The header that pandas gives a table without names is a row of numbers. */
START_TEST(csv_numbered_columns)
{
  static const struct { const char *pattern, *text; int samples, warnings; } files[] = {
      {"FILE", "0,1,2\n5,6,7\n", 2, 1},          {"csv:path=FILE,header=yes", "0,1,2\n5,6,7\n", 1, 0},
      {"csv:path=FILE,header=no", "0,1,2\n5,6,7\n", 2, 0}, {"FILE", "0,1\n1,0\n", 2, 0},
      {"FILE", "0,1,3\n5,6,7\n", 2, 0},          {"FILE", "0,1,2.0\n5,6,7\n", 2, 0}};
  gv_log_set_sink(keep_line, NULL);
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    warnings = 0;
    struct gv_dataset *d = open_text(files[i].pattern, "pandas.csv", files[i].text);
    ck_assert_int_eq(d->train.samples, files[i].samples);
    ck_assert_int_eq(warnings, files[i].warnings);
    gv_dataset_destroy(d);
  }
  gv_log_set_sink(NULL, NULL);
  ck_assert_ptr_nonnull(strstr(warning, "/pandas.csv: row 1 reads 0, 1, 2, ... and was taken for a sample; where "
                               "it names the columns, say header=yes"));
}
END_TEST

/* Names that say nothing: the first bytes do. */
START_TEST(guessed_from_the_content)
{
  static const struct { const char *text, *found; } files[] = {
      {"1 1:2 3:4\n-1 2:1\n", "sparse"}, {"+1 12:0.5\n-1 2:1\n", "sparse"}, {"1,2,x\n3,4,y\n", "floats"},
      {"a\tb\tk\n3\t4\ty\n", "floats"}, {"hello\n", NULL}, {"", NULL}, {"1 2 3\n", NULL},
      {"1\t1:2\t3:4\n-1\t2:1\n", "sparse"}, {"1 1:2 # of a, b; c\n-1 2:1\n", "sparse"},
      {"# a, b\n\n1 qid:3 1:2\n-1 2:1\n", "sparse"}, {"1\t12:30:15\n2\t12:30:16\n", "floats"},
      {"1;2;2:1\n3;2;2:2\n", "floats"}, {"1\t2\t3:4\n5\t6\t3:4\n", "floats"}};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    if (files[i].found == NULL) {
      refuse_text("FILE", "data", files[i].text, "no reader recognizes what lies there");
      continue;
    }
    struct gv_dataset *d = open_text("FILE", "data", files[i].text);
    ck_assert_int_eq(d->train.samples, i == 3 ? 1 : 2);
    ck_assert((d->train.sparse.first != NULL) == (files[i].found[0] == 's'));
    gv_dataset_destroy(d);
  }
  /* A name that says something goes before them. */
  static const char *const names[] = {"a.libsvm", "a.svm", "a.svmlight"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    struct gv_dataset *d = open_text("FILE", names[i], "1\t1:2\t3:4 # a, b\n-1\t2:1\n");
    ck_assert_ptr_nonnull(d->train.sparse.first);
    gv_dataset_destroy(d);
  }
  struct gv_dataset *d = open_text("FILE", "a.tsv", "1\t12:30\n2\t12:45\n");
  ck_assert_ptr_nonnull(d->train.floats);
  ck_assert_str_eq(d->class_names[1], "12:45");
  gv_dataset_destroy(d);
}
END_TEST

/* ---- npy and npz ---- */

/* A .npy file's bytes. Returns their count. */
static size_t make_npy(const char *descr, const char *shape, const void *data, size_t size, uint8_t *out)
{
  char text[128];
  int length = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape);
  while ((10 + length + 1) % 64 != 0)
    text[length++] = ' ';
  text[length++] = '\n';
  memcpy(out, "\x93NUMPY\x01\x00", 8);
  out[8] = (uint8_t)length;
  out[9] = (uint8_t)(length >> 8);
  memcpy(out + 10, text, (size_t)length);
  memcpy(out + 10 + length, data, size);
  return 10 + (size_t)length + size;
}

static void put_npy(const struct folder *folder, const char *name, const char *descr, const char *shape,
                    const void *data, size_t size, char *path)
{
  uint8_t bytes[1024];
  put_file(folder, name, bytes, make_npy(descr, shape, data, size, bytes), path);
}

START_TEST(npy_as_it_should_be)
{
  static const float floats[6] = {1, 2, 3, 4, 5, 6};
  static const double doubles[6] = {1, 2, 3, 4, 5, 6};
  static const int16_t shorts[6] = {1, 2, 3, 4, 5, 6};
  static const uint8_t bytes[6] = {1, 2, 3, 4, 5, 6};
  static const struct { const char *descr, *shape; const void *data; size_t size; int height, width; } xs[] = {
      {"<f4", "(2, 3)", floats, sizeof floats, 1, 3}, {"<f8", "(2, 3)", doubles, sizeof doubles, 1, 3},
      {"<i2", "(2, 3,)", shorts, sizeof shorts, 1, 3}, {"|u1", "(2,3)", bytes, sizeof bytes, 1, 3},
      {"|u1", "(2, 3, 1)", bytes, sizeof bytes, 3, 1}, {"<f4", "(2, 1, 1, 3)", floats, sizeof floats, 1, 1}};
  static const int64_t labels[2] = {1, 0};
  static const float targets[4] = {0.5f, -1, 2, 3};
  struct folder folder = folder_make();
  char x[PATH], y[PATH], spec[SPEC];
  for (size_t i = 0; i < sizeof xs / sizeof xs[0]; i++) {
    struct gv_dataset *d = NULL;
    put_npy(&folder, "x.npy", xs[i].descr, xs[i].shape, xs[i].data, xs[i].size, x);
    put_npy(&folder, "y.npy", "<i8", "(2,)", labels, sizeof labels, y);
    snprintf(spec, sizeof spec, "npy:x=%s,y=%s", x, y);
    assert_ok(gv_dataset_open(spec, 1, &d, err));
    ck_assert_int_eq(d->train.samples, 2);
    ck_assert_int_eq(d->shape.features, 3);
    ck_assert_int_eq(d->shape.height, xs[i].height);
    ck_assert_int_eq(d->shape.width, xs[i].width);
    ck_assert_int_eq(d->shape.classes, 2);
    ck_assert_int_eq(d->train.labels[0], 1);
    ck_assert((d->train.bytes != NULL) == (xs[i].descr[1] == 'u'));
    float scale = d->train.bytes != NULL ? 1 / 6.0f : 1;
    for (int s = 0; s < 2; s++)
      check_row(d, &d->train, s, (const float[]){(3 * (float)s + 1) * scale, (3 * (float)s + 2) * scale,
                                                 (3 * (float)s + 3) * scale});
    gv_dataset_destroy(d);
    put_npy(&folder, "y.npy", "<f4", "(2, 2)", targets, sizeof targets, y);
    assert_ok(gv_dataset_open(spec, 1, &d, err));
    ck_assert_int_eq(d->shape.outputs, 2);
    ck_assert_int_eq(d->shape.classes, 0);
    ck_assert(d->train.targets[3] == 3);
    gv_dataset_destroy(d);
  }
  /* Channels behind: (1, 1, 2, 2) pixels (a0 a1)(b0 b1) become channel 0, then channel 1. */
  static const uint8_t pixels[4] = {10, 20, 30, 40};
  struct gv_dataset *d = NULL;
  put_npy(&folder, "x.npy", "|u1", "(1, 1, 2, 2)", pixels, sizeof pixels, x);
  put_npy(&folder, "y.npy", "<i8", "(1,)", labels + 1, sizeof *labels, y);
  assert_ok(gv_dataset_open(spec, 1, &d, err));
  ck_assert_int_eq(d->shape.channels, 2);
  ck_assert_mem_eq(d->train.bytes, ((const uint8_t[]){10, 30, 20, 40}), 4);
  gv_dataset_destroy(d);
  folder_remove(&folder);
}
END_TEST

/* A plain file takes what it holds, with a byte to find its end. */
START_TEST(whole_files)
{
  enum { LARGE = 300000 };
  struct folder folder = folder_make();
  static char bytes[LARGE];
  char path[PATH];
  for (size_t i = 0; i < LARGE; i++)
    bytes[i] = (char)(i * i % 251);
  put_file(&folder, "large", bytes, LARGE, path);
  struct gv_input input = {0};
  struct gv_grow all = {.size = 1};
  assert_ok(gv_input_open(path, &input, err));
  assert_ok(gv_input_all(&input, &all, err));
  ck_assert_uint_eq(all.count, LARGE);
  ck_assert_uint_le(all.room, LARGE + 1);
  ck_assert_mem_eq(all.items, bytes, LARGE);
  gv_free(all.items);
  gv_input_close(&input);
  folder_remove(&folder);
}
END_TEST

START_TEST(npy_broken)
{
  static const float floats[6] = {1, 2, 3, 4, 5, 6};
  static const int32_t labels[2] = {0, 1}, negative[2] = {0, -1}, large[2] = {0, 1 << 20};
  struct folder folder = folder_make();
  char x[PATH], y[PATH], spec[SPEC];
  uint8_t bytes[1024];
  put_npy(&folder, "y.npy", "<i4", "(2,)", labels, sizeof labels, y);
  size_t whole = make_npy("<f4", "(2, 3)", floats, sizeof floats, bytes);
  snprintf(spec, sizeof spec, "npy:x=FILE,y=%s", y);
  refuse_bytes(spec, "x.npy", bytes, 0, "is no array");
  refuse_bytes(spec, "x.npy", bytes, 9, "is no array");
  refuse_bytes(spec, "x.npy", bytes, 60, "its header is to have 118 bytes; the file ends before");
  refuse_bytes(spec, "x.npy", bytes, whole - 1, "23 bytes follow its header, which promises (2, 3) elements of 4");
  bytes[whole] = 0;
  refuse_bytes(spec, "x.npy", bytes, whole + 1, "25 bytes follow its header");
  bytes[6] = 9;
  refuse_bytes(spec, "x.npy", bytes, whole, "version 9 of the .npy format");
  bytes[6] = 1;
  bytes[0] = 'x';
  refuse_bytes(spec, "x.npy", bytes, whole, "is no array: a .npy file starts with");
  static const struct { const char *descr, *shape, *says; } headers[] = {
      {">f4", "(2, 3)", "elements of type '>f4'"}, {"|O", "(2, 3)", "elements of type '|O'"},
      {"<f2", "(2, 3)", "elements of type '<f2'"}, {"<f4", "(2, x)", "its header is none of an array"},
      {"<f4", "(2, 3", "its header is none"}, {"<f4", "(99999999999999999999,)", "its header is none"},
      {"<f4", "(4611686018427387904, 4)", "24 bytes follow its header, which promises (4611686018427387904, 4)"},
      {"<f4", "(3, 2)", "y.npy: 2 rows; "}, {"<f4", "(2, 1, 1, 1, 3)", "5 dimensions"}, {"<f4", "()", "24 bytes"}};
  for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
    size_t size = make_npy(headers[i].descr, headers[i].shape, floats, sizeof floats, bytes);
    refuse_bytes(spec, "x.npy", bytes, size, headers[i].says);
  }
  static const float wrong[6] = {1, 2, 3, 4, NAN, 6};
  size_t size = make_npy("<f4", "(2, 3)", wrong, sizeof wrong, bytes);
  refuse_bytes(spec, "x.npy", bytes, size, "row 1 holds nan; accepted: finite numbers");
  put_npy(&folder, "x.npy", "<f4", "(2, 3)", floats, sizeof floats, x);
  snprintf(spec, sizeof spec, "npy:x=%s,y=FILE", x);
  size = make_npy("<i4", "(2,)", negative, sizeof negative, bytes);
  refuse_bytes(spec, "y.npy", bytes, size, "row 1 holds -1; accepted: labels from 0 to 1048575");
  size = make_npy("<i4", "(2,)", large, sizeof large, bytes);
  refuse_bytes(spec, "y.npy", bytes, size, "row 1 holds 1.04858e+06; accepted: labels");
  struct gv_dataset *none = NULL;
  assert_fails(GV_USAGE, "y is ''", gv_dataset_open(x, 1, &none, err));
  folder_remove(&folder);
}
END_TEST

/* One member of an archive. */
struct member {
  const char *name;
  uint8_t bytes[512];
  size_t size;
};

static void put_npz(const char *path, struct member *members, int count)
{
  int code = 0;
  zip_t *archive = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
  ck_assert_ptr_nonnull(archive);
  for (int m = 0; m < count; m++) {
    zip_source_t *source = zip_source_buffer(archive, members[m].bytes, members[m].size, 0);
    ck_assert_ptr_nonnull(source);
    ck_assert(zip_file_add(archive, members[m].name, source, 0) >= 0);
  }
  ck_assert_int_eq(zip_close(archive), 0);
}

START_TEST(npz_whole_and_broken)
{
  static const uint8_t pixels[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  static const int64_t labels[3] = {2, 0, 1};
  struct member members[4] = {{.name = "x_train.npy"}, {.name = "y_train.npy"}, {.name = "x_test.npy"},
                              {.name = "y_test.npy"}};
  members[0].size = make_npy("|u1", "(3, 2, 2)", pixels, 12, members[0].bytes);
  members[1].size = make_npy("<i8", "(3,)", labels, 24, members[1].bytes);
  members[2].size = make_npy("|u1", "(1, 2, 2)", pixels, 4, members[2].bytes);
  members[3].size = make_npy("<i8", "(1,)", labels + 2, 8, members[3].bytes);
  struct folder folder = folder_make();
  char path[PATH], spec[SPEC];
  snprintf(path, sizeof path, "%s/a.npz", folder.path);
  put_npz(path, members, 4);
  struct gv_dataset *d = NULL, *none = NULL;
  assert_ok(gv_dataset_open(path, 1, &d, err));
  ck_assert_int_eq(d->train.samples, 3);
  ck_assert_int_eq(d->test.samples, 1);
  ck_assert_int_eq(d->shape.height, 2);
  ck_assert_int_eq(d->train.labels[0], 2);
  ck_assert_mem_eq(d->train.bytes, pixels, 12);
  gv_dataset_destroy(d);
  put_npz(path, members, 3);
  assert_fails(GV_INPUT, "holds a test part's x without its y", gv_dataset_open(path, 1, &none, err));
  put_npz(path, members, 1);
  assert_fails(GV_INPUT, "holds none of the arrays y_train, Y_train, y and Y",
               gv_dataset_open(path, 1, &none, err));
  put_npz(path, members, 2);
  assert_ok(gv_dataset_open(path, 1, &d, err));
  ck_assert_int_eq(d->test.samples, 0);
  gv_dataset_destroy(d);
  snprintf(spec, sizeof spec, "npz:path=%s,x=pixels", path);
  assert_fails(GV_INPUT, "a.npz: holds no array 'pixels', which x names", gv_dataset_open(spec, 1, &none, err));
  members[1].size -= 8;
  put_npz(path, members, 2);
  assert_fails(GV_INPUT, "a.npz: y_train: 16 bytes follow its header", gv_dataset_open(path, 1, &none, err));
  struct stat st;
  ck_assert_int_eq(stat(path, &st), 0);
  ck_assert_int_eq(truncate(path, st.st_size - 10), 0);
  assert_fails(GV_INPUT, "a.npz: cannot be opened as an .npz file", gv_dataset_open(path, 1, &none, err));
  ck_assert_int_eq(truncate(path, 0), 0);
  ck_assert_int_ne(gv_dataset_open(path, 1, &none, NULL), GV_OK);
  snprintf(spec, sizeof spec, "npz:path=%s", folder.path);
  assert_fails(GV_INPUT, "is a folder", gv_dataset_open(spec, 1, &none, err));
  folder_remove(&folder);
}
END_TEST

/* ---- cifar ---- */

enum { RECORD = 3072 };

/* n records: the labels of record r are (r + 1) % 10, .., pixel p is r + p. */
static void put_cifar(const struct folder *folder, const char *name, int labels, int n, int cut, int last_label)
{
  size_t size = (size_t)n * (size_t)(labels + RECORD);
  uint8_t *bytes = malloc(size), *at = bytes;
  char path[PATH];
  for (int r = 0; r < n; r++) {
    for (int l = 0; l < labels; l++)
      *at++ = (uint8_t)(r == n - 1 && last_label >= 0 ? last_label : (r + 1) % 10);
    for (int p = 0; p < RECORD; p++)
      *at++ = (uint8_t)(r + p);
  }
  put_file(folder, name, bytes, size - (size_t)cut, path);
  free(bytes);
}

START_TEST(cifar_whole_and_broken)
{
  struct folder folder = folder_make();
  struct gv_dataset *d = NULL, *none = NULL;
  char name[32], path[PATH], spec[SPEC];
  for (int b = 1; b <= 5; b++) {
    snprintf(name, sizeof name, "data_batch_%d.bin", b);
    put_cifar(&folder, name, 1, 70, 0, -1);
  }
  assert_fails(GV_INPUT, "the file test_batch.bin is missing", gv_dataset_open(folder.path, 1, &none, err));
  put_cifar(&folder, "test_batch.bin", 1, 3, 0, -1);
  assert_ok(gv_dataset_open(folder.path, 1, &d, err));
  ck_assert_int_eq(d->train.samples, 350);
  ck_assert_int_eq(d->test.samples, 3);
  ck_assert_int_eq(d->shape.channels, 3);
  ck_assert_int_eq(d->shape.width, 32);
  ck_assert_int_eq(d->shape.classes, 10);
  ck_assert_int_eq(d->train.labels[71], 2);
  ck_assert_int_eq(d->train.bytes[71 * RECORD + 5], 6);
  ck_assert_ptr_null(d->class_names);
  gv_dataset_destroy(d);
  static const char names[] = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
  put_file(&folder, "batches.meta.txt", names, sizeof names - 1, path);
  assert_ok(gv_dataset_open(folder.path, 1, &d, err));
  ck_assert_str_eq(d->class_names[9], "truck");
  gv_dataset_destroy(d);
  put_file(&folder, "batches.meta.txt", names, 20, path);
  assert_fails(GV_INPUT, "batches.meta.txt: 2 names; CIFAR-10 has 10 classes",
               gv_dataset_open(folder.path, 1, &none, err));
  ck_assert_int_eq(remove(path), 0);
  snprintf(spec, sizeof spec, "cifar:path=%s,labels=coarse", folder.path);
  assert_fails(GV_USAGE, "labels=coarse is for CIFAR-100", gv_dataset_open(spec, 1, &none, err));
  put_cifar(&folder, "data_batch_2.bin", 1, 70, 0, 10);
  assert_fails(GV_INPUT, "data_batch_2.bin: row 140 (from 1, all files) has the label 10; accepted: 0 to 9",
               gv_dataset_open(folder.path, 1, &none, err));
  put_cifar(&folder, "data_batch_2.bin", 1, 70, 1, -1);
  assert_fails(GV_INPUT, "data_batch_2.bin: 215109 bytes; a CIFAR-10 file is a whole number of records of 3073",
               gv_dataset_open(folder.path, 1, &none, err));
  put_cifar(&folder, "data_batch_2.bin", 1, 0, 0, -1);
  assert_fails(GV_INPUT, "data_batch_2.bin: 0 bytes", gv_dataset_open(folder.path, 1, &none, err));
  folder_remove(&folder);
  folder = folder_make();
  put_cifar(&folder, "train.bin", 2, 5, 0, 19);
  put_cifar(&folder, "test.bin", 2, 2, 0, -1);
  assert_ok(gv_dataset_open(folder.path, 1, &d, err));
  ck_assert_int_eq(d->shape.classes, 100);
  ck_assert_int_eq(d->train.labels[4], 19);
  gv_dataset_destroy(d);
  put_cifar(&folder, "train.bin", 2, 5, 0, 20);
  snprintf(spec, sizeof spec, "cifar:path=%s,labels=coarse", folder.path);
  assert_fails(GV_INPUT, "has the label 20; accepted: 0 to 19", gv_dataset_open(spec, 1, &none, err));
  assert_fails(GV_INPUT, "there is no such folder", gv_dataset_open("cifar:path=/nowhere", 1, &none, err));
  folder_remove(&folder);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {libsvm_as_it_should_be, libsvm_broken, csv_as_it_should_be,
                                csv_two_files_and_gzip, csv_broken, csv_numbered_columns,
                                guessed_from_the_content, npy_as_it_should_be, whole_files, npy_broken,
                                npz_whole_and_broken, cifar_whole_and_broken, NULL};
  return run_suite("readers", tests);
}
