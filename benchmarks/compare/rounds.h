#pragma once
// This project's side of a comparison, as a process that stays: everything is loaded once, then each line on
// standard input is one round, answered by one line of JSON. Loading and process start are thus outside of
// what is timed, and the other side's process decides when a round runs.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

using Round = std::function<nlohmann::json()>;

// Each loads what it needs and returns what one round does. A round's answer has "seconds", and what the
// other side checks it by; larger answers go to the .npy file `out`. Throws Error naming the file.

// Training steps from the folder `model` on the batches ids-0.npy, labels-0.npy, ids-1.npy, ... in `batches`:
// "seconds" and "losses" (nats), one per step.
Round training_rounds(const std::filesystem::path& model, const std::filesystem::path& batches);
// `points`: float32 [n, d]. For each k "inertia" and "silhouette"; `out`: int32 [k's, n] labels.
Round kmeans_rounds(const std::filesystem::path& points, const std::filesystem::path& out,
                    const std::vector<int64_t>& ks);
// `texts`: a JSON array of strings. `out`: float32 [n, d]. An empty `encoder`: the default one.
Round embedding_rounds(const std::filesystem::path& encoder, const std::filesystem::path& texts,
                       const std::filesystem::path& out);
// `texts` as above. `out`: int32, the ids of all texts one after the other.
Round tokenizing_rounds(const std::filesystem::path& tokenizer, const std::filesystem::path& texts,
                        const std::filesystem::path& out);

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

}  // namespace rnb
