#include "base/command_line.h"

#include <iostream>

#include "base/error.h"

namespace rnb {
namespace po = boost::program_options;

bool parse_command_line(const std::vector<std::string>& args, const CommandText& text,
                        po::options_description& options, po::variables_map& values,
                        std::vector<std::string>* positional) {
  options.add_options()("help", "show this text");
  po::options_description all;
  all.add(options);
  po::positional_options_description places;
  if (positional) {
    all.add_options()("words", po::value(positional), "");
    places.add("words", -1);
  }
  try {
    po::store(po::command_line_parser(args)
                  .options(all)
                  .positional(places)
                  .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
                  .run(),
              values);
    po::notify(values);
  } catch (const po::error& e) {
    throw UsageError(text.command,
                     fmt::format("{}; rnb {} --help lists the options", e.what(), text.command));
  }
  if (!values.count("help")) return true;
  std::cout << "rnb " << text.command << (text.usage.empty() ? "" : " ") << text.usage << ": " << text.summary
            << "\n\n"
            << options;
  return false;
}

}  // namespace rnb
