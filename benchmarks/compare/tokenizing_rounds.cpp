// Texts (a JSON array of strings) to ids with a tokenizer that is already loaded, on one thread. A first pass
// over the texts is not timed, as on the other side: both remember words that they have seen.

#include <string>

#include "base/json_file.h"
#include "base/npy.h"
#include "benchmarks/compare/rounds.h"
#include "datasets/tokenizer.h"

namespace rnb {
namespace fs = std::filesystem;

Round tokenizing_rounds(const fs::path& tokenizer_folder, const fs::path& texts_file, const fs::path& out) {
  const std::shared_ptr<Tokenizer> tokenizer = load_tokenizer(tokenizer_folder);
  return [tokenizer, out, texts = read_json_file(texts_file).get<std::vector<std::string>>()] {
    std::vector<std::vector<int32_t>> encoded;
    encoded.reserve(texts.size());
    const Stopwatch watch;
    for (const std::string& text : texts) encoded.push_back(tokenizer->encode_with_specials(text));
    const double seconds = watch.seconds();
    std::vector<int32_t> ids;
    for (const auto& of_one : encoded) ids.insert(ids.end(), of_one.begin(), of_one.end());
    write_npy<int32_t>(out, ids, {static_cast<int64_t>(ids.size())});
    return nlohmann::json{{"seconds", seconds}};
  };
}

}  // namespace rnb
