// Trained on the tasks of the official train list, evaluated on those of the test list, whose categories
// training never shows.

#include "datasets/sources/sni_source.h"

namespace rnb {
namespace {

RNB_REGISTER(
    SourceSpec, .name = "sni_test",
    .summary =
        "Super-NaturalInstructions: trained on the train tasks, evaluated on test tasks of unseen categories",
    .licence = kSniLicence, .files = kSniFiles, .fetch = {"sni"},
    .options = sni_options(SniKind::UnseenTasks),
    .open = [](const SourceOptions& o) { return open_sni(o, SniKind::UnseenTasks, "sni_test"); });

}  // namespace
}  // namespace rnb
