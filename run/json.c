/* Any bytes as a JSON string. */
#include "run/json.h"

#include <stdlib.h>
#include <string.h>

json_t *gv_json_text(const char *bytes)
{
  static const char stand_in[] = "\xef\xbf\xbd";
  json_t *whole = json_string(bytes);
  if (whole != NULL)
    return whole;
  char *text = malloc(3 * strlen(bytes) + 1), *end = text;
  for (const char *c = bytes; text != NULL && *c != '\0';) {
    json_t *one = NULL;
    size_t length = 0;
    while (one == NULL && length < 4 && c[length] != '\0')  /* jansson knows what a character is */
      one = json_stringn(c, ++length);
    if (one != NULL) {
      memcpy(end, c, length);
      end += length;
      c += length;
    } else {
      memcpy(end, stand_in, 3);
      end += 3;
      c++;
    }
    json_decref(one);
  }
  if (text == NULL)
    return NULL;
  *end = '\0';
  whole = json_string(text);
  free(text);
  return whole;
}
