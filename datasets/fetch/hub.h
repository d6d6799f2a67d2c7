#pragma once
// The Hugging Face Hub: addresses of files, what it says of one, and the list of a repository's files.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/fetch/checksum.h"
#include "datasets/fetch/http.h"
#include "datasets/fetch/retry.h"

namespace rnb {

struct HubRepository {
  std::string endpoint;  // "https://huggingface.co" or a mirror, without a slash at its end
  bool dataset = false;
  std::string name;  // "owner/name"
  std::string revision = "main";
};

std::string hub_file_url(const HubRepository& repository, std::string_view path);
std::string hub_page(const HubRepository& repository);

struct RemoteFile {
  std::string path;
  int64_t size = -1;  // -1: not said
  Checksum checksum;
  std::string commit;  // that the file was found at; empty: not said
};

// HEAD: size and, from the client's home origin, checksum and commit. MissingFileError where it is not there.
RemoteFile ask(HttpClient& client, const std::string& url, const RetryPolicy& policy);

// The files whose paths match one of `patterns` (shell patterns; * matches / too), sorted by path.
std::vector<RemoteFile> list_hub_files(HttpClient& client, const HubRepository& repository,
                                       const std::vector<std::string>& patterns, const RetryPolicy& policy);

// One page of the API's answer; paths are safe. Error naming `who` where it is not that.
std::vector<RemoteFile> parse_hub_listing(std::string_view json, const std::string& who);

// The commit that a revision stands for now; empty where the API does not say.
std::string hub_commit(HttpClient& client, const HubRepository& repository, const RetryPolicy& policy);

}  // namespace rnb
