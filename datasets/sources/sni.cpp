// The tasks of Super-NaturalInstructions, split by instance.

#include "datasets/sources/sni_source.h"

namespace rnb {
namespace {

RNB_REGISTER(
    SourceSpec, .name = "sni",
    .summary = "Super-NaturalInstructions: English tasks, their categories as domains",
    .licence = kSniLicence, .files = kSniFiles, .fetch = {"sni"}, .options = sni_options(SniKind::Tasks),
    .open = [](const SourceOptions& o) { return open_sni(o, SniKind::Tasks, "sni"); });

}  // namespace
}  // namespace rnb
