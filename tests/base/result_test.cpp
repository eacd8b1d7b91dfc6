#include "base/result.h"

#include <catch2/catch.hpp>

using touchstone::Error;
using touchstone::Result;

namespace {

Result<int> parse(bool good) {
    if (good) return 7;
    return Error{"bad", "it is bad"};
}

Result<int> twice(bool good) {
    TRY_ASSIGN(const int value, parse(good));
    return value * 2;
}

}  // namespace

TEST_CASE("a result carries a value or a named error through a function") {
    REQUIRE(twice(true).value() == 14);
    REQUIRE(twice(false).error().code == "bad");
}
