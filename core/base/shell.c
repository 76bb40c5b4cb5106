/* What a shell takes for one word. */
#include "core/base/shell.h"

#include <stdlib.h>
#include <string.h>

char *gv_shell_word(const char *text)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
  char *word = malloc(4 * strlen(text) + 3), *end = word;
  if (word == NULL || (*text != '\0' && strspn(text, plain) == strlen(text)))
    return word != NULL ? strcpy(word, text) : NULL;
  *end++ = '\'';
  for (const char *c = text; *c != '\0'; c++)
    end = *c == '\'' ? stpcpy(end, "'\\''") : (*end = *c, end + 1);
  strcpy(end, "'");
  return word;
}
