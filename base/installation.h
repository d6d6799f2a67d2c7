#pragma once
// Where the program's own files are. An installed tree can be moved as a whole:
//   PREFIX/bin/rnb                  the program
//   PREFIX/lib/rnb/                 librnb_train.so; venv/, where one was made for it
//   PREFIX/share/rnb/               plots/, experiments/, paper/ (printed numbers), readers/
// Each is looked for from the program's folder first, then in the source tree that the program was built
// from. Environment variables (base/environment.h) go before both.

#include <filesystem>

namespace rnb {

class Installation {
 public:
  // `program`: the folder of the running executable. `source`: the source tree.
  Installation(std::filesystem::path program, std::filesystem::path source);

  // Paths to where each is expected, in the source tree when it is nowhere; whoever opens one says so.
  std::filesystem::path train_module() const;        // librnb_train.so
  std::filesystem::path plots() const;               // folder with report.py
  std::filesystem::path experiments() const;         // folder of experiment files; paper/ in it
  std::filesystem::path paper_numbers() const;       // folder of the papers' printed numbers, SETTING.csv
  std::filesystem::path parquet_reader() const;      // parquet_rows.py
  std::filesystem::path python_environment() const;  // virtual environment of the next three
  std::filesystem::path python() const;              // an executable with h5py, matplotlib and pyarrow
  std::filesystem::path python_packages() const;     // its lib/pythonX.Y/site-packages; empty: it has none
  // Folder of the sentence encoder that minilm means: RNB_ENCODER, else the one among those packages; empty:
  // there is none.
  std::filesystem::path encoder() const;
  // A LibTorch that somebody put into an installed tree (its lib/); librnb_train.so looks there first.
  std::filesystem::path libtorch() const;
  std::filesystem::path source() const { return source_; }

 private:
  std::filesystem::path program_, prefix_, source_;
};

Installation this_installation();  // of the running program

}  // namespace rnb
