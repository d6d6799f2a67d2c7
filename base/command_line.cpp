#include "base/command_line.h"

#include <iostream>

#include "base/error.h"
#include "base/suggest.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

// " (did you mean '--steps'?)", or nothing.
std::string close_name(const std::string& given, const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  const std::string hint = suggestion(given, names);
  return hint.starts_with(" (") ? hint : std::string();
}

}  // namespace

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
  const auto wrong = [&](const std::string& what) {
    throw UsageError(text.command, fmt::format("{}; rnb {} --help lists the options", what, text.command));
  };
  try {
    po::store(po::command_line_parser(args)
                  .options(all)
                  .positional(places)
                  .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
                  .run(),
              values);
    po::notify(values);
  } catch (const po::unknown_option& e) {
    wrong(e.what() + close_name(e.get_option_name(), options));
  } catch (const po::error& e) {
    wrong(e.what());
  }
  if (!values.count("help")) return true;
  std::cout << "rnb " << text.command << (text.usage.empty() ? "" : " ") << text.usage << ": " << text.summary
            << "\n\n"
            << options;
  return false;
}

}  // namespace rnb
