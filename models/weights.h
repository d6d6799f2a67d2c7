#pragma once
// Where a model's parameters come from, and the list that it builds of them.

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "models/model_source.h"
#include "models/named_parameter.h"
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
  LoadedWeights(TensorMap tensors, std::string component, std::string where, std::string prefix,
                torch::Device device);
  torch::Tensor take(const std::string& name, const std::vector<int64_t>& shape);
  // Throws unless all tensors were taken, but for those that `known` waves through.
  void require_all_taken(const std::function<bool(const std::string& name)>& known) const;

 private:
  TensorMap tensors_;
  std::string component_, where_, prefix_;
  torch::Device device_;
  std::set<std::string> taken_;
};

struct Linear {
  std::string name;
  torch::Tensor weight, bias;  // [out, in], [out]; bias may be undefined
};

enum class Bias { No, Yes };

struct LayerNorm {
  torch::Tensor weight, bias;  // [width] both
};

// The parameters of a language model and the names of its linear layers, in the order in which they are asked
// for, which is the order of the forward pass.
class ParameterList {
 public:
  // Of the source's folder, or drawn. `component` tags errors; `prefix`: what a folder may leave out of the
  // names.
  ParameterList(const ModelSource& source, const std::string& component, const std::string& prefix);
  torch::Tensor parameter(const std::string& name, const std::vector<int64_t>& shape);
  Linear linear(const std::string& name, int64_t in, int64_t out, Bias bias);
  LayerNorm layer_norm(const std::string& name, int64_t width);
  // Error when the folder holds a tensor that was not asked for, but for those that `known` waves through.
  void require_all_taken(const std::function<bool(const std::string& name)>& known) const;
  const std::vector<NamedParameter>& parameters() const { return parameters_; }
  const std::vector<std::string>& linear_names() const { return linear_names_; }

 private:
  std::optional<LoadedWeights> loaded_;  // none: drawn by make_
  MakeTensor make_;
  std::vector<NamedParameter> parameters_;
  std::vector<std::string> linear_names_;
};

}  // namespace rnb
