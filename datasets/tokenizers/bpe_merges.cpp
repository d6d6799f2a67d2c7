#include "datasets/tokenizers/bpe_merges.h"

#include <algorithm>
#include <array>
#include <climits>
#include <queue>
#include <tuple>

namespace rnb {
namespace {

constexpr size_t kShort = 48;  // up to here a plain scan is faster than a heap

uint64_t pair_key(int32_t left, int32_t right) {
  return (static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32) | static_cast<uint32_t>(right);
}

}  // namespace

void BpeMerges::set(int32_t left, int32_t right, int32_t rank, int32_t joined) {
  merges_.insert_or_assign(pair_key(left, right), Merge{rank, joined});
}

const BpeMerges::Merge* BpeMerges::find(int32_t left, int32_t right) const {
  const auto it = merges_.find(pair_key(left, right));
  return it == merges_.end() ? nullptr : &it->second;
}

void BpeMerges::apply(std::vector<int32_t>& ids) const {
  if (ids.size() <= kShort) {
    apply_short(ids);
  } else {
    apply_long(ids);
  }
}

void BpeMerges::apply_short(std::vector<int32_t>& ids) const {
  std::array<const Merge*, kShort> pairs{};  // pairs[i] joins ids[i] and ids[i + 1]
  for (size_t i = 0; i + 1 < ids.size(); ++i) pairs[i] = find(ids[i], ids[i + 1]);
  while (ids.size() > 1) {
    size_t best = 0;
    int32_t rank = INT_MAX;
    for (size_t i = 0; i + 1 < ids.size(); ++i)
      if (pairs[i] && pairs[i]->rank < rank) rank = pairs[best = i]->rank;
    if (rank == INT_MAX) return;
    ids[best] = pairs[best]->joined;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    std::copy(pairs.begin() + static_cast<std::ptrdiff_t>(best) + 1, pairs.end(),
              pairs.begin() + static_cast<std::ptrdiff_t>(best));
    if (best + 1 < ids.size()) pairs[best] = find(ids[best], ids[best + 1]);
    if (best > 0) pairs[best - 1] = find(ids[best - 1], ids[best]);
  }
}

// The symbols form a linked list; the heap holds candidate pairs, some of them outdated by earlier joins.
void BpeMerges::apply_long(std::vector<int32_t>& ids) const {
  const size_t n = ids.size();
  std::vector<size_t> next(n), previous(n);
  for (size_t i = 0; i < n; ++i) {
    next[i] = i + 1;
    previous[i] = i - 1;  // wraps at the first: never below n
  }
  using Candidate = std::tuple<int32_t, size_t, int32_t>;  // rank, position of the left symbol, joined id
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> heap;
  const auto offer = [&](size_t left) {
    if (left >= n || next[left] >= n) return;
    if (const Merge* merge = find(ids[left], ids[next[left]])) heap.emplace(merge->rank, left, merge->joined);
  };
  for (size_t i = 0; i < n; ++i) offer(i);
  constexpr int32_t kGone = -1;
  while (!heap.empty()) {
    const auto [rank, left, joined] = heap.top();
    heap.pop();
    if (ids[left] == kGone || next[left] >= n) continue;
    const Merge* merge = find(ids[left], ids[next[left]]);
    if (!merge || merge->rank != rank) continue;
    const size_t right = next[left];
    ids[left] = joined;
    ids[right] = kGone;
    next[left] = next[right];
    if (next[left] < n) previous[next[left]] = left;
    offer(left);
    offer(previous[left]);
  }
  std::erase(ids, kGone);
}

}  // namespace rnb
