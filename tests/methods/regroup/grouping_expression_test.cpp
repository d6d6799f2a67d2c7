#include "methods/regroup/grouping_expression.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace rnb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string refusal(const std::string& text) {
  try {
    parse_grouping(text);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "";
}

TEST(GroupingExpression, NamesOfFoldersStayAsTheyAre) {
  for (const std::string name : {"original", "my-clusters", "regroup-minilm-k10-s1-n3"}) {
    const auto e = parse_grouping(name);
    EXPECT_EQ(e.kind, GroupingExpression::Kind::Named);
    EXPECT_EQ(e.name, name);
  }
}

TEST(GroupingExpression, OneK) {
  const auto e = parse_grouping("regroup:k=10");
  EXPECT_EQ(e.kind, GroupingExpression::Kind::Regroup);
  EXPECT_THAT(e.ks, ElementsAre(10));
  EXPECT_EQ(e.embedder, "minilm");
  EXPECT_EQ(e.seed, 1U);
  EXPECT_EQ(e.nredo, 3);
  EXPECT_EQ(e.name, "regroup-minilm-k10-s1-n3");
}

TEST(GroupingExpression, RangeAndOptionsInAnyOrder) {
  const auto e = parse_grouping("regroup:seed=3,k=5..30:5,nredo=7,embedder=static");
  EXPECT_THAT(e.ks, ElementsAre(5, 10, 15, 20, 25, 30));
  EXPECT_EQ(e.embedder, "static");
  EXPECT_EQ(e.seed, 3U);
  EXPECT_EQ(e.nredo, 7);
  EXPECT_EQ(e.name, "regroup-static-k5..30_5-s3-n7");
  EXPECT_THAT(parse_grouping("regroup:k=2..4").ks, ElementsAre(2, 3, 4));
  EXPECT_THAT(parse_grouping("regroup:k=5..12:5").ks, ElementsAre(5, 10));
}

TEST(GroupingExpression, EqualMeaningEqualName) {
  EXPECT_EQ(parse_grouping("regroup:k=010,seed=01").name, parse_grouping("regroup:k=10").name);
  EXPECT_EQ(parse_grouping("regroup:k=2..4:1").name, parse_grouping("regroup:k=2..4").name);
}

TEST(GroupingExpression, FilesOfOneStemHaveDifferentNames) {
  const auto a = parse_grouping("regroup:k=3,embedder=npy:one/e m.npy").name,
             b = parse_grouping("regroup:k=3,embedder=npy:two/e m.npy").name;
  EXPECT_THAT(a, StartsWith("regroup-npy_e_m_"));
  EXPECT_NE(a, b);
  EXPECT_EQ(a.find('/'), std::string::npos);
}

TEST(GroupingExpression, AnEncodersFolderWithAPrompt) {
  const auto e = parse_grouping("regroup:k=3,embedder=encoder:models/modern bert/,prompt=clustering");
  EXPECT_EQ(e.embedder, "encoder:models/modern bert/");
  EXPECT_EQ(e.prompt, "clustering");
  EXPECT_THAT(e.name, StartsWith("regroup-encoder_modern_bert_"));
  EXPECT_EQ(expression_at(e, 3),
            "regroup:k=3,embedder=encoder:models/modern bert/,prompt=clustering,seed=1,nredo=3");
  const auto name = [](const char* rest) {
    return parse_grouping(std::string("regroup:k=3,embedder=") + rest).name;
  };
  EXPECT_NE(name("encoder:a"), name("encoder:a,prompt=x"));
  EXPECT_NE(name("encoder:a"), name("static:a"));
  EXPECT_EQ(name("encoder:a"), name("encoder:a/"));
  EXPECT_THAT(refusal("regroup:k=3,embedder=encoder:"), HasSubstr("encoder:FOLDER"));
  EXPECT_THAT(refusal("regroup:k=3,prompt=x"), HasSubstr("needs an encoder"));
  EXPECT_THAT(refusal("regroup:k=3,embedder=static:a,prompt=x"), HasSubstr("needs an encoder"));
}

