#include "datasets/store/store_writer.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

void append(NpyWriter& writer, const std::string& text) {
  writer.append(std::span<const uint8_t>(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

void advance(std::vector<int64_t>& offsets, size_t by) {
  offsets.push_back(offsets.back() + static_cast<int64_t>(by));
}

}  // namespace

StoreWriter::StoreWriter(const fs::path& folder)
    : folder_(folder),
      tokens_(folder / "tokens.npy", npy_type<int32_t>()),
      loss_from_(folder / "loss_from.npy", npy_type<int32_t>()),
      split_(folder / "split.npy", npy_type<uint8_t>()),
      id_(folder / "example_id.npy", npy_type<uint8_t>()),
      text_(folder / "text.npy", npy_type<uint8_t>()) {}

void StoreWriter::add(const Example& e, const Encoded& encoded, Split split) {
  tokens_.append(std::span<const int32_t>(encoded.tokens));
  loss_from_.append(std::span<const int32_t>(&encoded.loss_from, 1));
  const auto s = static_cast<uint8_t>(split);
  split_.append(std::span<const uint8_t>(&s, 1));
  append(id_, e.id);
  append(text_, e.prompt);
  append(text_, e.completion);
  advance(offsets_, encoded.tokens.size());
  advance(id_offsets_, e.id.size());
  advance(text_offsets_, e.prompt.size() + e.completion.size());
  const auto [it, fresh] = domain_index_.try_emplace(e.domain, static_cast<int32_t>(domain_index_.size()));
  domain_.push_back(it->second);
  ++counts_[e.domain][static_cast<size_t>(split)];
}

nlohmann::json StoreWriter::close() {
  for (NpyWriter* w : {&tokens_, &loss_from_, &split_, &id_, &text_}) w->close();
  nlohmann::json names = nlohmann::json::array(), counts = nlohmann::json::object();
  std::vector<int32_t> number(domain_index_.size());
  for (const auto& [name, index] : domain_index_) {
    number[static_cast<size_t>(index)] = static_cast<int32_t>(names.size());
    names.push_back(name);
    for (size_t s = 0; s < 3; ++s) counts[name][std::string(kSplitNames[s])] = counts_[name][s];
  }
  for (int32_t& d : domain_) d = number[static_cast<size_t>(d)];
  write_npy<int32_t>(folder_ / "domain.npy", domain_, {static_cast<int64_t>(domain_.size())});
  for (const auto& [name, offsets] : {std::pair{"offsets.npy", &offsets_},
                                      {"example_id_offsets.npy", &id_offsets_},
                                      {"text_offsets.npy", &text_offsets_}})
    write_npy<int64_t>(folder_ / name, *offsets, {static_cast<int64_t>(offsets->size())});
  return {{"domain_names", names}, {"counts", counts}};
}

}  // namespace rnb
