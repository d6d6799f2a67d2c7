#pragma once
// The version of the prepared store's layout: prepare.cpp writes it, store.cpp refuses any other.

namespace rnb {

constexpr int kStoreFormatVersion = 1;

}  // namespace rnb
