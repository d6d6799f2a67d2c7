#pragma once
// Our vectors against those that tests/oracle/bert_fixtures.py left in a folder.

#include <filesystem>
#include <string>
#include <vector>

#include "models/text_encoder.h"

namespace rnb {

std::vector<std::string> text_lines(const std::filesystem::path& file);
torch::Tensor embed_with_minilm(const std::vector<std::string>& texts, EmbedMode mode);  // one row per text

void expect_encoder_parity(const std::filesystem::path& folder);   // transformers: each element within 1e-5
void expect_sentence_parity(const std::filesystem::path& folder);  // sentence-transformers: cosine > 0.9999
// sentence-transformers, without a prompt and with the one called clustering: each element within 1e-5.
void expect_prompted_parity(const std::filesystem::path& folder);

}  // namespace rnb
