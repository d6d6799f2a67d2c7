#pragma once
// What `rnb eval` and `rnb embed` do with a CLIP and plain arrays.

#include <string>

namespace rnb {

struct ClipCommand {
  std::string model, ids, pixels, out, device = "cpu";
  bool json = false;
};
// Prints the loss, where there is one; writes image_embeds, text_embeds and loss to the .npz `out`, if it is
// named.
int clip_command(const ClipCommand& command);

}  // namespace rnb