TEST(GroupingExpression, ByLossWithItsShortRuns) {
  const auto e = parse_grouping(
      "regroup:k=5..15:5,by=loss,steps=200,seeds=3,model=mini,context=64,batch=8,lr=3e-3,method=dga");
  ASSERT_TRUE(e.by_loss);
  EXPECT_EQ(e.by_loss->steps, 200);
  EXPECT_EQ(e.by_loss->seeds, 3);
  EXPECT_EQ(e.by_loss->model, "mini");
  EXPECT_EQ(e.by_loss->context, 64);
  EXPECT_EQ(e.by_loss->batch, 8);
  EXPECT_EQ(e.by_loss->lr, 3e-3);
  EXPECT_EQ(e.by_loss->method, "dga");
  EXPECT_THAT(e.name, StartsWith("regroup-minilm-k5..15_5-s1-n3-loss-200x3-"));
  EXPECT_EQ(expression_at(e, 10), "regroup:k=10,embedder=minilm,seed=1,nredo=3");
}

TEST(GroupingExpression, WhatChangesTheShortRunsChangesTheName) {
  const std::string plain = parse_grouping("regroup:k=5..15:5,by=loss").name;
  EXPECT_EQ(plain, parse_grouping("regroup:k=5..15:5,by=loss,steps=100,lr=0.001,method=stratified").name);
  for (const char* other :
       {"steps=99", "seeds=2", "model=mini", "context=32", "batch=8", "lr=2e-3", "method=rnb"})
    EXPECT_NE(plain, parse_grouping(std::string("regroup:k=5..15:5,by=loss,") + other).name) << other;
  EXPECT_EQ(parse_grouping("regroup:k=5..15:5,by=silhouette").name, parse_grouping("regroup:k=5..15:5").name);
}

TEST(GroupingExpression, Random) {
  const auto e = parse_grouping("random:k=10,seed=2");
  EXPECT_EQ(e.kind, GroupingExpression::Kind::Random);
  EXPECT_THAT(e.ks, ElementsAre(10));
  EXPECT_EQ(e.name, "random-k10-s2");
}

TEST(GroupingExpression, RefusalsNameTheFaultAndTheForms) {
  for (const std::string text : {"",
                                 "regroup:",
                                 "regroup:k=",
                                 "regroup:k=0",
                                 "regroup:k=-3",
                                 "regroup:k=ten",
                                 "regroup:k=5x",
                                 "regroup:k=9..3",
                                 "regroup:k=1..5000",
                                 "regroup:k=1..",
                                 "regroup:k=5..30:0",
                                 "regroup:k=99999999999999999999",
                                 "regroup:k=5,",
                                 "regroup:seed=1",
                                 "regroup:k=5,seed=-1",
                                 "regroup:k=5,nredo=0",
                                 "regroup:k=5,by=loss",
                                 "regroup:k=5..10,steps=50",
                                 "regroup:k=5..10,by=loss,steps=0",
                                 "regroup:k=5..10,by=loss,seeds=0",
                                 "regroup:k=5..10,by=loss,lr=0",
                                 "regroup:k=5..10,by=loss,lr=nan",
                                 "random:k=2..4",
                                 "random:",
                                 "cluster:k=5",
                                 "../elsewhere",
                                 ".hidden"})
    EXPECT_THAT(refusal(text), HasSubstr("expected original, regroup:k=10")) << text;
  EXPECT_THAT(refusal("regroup:k=5,sed=1"), HasSubstr("did you mean 'seed'"));
  EXPECT_THAT(refusal("random:k=5,embedder=static"), HasSubstr("'embedder'"));
  EXPECT_THAT(refusal("regroup:k=5..9,by=los"), HasSubstr("did you mean 'loss'"));
  EXPECT_THAT(refusal("regroup:k=5,k=6"), HasSubstr("given twice"));
  EXPECT_THAT(refusal("regroup:k=5,embedder=minilmm"), HasSubstr("did you mean 'minilm'"));
}

}  // namespace
}  // namespace rnb
