#pragma once
// BERT's vocabulary out of a tokenizer.json.

#include <filesystem>
#include <string>

namespace rnb {

// As the text of a vocab.txt, one token per line. Throws Error naming the component unless the file asks for
// just what the uncased WordPiece does.
std::string wordpiece_vocabulary(const std::filesystem::path& tokenizer_json);

}  // namespace rnb
