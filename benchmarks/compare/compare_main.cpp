// rnb_compare THREADS step MODEL BATCHES | THREADS kmeans POINTS OUT K... | THREADS embed ENCODER TEXTS OUT |
//             THREADS tokenize TOKENIZER TEXTS OUT

#include <iostream>
#include <string>

#include <torch/torch.h>

#include "base/error.h"
#include "benchmarks/compare/rounds.h"

namespace rnb {
namespace {

Round rounds_of(const std::vector<std::string>& args) {
  if (args.size() == 3 && args[0] == "step") return training_rounds(args[1], args[2]);
  if (args.size() >= 4 && args[0] == "kmeans") {
    std::vector<int64_t> ks;
    for (size_t i = 3; i < args.size(); ++i) ks.push_back(std::stoll(args[i]));
    return kmeans_rounds(args[1], args[2], ks);
  }
  if (args.size() == 4 && args[0] == "embed") return embedding_rounds(args[1], args[2], args[3]);
  if (args.size() == 4 && args[0] == "tokenize") return tokenizing_rounds(args[1], args[2], args[3]);
  fail_usage("compare",
             "expected: step MODEL BATCHES, kmeans POINTS OUT K..., embed ENCODER TEXTS OUT, or tokenize "
             "TOKENIZER TEXTS OUT");
}

}  // namespace
}  // namespace rnb

int main(int argc, char** argv) {
  try {
    if (argc < 3) rnb::fail_usage("compare", "expected: THREADS KIND FILES...");
    at::set_num_threads(std::stoi(argv[1]));
    const rnb::Round round = rnb::rounds_of({argv + 2, argv + argc});
    std::cout << nlohmann::json{{"threads", at::get_num_threads()}} << std::endl;
    for (std::string line; std::getline(std::cin, line);) std::cout << round() << std::endl;
    return 0;
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
