/* Reads edge lists (`i j [weight]` a line, from node 0) and Matrix Market files (coordinates, from 1), strictly. */
#include "core/graph/topologies/edge_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/base/memory.h"

enum { LINE_MAX_LENGTH = 4095, FIELDS = 4 };

static const char banner[] = "%%MatrixMarket";

struct source {
  FILE *file;
  const char *path;
  int64_t line;                    /* the one in text */
  char text[LINE_MAX_LENGTH + 1];  /* without its end */
  char *field[FIELDS];             /* into text; the last one is one too many for every line */
  int fields, nodes;
};

static enum gv_status open_source(struct source *source, struct gv_error *err)
{
  struct stat st;
  if (stat(source->path, &st) != 0)
    return gv_fail(err, GV_INPUT, "topology file: cannot open %s: %s", source->path, strerror(errno));
  if (!S_ISREG(st.st_mode))
    return gv_fail(err, GV_INPUT, "topology file: %s is a %s; accepted: a file", source->path,
                   S_ISDIR(st.st_mode) ? "folder" : "device or a pipe");
  source->file = fopen(source->path, "re");
  if (source->file == NULL)
    return gv_fail(err, GV_INPUT, "topology file: cannot open %s: %s", source->path, strerror(errno));
  return GV_OK;
}

/* text <- the next line; *more <- whether there was one. What is no text is refused before it is long. */
static enum gv_status next_line(struct source *source, bool *more, struct gv_error *err)
{
  size_t length = 0;
  int c = getc_unlocked(source->file);
  *more = c != EOF;
  if (*more)
    source->line++;
  for (; c != EOF && c != '\n'; c = getc_unlocked(source->file)) {
    if ((c < ' ' && c != '\t' && c != '\r') || c == 127)
      return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: a byte 0x%02x, so this is no text; accepted: an "
                     "edge list or a Matrix Market file", source->path, (long long)source->line, (unsigned)c);
    if (length == LINE_MAX_LENGTH)
      return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: longer than %d characters", source->path,
                     (long long)source->line, LINE_MAX_LENGTH);
    source->text[length++] = (char)c;
  }
  source->text[length] = '\0';
  if (ferror(source->file))
    return gv_fail(err, GV_INPUT, "topology file: cannot read %s: %s", source->path, strerror(errno));
  return GV_OK;
}

/* Cuts the line at blanks, one comma each, and the beginning of a comment. */
static enum gv_status cut(struct source *source, struct gv_error *err)
{
  static const char blanks[] = " \t\r";
  source->text[strcspn(source->text, "#%")] = '\0';
  source->fields = 0;
  for (char *c = source->text + strspn(source->text, blanks); *c != '\0' && source->fields < FIELDS;) {
    size_t length = strcspn(c, " \t\r,");
    char *end = c + length, *next = end + strspn(end, blanks);
    bool comma = *next == ',';
    next += comma;
    next += strspn(next, blanks);
    if (length == 0 || (comma && *next == '\0'))
      return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: a comma with nothing beside it", source->path,
                     (long long)source->line);
    *end = '\0';
    source->field[source->fields++] = c;
    c = next;
  }
  return GV_OK;
}

/* The next line that says something, cut into fields; none at the end. */
static enum gv_status next_fields(struct source *source, struct gv_error *err)
{
  bool more = true;
  enum gv_status status = GV_OK;
  source->fields = 0;
  while (more && source->fields == 0 && status == GV_OK) {
    status = next_line(source, &more, err);
    if (more && status == GV_OK)
      status = cut(source, err);
  }
  return status;
}

static bool read_whole(const char *text, long long *out)
{
  char *end;
  errno = 0;
  *out = strtoll(text, &end, 10);
  return end != text && *end == '\0' && errno == 0;
}

static enum gv_status read_node(const struct source *source, int field, int lowest, int32_t *out,
                                struct gv_error *err)
{
  long long node;
  if (!read_whole(source->field[field], &node))
    return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: '%.40s' is no number of a node", source->path,
                   (long long)source->line, source->field[field]);
  if (node < lowest || node - lowest >= source->nodes)
    return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: there is no node %lld; nodes are %d to %d%s",
                   source->path, (long long)source->line, node, lowest, source->nodes - 1 + lowest,
                   lowest > 0 ? " in Matrix Market files" : "");
  *out = (int32_t)(node - lowest);
  return GV_OK;
}

static enum gv_status read_weight(const struct source *source, int lowest, const struct gv_entry *entry,
                                  double *out, struct gv_error *err)
{
  char *end;
  *out = strtod(source->field[2], &end);
  if (end == source->field[2] || *end != '\0')
    return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: '%.40s' is no number", source->path,
                   (long long)source->line, source->field[2]);
  if (!isfinite(*out))
    return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: node %d puts weight %.40s on node %d; accepted: "
                   "finite weights", source->path, (long long)source->line, (int)entry->to + lowest,
                   source->field[2], (int)entry->from + lowest);
  return GV_OK;
}

static enum gv_status append(struct gv_edge_file *out, struct gv_entry entry, struct gv_error *err)
{
  if (out->count == out->room) {
    struct gv_entry *grown = NULL;
    size_t room = out->room < 64 ? 64 : 2 * out->room;
    enum gv_status status = gv_alloc_for(&grown, room, sizeof *grown, "the topology's file", err);
    if (status != GV_OK)
      return status;
    if (out->count > 0)
      memcpy(grown, out->entry, out->count * sizeof *grown);
    gv_free(out->entry);
    out->entry = grown;
    out->room = room;
  }
  out->entry[out->count++] = entry;
  return GV_OK;
}

