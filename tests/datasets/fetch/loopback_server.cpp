#include "tests/datasets/fetch/loopback_server.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rnb::test {
namespace {

void send_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t n = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (n <= 0) return;  // the client hung up
    data.remove_prefix(static_cast<size_t>(n));
  }
}

Request parsed(const std::string& head) {
  Request out;
  const size_t first = head.find(' '), second = head.find(' ', first + 1);
  out.method = head.substr(0, first);
  out.path = head.substr(first + 1, second - first - 1);
  for (size_t at = head.find("\r\n"); at != std::string::npos && at + 2 < head.size();) {
    const size_t end = head.find("\r\n", at + 2);
    const std::string line = head.substr(at + 2, end - at - 2);
    at = end;
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    out.headers[name] = line.substr(colon + 2);
  }
  return out;
}

}  // namespace

LoopbackServer::LoopbackServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no loopback server");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

LoopbackServer::~LoopbackServer() {
  ending_ = true;
  thread_.join();
  ::close(listener_);
}

std::string LoopbackServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<Request> LoopbackServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void LoopbackServer::serve() {
  while (!ending_) {
    pollfd wait{listener_, POLLIN, 0};
    if (::poll(&wait, 1, 20) <= 0) continue;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    answer(connection);
    ::close(connection);
  }
}

void LoopbackServer::answer(int connection) {
  std::string head;
  char buffer[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t n = ::recv(connection, buffer, sizeof buffer, 0);
    if (n <= 0) return;
    head.append(buffer, static_cast<size_t>(n));
  }
  const Request request = parsed(head);
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  const Reply reply = handler_(request);
  std::string out = "HTTP/1.1 " + std::to_string(reply.status) + " Reason\r\nConnection: close\r\n";
  const int64_t length = reply.declared == -1 ? static_cast<int64_t>(reply.body.size()) : reply.declared;
  if (length >= 0) out += "Content-Length: " + std::to_string(length) + "\r\n";
  for (const auto& [name, value] : reply.headers) out += name + ": " + value + "\r\n";
  out += "\r\n";
  if (request.method != "HEAD") out += reply.body.substr(0, reply.sent);
  send_all(connection, out);
  if (reply.stall) {
    while (!ending_) {
      pollfd wait{connection, POLLIN, 0};
      if (::poll(&wait, 1, 20) > 0 && ::recv(connection, buffer, sizeof buffer, 0) <= 0) break;
    }
  } else {
    ::shutdown(connection, SHUT_WR);  // what was sent still arrives
    while (::recv(connection, buffer, sizeof buffer, 0) > 0) {
    }
  }
}

Reply serve_file(const Request& request, const std::string& content, const std::string& etag) {
  Reply reply;
  reply.headers = {{"ETag", etag}, {"Accept-Ranges", "bytes"}};
  const std::string range = request.header("range"), condition = request.header("if-range");
  if (range.starts_with("bytes=") && (condition.empty() || condition == etag)) {
    const size_t first = std::strtoul(range.c_str() + 6, nullptr, 10);
    if (first >= content.size()) {
      reply.status = 416;
      return reply;
    }
    reply.status = 206;
    reply.body = content.substr(first);
    reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(first) + "-" +
                                                    std::to_string(content.size() - 1) + "/" +
                                                    std::to_string(content.size()));
    return reply;
  }
  reply.body = content;
  return reply;
}

}  // namespace rnb::test
