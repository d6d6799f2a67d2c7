// Texts (a JSON array of strings) to unit vectors with an encoder that is already loaded.

#include <memory>
#include <string>
#include <string_view>

#include "base/json_file.h"
#include "base/npy.h"
#include "benchmarks/compare/rounds.h"
#include "models/text_encoder.h"

namespace rnb {
namespace fs = std::filesystem;

Round embedding_rounds(const fs::path& encoder, const fs::path& texts_file, const fs::path& out) {
  const auto embedder = std::make_shared<TextEmbedder>(encoder.empty() ? default_encoder_folder() : encoder);
  return [embedder, out, texts = read_json_file(texts_file).get<std::vector<std::string>>()] {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const Stopwatch watch;
    const auto vectors = embedder->embed(EmbedMode::Encoder, views);
    const double seconds = watch.seconds();
    const auto n = static_cast<int64_t>(texts.size());
    write_npy<float>(out, vectors, {n, static_cast<int64_t>(vectors.size()) / n});
    return nlohmann::json{{"seconds", seconds}};
  };
}

}  // namespace rnb
