#include "datasets/tokenizers/gunzip.h"

#include <zlib.h>

#include "base/error.h"

namespace rnb {

std::string gunzip(std::string_view packed, size_t most, std::string_view where) {
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  constexpr int kGzip = 16 + MAX_WBITS;
  RNB_ASSERT(inflateInit2(&stream, kGzip) == Z_OK);
  std::string out;
  int code = Z_OK;
  while (code == Z_OK && out.size() <= most) {
    const size_t had = out.size();
    constexpr size_t kBlock = 1 << 20;
    out.resize(had + kBlock);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    stream.avail_out = kBlock;
    code = inflate(&stream, Z_NO_FLUSH);
    out.resize(had + kBlock - stream.avail_out);
    if (code == Z_BUF_ERROR || (code == Z_OK && out.size() == had)) break;
  }
  inflateEnd(&stream);
  if (out.size() > most) fail("gzip", "{}: unpacks to more than {} bytes", where, most);
  if (code != Z_STREAM_END) fail("gzip", "{}: is no whole gzip file", where);
  return out;
}

}  // namespace rnb
