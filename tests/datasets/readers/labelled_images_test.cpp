#include "datasets/readers/labelled_images.h"

#include <gtest/gtest.h>

#include "tests/base/fuzz.h"
#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

void write_task(const ScratchFolder& folder, const std::string& task) {
  folder.write(task + "/classes.txt", "cat\nn0123\tgrey wolf\r\n\n");
  for (const char* image : {"cat/2.jpg", "cat/1.PNG", "cat/notes.txt", "n0123/a.webp"})
    folder.write(task + "/" + image, "x");
}

TEST(LabelledImages, AreFoundByClassAndName) {
  const ScratchFolder folder;
  write_task(folder, "animals");
  const auto tasks = read_labelled_images(folder.path() / "animals");
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].name, "animals");
  EXPECT_EQ(tasks[0].classes, (std::vector<std::string>{"cat", "grey wolf"}));
  EXPECT_EQ(tasks[0].templates, (std::vector<std::string>{"a photo of a {}."}));
  std::vector<std::pair<std::string, size_t>> images;
  for (const auto& i : tasks[0].images) images.emplace_back(i.file.filename(), i.label);
  EXPECT_EQ(images, (std::vector<std::pair<std::string, size_t>>{{"1.PNG", 0}, {"2.jpg", 0}, {"a.webp", 1}}));
}

TEST(LabelledImages, AFolderMayHoldTasksWithTheirTemplates) {
  const ScratchFolder folder;
  write_task(folder, "tasks/b");
  write_task(folder, "tasks/a");
  folder.write("tasks/a/templates.txt", "a {}\nthe {} and the {}\n");
  folder.write("tasks/README.md", "");
  const auto tasks = read_labelled_images(folder.path() / "tasks/");
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[0].name, "a");
  EXPECT_EQ(prompt_of(tasks[0].templates.at(1), "dog"), "the dog and the dog");
  EXPECT_EQ(prompt_of("a {}", "{}"), "a {}");  // a class may be called so
}

TEST(LabelledImages, MistakesNameFileAndLine) {
  const ScratchFolder folder;
  write_task(folder, "t");
  const auto message = [&] { return error_of([&] { read_labelled_images(folder.path() / "t"); }); };
  for (const auto& [classes, where, what] :
       std::vector<std::array<const char*, 3>>{{"cat\ndog\n", "classes.txt:2", "dog"},
                                               {"cat\ncat\n", "classes.txt:2", "twice"},
                                               {"cat\n../x\n", "classes.txt:2", "no name"},
                                               {"cat\n", "classes.txt", "at least 2"}}) {
    folder.write("t/classes.txt", classes);
    EXPECT_NE(message().find(where), std::string::npos) << message();
    EXPECT_NE(message().find(what), std::string::npos) << message();
  }
  write_task(folder, "t");
  folder.write("t/templates.txt", "a photo\n");
  EXPECT_NE(message().find("templates.txt:1"), std::string::npos);
  EXPECT_NE(error_of([&] { read_labelled_images(folder.path() / "nothing"); }).find("nothing"),
            std::string::npos);
}

TEST(Fuzz, ClassesTxt) {
  const ScratchFolder folder;
  write_task(folder, "t");
  fuzz("classes", 200, [&](Rng& rng) {
    folder.write("t/classes.txt", damaged("cat\nn0123\tgrey wolf\n", rng, "\t\n\r/.{}"));
    accepted([&] { EXPECT_GE(read_labelled_images(folder.path() / "t").at(0).images.size(), 2U); });
  });
}

}  // namespace
}  // namespace rnb
