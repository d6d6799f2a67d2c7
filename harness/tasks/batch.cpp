#include "harness/tasks/batch.h"

#include <algorithm>

#include "base/error.h"
#include "harness/device/device.h"

namespace rnb {

Batch collate(const Store& store, std::span<const RowSpec> rows, int64_t context) {
  Batch batch;
  std::vector<std::vector<int32_t>> tokens(rows.size());
  std::vector<std::vector<int64_t>> predicted(rows.size());  // places t whose token t + 1 counts
  int64_t longest = 1;
  for (size_t b = 0; b < rows.size(); ++b) {
    for (const int64_t example : rows[b].examples) {
      const auto part = store.tokens(example);
      const int64_t start = static_cast<int64_t>(tokens[b].size());
      const int64_t room = context + 1 - start;
      const int64_t length = std::min<int64_t>(room, static_cast<int64_t>(part.size()));
      batch.cut += static_cast<int64_t>(part.size()) > room;
      tokens[b].insert(tokens[b].end(), part.begin(), part.begin() + length);
      for (int64_t t = std::max<int64_t>(store.loss_from(example), 1); t < length; ++t)
        predicted[b].push_back(start + t - 1);
    }
    longest = std::max<int64_t>(longest, static_cast<int64_t>(tokens[b].size()) - 1);
  }
  const auto count = static_cast<int64_t>(rows.size());
  batch.ids = torch::zeros({count, longest}, torch::kInt64);
  auto* ids = batch.ids.data_ptr<int64_t>();
  std::vector<int64_t> places, targets;
  for (size_t b = 0; b < rows.size(); ++b) {
    const auto row = static_cast<int64_t>(b);
    const auto used = std::min<int64_t>(longest, static_cast<int64_t>(tokens[b].size()));
    for (int64_t t = 0; t < used; ++t) ids[row * longest + t] = tokens[b][static_cast<size_t>(t)];
    for (const int64_t t : predicted[b]) {
      places.push_back(row * longest + t);
      targets.push_back(tokens[b][static_cast<size_t>(t) + 1]);
    }
    batch.row_tokens.push_back(static_cast<int64_t>(predicted[b].size()));
    batch.row_domain.push_back(rows[b].domain);
    const auto end = static_cast<int64_t>(places.size());
    if (!batch.head_domains.empty() && batch.head_domains.back().domain == rows[b].domain) {
      batch.head_domains.back().end = end;
    } else {
      RNB_ASSERT(batch.head_domains.empty() || batch.head_domains.back().domain < rows[b].domain);
      batch.head_domains.push_back({rows[b].domain, end});
    }
  }
  batch.tokens = static_cast<int64_t>(places.size());
  batch.rows = torch::tensor(places, torch::kInt64);
  batch.targets = torch::tensor(targets, torch::kInt64);
  return batch;
}

Batch on_device(const Batch& host, torch::Device device) {
  Batch batch = host;
  for (torch::Tensor* t : {&batch.ids, &batch.pixels, &batch.rows, &batch.targets})
    if (t->defined()) *t = to_device(*t, device);
  return batch;
}

std::vector<RowSpec> one_example_per_row(std::span<const Draw> draws) {
  std::vector<RowSpec> rows;
  for (const Draw& d : draws) rows.push_back({d.domain, {d.example}});
  return rows;
}

std::vector<RowSpec> packed_rows(const Store& store, std::span<const Draw> draws, Sampler& sampler,
                                 int64_t context) {
  std::vector<RowSpec> rows = one_example_per_row(draws);
  for (RowSpec& row : rows) {
    auto length = static_cast<int64_t>(store.tokens(row.examples.front()).size());
    // At most one example per place: a domain of empty examples would never fill the row.
    while (length < context + 1 && static_cast<int64_t>(row.examples.size()) < context + 1) {
      const Draw more = sampler.next_of(row.domain);
      row.examples.push_back(more.example);
      length += static_cast<int64_t>(store.tokens(more.example).size());
    }
  }
  return rows;
}

}  // namespace rnb
