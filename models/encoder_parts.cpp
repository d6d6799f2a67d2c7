#include "models/encoder_parts.h"

#include "base/error.h"

namespace rnb {

EncoderTensors::EncoderTensors(const std::filesystem::path& folder, std::string component,
                               std::vector<std::string> prefixes, torch::Device device)
    : component_(std::move(component)),
      where_(folder.string()),
      prefixes_(std::move(prefixes)),
      tensors_(load_safetensors(folder)),
      device_(device) {}

torch::Tensor EncoderTensors::get(const std::string& name, const std::vector<int64_t>& shape) const {
  auto it = tensors_.find(name);
  for (const std::string& prefix : prefixes_)
    if (it == tensors_.end()) it = tensors_.find(prefix + name);
  if (it == tensors_.end()) fail(component_, "{}: tensor {} is missing", where_, name);
  if (it->second.sizes().vec() != shape)
    fail(component_, "{}: tensor {} has shape [{}], config.json asks for [{}]", where_, name,
         fmt::join(it->second.sizes(), ", "), fmt::join(shape, ", "));
  return it->second.to(device_, torch::kFloat32);
}

void check_encoder_batch(const torch::Tensor& ids, const torch::Tensor& mask, int64_t positions,
                         const std::string& component) {
  if (ids.dim() != 2 || ids.sizes() != mask.sizes())
    fail(component, "ids have shape [{}], mask [{}]; expected the same n x T", fmt::join(ids.sizes(), ", "),
         fmt::join(mask.sizes(), ", "));
  if (ids.size(1) > positions)
    fail(component, "a sequence of {} tokens does not fit the model's {} positions", ids.size(1), positions);
  // Attention over nothing is 0/0: its NaN would look like a vector.
  if (!mask.ne(0).any(1).all().item<bool>())
    fail(component, "a row's mask is all zero; expected at least one token in each row");
}

torch::Tensor padding_mask(const torch::Tensor& mask) {
  if (!mask.eq(0).any().item<bool>()) return {};
  return mask.to(torch::kBool).unsqueeze(1).unsqueeze(1);
}

torch::Tensor pooled_mean(const torch::Tensor& x, const torch::Tensor& mask) {
  const auto m = mask.ne(0).to(torch::kFloat32).unsqueeze(-1);
  const auto mean = (x * m).sum(1) / m.sum(1);
  return torch::nn::functional::normalize(mean, torch::nn::functional::NormalizeFuncOptions().dim(1));
}

}  // namespace rnb
