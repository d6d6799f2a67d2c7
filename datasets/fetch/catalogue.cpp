// Pinned revisions: the last commit of each repository's main branch when this was written (the data sets and
// models have not changed since 2023 to 2025). SHA-256 and exact sizes are given where they are published for
// that revision; for the others the Hub's own are asked for.

#include "datasets/fetch/catalogue.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggest.h"

namespace rnb {
namespace {

constexpr int64_t kMB = 1'000'000, kGB = 1'000'000'000;
constexpr bool kOptional = true;

std::vector<CatalogueFile> s1_shards() {
  std::vector<CatalogueFile> files;
  for (int i = 0; i < 19; ++i)
    files.push_back({fmt::format("data/train-{:05}-of-00019.parquet", i), 320 * kMB});
  return files;
}

std::vector<CatalogueEntry> entries() {
  return {
      {.name = "dolly",
       .kind = FetchKind::DataSet,
       .summary = "Dolly-15k: 15,011 instructions in 8 categories",
       .licence = "CC BY-SA 3.0",
       .bytes = 13'085'339,
       .host = FetchHost::HubDataSet,
       .repository = "databricks/databricks-dolly-15k",
       .revision = "bdd27f4d94b9c1f951818a7da7fd7aeea5dbff1a",
       .files = {{"databricks-dolly-15k.jsonl", 13'085'339,
                  "2df9083338b4abd6bceb5635764dab5d833b393b55759dffb0959b6fcbf794ec"}},
       .next = "rnb prepare --dataset dolly --from {} --out stores/dolly"},
      {.name = "sni",
       .kind = FetchKind::DataSet,
       .summary = "Super-NaturalInstructions: 1,600 task files and their official split",
       .licence = "Apache-2.0; each task has its own (\"Instance License\")",
       .bytes = 0,
       .host = FetchHost::GithubArchive,
       .repository = "allenai/natural-instructions",
       .revision =
           "6174af63465999768fbc09f5dd8a7f1a5dfe9abc",  // that the flat mirror on the Hub was made from
       .unpack = {"tasks/", "splits/", "LICENSE", "README.md"},
       .unpacked_bytes = 3200 * kMB,
       .next = "rnb prepare --dataset sni --from {} --out stores/sni"},
      {.name = "s1",
       .kind = FetchKind::DataSet,
       .summary = "S1-59K: 58,986 questions with reasoning traces, 19 Parquet files",
       .licence = "Apache-2.0",
       .bytes = 6 * kGB,
       .host = FetchHost::HubDataSet,
       .repository = "simplescaling/data_ablation_full59K",
       .files = s1_shards(),
       .next = "rnb prepare --dataset s1 --from {} --out stores/s1"},
      {.name = "s1k",
       .kind = FetchKind::DataSet,
       .summary = "s1K: the 1,000 questions that s1 was trained on",
       .licence = "Apache-2.0",
       .bytes = 6'900'000,
       .host = FetchHost::HubDataSet,
       .repository = "simplescaling/s1K",
       .files = {{"data/train-00000-of-00001.parquet", 6'900'000}},
       .next = "rnb prepare --dataset s1 --from {} --out stores/s1k"},
      {.name = "s1k-1.1",
       .kind = FetchKind::DataSet,
       .summary = "s1K-1.1: the same questions with traces of Gemini and DeepSeek",
       .licence = "MIT",
       .bytes = 22'300'000,
       .host = FetchHost::HubDataSet,
       .repository = "simplescaling/s1K-1.1",
       .files = {{"data/train-00000-of-00001.parquet", 22'300'000}},
       .next = "rnb prepare --dataset s1 --from {} --out stores/s1k"},
      {.name = "datacomp_small",
       .kind = FetchKind::DataSet,
       .summary = "DataComp small: addresses, captions and CLIP scores of 12.8M images (no images)",
       .licence = "CC BY 4.0 for the index; the images are their owners'",
       .bytes = 3 * kGB,
       .host = FetchHost::HubDataSet,
       .repository = "mlfoundations/datacomp_small",
       .patterns = {"*.parquet"},
       .next = "img2dataset downloads the images: docs/fetch.md"},
      {.name = "datacomp_small_npz",
       .kind = FetchKind::DataSet,
       .summary = "DataComp small: CLIP embeddings of its images and captions",
       .licence = "CC BY 4.0",
       .bytes = 75 * kGB,
       .host = FetchHost::HubDataSet,
       .repository = "mlfoundations/datacomp_small",
       .patterns = {"*.npz"},
       .folder = "data/datacomp_small"},
      {.name = "gpt-neo-125m",
       .kind = FetchKind::Model,
       .summary = "GPT-Neo 125M, the paper's language model for Dolly-15k and Sup-NatInst",
       .licence = "MIT",
       .bytes = 529 * kMB,
       .host = FetchHost::HubModel,
       .repository = "EleutherAI/gpt-neo-125m",
       .revision = "21def0189f5705e2521767faed922f1f15e7d7db",
       .files = {{"config.json", 1010},
                 {"model.safetensors", 525'979'192,
                  "52738cbfb54e25a232598242f60ef19ee193d36090b98fe649b10c02724b3521"},
                 {"vocab.json", 899'000},
                 {"merges.txt", 456'318, "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"},
                 {"tokenizer_config.json", 560},
                 {"special_tokens_map.json", 357},
                 {"generation_config.json", 119, "", kOptional},
                 {"tokenizer.json", 2'110'000, "", kOptional}},
       .next = "rnb run --model {} --store STORE ..."},
      {.name = "qwen2-0.5b",
       .kind = FetchKind::Model,
       .summary = "Qwen2 0.5B, the paper's language model for S1",
       .licence = "Apache-2.0",
       .bytes = 999 * kMB,
       .host = FetchHost::HubModel,
       .repository = "Qwen/Qwen2-0.5B",
       .revision = "91d2aff3f957f99e4c74c962f2f408dcc88a18d8",
       .files = {{"config.json", 700},
                 {"model.safetensors", 988 * kMB},
                 {"tokenizer.json", 7'030'000},
                 {"vocab.json", 2'780'000},
                 {"merges.txt", 1'670'000},
                 {"tokenizer_config.json", 1300},
                 {"generation_config.json", 150, "", kOptional}},
       .next = "rnb run --model {} --store STORE ..."},
      {.name = "modernbert-embed-base",
       .kind = FetchKind::Model,
       .summary = "ModernBERT-embed, the paper's text encoder for Regroup",
       .licence = "Apache-2.0",
       .bytes = 600 * kMB,
       .host = FetchHost::HubModel,
       .repository = "nomic-ai/modernbert-embed-base",
       .revision = "d556a88e332558790b210f7bdbe87da2fa94a8d8",
       .files = {{"config.json", 1260},
                 {"model.safetensors", 596 * kMB},
                 {"tokenizer.json", 3'580'000},
                 {"tokenizer_config.json", 20'800},
                 {"special_tokens_map.json", 694},
                 {"modules.json", 349},
                 {"1_Pooling/config.json", 300},
                 {"sentence_bert_config.json", 54},
                 {"config_sentence_transformers.json", 210, "", kOptional}},
       .next = "rnb regroup --store STORE --encoder {} --k 5..20:5"},
      {.name = "all-minilm-l6-v2",
       .kind = FetchKind::Model,
       .summary = "MiniLM, a small text encoder for Regroup",
       .licence = "Apache-2.0",
       .bytes = 92 * kMB,
       .host = FetchHost::HubModel,
       .repository = "sentence-transformers/all-MiniLM-L6-v2",
       .revision = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
       .files = {{"config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"},
                 {"model.safetensors", 90'868'376,
                  "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"},
                 {"vocab.txt", 231'508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"},
                 {"tokenizer.json", 466'247,
                  "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"},
                 {"tokenizer_config.json", 350,
                  "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"},
                 {"special_tokens_map.json", 112},
                 {"modules.json", 349},
                 {"1_Pooling/config.json", 190},
                 {"sentence_bert_config.json", 53},
                 {"config_sentence_transformers.json", 116, "", kOptional}},
       .next = "rnb regroup --store STORE --encoder {} --k 5..20:5"},
      {.name = "clip-bpe",
       .kind = FetchKind::Model,
       .summary = "CLIP's vocabulary: byte-pair merges for its text tower",
       .licence = "MIT",
       .bytes = 1'356'917,
       .host = FetchHost::GithubFile,
       .repository = "openai/CLIP",
       .revision = "a9b1bf5920416aaeaec965c25dd9e8f98c864f16",
       .files = {{"clip/bpe_simple_vocab_16e6.txt.gz", 1'356'917,
                  "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"}},
       .next = "rnb prepare ... --tokenizer {}"},
  };
}

bool is_hub_name(const std::string& name) {
  return std::count(name.begin(), name.end(), '/') == 1 && name.front() != '/' && name.back() != '/' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c < 0x80 && std::isalnum(c)) || c == '/' || c == '-' || c == '_' || c == '.';
         });
}

CatalogueEntry unlisted(const std::string& name, bool dataset) {
  CatalogueEntry e{.name = name,
                   .kind = dataset ? FetchKind::DataSet : FetchKind::Model,
                   .summary = "a repository of the Hub",
                   .licence = "see its page",
                   .bytes = 0,
                   .host = dataset ? FetchHost::HubDataSet : FetchHost::HubModel,
                   .repository = name,
                   .revision = "main"};
  e.patterns = dataset ? std::vector<std::string>{"*.parquet", "*.jsonl", "*.json"}
                       : std::vector<std::string>{"*.json",     "*.safetensors", "vocab.txt",
                                                  "merges.txt", "*.model",       "*.txt.gz"};
  e.folder = "data" + name.substr(name.find('/'));
  return e;
}

}  // namespace

const std::vector<CatalogueEntry>& catalogue() {
  static const std::vector<CatalogueEntry> list = [] {
    auto all = entries();
    for (CatalogueEntry& e : all)
      if (e.folder.empty()) e.folder = "data/" + e.name;
    return all;
  }();
  return list;
}

CatalogueEntry catalogue_entry(const std::string& name) {
  std::vector<std::string> names;
  for (const CatalogueEntry& e : catalogue()) {
    if (e.name == name) return e;
    names.push_back(e.name);
  }
  constexpr std::string_view kDataSets = "datasets/";
  if (name.starts_with(kDataSets) && is_hub_name(name.substr(kDataSets.size())))
    return unlisted(name.substr(kDataSets.size()), true);
  if (is_hub_name(name)) return unlisted(name, false);
  fail_usage("fetch", "nothing called '{}'{}. OWNER/NAME or datasets/OWNER/NAME take a repository of the Hub",
             name, suggestion(name, names));
}

}  // namespace rnb