/* The fields at hand as an entry; nodes count from `lowest`. */
static enum gv_status read_entry(const struct source *source, int lowest, struct gv_edge_file *out,
                                 struct gv_error *err)
{
  struct gv_entry entry = {.line = source->line};
  if (source->fields != (out->weighted ? 3 : 2)) {
    const char *accepted = out->weighted ? "two nodes and a weight, as in the lines before" :
                           out->count > 0 ? "two nodes, as in the lines before" :
                                            "two nodes, or two nodes and a weight";
    if (out->market)
      accepted = out->weighted ? "row, column and value" : "row and column";
    return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: %s%d field%s; accepted: %s", source->path,
                   (long long)source->line, source->fields == FIELDS ? "at least " : "", source->fields,
                   source->fields == 1 ? "" : "s", accepted);
  }
  enum gv_status status = read_node(source, 0, lowest, &entry.to, err);
  if (status == GV_OK)
    status = read_node(source, 1, lowest, &entry.from, err);
  if (status == GV_OK && out->weighted)
    status = read_weight(source, lowest, &entry, &entry.weight, err);
  return status == GV_OK ? append(out, entry, err) : status;
}

/* The first line that says something decides whether there are weights. */
static enum gv_status read_list(struct source *source, struct gv_edge_file *out, struct gv_error *err)
{
  enum gv_status status = cut(source, err);
  if (status == GV_OK && source->fields == 0)
    status = next_fields(source, err);
  if (status == GV_OK && source->fields == 0)
    return gv_fail(err, GV_INPUT, "topology file: %s: no edge in it; accepted: lines of two nodes, or of two nodes "
                   "and a weight", source->path);
  out->weighted = source->fields == 3;
  while (status == GV_OK && source->fields > 0) {
    status = read_entry(source, 0, out, err);
    if (status == GV_OK)
      status = next_fields(source, err);
  }
  return status;
}

static enum gv_status read_banner(struct source *source, struct gv_edge_file *out, struct gv_error *err)
{
  char word[4][32] = {"", "", "", ""}, more[2] = "";
  int found = sscanf(source->text + strlen(banner), "%31s %31s %31s %31s %1s", word[0], word[1], word[2], word[3],
                     more);
  bool pattern = strcasecmp(word[2], "pattern") == 0;
  out->weighted = !pattern;
  out->symmetric = strcasecmp(word[3], "symmetric") == 0;
  if (found == 4 && strcasecmp(word[0], "matrix") == 0 && strcasecmp(word[1], "coordinate") == 0 &&
      (pattern || strcasecmp(word[2], "real") == 0 || strcasecmp(word[2], "integer") == 0) &&
      (out->symmetric || strcasecmp(word[3], "general") == 0))
    return GV_OK;
  return gv_fail(err, GV_INPUT, "topology file: %s, line 1: the banner says '%.100s'; accepted: matrix coordinate, "
                 "then pattern, real or integer, then general or symmetric", source->path,
                 source->text + strlen(banner) + strspn(source->text + strlen(banner), " \t"));
}

static enum gv_status read_market(struct source *source, struct gv_edge_file *out, struct gv_error *err)
{
  long long size[3] = {0, 0, 0};
  bool whole = true;
  enum gv_status status = read_banner(source, out, err);
  if (status == GV_OK)
    status = next_fields(source, err);
  if (status != GV_OK)
    return status;
  for (int f = 0; f < 3 && f < source->fields; f++)
    whole = read_whole(source->field[f], &size[f]) && size[f] >= 0 && whole;
  if (source->fields != 3 || !whole)
    return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: no size; accepted: three whole numbers, rows, "
                   "columns and entries", source->path, (long long)source->line);
  if (size[0] != source->nodes || size[1] != source->nodes)
    return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: a matrix of %lld x %lld; accepted for %d nodes: "
                   "%d x %d", source->path, (long long)source->line, size[0], size[1], source->nodes,
                   source->nodes, source->nodes);
  status = next_fields(source, err);
  while (status == GV_OK && source->fields > 0 && (long long)out->count < size[2]) {
    status = read_entry(source, 1, out, err);
    if (status == GV_OK)
      status = next_fields(source, err);
  }
  if (status == GV_OK && (source->fields > 0 || (long long)out->count < size[2]))
    return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: its size says %lld entries, and there are %s",
                   source->path, (long long)source->line, size[2], source->fields > 0 ? "more" : "fewer");
  return status;
}

enum gv_status gv_edge_file_read(const char *path, int nodes, struct gv_edge_file *out, struct gv_error *err)
{
  struct gv_edge_file read = {0};
  struct source *source = NULL;
  bool more = false;
  enum gv_status status = gv_alloc_for(&source, 1, sizeof *source, "the topology's file", err);
  if (status != GV_OK)
    return status;
  source->path = path;
  source->nodes = nodes;
  status = open_source(source, err);
  if (status == GV_OK)
    status = next_line(source, &more, err);
  if (status == GV_OK) {
    size_t length = strlen(banner);
    read.market = strncasecmp(source->text, banner, length) == 0;
    status = read.market ? read_market(source, &read, err) : read_list(source, &read, err);
  }
  if (source->file != NULL)
    fclose(source->file);
  gv_free(source);
  if (status != GV_OK)
    gv_edge_file_destroy(&read);
  else
    *out = read;
  return status;
}

void gv_edge_file_destroy(struct gv_edge_file *file)
{
  gv_free(file->entry);
  *file = (struct gv_edge_file){0};
}
