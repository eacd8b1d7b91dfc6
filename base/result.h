// The one place that says how a function reports bad input: a value, or an Error that names itself.
//
// Broken invariants are not errors: they go through INVARIANT (check.h) and end the process.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace touchstone {

// `code` is stable and machine-readable (snake_case); `message` says what was met and what to do about it.
struct Error {
    std::string code;
    std::string message;

    bool operator==(const Error&) const = default;
};

struct [[nodiscard]] Ok {};

template <class T, class E = Error>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    // Precondition: ok().
    T& value() & {
        INVARIANT(ok());
        return std::get<0>(state_);
    }
    const T& value() const& {
        INVARIANT(ok());
        return std::get<0>(state_);
    }
    T&& value() && {
        INVARIANT(ok());
        return std::get<0>(std::move(state_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    // Precondition: !ok().
    const E& error() const {
        INVARIANT(!ok());
        return std::get<1>(state_);
    }

  private:
    std::variant<T, E> state_;
};

using Status = Result<Ok>;

}  // namespace touchstone

// Returns the error of `expression` from the enclosing function, or goes on.
#define TRY(expression)                                              \
    do {                                                             \
        if (auto try_status_ = (expression); !try_status_.ok())      \
            return try_status_.error();                              \
    } while (false)

#define TOUCHSTONE_CONCAT_INNER(a, b) a##b
#define TOUCHSTONE_CONCAT(a, b) TOUCHSTONE_CONCAT_INNER(a, b)

// Declares `target` from the value of `expression`, or returns its error from the enclosing function.
#define TRY_ASSIGN(target, expression)                                             \
    auto TOUCHSTONE_CONCAT(try_result_, __LINE__) = (expression);                  \
    if (!TOUCHSTONE_CONCAT(try_result_, __LINE__).ok())                            \
        return TOUCHSTONE_CONCAT(try_result_, __LINE__).error();                   \
    target = *std::move(TOUCHSTONE_CONCAT(try_result_, __LINE__))
