#pragma once
// Super-NaturalInstructions (arXiv:2204.07705) as the two data sets that are made of its files, sni and
// sni_test.

#include <memory>
#include <string>
#include <vector>

#include "datasets/source_spec.h"
#include "datasets/sources/sni_tasks.h"

namespace rnb {

constexpr const char* kSniFiles = "the folder of allenai/natural-instructions or of its flat mirror";
constexpr const char* kSniLicence = "Apache-2.0 (repository; each task has its own)";

std::vector<SourceOption> sni_options(SniKind kind);
// `who` starts every message. Throws Error or UsageError as choose_sni_tasks.
std::unique_ptr<Source> open_sni(const SourceOptions& options, SniKind kind, const std::string& who);

}  // namespace rnb
