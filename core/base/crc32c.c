/* CRC-32C, half a byte at a time: what is summed here is short. zlib has another polynomial only. */
#include "core/base/crc32c.h"

uint32_t gv_crc32c(const void *bytes, size_t n)
{
  /* table[h]: what the four bits h leave behind, of the polynomial 0x1edc6f41 with its bits reversed. */
  static const uint32_t table[16] = {
      0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
      0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
  uint32_t sum = 0xffffffff;
  for (const unsigned char *b = bytes, *end = b + n; b < end; b++) {
    sum ^= *b;
    sum = sum >> 4 ^ table[sum & 15];
    sum = sum >> 4 ^ table[sum & 15];
  }
  return ~sum;
}
