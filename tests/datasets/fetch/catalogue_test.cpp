// The catalogue of `rnb fetch` and the data sets of `rnb prepare` name each other.

#include "datasets/fetch/catalogue.h"

#include <gmock/gmock.h>

#include "datasets/source_spec.h"

namespace rnb {
namespace {

TEST(Catalogue, HasWhatDataSetsAreFetchedAs) {
  for (const SourceSpec& spec : source_specs())
    for (const std::string& name : spec.fetch)
      EXPECT_EQ(catalogue_entry(name).kind, FetchKind::DataSet) << spec.name << ": " << name;
}

TEST(Catalogue, NamesDataSetsThatThereAre) {
  constexpr std::string_view kOption = "--dataset ";
  int named = 0;
  for (const CatalogueEntry& entry : catalogue()) {
    const size_t at = entry.next.find(kOption);
    if (at == std::string::npos) continue;
    const size_t begin = at + kOption.size();
    EXPECT_THAT(source_spec(entry.next.substr(begin, entry.next.find(' ', begin) - begin)).fetch,
                testing::Contains(entry.name));
    ++named;
  }
  EXPECT_GT(named, 0);
}

}  // namespace
}  // namespace rnb
