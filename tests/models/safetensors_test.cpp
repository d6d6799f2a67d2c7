#include "models/safetensors.h"

#include <cstring>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

void write_raw(const fs::path& file, const std::string& header, const std::string& data) {
  std::ofstream out(file, std::ios::binary);
  const uint64_t length = header.size();
  out.write(reinterpret_cast<const char*>(&length), 8);
  out << header << data;
}

TEST(Safetensors, RoundTripsEveryElementType) {
  TensorMap tensors;
  for (const auto type : {torch::kFloat64, torch::kFloat32, torch::kFloat16, torch::kBFloat16, torch::kInt64,
                          torch::kInt32, torch::kInt16, torch::kInt8, torch::kUInt8, torch::kBool})
    tensors[torch::toString(type)] = torch::arange(6).reshape({2, 3}).to(type);
  tensors["scalar"] = torch::tensor(3.5F);
  tensors["empty"] = torch::zeros({0, 4});
  const ScratchFolder scratch;
  save_safetensors(scratch.path() / "all.safetensors", tensors);
  const auto back = load_safetensors(scratch.path() / "all.safetensors");
  ASSERT_EQ(back.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(back.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(back.at(name), tensor)) << name;
  }
}

TEST(Safetensors, ReadsAShardedFolder) {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path();
  save_safetensors(folder / "a.safetensors", {{"x", torch::ones({2})}});
  save_safetensors(folder / "b.safetensors", {{"y", torch::zeros({3})}});
  std::ofstream(folder / "model.safetensors.index.json")
      << R"({"weight_map": {"x": "a.safetensors", "y": "b.safetensors"}})";
  EXPECT_EQ(load_safetensors(folder).size(), 2U);
  std::ofstream(folder / "model.safetensors.index.json") << R"({"weight_map": {"x": "../a.safetensors"}})";
  EXPECT_THROW(load_safetensors(folder), Error);
}

TEST(Safetensors, RefusesOffsetsAndShapesThatDoNotFit) {
  const ScratchFolder scratch;
  const fs::path file = scratch.path() / "bad.safetensors";
  for (const char* header : {R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}})",
                             R"({"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
                             R"({"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}})",
                             R"({"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}})",
                             R"({"x":{"dtype":"Q9","shape":[2],"data_offsets":[0,8]}})",
                             R"({"x":{"dtype":"F32","data_offsets":[0,8]}})",
                             // an overlap, a gap, a tail, a fraction, strides too large though it is empty
                             R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                                 "y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                             R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                             R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                             R"({"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}})",
                             R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                                 "y":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[8,8]}})",
                             R"([1])", R"({"x":)"}) {
    write_raw(file, header, std::string(8, '\0'));
    EXPECT_THROW(load_safetensors(file), Error) << header;
  }
  std::ofstream(file, std::ios::binary) << "short";
  EXPECT_THROW(load_safetensors(file), Error);
}

}  // namespace
}  // namespace rnb
