#include "datasets/store/store.h"

#include <functional>

#include <gmock/gmock.h>

#include "base/atomic_file.h"
#include "base/json_file.h"
#include "tests/datasets/small_store.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

// The parts of a store of two examples, as design.md lays them out.
struct Parts {
  std::vector<int32_t> tokens{1, 2, 3, 4, 5};
  std::vector<int64_t> offsets{0, 2, 5}, id_offsets{0, 1, 3}, text_offsets{0, 0, 4};
  std::vector<int32_t> loss_from{1, 0}, domain{1, 0};
  std::vector<uint8_t> split{0, 2}, id{'a', 'b', 'c'}, text{'w', 'o', 'r', 'd'};
  nlohmann::json manifest = {
      {"dataset", "hand"},
      {"domain_names", {"x", "y"}},
      {"vocab_size", 6},
      {"evaluation_weights", nlohmann::json::array()},
      {"examples", 2},
      {"tokens", 5},
      {"counts",
       {{"x", {{"train", 0}, {"valid", 0}, {"test", 1}}}, {"y", {{"train", 1}, {"valid", 0}, {"test", 0}}}}},
      {"request", {{"format_version", 1}}}};
};

template <typename T>
void write(const fs::path& file, const std::vector<T>& values) {
  write_npy<T>(file, values, {static_cast<int64_t>(values.size())});
}

Store made(const ScratchFolder& folder, const Parts& p) {
  const fs::path& at = folder.path();
  write(at / "tokens.npy", p.tokens);
  write(at / "offsets.npy", p.offsets);
  write(at / "loss_from.npy", p.loss_from);
  write(at / "domain.npy", p.domain);
  write(at / "split.npy", p.split);
  write(at / "example_id.npy", p.id);
  write(at / "example_id_offsets.npy", p.id_offsets);
  write(at / "text.npy", p.text);
  write(at / "text_offsets.npy", p.text_offsets);
  write_file_atomic(at / "manifest.json", p.manifest.dump());
  return Store(at);
}

TEST(Store, GivesBackPartsWrittenByHand) {
  const ScratchFolder folder;
  const Store store = made(folder, {});
  EXPECT_EQ(store.size(), 2);
  EXPECT_EQ(store.name(), "hand");
  EXPECT_THAT(store.tokens(0), testing::ElementsAre(1, 2));
  EXPECT_THAT(store.tokens(1), testing::ElementsAre(3, 4, 5));
  EXPECT_EQ(store.example_id(0), "a");
  EXPECT_EQ(store.example_id(1), "bc");
  EXPECT_EQ(store.text(0), "");
  EXPECT_EQ(store.text(1), "word");
  EXPECT_EQ(store.loss_from(0), 1);
  EXPECT_EQ(store.split(1), Split::Test);
  EXPECT_THAT(store.examples(Split::Train), testing::ElementsAre(0));
  EXPECT_TRUE(store.examples(Split::Valid).empty());
}

struct Damage {
  const char* name;
  std::function<void(Parts&)> apply;
  const char* message;  // a part of it
};

class DamagedStore : public testing::TestWithParam<Damage> {};

