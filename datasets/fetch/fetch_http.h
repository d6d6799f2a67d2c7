#pragma once
// The client's options of a fetch.

#include "datasets/fetch/fetch.h"
#include "datasets/fetch/http.h"

namespace rnb {

HttpOptions fetch_http_options(const FetchOptions& options);

}  // namespace rnb
