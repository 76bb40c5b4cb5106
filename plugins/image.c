/* The writable segments of a loaded object, from the loader's list; names of variables from the file's symbols. */
#include "plugins/image.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/memory.h"

enum { SEGMENTS = 8 };

struct gv_image {
  uintptr_t wanted, base;
  char *path;
  bool found;
  int count;
  struct segment {
    const unsigned char *at;
    unsigned char *copy;
    size_t size;
  } segments[SEGMENTS];
};

/* An instrumented plugin has poisoned borders between its variables, which are looked at like the rest; volatile,
 * so that no library function does it instead. */
#define PLAIN __attribute__((no_sanitize_address))

PLAIN static void copy_segment(struct segment *s)
{
  for (size_t i = 0; i < s->size; i++)
    s->copy[i] = ((const volatile unsigned char *)s->at)[i];
}

PLAIN static const unsigned char *first_change(const struct segment *s)
{
  for (size_t i = 0; i < s->size; i++)
    if (((const volatile unsigned char *)s->at)[i] != s->copy[i])
      return s->at + i;
  return NULL;
}

static bool holds(const struct dl_phdr_info *info, uintptr_t address)
{
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *p = &info->dlpi_phdr[i];
    if (p->p_type == PT_LOAD && address - (info->dlpi_addr + p->p_vaddr) < p->p_memsz)
      return true;
  }
  return false;
}

static int visit(struct dl_phdr_info *info, size_t size, void *arg)
{
  struct gv_image *image = arg;
  (void)size;
  if (!holds(info, image->wanted))
    return 0;
  if (info->dlpi_name == NULL || info->dlpi_name[0] == '\0')  /* the program */
    return 1;
  image->found = true;
  image->base = info->dlpi_addr;
  image->path = strdup(info->dlpi_name);
  for (int i = 0; i < info->dlpi_phnum && image->count < SEGMENTS; i++) {
    const ElfW(Phdr) *p = &info->dlpi_phdr[i];
    if (p->p_type == PT_LOAD && (p->p_flags & PF_W) != 0)
      image->segments[image->count++] =
          (struct segment){.at = (const unsigned char *)(info->dlpi_addr + p->p_vaddr), .size = p->p_memsz};
  }
  return 1;
}

enum gv_status gv_image_take(const void *address, struct gv_image **image, struct gv_error *err)
{
  struct gv_image *made = calloc(1, sizeof *made);
  if (made == NULL)
    return gv_fail(err, GV_MEMORY, "no memory to look at a shared object");
  made->wanted = (uintptr_t)address;
  dl_iterate_phdr(visit, made);
  *image = NULL;
  if (!made->found) {
    gv_image_free(made);
    return GV_OK;
  }
  for (int i = 0; i < made->count; i++) {
    made->segments[i].copy = gv_alloc(made->segments[i].size, 1);
    if (made->segments[i].copy == NULL) {
      gv_image_free(made);
      return gv_fail(err, GV_MEMORY, "no memory for a copy of the data of a shared object");
    }
  }
  for (int i = 0; i < made->count; i++)
    copy_segment(&made->segments[i]);
  *image = made;
  return GV_OK;
}

void gv_image_free(struct gv_image *image)
{
  if (image == NULL)
    return;
  for (int i = 0; i < image->count; i++)
    gv_free(image->segments[i].copy);
  free(image->path);
  free(image);
}

const void *gv_image_changed(const struct gv_image *image)
{
  const unsigned char *at = NULL;
  for (int i = 0; i < image->count && at == NULL; i++)
    at = first_change(&image->segments[i]);
  return at;
}

/* ---- names ---- */

/* Whether count entries of a size lie in the file from offset on. */
static bool lies_in(size_t file, uint64_t offset, uint64_t count, size_t each)
{
  return offset <= file && count <= (file - offset) / each;
}

/* The name of the variable at this address of the file's own numbering, or NULL. */
static const char *find_symbol(const unsigned char *file, size_t size, uintptr_t address)
{
  ElfW(Ehdr) head;
  if (size < sizeof head)
    return NULL;
  memcpy(&head, file, sizeof head);
  if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || !lies_in(size, head.e_shoff, head.e_shnum, sizeof(ElfW(Shdr))))
    return NULL;
  for (unsigned i = 0; i < head.e_shnum; i++) {
    ElfW(Shdr) table, strings;
    memcpy(&table, file + head.e_shoff + i * sizeof table, sizeof table);
    if ((table.sh_type != SHT_SYMTAB && table.sh_type != SHT_DYNSYM) || table.sh_link >= head.e_shnum ||
        !lies_in(size, table.sh_offset, table.sh_size, 1))
      continue;
    memcpy(&strings, file + head.e_shoff + table.sh_link * sizeof strings, sizeof strings);
    if (!lies_in(size, strings.sh_offset, strings.sh_size, 1) || strings.sh_size == 0 ||
        file[strings.sh_offset + strings.sh_size - 1] != '\0')
      continue;
    for (uint64_t at = 0; at + sizeof(ElfW(Sym)) <= table.sh_size; at += sizeof(ElfW(Sym))) {
      ElfW(Sym) symbol;
      memcpy(&symbol, file + table.sh_offset + at, sizeof symbol);
      if ((symbol.st_info & 0xf) == STT_OBJECT && address - symbol.st_value < symbol.st_size &&
          symbol.st_name < strings.sh_size)
        return (const char *)file + strings.sh_offset + symbol.st_name;
    }
  }
  return NULL;
}

const char *gv_image_name(const struct gv_image *image, const void *address, char *text, size_t size)
{
  uintptr_t offset = (uintptr_t)address - image->base;
  snprintf(text, size, "its data at %#llx of the file, which has no name for it", (unsigned long long)offset);
  int fd = image->path != NULL ? open(image->path, O_RDONLY | O_CLOEXEC) : -1;
  struct stat about;
  if (fd >= 0 && fstat(fd, &about) == 0 && about.st_size > 0) {
    size_t length = (size_t)about.st_size;
    void *file = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
    const char *name = file != MAP_FAILED ? find_symbol(file, length, offset) : NULL;
    size_t shown = name != NULL ? strcspn(name, ".") : 0;  /* a static of a function has a number behind a point */
    if (shown > 0)
      snprintf(text, size, "its global variable '%.*s'", (int)(shown < 64 ? shown : 64), name);
    if (file != MAP_FAILED)
      munmap(file, length);
  }
  if (fd >= 0)
    close(fd);
  return text;
}
