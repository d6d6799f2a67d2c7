#include "base/launch.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>

#include "base/file_descriptor.h"

namespace rnb {
namespace {

using ::testing::HasSubstr;

TEST(Launch, ExitCodesAreThoseOfAShell) {
  EXPECT_EQ(run_program({.words = {"sh", "-c", "exit 7"}}), 7);
  EXPECT_EQ(run_program({.words = {"sh", "-c", "kill -9 $$"}}), 128 + 9);
}

TEST(Launch, WordsArriveAsTheyAre) {
  EXPECT_EQ(output_of_program({"printf", "%s|", "a b", "$HOME", "'", ""}), "a b|$HOME|'||");
}

TEST(Launch, OutputOfAProgramThatFailsOrIsNotThereIsNone) {
  EXPECT_EQ(output_of_program({"sh", "-c", "echo half; exit 1"}), std::nullopt);
  EXPECT_EQ(output_of_program({"/nowhere/program"}), std::nullopt);
}

TEST(Launch, AProgramThatTakesTooLongIsEndedWithItsChildren) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(output_of_program({"sh", "-c", "echo half; sleep 1000 & wait"}, std::chrono::milliseconds(100)),
            std::nullopt);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
  EXPECT_EQ(output_of_program({"echo", "all"}, std::chrono::seconds(60)), "all\n");
}

TEST(Launch, WhatCannotBeStartedSaysWhy) {
  try {
    launch({.words = {"/nowhere/program"}});
    FAIL() << "no error";
  } catch (const ChildFailure& e) {
    EXPECT_THAT(e.what(), HasSubstr("'/nowhere/program' cannot be started: No such file or directory"));
  }
}

TEST(Launch, TheSignalMaskIsHandedOnAsItIs) {
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const int blocked = run_program({.words = {"sh", "-c", "kill -TERM $$; exit 0"}});
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(blocked, 0) << "a mask is the parent's to hand on";
  EXPECT_EQ(run_program({.words = {"sh", "-c", "kill -TERM $$; exit 0"}}), 128 + SIGTERM);
}

TEST(Launch, TheGroupIsTheChildsOwnWhereAsked) {
  const auto group = [](Launch::Group which) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const FileDescriptor from(ends[0]);
    FileDescriptor to(ends[1]);
    const pid_t child = launch({.words = {"sh", "-c", "ps -o pgid= -p $$ || cut -d' ' -f5 /proc/$$/stat"},
                                .output = to.get(),
                                .group = which});
    to.close();
    std::array<char, 64> text{};
    EXPECT_GT(::read(from.get(), text.data(), text.size() - 1), 0);
    ::waitpid(child, nullptr, 0);
    return std::pair<pid_t, pid_t>(std::atoi(text.data()), child);
  };
  const auto [own, child] = group(Launch::Group::Own);
  EXPECT_EQ(own, child);
  EXPECT_EQ(group(Launch::Group::Ours).first, ::getpgrp());
}

// A parent that is killed takes the program it started with it: the pipe that both hold is closed by both.
TEST(Launch, AProgramEndsWithTheOneThatStartedIt) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const FileDescriptor from(ends[0]);
  FileDescriptor to(ends[1]);
  const pid_t parent = ::fork();
  if (parent == 0) {
    ::close(ends[0]);
    try {
      launch({.words = {"sh", "-c", "echo started; exec sleep 1000"}, .output = ends[1]});
      ::pause();
    } catch (const ChildFailure&) {
    }
    ::_exit(1);
  }
  to.close();
  char byte = 0;
  ASSERT_EQ(::read(from.get(), &byte, 1), 1) << "the program has not started";
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  const auto next = [&] {
    pollfd end{from.get(), POLLIN, 0};
    return ::poll(&end, 1, 20'000) == 1 ? ::read(from.get(), &byte, 1) : -1;
  };
  ssize_t n = next();
  while (n > 0) n = next();
  EXPECT_EQ(n, 0) << "the program still holds the pipe";
}

}  // namespace
}  // namespace rnb
