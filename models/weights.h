#pragma once
// Where a language model's parameters come from, and the list that it builds of them.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "models/language_model.h"
#include "models/safetensors.h"

namespace rnb {

using MakeTensor = std::function<torch::Tensor(const std::string& name, const std::vector<int64_t>& shape)>;

// normal(0, 0.02), keyed by seed and parameter name; one-dimensional weights (norms) are 1, biases 0.
MakeTensor random_weights(uint64_t seed, torch::Device device);

// A Hugging Face folder's tensors as float32. Missing, surplus or wrongly shaped ones are an Error that
// starts with `where`.
class LoadedWeights {
 public:
  // `prefix`: what a folder may leave out of the names ("model.").
  LoadedWeights(const TensorMap& tensors, std::string component, std::string where, std::string prefix,
                torch::Device device);
  torch::Tensor take(const std::string& name, const std::vector<int64_t>& shape);
  // Throws unless all tensors were taken, but for those that `known` waves through.
  void require_all_taken(const std::function<bool(const std::string& name)>& known) const;

 private:
  const TensorMap& tensors_;
  std::string component_, where_, prefix_;
  torch::Device device_;
  std::set<std::string> taken_;
};

struct Linear {
  std::string name;
  torch::Tensor weight, bias;  // bias may be undefined
};

enum class Bias { No, Yes };

// The parameters of a model and the names of its linear layers, in the order in which they are asked for,
// which is the order of the forward pass.
class ParameterList {
 public:
  explicit ParameterList(MakeTensor make) : make_(std::move(make)) {}
  torch::Tensor parameter(const std::string& name, const std::vector<int64_t>& shape);
  Linear linear(const std::string& name, int64_t in, int64_t out, Bias bias);
  const std::vector<NamedParameter>& parameters() const { return parameters_; }
  const std::vector<std::string>& linear_names() const { return linear_names_; }

 private:
  MakeTensor make_;
  std::vector<NamedParameter> parameters_;
  std::vector<std::string> linear_names_;
};

}  // namespace rnb
