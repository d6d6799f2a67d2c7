#include "methods/regroup/kmeans.h"

#include <algorithm>
#include <limits>
#include <set>

#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/methods/regroup/blobs.h"

extern "C" void omp_set_num_threads(int);
extern "C" int omp_get_max_threads();

namespace rnb {
namespace {

using ::testing::HasSubstr;

TEST(KMeans, FindsSeparatedBlobsExactly) {
  const Blobs blobs = make_blobs(400, 4, 6, 1);
  const Clustering c = kmeans(blobs.points(), 4, {.seed = 3, .nredo = 10});
  EXPECT_EQ(c.k, 4);
  EXPECT_TRUE(same_partition(c.assignment, blobs.corner));
}

TEST(KMeans, CentroidsAreMeansAndInertiaIsTheirSquaredDistance) {
  const Blobs blobs = make_blobs(200, 3, 4, 2);
  const Clustering c = kmeans(blobs.points(), 3, {.seed = 1, .nredo = 10});
  std::vector<double> mean(static_cast<size_t>(c.k * 4)), size(static_cast<size_t>(c.k));
  for (size_t i = 0; i < c.assignment.size(); ++i) {
    const auto a = static_cast<size_t>(c.assignment[i]);
    size[a] += 1;
    for (size_t d = 0; d < 4; ++d) mean[a * 4 + d] += static_cast<double>(blobs.values[i * 4 + d]);
  }
  for (size_t j = 0; j < mean.size(); ++j) mean[j] /= size[j / 4];
  double inertia = 0;
  for (size_t i = 0; i < c.assignment.size(); ++i)
    for (size_t d = 0; d < 4; ++d) {
      const double difference =
          static_cast<double>(blobs.values[i * 4 + d]) - mean[static_cast<size_t>(c.assignment[i]) * 4 + d];
      inertia += difference * difference;
    }
  for (size_t j = 0; j < mean.size(); ++j) EXPECT_NEAR(static_cast<double>(c.centroids[j]), mean[j], 1e-4);
  EXPECT_NEAR(c.inertia, inertia, 1e-4 * inertia);
}

TEST(KMeans, SameResultForOneAndTwoThreads) {
  const Blobs blobs = make_blobs(3000, 2, 16, 4);  // more clusters than blobs: no easy answer to fall into
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  const Clustering one = kmeans(blobs.points(), 12, {.seed = 5});
  omp_set_num_threads(2);
  const Clustering two = kmeans(blobs.points(), 12, {.seed = 5});
  EXPECT_EQ(omp_get_max_threads(), 2);  // the caller's setting is put back
  omp_set_num_threads(before);
  EXPECT_EQ(one.assignment, two.assignment);
  EXPECT_EQ(one.centroids, two.centroids);
  EXPECT_EQ(one.inertia, two.inertia);
}

TEST(KMeans, SweepGivesWhatEachKGives) {
  const Blobs blobs = make_blobs(600, 3, 8, 4);
  const std::vector<int64_t> ks{7, 2, 5};
  const auto tried = kmeans_sweep(blobs.points(), ks, {.seed = 5});
  ASSERT_EQ(tried.size(), ks.size());
  for (size_t i = 0; i < ks.size(); ++i) {
    const Clustering alone = kmeans(blobs.points(), ks[i], {.seed = 5});
    EXPECT_EQ(tried[i].assignment, alone.assignment);
    EXPECT_EQ(tried[i].centroids, alone.centroids);
    EXPECT_EQ(tried[i].inertia, alone.inertia);
  }
  const std::vector<int64_t> too_many{2, 601};
  EXPECT_THROW(kmeans_sweep(blobs.points(), too_many, {}), Error);
}

TEST(KMeans, SeedDecides) {
  const Blobs blobs = make_blobs(1000, 2, 8, 4);
  const auto run = [&](uint64_t seed) { return kmeans(blobs.points(), 12, {.seed = seed}).assignment; };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(KMeans, OnePointACluster) {
  const Blobs blobs = make_blobs(7, 7, 7, 1);
  const Clustering c = kmeans(blobs.points(), 7, {});
  EXPECT_EQ(c.k, 7);
  EXPECT_EQ(std::set<int32_t>(c.assignment.begin(), c.assignment.end()).size(), 7U);
  EXPECT_NEAR(c.inertia, 0, 1e-9);
}

TEST(KMeans, OneCluster) {
  const Clustering c = kmeans(make_blobs(20, 2, 3, 1).points(), 1, {});
  EXPECT_EQ(c.assignment, std::vector<int32_t>(20, 0));
}

TEST(KMeans, EqualPointsShareAClusterAndEmptyOnesAreDropped) {
  const std::vector<float> values(40, 1.5F);  // 20 equal points of width 2
  for (const int64_t k : {4, 20}) {
    const Clustering c = kmeans({values, 20, 2}, k, {});
    EXPECT_EQ(c.k, 1);
    EXPECT_EQ(c.dropped_empty, k - 1);
    EXPECT_EQ(c.centroids.size(), 2U);
    EXPECT_EQ(c.assignment, std::vector<int32_t>(20, 0));
    EXPECT_NEAR(c.inertia, 0, 1e-3);
  }
}

TEST(KMeans, TwoDistinctPointsManyTimes) {
  std::vector<float> values;
  std::vector<int32_t> truth;
  for (int i = 0; i < 30; ++i) {
    truth.push_back(i % 2);
    values.insert(values.end(), {i % 2 == 0 ? 0.0F : 8.0F, 1.0F});
  }
  const Clustering c = kmeans({values, 30, 2}, 2, {.seed = 1, .nredo = 10});
  EXPECT_TRUE(same_partition(c.assignment, truth));
}

TEST(KMeans, RefusesWhatCannotBeClustered) {
  std::vector<float> values{0, 1, 2, 3};
  const auto message = [&](int64_t k) {
    try {
      kmeans({values, 4, 1}, k, {});
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_THAT(message(5), HasSubstr("k = 5 clusters of 4"));
  EXPECT_THAT(message(0), HasSubstr("k = 0"));
  values[2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(message(2), HasSubstr("not finite"));
}

TEST(AssignNearest, TakesTheNearestCentroid) {
  const std::vector<float> centroids{0, 0, 10, 0, 0, 10}, values{4, 0, 6, 0, 1, 6, 100, 99};
  EXPECT_EQ(assign_nearest({values, 4, 2}, centroids), (std::vector<int32_t>{0, 1, 2, 1}));
}

TEST(AssignNearest, NoPoints) {
  EXPECT_TRUE(assign_nearest({{}, 0, 2}, std::vector<float>{1, 2}).empty());
}

}  // namespace
}  // namespace rnb
