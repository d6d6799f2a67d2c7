#include "methods/regroup/silhouette.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/json_file.h"
#include "tests/methods/regroup/blobs.h"

extern "C" void omp_set_num_threads(int);
extern "C" int omp_get_max_threads();

namespace rnb {
namespace {

double silhouette_of(const std::vector<float>& values, int64_t dim, const std::vector<int32_t>& labels) {
  const Points points{values, static_cast<int64_t>(labels.size()), dim};
  return silhouettes(points, std::span(&labels, 1), 1).front();
}

TEST(Silhouette, EqualsScikitLearn) {
  const auto fixture = read_json_file(RNB_SOURCE_DIR "/tests/methods/regroup/fixtures/silhouette.json");
  int checked = 0;
  for (const auto& c : fixture.at("cases")) {
    const auto values = c.at("points").get<std::vector<float>>();
    const auto dim = c.at("dim").get<int64_t>();
    std::vector<std::vector<int32_t>> clusterings;
    for (const auto& one : c.at("clusterings"))
      clusterings.push_back(one.at("labels").get<std::vector<int32_t>>());
    const auto scores = silhouettes({values, static_cast<int64_t>(values.size()) / dim, dim}, clusterings, 1);
    for (size_t i = 0; i < scores.size(); ++i, ++checked)
      EXPECT_NEAR(scores[i], c["clusterings"][i].at("silhouette").get<double>(), 1e-5)
          << c.at("name") << " " << i;
  }
  EXPECT_EQ(checked, 9);
}

// Points 0, 1, 4 and 6 on a line, clusters {0, 1} and {4, 6}:
// s(0) = (5 - 1) / 5, s(1) = (4 - 1) / 4, s(4) = (3.5 - 2) / 3.5, s(6) = (5.5 - 2) / 5.5.
TEST(Silhouette, ByHand) {
  const double expected = (4.0 / 5 + 3.0 / 4 + 1.5 / 3.5 + 3.5 / 5.5) / 4;
  EXPECT_NEAR(silhouette_of({0, 1, 4, 6}, 1, {0, 0, 1, 1}), expected, 1e-7);
}

// {0, 1} and {6} alone: s(0) = (6 - 1) / 6, s(1) = (5 - 1) / 5, s(6) = 0.
TEST(Silhouette, PointAloneCountsZero) {
  EXPECT_NEAR(silhouette_of({0, 1, 6}, 1, {0, 0, 1}), (5.0 / 6 + 4.0 / 5) / 3, 1e-7);
}

TEST(Silhouette, DegenerateClusteringsAreZero) {
  EXPECT_EQ(silhouette_of({0, 1, 6}, 1, {0, 0, 0}), 0);        // one cluster
  EXPECT_EQ(silhouette_of({0, 1, 6}, 1, {0, 1, 2}), 0);        // every point alone
  EXPECT_EQ(silhouette_of({2, 2, 2, 2}, 1, {0, 0, 1, 1}), 0);  // all points equal
}

// |x| = 1e4 and distances of 1e-2: |x|^2 + |y|^2 - 2xy alone would be noise in float32.
TEST(Silhouette, SmallDistancesFarFromEachOtherAreExact) {
  const std::vector<float> values{-1e4F, -1e4F + 0.0078125F, 1e4F, 1e4F + 0.015625F};
  // The same four points, clustered within the pairs: a and b of the first two points are b - a = 2e4 and so
  // on.
  EXPECT_NEAR(silhouette_of(values, 1, {0, 0, 1, 1}), 1.0, 1e-5);
  // One of each pair: the nearest other point is in the other cluster, so s = (b - a) / a with b ~ 1e4, a ~
  // 2e4.
  EXPECT_NEAR(silhouette_of(values, 1, {0, 1, 0, 1}), -0.5, 1e-5);
  // Three in one cluster {0, 1, 2}: s(0) = s(1) = (2e4 - 1e4) / 2e4, s(2) = (0.015625 - 2e4) / 2e4, s(3) = 0.
  EXPECT_NEAR(silhouette_of(values, 1, {0, 0, 0, 1}), (0.5 + 0.5 + 0.015625 / 2e4 - 1) / 4, 1e-6);
}

// More points than a block and a tile of distances hold, and not a multiple of them. The expected value is
// the definition, point by point.
TEST(Silhouette, ManyPointsEqualTheDefinitionForAnyNumberOfThreads) {
  const Blobs blobs = make_blobs(1100, 3, 3, 9);
  const size_t n = blobs.corner.size();
  std::vector<double> size(3);
  for (const int32_t c : blobs.corner) ++size[static_cast<size_t>(c)];
  double expected = 0;
  for (size_t i = 0; i < n; ++i) {
    std::vector<double> mean(3);
    const auto at = [&](size_t point, size_t d) { return static_cast<double>(blobs.values[3 * point + d]); };
    for (size_t j = 0; j < n; ++j)
      mean[static_cast<size_t>(blobs.corner[j])] +=
          std::hypot(at(i, 0) - at(j, 0), at(i, 1) - at(j, 1), at(i, 2) - at(j, 2));
    const auto own = static_cast<size_t>(blobs.corner[i]);
    double other = std::numeric_limits<double>::infinity();
    for (size_t c = 0; c < 3; ++c) {
      mean[c] /= c == own ? size[c] - 1 : size[c];
      if (c != own) other = std::min(other, mean[c]);
    }
    expected += (other - mean[own]) / std::max(other, mean[own]);
  }
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto one = silhouettes(blobs.points(), std::span(&blobs.corner, 1), 1);
  omp_set_num_threads(2);
  const auto two = silhouettes(blobs.points(), std::span(&blobs.corner, 1), 1);
  omp_set_num_threads(before);
  EXPECT_NEAR(one.front(), expected / static_cast<double>(n), 1e-6);
  EXPECT_EQ(one, two);
}

TEST(Silhouette, SubsampleIsSeededAndClose) {
  const Blobs blobs = make_blobs(1200, 4, 4, 9);
  std::vector<int32_t> halves;
  for (const int32_t c : blobs.corner) halves.push_back(c / 2);
  const std::vector<std::vector<int32_t>> clusterings{blobs.corner, halves};
  const auto exact = silhouettes(blobs.points(), clusterings, 1);
  const auto sample = silhouettes(blobs.points(), clusterings, 1, 400);
  EXPECT_EQ(sample, silhouettes(blobs.points(), clusterings, 1, 400));
  EXPECT_NE(sample, silhouettes(blobs.points(), clusterings, 2, 400));
  EXPECT_EQ(exact, silhouettes(blobs.points(), clusterings, 2, 1200));
  for (size_t s = 0; s < exact.size(); ++s) EXPECT_NEAR(sample[s], exact[s], 0.02);
}

}  // namespace
}  // namespace rnb
