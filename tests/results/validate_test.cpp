#include "results/validate.h"

#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "base/error.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ValidateTest : public ::testing::Test {
 protected:
  template <typename Change>
  std::vector<std::string> after(const Change& change) {
    const fs::path file = test::make_run(folder_.path(), test::HandMadeRun());
    const hid_t id = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    change(id);
    H5Fclose(id);
    return validate_run(file);
  }
  test::TemporaryFolder folder_;
};

void set_text(hid_t file, const char* name, const char* value) {
  H5Adelete(file, name);
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, H5T_VARIABLE);
  const hid_t made = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(made, type, &value);
  H5Aclose(made);
  H5Sclose(space);
  H5Tclose(type);
}

TEST_F(ValidateTest, AWholeRunIsValid) {
  EXPECT_THAT(validate_run(test::make_run(folder_.path(), test::HandMadeRun())), IsEmpty());
}

TEST_F(ValidateTest, FindsARemovedDataset) {
  for (const char* name : {"/mixture/proposed", "/curves/test_loss/value", "/signals/data",
                           "/eval/test/original/loss", "/eval/examples/id", "/overhead/seconds"})
    EXPECT_THAT(after([&](hid_t f) { H5Ldelete(f, name, H5P_DEFAULT); }),
                Contains(HasSubstr(std::string(name) + " is missing")))
        << name;
}

TEST_F(ValidateTest, FindsARemovedGroup) {
  for (const char* name :
       {"/provenance", "/curves", "/mixture", "/signals", "/overhead", "/eval", "/regroup", "/warnings"})
    EXPECT_THAT(after([&](hid_t f) { H5Ldelete(f, name, H5P_DEFAULT); }),
                Contains(HasSubstr("group " + std::string(name) + " is missing")));
}

TEST_F(ValidateTest, FindsRemovedUnitsAndEncodings) {
  EXPECT_THAT(after([](hid_t f) { H5Adelete_by_name(f, "/overhead/bytes", "units", H5P_DEFAULT); }),
              Contains("/overhead/bytes has no attribute units"));
  EXPECT_THAT(after([](hid_t f) { H5Adelete_by_name(f, "/eval/test/active", "encoding-type", H5P_DEFAULT); }),
              Contains("/eval/test/active has no attribute encoding-type"));
}

TEST_F(ValidateTest, FindsAMixtureThatIsNone) {
  const auto put = [](double a, double b) {
    return [=](hid_t f) {
      const double p[4] = {0.5, 0.5, a, b};
      const hid_t d = H5Dopen2(f, "/mixture/proposed", H5P_DEFAULT);
      H5Dwrite(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, p);
      H5Dclose(d);
    };
  };
  EXPECT_THAT(after(put(0.75, 0.5)), Contains(HasSubstr("row 1 sums to 1.25")));
  EXPECT_THAT(after(put(1.5, -0.5)), Contains(HasSubstr("row 1 has a negative share")));
  EXPECT_THAT(after(put(1.0, std::nan(""))), Contains(HasSubstr("row 1 sums to")));
}

TEST_F(ValidateTest, FindsAWrongShape) {
  EXPECT_THAT(after([](hid_t f) {
                H5Ldelete(f, "/mixture/epochs", H5P_DEFAULT);
                H5Lcreate_hard(f, "/mixture/step", f, "/mixture/epochs", H5P_DEFAULT, H5P_DEFAULT);
              }),
              Contains("/mixture/epochs has shape [2]; expected [2, 2]"));
}

TEST_F(ValidateTest, FindsAnUnknownStatusAndAnotherType) {
  EXPECT_THAT(after([](hid_t f) { set_text(f, "status", "done"); }),
              Contains(HasSubstr("status is \"done\"")));
  EXPECT_THAT(after([](hid_t f) { set_text(f, "encoding-type", "x"); }),
              Contains(HasSubstr("expected rnb-run")));
}

TEST_F(ValidateTest, FindsARowThatIsNone) {
  EXPECT_THAT(after([](hid_t f) { set_text(f, "row", "[]"); }),
              Contains(HasSubstr("/@row: is not a JSON object of texts")));
  EXPECT_THAT(after([](hid_t f) { H5Adelete(f, "row"); }), IsEmpty()) << "an older file";
}

TEST_F(ValidateTest, FindsKindsThatDoNotFitThePhases) {
  const auto kinds_from = [](const char* other) {
    return [=](hid_t f) {
      H5Ldelete(f, "/overhead/kind", H5P_DEFAULT);
      H5Lcreate_hard(f, other, f, "/overhead/kind", H5P_DEFAULT, H5P_DEFAULT);
    };
  };
  EXPECT_THAT(after(kinds_from("/overhead/phase")),
              Contains("/overhead/kind has \"eval_report\", which is no kind of phase"));
  EXPECT_THAT(after(kinds_from("/signals/call")), Contains("/overhead/kind has shape [1]; expected [5]"));
  EXPECT_THAT(after([](hid_t f) { H5Ldelete(f, "/overhead/kind", H5P_DEFAULT); }), IsEmpty())
      << "an older file";
}

TEST_F(ValidateTest, AGroupInsideItselfEnds) {
  EXPECT_THAT(
      after([](hid_t f) { H5Lcreate_hard(f, "/curves", f, "/curves/again", H5P_DEFAULT, H5P_DEFAULT); }),
      Contains(HasSubstr("lies deeper")));
}

TEST_F(ValidateTest, NoHdf5IsAnError) {
  const fs::path file = folder_.path() / "x.h5";
  std::ofstream(file) << "text";
  EXPECT_THROW(validate_run(file), Error);
}

}  // namespace
}  // namespace rnb
