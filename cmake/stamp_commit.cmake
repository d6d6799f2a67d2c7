# Run at every build (cmake -DSOURCE=... -DOUT=... -P): writes OUT, the definition of rnb::build_stamp, and touches it only
# when the commit, or what was changed since, is another one.
file(REAL_PATH "${SOURCE}" SOURCE)
set(commit "")
set(digest "")
find_program(GIT git)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --show-toplevel HEAD
    OUTPUT_VARIABLE answer RESULT_VARIABLE failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  # An archive that was unpacked within another repository is none of its commits.
  if(NOT failed AND answer MATCHES "^(.*)\n([0-9a-f]+)$" AND CMAKE_MATCH_1 STREQUAL SOURCE)
    set(commit ${CMAKE_MATCH_2})
    execute_process(COMMAND ${GIT} -C ${SOURCE} diff --no-ext-diff --no-color HEAD OUTPUT_VARIABLE diff ERROR_QUIET)
    if(NOT diff STREQUAL "")
      string(SHA256 digest "${diff}")
    endif()
  endif()
endif()
if(commit STREQUAL "")
  # `git archive` fills commit.txt in.
  file(READ ${CMAKE_CURRENT_LIST_DIR}/commit.txt exported)
  if(exported MATCHES "^([0-9a-f]+)[ \n]*$")
    set(commit ${CMAKE_MATCH_1})
  endif()
endif()
set(text "// Written by cmake/stamp_commit.cmake.
#include \"base/version.h\"

namespace rnb {

BuildStamp build_stamp() {
  return {\"${commit}\", \"${digest}\"};
}

}  // namespace rnb
")
set(before "")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT before STREQUAL text)
  file(WRITE ${OUT} "${text}")
endif()