TEST_P(DamagedStore, IsRefusedByName) {
  const ScratchFolder folder;
  Parts parts;
  GetParam().apply(parts);
  EXPECT_THAT(error_of([&] { made(folder, parts); }), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Parts, DamagedStore,
    testing::Values(
        Damage{"falling_offsets", [](Parts& p) { p.offsets = {0, 6, 5}; }, "/offsets.npy"},
        Damage{"negative_offsets", [](Parts& p) { p.offsets = {0, -1, 5}; }, "/offsets.npy"},
        Damage{"offsets_past_the_end", [](Parts& p) { p.offsets = {0, 2, 6}; }, "/offsets.npy"},
        Damage{"offsets_of_another_store", [](Parts& p) { p.offsets = {0, 2, 4, 5}; }, "/offsets.npy"},
        Damage{"id_offsets", [](Parts& p) { p.id_offsets = {1, 1, 3}; }, "/example_id_offsets.npy"},
        Damage{"text_offsets", [](Parts& p) { p.text_offsets = {0, 5, 4}; }, "/text_offsets.npy"},
        Damage{"token_past_the_vocabulary", [](Parts& p) { p.tokens[2] = 6; }, "token id 6"},
        Damage{"negative_token", [](Parts& p) { p.tokens[2] = -1; }, "token id -1"},
        Damage{"domain", [](Parts& p) { p.domain[1] = 2; }, "example 1"},
        Damage{"split", [](Parts& p) { p.split[1] = 3; }, "example 1"},
        Damage{"negative_loss_from", [](Parts& p) { p.loss_from[0] = -1; }, "example 0"},
        Damage{"loss_from_past_the_end", [](Parts& p) { p.loss_from[0] = 3; }, "example 0"},
        Damage{"short_loss_from", [](Parts& p) { p.loss_from.pop_back(); }, "loss_from.npy"},
        Damage{"short_split", [](Parts& p) { p.split.pop_back(); }, "split.npy"},
        Damage{"examples", [](Parts& p) { p.manifest["examples"] = 3; }, "says 3 examples"},
        Damage{"tokens", [](Parts& p) { p.manifest["tokens"] = 6; }, "says 6 tokens"},
        Damage{"moved_example", [](Parts& p) { p.split[0] = 1; }, "says 1 train examples of domain 'y'"},
        Damage{"swapped_domains", [](Parts& p) { std::swap(p.domain[0], p.domain[1]); }, "domain 'x'"},
        Damage{"no_counts", [](Parts& p) { p.manifest["counts"].erase("y"); }, "\"y\" is missing"},
        Damage{"version", [](Parts& p) { p.manifest["request"]["format_version"] = 2; }, "format version 2"},
        Damage{"no_names", [](Parts& p) { p.manifest.erase("domain_names"); }, "\"domain_names\" is missing"},
        Damage{"wrong_type", [](Parts& p) { p.manifest["vocab_size"] = "six"; }, "\"vocab_size\""},
        Damage{"manifest_array", [](Parts& p) { p.manifest = {1}; }, "manifest.json"},
        Damage{"weights", [](Parts& p) { p.manifest["evaluation_weights"] = {1.0}; }, "evaluation_weights"},
        Damage{"zero_weights", [](Parts& p) { p.manifest["evaluation_weights"] = {0.0, 0.0}; },
               "evaluation_weights"},
        Damage{"negative_weights", [](Parts& p) { p.manifest["evaluation_weights"] = {2.0, -1.0}; },
               "evaluation_weights"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(Store, RefusesAFolderThatIsNone) {
  const ScratchFolder folder;
  EXPECT_THAT(error_of([&] { Store store(folder.path()); }), HasSubstr("rnb prepare"));
}

TEST(Store, RefusesAMissingOrCutPart) {
  const ScratchFolder folder;
  made(folder, {});
  fs::resize_file(folder.path() / "tokens.npy", fs::file_size(folder.path() / "tokens.npy") - 1);
  EXPECT_THAT(error_of([&] { Store store(folder.path()); }), HasSubstr("tokens.npy"));
  fs::remove(folder.path() / "tokens.npy");
  EXPECT_THAT(error_of([&] { Store store(folder.path()); }), HasSubstr("tokens.npy"));
}

// A part of the right size with another content: found by its digest alone.
TEST(VerifyStore, NamesThePartsThatChanged) {
  const ScratchFolder folder;
  verify_store(small_store(folder));
  const fs::path store = folder.path() / "store";
  std::string tokens = read_text_file(store / "tokens.npy");
  tokens[tokens.size() - 4] =
      static_cast<char>(tokens[tokens.size() - 4] == 0);  // 0 and 1 are in the vocabulary
  folder.write("store/tokens.npy", tokens);
  EXPECT_THAT(error_of([&] { verify_store(Store(store)); }),
              testing::AllOf(HasSubstr("tokens.npy differ"), testing::Not(HasSubstr("domain.npy"))));
}

TEST(VerifyStore, WantsADigestOfEveryPart) {
  const ScratchFolder folder;
  small_store(folder);
  auto manifest = read_json_file(folder.path() / "store/manifest.json");
  manifest["sha256"].erase("split.npy");
  folder.write("store/manifest.json", manifest.dump());
  EXPECT_THAT(error_of([&] { verify_store(Store(folder.path() / "store")); }), HasSubstr("split.npy"));
}

TEST(Store, DigestFollowsTheManifest) {
  const ScratchFolder a, b;
  Parts parts;
  const std::string digest = made(a, parts).digest();
  parts.manifest["dataset"] = "other";
  EXPECT_NE(digest, made(b, parts).digest());
  EXPECT_EQ(digest, Store(a.path()).digest());
}

}  // namespace
}  // namespace rnb
