#include "models/weights.h"

#include <utility>

#include "base/error.h"
#include "base/random.h"

namespace rnb {

MakeTensor random_weights(uint64_t seed, torch::Device device) {
  return [seed, device](const std::string& name, const std::vector<int64_t>& shape) {
    if (shape.size() == 1)
      return name.ends_with("weight") ? torch::ones(shape, device) : torch::zeros(shape, device);
    if (device.is_meta()) return torch::empty(shape, device);
    auto tensor = torch::empty(shape, torch::kFloat32);
    Rng rng(seed, "init", 0, hash64(name));
    auto* values = tensor.data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(0.02 * rng.normal());
    return tensor.to(device);
  };
}

LoadedWeights::LoadedWeights(TensorMap tensors, std::string component, std::string where, std::string prefix,
                             torch::Device device)
    : tensors_(std::move(tensors)),
      component_(std::move(component)),
      where_(std::move(where)),
      prefix_(std::move(prefix)),
      device_(device) {}

torch::Tensor LoadedWeights::take(const std::string& name, const std::vector<int64_t>& shape) {
  auto it = tensors_.find(name);
  if (it == tensors_.end() && name.starts_with(prefix_)) it = tensors_.find(name.substr(prefix_.size()));
  if (it == tensors_.end()) fail(component_, "{}: tensor {} is missing", where_, name);
  taken_.insert(it->first);
  if (it->second.sizes().vec() != shape)
    fail(component_, "{}: tensor {} has shape [{}], config.json asks for [{}]", where_, it->first,
         fmt::join(it->second.sizes(), ", "), fmt::join(shape, ", "));
  return it->second.to(device_, torch::kFloat32, /*non_blocking=*/false, /*copy=*/true);
}

void LoadedWeights::require_all_taken(const std::function<bool(const std::string& name)>& known) const {
  for (const auto& [name, tensor] : tensors_)
    if (!taken_.contains(name) && !known(name))
      fail(component_, "{}: tensor {} is not part of this model", where_, name);
}

ParameterList::ParameterList(const ModelSource& source, const std::string& component,
                             const std::string& prefix)
    : make_(random_weights(source.seed, source.device)) {
  if (!source.weights.empty())
    loaded_.emplace(load_safetensors(source.weights), component, source.name, prefix, source.device);
}

torch::Tensor ParameterList::parameter(const std::string& name, const std::vector<int64_t>& shape) {
  auto tensor = loaded_ ? loaded_->take(name, shape) : make_(name, shape);
  tensor.set_requires_grad(true);
  parameters_.push_back({name, tensor});
  return tensor;
}

Linear ParameterList::linear(const std::string& name, int64_t in, int64_t out, Bias bias) {
  linear_names_.push_back(name);
  Linear layer{name, parameter(name + ".weight", {out, in}), {}};
  if (bias == Bias::Yes) layer.bias = parameter(name + ".bias", {out});
  return layer;
}

LayerNorm ParameterList::layer_norm(const std::string& name, int64_t width) {
  return {parameter(name + ".weight", {width}), parameter(name + ".bias", {width})};
}

void ParameterList::require_all_taken(const std::function<bool(const std::string& name)>& known) const {
  if (loaded_) loaded_->require_all_taken(known);
}

}  // namespace rnb
